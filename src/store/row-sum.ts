import { crc32 } from 'node:zlib';

/** No JSON text begins with it. */
const mark = '~';
const sumEnd = mark.length + 8;

/** A value as it is stored: with a checksum of itself and of the key that it is under. */
export function withSum(diskKey: string, text: string): string {
  return `${mark}${sumOf(diskKey, text)}${text}`;
}

/** What was stored under this key; `undefined` when it is not that. */
export function textOf(diskKey: string, stored: string): string | undefined {
  const text = stored.slice(sumEnd);
  return stored.startsWith(mark) && stored.slice(mark.length, sumEnd) === sumOf(diskKey, text) ? text : undefined;
}

/** CRC-32, 8 hexadecimal digits. */
export function sumOf(diskKey: string, text: string): string {
  // The same as that of the one after the other, by one call.
  return crc32(diskKey + text)
    .toString(16)
    .padStart(8, '0');
}
