/** More than any block of ours. */
const mostOctets = 64 << 20;

/**
 * Octets that Snappy made shorter (google/snappy `format_description.txt`).
 *
 * @returns `undefined` where it is none
 */
export function fromSnappy(input: Uint8Array): Buffer | undefined {
  const head = varint(input, 0);
  if (head === undefined || head.value > mostOctets) return undefined;
  const output = Buffer.alloc(head.value);
  let [at, end] = [head.next, 0];
  while (at < input.length) {
    const part = partAt(input, at);
    if (part === undefined || end + part.length > output.length) return undefined;
    if (part.distance === undefined) {
      if (part.next + part.length > input.length) return undefined;
      output.set(input.subarray(part.next, part.next + part.length), end);
      at = part.next + part.length;
    } else {
      if (part.distance === 0 || part.distance > end) return undefined;
      // It may reach into what it makes itself.
      for (let n = 0; n < part.length; n += 1) output[end + n] = output[end + n - part.distance] as number;
      at = part.next;
    }
    end += part.length;
  }
  return end === output.length ? output : undefined;
}

interface Part {
  readonly length: number;
  /** How far back it is copied from. Absent: its octets follow. */
  readonly distance?: number;
  readonly next: number;
}

function partAt(input: Uint8Array, at: number): Part | undefined {
  const tag = input[at] as number;
  const [kind, high] = [tag & 3, tag >> 2];
  if (kind === 0) {
    if (high < 60) return { length: high + 1, next: at + 1 };
    const length = little(input, at + 1, high - 59);
    return length === undefined ? undefined : { length: length + 1, next: at + 1 + (high - 59) };
  }
  const octets = kind === 1 ? 1 : kind === 2 ? 2 : 4;
  const low = little(input, at + 1, octets);
  if (low === undefined) return undefined;
  const next = at + 1 + octets;
  if (kind === 1) return { length: 4 + (high & 7), distance: ((tag >> 5) << 8) | low, next };
  return { length: high + 1, distance: low, next };
}

function little(input: Uint8Array, at: number, octets: number): number | undefined {
  if (at + octets > input.length) return undefined;
  let value = 0;
  for (let n = octets - 1; n >= 0; n -= 1) value = value * 256 + (input[at + n] as number);
  return value;
}

/** A number of seven bits to the octet, the low ones first; `undefined` where there is none. */
export function varint(input: Uint8Array, at: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let n = 0; n < 8; n += 1) {
    const octet = input[at + n];
    if (octet === undefined) return undefined;
    value += (octet & 0x7f) * 2 ** (7 * n);
    if (octet < 0x80) return { value, next: at + n + 1 };
  }
  return undefined;
}
