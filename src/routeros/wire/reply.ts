import { isUtf8 } from 'node:buffer';
import type { RawSentence } from './sentence.ts';
import { type DecodeText, verbatim } from './words.ts';

/** Properties of one row as the router spelt them. Without a prototype: a property may be called `__proto__`. */
export type RouterOsRow = Readonly<Record<string, string>>;

const octets = Symbol('octets');

/** A property whose octets are no UTF-8, as text that is written as just these (`verbatim`); absent for all others. */
export function writtenAs(row: RouterOsRow, name: string): string | undefined {
  return (row as { readonly [octets]?: RouterOsRow })[octets]?.[name];
}

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
 * Turns reply sentences into text, few calls to native code for each. Rows of one print hold the same names in the same
 * order, and often the same values: those of the row before are tried first and shared.
 */
export class ReplyParser {
  readonly #decode: DecodeText;
  readonly #names: string[] = [];
  /** ASCII all of them. */
  readonly #values: string[] = [];

  constructor(decode: DecodeText) {
    this.#decode = decode;
  }

  /** Position in the sentence means nothing: `.tag` is found wherever it stands. */
  parse({ data, bounds }: RawSentence): Reply {
    const from = bounds[0] ?? 0;
    const to = bounds.at(-1) ?? 0;
    const text = data.toString('latin1', from, to);
    // What is not ASCII takes two octets each in UTF-8.
    const ascii = Buffer.byteLength(text, 'utf8') === text.length;
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
        attributes[name] = this.#value(text, value, end, column, ascii, data, from);
        if (!ascii) keepOctets(attributes, name, data.subarray(from + value, from + end));
        column += 1;
      } else if (first === dot && text.startsWith(tagPrefix, start)) {
        tag = text.slice(start + tagPrefix.length, end);
      } else {
        bare += `${bare === '' ? '' : ' '}${this.#text(text, start, end, data, from)}`;
      }
    }
    const word = text.slice(0, (bounds[1] ?? 0) - from);
    return tag === undefined ? { word, attributes, text: bare } : { word, tag, attributes, text: bare };
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

  #value(text: string, start: number, end: number, column: number, ascii: boolean, data: Buffer, from: number): string {
    const known = this.#values[column];
    if (known !== undefined && isAt(known, text, start, end)) return known;
    if (!ascii && !isAsciiIn(text, start, end)) return this.#decode(data.subarray(from + start, from + end));
    // A long slice would keep the text of the whole sentence for as long as the value is kept.
    const value = end - start < copied ? text.slice(start, end) : data.toString('latin1', from + start, from + end);
    if (column < maxRemembered && value.length <= maxRememberedLength) this.#values[column] = value;
    return value;
  }

  #text(text: string, start: number, end: number, data: Buffer, from: number): string {
    if (!isAsciiIn(text, start, end)) return this.#decode(data.subarray(from + start, from + end));
    return text.slice(start, end);
  }
}

function keepOctets(row: Record<string, string>, name: string, value: Buffer): void {
  if (isUtf8(value)) return;
  const known = (row as { readonly [octets]?: RouterOsRow })[octets];
  // Nothing that goes through the properties of a row meets it.
  Object.defineProperty(row, octets, { value: { ...known, [name]: verbatim(value) }, configurable: true });
}

function isName(name: string, text: string, start: number, end: number): boolean {
  const after = start + name.length;
  return after <= end && text.charCodeAt(after) === equals && text.startsWith(name, start);
}

/** The last character first: values that count up differ there. */
function isAt(value: string, text: string, start: number, end: number): boolean {
  const length = end - start;
  if (value.length !== length) return false;
  if (length === 0) return true;
  return value.charCodeAt(length - 1) === text.charCodeAt(end - 1) && text.startsWith(value, start);
}

function isAsciiIn(octets: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (octets.charCodeAt(at) > 0x7f) return false;
  return true;
}

const maxRemembered = 256;
const maxRememberedLength = 64;
/** Slices of fewer characters than this V8 copies by itself. */
const copied = 13;

/** Makes objects that share hidden classes, which `Object.create(null)` does not, and inherit no names either. */
function Row(): void {}
Row.prototype = Object.freeze(Object.create(null));

function newRow(): Record<string, string> {
  return new (Row as unknown as new () => Record<string, string>)();
}
