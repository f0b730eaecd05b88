import { seemsSecret } from '../model/secret-places.ts';

/** A line with its secrets blotted out. */
export interface HiddenLine {
  readonly content: string;
  /** Where a column of the line as it was is now; both from 1. */
  readonly column: (was: number) => number;
}

const blot = '[secret]';
/** Longer lines are blotted out from there on where anything in them is a secret. */
const longest = 4096;

/**
 * Blots out what may be a secret, line after line from the top of a file: values of keys that are called like one, misspelt or
 * not, in any form, right or wrong. Rather too much than too little: frames end up in the logs of pull requests.
 */
export class LineHider {
  /** In a value that goes on below a key, which stands that far in. */
  #below: number | undefined;
  /** In quotes that were not closed. */
  #quote: string | undefined;
  readonly #told = new Map<string, boolean>();
  /** Nothing on a line can be trusted to end where it seems to: its YAML is wrong. */
  readonly #strict: boolean;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  line(raw: string): HiddenLine {
    const cuts: [from: number, to: number][] = [];
    let from = 0;
    if (this.#quote !== undefined) {
      const end = this.#strict ? -1 : endOfQuote(raw, 0, this.#quote);
      if (end !== -1) this.#quote = undefined;
      const indent = Math.max(0, raw.search(/\S/));
      cuts.push([indent, end === -1 ? raw.length : end]);
      from = end === -1 ? raw.length : end;
    } else if (this.#isBelow(raw)) {
      // Where a secret comes from is none.
      if (!sourceLine.test(raw)) cuts.push([raw.search(/\S/), raw.length]);
      from = raw.length;
    }
    this.#scan(raw, from, cuts);
    return hidden(
      raw,
      cuts.filter(([begin, end]) => end > begin && raw.slice(begin, end).trim() !== ''),
    );
  }

  #isBelow(raw: string): boolean {
    if (this.#below === undefined) return false;
    const indent = raw.search(/\S/);
    if (indent === -1) return false;
    if (indent > this.#below || (indent === this.#below && /^[-:] /.test(raw.slice(indent)))) return true;
    if (this.#strict && !anyKey.test(raw)) return true;
    this.#below = undefined;
    return false;
  }

  #scan(raw: string, begin: number, cuts: [number, number][]): void {
    const [, long = ''] = longKey.exec(raw) ?? [];
    if (long !== '' && this.#isSecret(long)) this.#below = raw.search(/\S/);
    const word = this.#strict ? anyWord : keyWord;
    const text = raw.slice(0, longest);
    word.lastIndex = begin;
    for (let found = word.exec(text); found !== null; found = word.exec(text)) {
      const [all, before = '', key = ''] = found;
      if (!this.#isSecret(key)) {
        word.lastIndex = found.index + Math.max(1, all.length - 1);
        continue;
      }
      const end = this.#value(raw, found.index + before.length, found.index + all.length, cuts);
      if (end >= text.length) return;
      word.lastIndex = end;
    }
  }

  /** Words are few, and lines many. */
  #isSecret(key: string): boolean {
    const known = this.#told.get(key) ?? seemsSecret(key);
    this.#told.set(key, known);
    return known;
  }

  /** Blots out a value. @returns where it ends */
  #value(raw: string, keyAt: number, after: number, cuts: [number, number][]): number {
    const rest = raw.slice(after);
    const at = after + Math.max(0, rest.search(/\S/));
    const toEnd = (from = at): number => {
      cuts.push([from, raw.length]);
      this.#below = keyAt;
      return raw.length;
    };
    if (rest.trim() === '' || rest.trimStart().startsWith('#') || /^[|>][-+0-9]*\s*(?:#.*)?$/.test(rest.trim())) {
      this.#below = keyAt;
      return raw.length;
    }
    const [source] = sourceMap.exec(raw.slice(at)) ?? [];
    if (source !== undefined) return at + source.length;
    if (this.#strict) {
      const mark = raw[at] ?? '';
      if (mark === '"' || mark === "'") this.#quote = endOfQuote(raw, at + 1, mark) === -1 ? mark : undefined;
      return toEnd();
    }
    const quote = raw[at] ?? '';
    if (quote === '"' || quote === "'") {
      const end = endOfQuote(raw, at + 1, quote);
      if (end === -1) this.#quote = quote;
      if (end === -1 || !/^\s*(?:[,}\]#].*)?$/.test(raw.slice(end))) return toEnd();
      cuts.push([at, end]);
      return end;
    }
    const isFlow = raw.slice(0, keyAt).includes('{');
    const length = isFlow && /^[\w./+=$-]/.test(quote) ? raw.slice(at).search(/\s*[,}]/) : -1;
    if (length === -1) return toEnd();
    cuts.push([at, at + length]);
    return at + length;
  }
}

/** Where a secret comes from, which is none. */
const sourceMap =
  /^\{\s*(?:env\s*:\s*"?LASTMILE_SECRET_\w+"?|derive\s*:\s*\d+|file\s*:\s*[^"'{},]+)\s*\}(?=\s*(?:[,}\]#]|$))/;
const sourceLine = /^\s*(?:env\s*:\s*"?LASTMILE_SECRET_\w+"?|derive\s*:\s*\d+|file\s*:\s*\S+)\s*(?:#.*)?$/;
/** What ends a value above it for certain: a key, or another document. */
const anyKey = /^\s*(?:- )*["']?[\w./-]+["']?\s*:(?:\s|$)|^---/;
/** A key in the long form: its value stands below. */
const longKey = /^\s*\?\s+["']?([\w.-]+)["']?\s*$/;

/** A key, or what was to be one: `password:`, `{password: `, `password=`. */
const keyWord = /(^|[\s{,["'?-])["']?([A-Za-z][\w.-]*)["']?\s*[:=]/g;
/** The same without its colon. */
const anyWord = /(^|[\s{,["'?-])["']?([A-Za-z][\w.-]*)["']?(?:\s*[:=]|\s)/g;

/** Just behind the mark that ends the quotes; -1 where none does. */
function endOfQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote !== "'" || text[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  return -1;
}

function hidden(raw: string, cuts: readonly (readonly [number, number])[]): HiddenLine {
  let content = '';
  let at = 0;
  for (const [from, to] of cuts) {
    content += raw.slice(at, from) + blot;
    at = to;
  }
  const column = (was: number): number => {
    let shift = 0;
    for (const [from, to] of cuts) {
      if (was - 1 >= to) shift += blot.length - (to - from);
      else if (was - 1 > from) return from + 1 + shift;
    }
    return was + shift;
  };
  return { content: content + raw.slice(at), column };
}
