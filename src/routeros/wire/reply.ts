import { isAscii } from 'node:buffer';
import type { RawSentence } from './sentence.ts';
import type { DecodeText } from './words.ts';

/** Properties of one row as the router spelt them. Without a prototype: a property may be called `__proto__`. */
export type RouterOsRow = Readonly<Record<string, string>>;

export interface Reply {
  /** `!re`, `!done`, `!trap`, `!fatal`, `!empty` (RouterOS 7.18 and later), or one we do not know. */
  readonly word: string;
  readonly tag?: string;
  readonly attributes: RouterOsRow;
  /** Bare words after the first: the reason after `!fatal`. */
  readonly text: string;
}

const equals = 0x3d;
const dot = 0x2e;
const tagPrefix = '.tag=';

/**
 * Turns reply sentences into text, one call to native code per sentence where it is ASCII. Rows of one print hold the
 * same names in the same order, so the names of the row before are tried first and shared.
 */
export class ReplyParser {
  readonly #decode: DecodeText;
  #names: string[] = [];

  constructor(decode: DecodeText) {
    this.#decode = decode;
  }

  /** Position in the sentence means nothing: `.tag` is found wherever it stands. */
  parse({ data, bounds }: RawSentence): Reply {
    const from = bounds[0] ?? 0;
    const to = bounds.at(-1) ?? 0;
    const text = data.toString('latin1', from, to);
    const ascii = isAscii(data.subarray(from, to));
    const attributes = newRow();
    let tag: string | undefined;
    let bare = '';
    for (let i = 2, column = 0; i < bounds.length; i += 2) {
      const start = (bounds[i] ?? 0) - from;
      const end = (bounds[i + 1] ?? 0) - from;
      const first = text.charCodeAt(start);
      if (first === equals) {
        const name = this.#name(text, start + 1, end, column);
        const value = start + 2 + name.length;
        attributes[name] = ascii ? text.slice(value, end) : this.#text(text, value, end, data, from);
        column += 1;
      } else if (first === dot && text.startsWith(tagPrefix, start)) {
        tag = text.slice(start + tagPrefix.length, end);
      } else {
        bare += `${bare === '' ? '' : ' '}${this.#text(text, start, end, data, from)}`;
      }
    }
    const word = text.slice(0, (bounds[1] ?? 0) - from);
    return { word, ...(tag === undefined ? {} : { tag }), attributes, text: bare };
  }

  /** The attribute name at `start`: octets as Latin-1, names being ASCII, so that its length is that of the octets. */
  #name(text: string, start: number, end: number, column: number): string {
    const expected = this.#names[column];
    if (expected !== undefined && isName(expected, text, start, end)) return expected;
    const at = text.indexOf('=', start);
    const name = text.slice(start, at === -1 || at > end ? end : at);
    if (column < maxRemembered) this.#names[column] = name;
    return name;
  }

  /** One value of a sentence that is not ASCII as a whole. */
  #text(text: string, start: number, end: number, data: Buffer, from: number): string {
    const octets = text.slice(start, end);
    return /[\x80-\xff]/.test(octets) ? this.#decode(data.subarray(from + start, from + end)) : octets;
  }
}

function isName(name: string, text: string, start: number, end: number): boolean {
  const after = start + name.length;
  return after <= end && text.charCodeAt(after) === equals && text.startsWith(name, start);
}

const maxRemembered = 256;

/** Makes objects that share hidden classes, which `Object.create(null)` does not, and inherit no names either. */
function Row(): void {}
Row.prototype = Object.freeze(Object.create(null));

function newRow(): Record<string, string> {
  return new (Row as unknown as new () => Record<string, string>)();
}
