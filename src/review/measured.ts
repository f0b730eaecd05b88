import { createHash } from 'node:crypto';
import { printable } from '../base/bytes.ts';

/** A value of a row for people, on one line: what is long or has lines of its own, such as a page, is measured instead. */
export function shownValue(value: string | undefined, longest = 400): string {
  if (value === undefined || value === '') return '(none)';
  return value.length > longest || value.includes('\n') ? measured(value) : printable(value, longest);
}

/** `(1,204 octets, sha256 3f2a9c01)`. */
function measured(value: string): string {
  const octets = Buffer.byteLength(value).toLocaleString('en');
  const sha256 = createHash('sha256').update(value).digest('hex').slice(0, 8);
  return `(${octets} octets, sha256 ${sha256})`;
}
