/** Fills an array with unpredictable octets. */
export type FillRandom = (octets: Uint8Array) => void;

/**
 * Hands out random octets from a pool: asking the system for a few at a time costs a hundred times as much.
 *
 * @returns a function that gives views of the wanted length, good until a few kilobytes more were taken: copy to keep
 */
export function randomPool(fill: FillRandom, size = 4096): (length: number) => Uint8Array {
  const pool = new Uint8Array(size);
  let at = size;
  return (length) => {
    if (at + length > size) {
      fill(pool);
      at = 0;
    }
    at += length;
    return pool.subarray(at - length, at);
  };
}
