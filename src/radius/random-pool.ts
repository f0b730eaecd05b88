/** Fills an array with unpredictable octets. */
export type FillRandom = (octets: Uint8Array) => void;

/** Random octets in small numbers. */
export interface RandomPool {
  /** A fresh array. */
  take(length: number): Uint8Array;
  fill(out: Uint8Array, at: number, length: number): void;
}

/** Hands out random octets from a pool: asking the system for a few at a time costs a hundred times as much. */
export function randomPool(fill: FillRandom, size = 4096): RandomPool {
  const pool = new Uint8Array(size);
  let at = size;
  const copy = (out: Uint8Array, from: number, length: number): void => {
    if (at + length > size) {
      fill(pool);
      at = 0;
    }
    for (let index = 0; index < length; index += 1) out[from + index] = pool[at + index] as number;
    at += length;
  };
  return {
    fill: copy,
    take(length) {
      const out = new Uint8Array(length);
      copy(out, 0, length);
      return out;
    },
  };
}
