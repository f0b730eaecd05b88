/** The time in which RADIUS is served from what was applied last, because the declarations are yet to be read. */
export class UntilRead {
  #revision: string | undefined;
  #over: Promise<void> = Promise.resolve();
  #end: () => void = () => undefined;

  /** The revision that was applied last. `undefined`: RADIUS is served by declarations, or not at all. */
  get standsIn(): string | undefined {
    return this.#revision;
  }

  begin(revision: string): void {
    this.#revision = revision;
    this.#over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  end(): void {
    this.#revision = undefined;
    this.#end();
  }

  /** Does at once what can be done at any time, and when it is over what must wait for the declarations. */
  after<T>(work: () => T | Promise<T>): T | Promise<T> {
    return this.#revision === undefined ? work() : this.#over.then(work);
  }
}
