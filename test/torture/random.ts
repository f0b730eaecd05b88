/** The same numbers each time, from 0 to below 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is made up, from one seed. */
export class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  /** A whole number, both ends included. */
  within(least: number, most: number): number {
    return least + Math.floor(this.#random() * (most - least + 1));
  }

  /** Once in so many times. */
  onceIn(times: number): boolean {
    return this.#random() * times < 1;
  }

  of<T>(all: readonly T[]): T {
    return all[this.within(0, all.length - 1)] as T;
  }
}
