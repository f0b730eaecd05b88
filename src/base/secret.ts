import { inspect } from 'node:util';

const hidden = '[secret]';

/** A value that prints as `[secret]` everywhere and is revealed only where octets go out. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The clear text. Call it at the edge: a packet, a router, a digest. */
  reveal(): string {
    return this.#text;
  }

  /** Equality without telling either value. Not constant in time: for comparing declarations, not credentials. */
  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
