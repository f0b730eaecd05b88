import type { KeyValue } from '../store/key-value.ts';
import { keyOf, keysUnder } from '../store/layout.ts';

/**
 * Objects that must not be destroyed, remembered on disk: a protection that stands in the text goes with the text
 * (annotation `lastmile/prevent-destroy`). Who wants to delete one takes the annotation away first, in a commit of its own.
 */
export class Protection {
  readonly #meta: KeyValue<unknown>;
  readonly #objects = new Set<string>();

  private constructor(meta: KeyValue<unknown>) {
    this.#meta = meta;
  }

  static async open(meta: KeyValue<unknown>): Promise<Protection> {
    const protection = new Protection(meta);
    for await (const [, value] of meta.entries(keysUnder('prevent-destroy'))) {
      protection.#objects.add(String(value));
    }
    return protection;
  }

  /** @param object `Subscriber/anna` */
  has(object: string): boolean {
    return this.#objects.has(object);
  }

  /** In order of name. */
  list(): readonly string[] {
    return [...this.#objects].sort();
  }

  /**
   * A revision came into force.
   *
   * @param annotated objects that say it there
   * @param declared every object there is: one that is declared and no longer says it, is free
   */
  async follow(annotated: readonly string[], declared: ReadonlySet<string>): Promise<void> {
    const says = new Set(annotated);
    for (const object of annotated.filter((each) => !this.#objects.has(each))) {
      await this.#meta.put(keyOf('prevent-destroy', object), object, { sync: true });
      this.#objects.add(object);
    }
    for (const object of [...this.#objects].filter((each) => declared.has(each) && !says.has(each))) {
      await this.#meta.del(keyOf('prevent-destroy', object), { sync: true });
      this.#objects.delete(object);
    }
  }
}
