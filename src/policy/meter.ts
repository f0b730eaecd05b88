/** An evaluation that costs more than it may. */
export class TooCostlyError extends Error {
  constructor(limit: number) {
    super(`it takes more than ${limit} steps: a list gone through for each entry of another, perhaps`);
  }
}

/** Steps of one evaluation after another: counted, not timed, so that a slow machine judges as a fast one does. */
export class Meter {
  #limit = 0;
  #left = 0;
  #all = 0;
  #error = new TooCostlyError(0);

  /** Of all evaluations. */
  get spent(): number {
    return this.#all;
  }

  /** True once an evaluation has cost more than it may, whatever it then made of that. */
  get isOver(): boolean {
    return this.#left < 0;
  }

  begin(limit: number): void {
    if (limit !== this.#limit) this.#error = new TooCostlyError(limit);
    this.#limit = limit;
    this.#left = limit;
  }

  /** @throws TooCostlyError */
  spend(steps: number): void {
    this.#left -= steps;
    this.#all += steps;
    if (this.#left < 0) throw this.#error;
  }

  /** The same each time: what is caught and goes on must not cost more by it. */
  get over(): TooCostlyError {
    return this.#error;
  }
}
