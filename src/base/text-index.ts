/**
 * Finds texts of a list by where they stand in it, in a few octets each: what a `Map` keeps of a hundred thousand takes
 * many times that. The list must not change; of equal texts the first is found.
 */
export class TextIndex {
  readonly #texts: readonly string[];
  /** Places, counted from one; zero where there is none. Open addressing: the next free place after that of its hash. */
  readonly #places: Int32Array;
  /** Texts that stand more than once in it. */
  readonly repeated: ReadonlySet<string>;

  constructor(texts: readonly string[]) {
    this.#texts = texts;
    this.#places = new Int32Array(2 ** Math.ceil(Math.log2(2 * texts.length + 2)));
    const repeated = new Set<string>();
    for (let at = 0; at < texts.length; at += 1) {
      const slot = this.#slotOf(texts[at] as string);
      if (this.#places[slot] === 0) this.#places[slot] = at + 1;
      else repeated.add(texts[at] as string);
    }
    this.repeated = repeated;
  }

  /** Where it stands; -1 where it is not in the list. */
  find(text: string): number {
    return (this.#places[this.#slotOf(text)] as number) - 1;
  }

  /** Its own, or the free one where it would go: half of them are free. */
  #slotOf(text: string): number {
    const last = this.#places.length - 1;
    for (let slot = hashOf(text) & last; ; slot = (slot + 1) & last) {
      const place = this.#places[slot] as number;
      if (place === 0 || this.#texts[place - 1] === text) return slot;
    }
  }
}

/** FNV-1a, 32 bits, over UTF-16 code units; the upper half is folded in, since the lower bits choose. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
