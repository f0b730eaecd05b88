import { LastmileError } from '../../base/errors.ts';

/** The other side does not speak the RouterOS API, or promised more than we take: the stream cannot be read on. */
export class WireError extends LastmileError {
  readonly code = 'LM_ROUTEROS_WIRE';
  readonly retry = 'backoff';
}

/** We were about to send something that is no word of the RouterOS API: a fault of ours, or a hostile name. */
export class WordError extends LastmileError {
  readonly code = 'LM_ROUTEROS_WORD';
  readonly retry = 'never';
}

/** What one sentence may hold before {@link SentenceReader} refuses it. */
export interface SentenceLimits {
  readonly maxWordBytes?: number;
  /** Words with their length prefixes. */
  readonly maxSentenceBytes?: number;
  readonly maxWords?: number;
}

/** A complete sentence inside a larger buffer: word `i` is `data[bounds[2i]]` up to `data[bounds[2i + 1]]`. */
export interface RawSentence {
  readonly data: Buffer;
  readonly bounds: readonly number[];
}

/**
 * One sentence as the RouterOS API frames it: every word behind its length, then the empty word that ends it.
 *
 * @param words text is sent as UTF-8
 * @throws WordError on an empty word: it would end the sentence and make the rest another command
 */
export function encodeSentence(words: readonly (string | Uint8Array)[]): Buffer {
  const lengths = words.map(byteLength);
  const total = lengths.reduce((sum, length) => sum + prefixSize(length) + length, 1);
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const [index, word] of words.entries()) {
    at = writePrefix(out, at, lengths[index] ?? 0);
    at += typeof word === 'string' ? out.write(word, at, 'utf8') : copyInto(out, at, word);
  }
  out[at] = 0;
  return out;
}

/** The words of a sentence as views, not copies. */
export function wordsOf({ data, bounds }: RawSentence): Buffer[] {
  const words: Buffer[] = [];
  for (let i = 0; i < bounds.length; i += 2) words.push(data.subarray(bounds[i], bounds[i + 1]));
  return words;
}

/**
 * Cuts a byte stream into sentences, however it was cut into chunks. Empty sentences are skipped. Nothing is reserved
 * for bytes that were promised but have not come, and every byte is copied a bounded number of times.
 */
export class SentenceReader {
  readonly #maxWordBytes: number;
  readonly #maxSentenceBytes: number;
  readonly #maxBounds: number;
  #data: Buffer = Buffer.alloc(0);
  /** Whether `#data` is ours to append to, rather than a chunk of the caller's. */
  #owned = false;
  #end = 0;
  /** Where the sentence being read begins, and where its next word does. */
  #start = 0;
  #at = 0;
  #bounds: number[] = [];
  #returned = false;

  constructor(limits: SentenceLimits = {}) {
    this.#maxWordBytes = limits.maxWordBytes ?? 16 * 2 ** 20;
    this.#maxSentenceBytes = limits.maxSentenceBytes ?? 32 * 2 ** 20;
    this.#maxBounds = 2 * (limits.maxWords ?? 4096);
  }

  /**
   * All sentences that `chunk` completes. Words are views that may reach into `chunk`: leave it unchanged.
   *
   * @throws WireError on a control byte or a limit; from then on always
   */
  push(chunk: Uint8Array): Buffer[][] {
    this.feed(chunk);
    const sentences: Buffer[][] = [];
    for (let next = this.next(); next !== undefined; next = this.next()) sentences.push(wordsOf(next));
    return sentences;
  }

