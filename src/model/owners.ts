import type { Declared, SubscriberSpec } from './declarations.ts';

type Declaration = Declared<SubscriberSpec>;

/** Whose something is that only one subscriber may have. */
export interface Owners<Key> {
  get(key: Key): Declaration | undefined;
  has(key: Key): boolean;
  set(key: Key, owner: Declaration): unknown;
  delete(key: Key): unknown;
  readonly size: number;
}

/** What is taken and given up at once, and can all be taken back. */
export class OwnersOnTrial<Key> implements Owners<Key> {
  readonly #owners: Map<Key, Declaration>;
  readonly #before = new Map<Key, Declaration | undefined>();

  constructor(owners: Map<Key, Declaration>) {
    this.#owners = owners;
  }

  get size(): number {
    return this.#owners.size;
  }

  get(key: Key): Declaration | undefined {
    return this.#owners.get(key);
  }

  has(key: Key): boolean {
    return this.#owners.has(key);
  }

  set(key: Key, owner: Declaration): void {
    this.#note(key);
    this.#owners.set(key, owner);
  }

  delete(key: Key): void {
    this.#note(key);
    this.#owners.delete(key);
  }

  /** As if nothing had been tried. */
  undo(): void {
    for (const [key, owner] of this.#before) {
      if (owner === undefined) this.#owners.delete(key);
      else this.#owners.set(key, owner);
    }
    this.#before.clear();
  }

  #note(key: Key): void {
    if (!this.#before.has(key)) this.#before.set(key, this.#owners.get(key));
  }
}
