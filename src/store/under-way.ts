/** Counts what was asked of the disk and is not answered yet. */
export class UnderWay {
  #count = 0;

  get any(): boolean {
    return this.#count > 0;
  }

  /** Settles as `work` does. */
  async of<T>(work: Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await work;
    } finally {
      this.#count -= 1;
    }
  }
}