  /** Takes bytes without reading them. For a reader that may stop between two sentences of a chunk. */
  feed(chunk: Uint8Array): void {
    this.#forgetReturned();
    if (this.#start === this.#end) this.#adopt(chunk);
    else this.#append(chunk);
  }

  /**
   * The next complete sentence, valid until the following call of `next` or `feed`.
   *
   * @throws WireError as {@link push}, after every sentence before the fault was returned
   */
  next(): RawSentence | undefined {
    this.#forgetReturned();
    const data = this.#data;
    for (;;) {
      const size = this.#prefixSize();
      if (size === undefined) return undefined;
      const from = this.#at + size;
      const length = readLength(data, this.#at, size);
      if (length === 0) {
        this.#at = from;
        if (this.#bounds.length > 0) {
          this.#returned = true;
          return { data, bounds: this.#bounds };
        }
        this.#start = from;
        continue;
      }
      this.#admit(from, length);
      if (from + length > this.#end) return undefined;
      this.#at = from + length;
      this.#bounds.push(from, this.#at);
    }
  }

  /** Octets of the next word's prefix, once all of them are here. */
  #prefixSize(): number | undefined {
    if (this.#at >= this.#end) return undefined;
    const first = this.#data[this.#at] ?? 0;
    if (first > 0xf0) {
      throw new WireError(`received the reserved control byte 0x${first.toString(16)}: not the RouterOS API?`);
    }
    const size = first < 0x80 ? 1 : first < 0xc0 ? 2 : first < 0xe0 ? 3 : first < 0xf0 ? 4 : 5;
    return this.#at + size > this.#end ? undefined : size;
  }

  #admit(from: number, length: number): void {
    if (length > this.#maxWordBytes) {
      throw new WireError(`received a word of ${length} octets, ${this.#maxWordBytes} are allowed`);
    }
    if (from + length - this.#start >= this.#maxSentenceBytes) {
      throw new WireError(`received a sentence of more than ${this.#maxSentenceBytes} octets`);
    }
    if (this.#bounds.length >= this.#maxBounds) {
      throw new WireError(`received a sentence of more than ${this.#maxBounds / 2} words`);
    }
  }

  #forgetReturned(): void {
    if (!this.#returned) return;
    this.#returned = false;
    this.#start = this.#at;
    this.#bounds.length = 0;
  }

  #adopt(chunk: Uint8Array): void {
    this.#data = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#owned = false;
    this.#end = chunk.byteLength;
    this.#start = 0;
    this.#at = 0;
  }

  /** Puts `chunk` behind the unfinished sentence. Grows by doubling, so that one-octet chunks cost no more in sum. */
  #append(chunk: Uint8Array): void {
    const kept = this.#end - this.#start;
    if (!this.#owned || this.#start > 0 || kept + chunk.byteLength > this.#data.length) {
      const grown = Buffer.allocUnsafe(Math.max(kept + chunk.byteLength, 2 * kept));
      this.#data.copy(grown, 0, this.#start, this.#end);
      this.#bounds = this.#bounds.map((bound) => bound - this.#start);
      this.#at -= this.#start;
      this.#data = grown;
      this.#owned = true;
      this.#start = 0;
    }
    this.#data.set(chunk, kept);
    this.#end = kept + chunk.byteLength;
  }
}

function byteLength(word: string | Uint8Array): number {
  const length = typeof word === 'string' ? Buffer.byteLength(word, 'utf8') : word.byteLength;
  if (length === 0) throw new WordError('a word may not be empty: it would end the sentence');
  return length;
}

function copyInto(out: Buffer, at: number, word: Uint8Array): number {
  out.set(word, at);
  return word.byteLength;
}

function prefixSize(length: number): number {
  return length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x20_0000 ? 3 : length < 0x1000_0000 ? 4 : 5;
}

function writePrefix(out: Buffer, at: number, length: number): number {
  switch (prefixSize(length)) {
    case 1:
      return out.writeUInt8(length, at);
    case 2:
      return out.writeUInt16BE(length + 0x8000, at);
    case 3:
      return out.writeUIntBE(length + 0xc0_0000, at, 3);
    case 4:
      return out.writeUInt32BE(length + 0xe000_0000, at);
    default:
      return out.writeUInt32BE(length, out.writeUInt8(0xf0, at));
  }
}

function readLength(data: Buffer, at: number, size: number): number {
  switch (size) {
    case 1:
      return data[at] ?? 0;
    case 2:
      return data.readUInt16BE(at) - 0x8000;
    case 3:
      return data.readUIntBE(at, 3) - 0xc0_0000;
    case 4:
      return data.readUInt32BE(at) - 0xe000_0000;
    default:
      return data.readUInt32BE(at + 1);
  }
}
