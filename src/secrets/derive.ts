import { createHmac } from 'node:crypto';
import { Secret } from '../base/secret.ts';

/**
 * The alphabet of derived secrets: the 30 symbols of voucher codes (no 0, 1, I, L, O, U, which are misread) and their
 * letters in lower case, 52 in all.
 */
export const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz';

/** Octets from here on are rejected, so that every symbol is equally likely. */
const fair = 256 - (256 % alphabet.length);

/**
 * A secret of `symbols` symbols that follows from the master key and `parts` alone.
 *
 * The octets are HMAC-SHA256(master key as UTF-8, `parts` joined by NUL). Octets below 208 give the symbol at `octet mod 52`,
 * the others are skipped. When the 32 octets are used up, more come from the HMAC of the same message with NUL and a block
 * number (`1`, `2`, … in decimal) appended.
 *
 * `parts` are `lastmile/derive/1`, the kind of the object, its oldest name, the dotted path of the field below `spec` with
 * entries of lists by their name (`password`, `services.tv.password`), and the N of `{derive: N}`.
 */
export function deriveSecret(masterKey: Secret, parts: readonly string[], symbols: number): Secret {
  const message = parts.join('\0');
  let text = '';
  for (let block = 0; text.length < symbols; block += 1) {
    const octets = hmac(masterKey, block === 0 ? message : `${message}\0${block}`);
    for (const octet of octets)
      if (octet < fair && text.length < symbols) text += alphabet.charAt(octet % alphabet.length);
  }
  return new Secret(text);
}

/** As many symbols of that alphabet, drawn. */
export function drawSecret(fillRandom: (octets: Uint8Array) => void, symbols: number): Secret {
  let text = '';
  const octets = Buffer.alloc(64);
  while (text.length < symbols) {
    fillRandom(octets);
    for (const octet of octets)
      if (octet < fair && text.length < symbols) text += alphabet.charAt(octet % alphabet.length);
  }
  return new Secret(text);
}

function hmac(key: Secret, message: string): Uint8Array {
  return createHmac('sha256', key.reveal()).update(message).digest();
}
