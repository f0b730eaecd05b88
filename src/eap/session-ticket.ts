import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** Octets of the keys that TLS seals tickets with: name, HMAC-SHA256, AES-128. */
export const ticketKeysLength = 48;

const part = 16;
const macLength = 32;

/**
 * The session id inside a ticket of ours, by which it is known whose it is: of TLS 1.3 nothing else says so. The form is that
 * of RFC 5077 §4 with what Node puts in: name, vector, the session in DER, HMAC.
 *
 * @returns nothing for a ticket of other keys, which TLS will not take either
 */
export function sessionIdOf(ticket: Buffer, keys: Buffer): Buffer | undefined {
  const [name, macKey, cipherKey] = [0, part, 2 * part].map((at) => keys.subarray(at, at + part)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const sealed = ticket.subarray(2 * part, -macLength);
  if (!ticket.subarray(0, part).equals(name) || sealed.length === 0 || sealed.length % part !== 0) return undefined;
  const mac = createHmac('sha256', macKey).update(ticket.subarray(0, -macLength)).digest();
  if (!timingSafeEqual(mac, ticket.subarray(-macLength))) return undefined;
  const cipher = createDecipheriv('aes-128-cbc', cipherKey, ticket.subarray(part, 2 * part));
  return sessionIdIn(Buffer.concat([cipher.update(sealed), cipher.final()]));
}

/** The id of a session, of what OpenSSL makes of one in DER: a sequence of version, version of TLS, cipher, session id. */
export function sessionIdIn(session: Buffer): Buffer | undefined {
  let at = 1 + lengthSize(session, 1);
  for (let skipped = 0; skipped < 3; skipped += 1) at += 2 + (session[at + 1] ?? 0);
  const length = session[at + 1] ?? 0;
  return session[at] === 4 && length > 0 ? session.subarray(at + 2, at + 2 + length) : undefined;
}

/** Octets that a length in DER takes. */
function lengthSize(der: Buffer, at: number): number {
  const first = der[at] ?? 0;
  return first < 0x80 ? 1 : 1 + (first & 0x7f);
}
