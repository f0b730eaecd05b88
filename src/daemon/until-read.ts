/** The time in which RADIUS is served from what was applied last, because the declarations are yet to be read. */
export class UntilRead {
  #revision: string | undefined;
  #over: Promise<void> = Promise.resolve();
  #end: () => void = () => undefined;
  #giveUp: (error: Error) => void = () => undefined;

  /** The revision that was applied last. `undefined`: RADIUS is served by declarations, or not at all. */
  get standsIn(): string | undefined {
    return this.#revision;
  }

  begin(revision: string): void {
    this.#revision = revision;
    this.#over = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#giveUp = reject;
    });
    // There may be nobody who waits.
    this.#over.catch(() => undefined);
  }

  end(): void {
    this.#revision = undefined;
    this.#end();
  }

  /** What waits for the declarations is done: they are known, though RADIUS is not served by all of them yet. */
  known(): void {
    this.#end();
  }

  /** The declarations will not be read: whoever waits for them gets this. */
  giveUp(error: Error): void {
    this.#giveUp(error);
  }

  /** Does at once what can be done at any time, and when it is over what must wait for the declarations. */
  after<T>(work: () => T | Promise<T>): T | Promise<T> {
    return this.#revision === undefined ? work() : this.#over.then(work);
  }
}
