import { isUtf8 } from 'node:buffer';

/**
 * Octets as text that can be turned back into the same octets: UTF-8 where it is, else every octet above 127 as the
 * lone surrogate U+DC00 + octet. RouterOS stores octets and declares no character set.
 */
export function textOf(octets: Buffer): string {
  if (isUtf8(octets)) return octets.toString('utf8');
  return Array.from(octets, (octet) => String.fromCharCode(octet < 0x80 ? octet : 0xdc00 + octet)).join('');
}

/** The octets of {@link textOf}. */
export function octetsOf(text: string): Buffer {
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text, 'utf8');
  const parts = Array.from(text, (character) => {
    const unit = character.charCodeAt(0);
    const escaped = character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
    return escaped ? Buffer.of(unit - 0xdc00) : Buffer.from(character, 'utf8');
  });
  return Buffer.concat(parts);
}
