import { createCipheriv, createDecipheriv } from 'node:crypto';
import { sealedMark } from '../../base/sealed-text.ts';

/** What a value was before it was encrypted. A comment is none, and stands in no field. */
export type ValueType = 'str' | 'int' | 'float' | 'bool' | 'bytes' | 'time' | 'comment';

/** A value that was encrypted: its text, and what it was. */
export interface OpenedValue {
  readonly text: string;
  readonly type: ValueType;
}

const form = /^ENC\[AES256_GCM,data:([^,]*),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]$/;
const types: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'bytes', 'time', 'comment']);
/** SOPS takes a nonce of 32 octets, not the 12 that are usual (getsops/sops, aes/cipher.go). */
const nonceOctets = 32;
const tagOctets = 16;

/**
 * What an encrypted value says; `undefined` where this key did not encrypt it for just this place, or it is no such value.
 *
 * @param key the data key of the file, 32 octets
 * @param about its path in the document, joined and ended by `:`; for the MAC the time it was made at
 */
export function openValue(sealed: string, key: Uint8Array, about: string): OpenedValue | undefined {
  const [, data, iv, tag, type] = form.exec(sealed) ?? [];
  if (type === undefined || !types.has(type)) return undefined;
  const [hidden, nonce, mark] = [octetsOf(data ?? ''), octetsOf(iv ?? ''), octetsOf(tag ?? '')];
  if (hidden === undefined || nonce?.length !== nonceOctets || mark?.length !== tagOctets) return undefined;
  try {
    const opening = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagOctets });
    opening.setAAD(Buffer.from(about)).setAuthTag(mark);
    return { text: Buffer.concat([opening.update(hidden), opening.final()]).toString('utf8'), type: type as ValueType };
  } catch {
    return undefined;
  }
}

/** The other way round. Text that is empty stays as it is, as SOPS has it. */
export function sealValue(
  { text, type }: OpenedValue,
  key: Uint8Array,
  about: string,
  fillRandom: (octets: Uint8Array) => void,
): string {
  if (text === '') return '';
  const nonce = Buffer.alloc(nonceOctets);
  fillRandom(nonce);
  const sealing = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagOctets });
  sealing.setAAD(Buffer.from(about));
  const hidden = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
  const [data, iv, tag] = [hidden, nonce, sealing.getAuthTag()].map((octets) => octets.toString('base64'));
  return `${sealedMark}data:${data},iv:${iv},tag:${tag},type:${type}]`;
}

/** Base64 as it is written, and nothing that is merely taken for it. */
function octetsOf(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? octets : undefined;
}
