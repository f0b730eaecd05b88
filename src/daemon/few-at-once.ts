/** Lets so many pieces of work run at once; the others wait, first come first served, and there may be a hundred thousand. */
export class FewAtOnce {
  #free: number;
  #waiting: (() => void)[] = [];
  /** Of those that wait, the first. */
  #first = 0;

  constructor(most: number) {
    this.#free = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #next(): void {
    const go = this.#waiting[this.#first];
    if (go === undefined) {
      this.#free += 1;
      this.#waiting = [];
      this.#first = 0;
      return;
    }
    this.#first += 1;
    go();
  }
}
