/**
 * Equality in a time that depends on the length of `given` alone, which whoever sent it knows. Cheaper at these sizes than
 * `timingSafeEqual`, which also refuses to compare different lengths.
 */
export function equalOctets(given: Uint8Array, expected: Uint8Array): boolean {
  let difference = given.length ^ expected.length;
  for (let index = 0; index < given.length; index += 1) {
    difference |= (given[index] as number) ^ (expected[index % expected.length] ?? 0);
  }
  return difference === 0;
}

/** The same of `length` octets from a place in each, without views of them being made. */
export function equalOctetsAt(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number, length: number): boolean {
  let difference = 0;
  for (let index = 0; index < length; index += 1) {
    difference |= (a[aAt + index] as number) ^ (b[bAt + index] as number);
  }
  return difference === 0;
}

/** The same against text in UTF-8, without its octets being made where they are plain ASCII. */
export function equalText(given: Uint8Array, expected: string): boolean {
  let difference = given.length ^ expected.length;
  let seen = 0;
  for (let index = 0; index < expected.length; index += 1) seen |= expected.charCodeAt(index);
  if (seen > 0x7f) return equalOctets(given, Buffer.from(expected));
  for (let index = 0; index < given.length; index += 1) {
    difference |= (given[index] as number) ^ expected.charCodeAt(index % expected.length);
  }
  return difference === 0;
}
