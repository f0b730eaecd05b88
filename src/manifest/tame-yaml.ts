import { coreScalar } from './plain-scalar.ts';
import type { Plain } from './plain-value.ts';
import { maxCharacters } from './yaml-file.ts';

/** A document of a text that was read without its nodes. */
export interface TameDocument {
  readonly value: { readonly [key: string]: Plain };
  /** Where its first key stands. */
  readonly start: Place;
  /** Where each entry of its top-level `items` begins: its first key. */
  readonly items: readonly Place[];
}

/** From 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Reads YAML of the form that nearly every file of subscribers has, twenty times as fast as the parser that keeps a node for
 * each value: maps and lists in blocks, scalars and flow collections of one line, plain keys. `undefined` for any other text,
 * be it right or wrong: then the parser is to read it, and to say what is wrong. What this reads, it reads as the parser does.
 */
export function readTameYaml(source: string): readonly TameDocument[] | undefined {
  if (source.length > maxCharacters) return undefined;
  const text = (source.charCodeAt(0) === 0xfeff ? source.slice(1) : source).replaceAll('\r\n', '\n');
  if (strange.test(text)) return undefined;
  try {
    return new Reader(text).documents();
  } catch (error) {
    if (error === otherwise) return undefined;
    throw error;
  }
}

/** Control and direction characters, tabs, line ends that are none in YAML, byte order marks, halves of characters. */
const strange =
  /[^\n\u0020-\u007e\u00a0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

const otherwise = Symbol('to be read by the parser');
const deepest = 20;
const longestKey = 200;

const [newline, space, quote, hash, apostrophe, comma, dash, colon] = [10, 32, 34, 35, 39, 44, 45, 58] as const;
const [openSquare, backslash, closeSquare, openCurly, closeCurly] = [91, 92, 93, 123, 125] as const;

/** Letters, digits, and what stands in keys of ours: `_`, `.`, `/`, `-`. */
const inKey = tableOf('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-');
const beginsKey = tableOf('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_');
/** What a plain scalar cannot begin with, and what is seldom enough to be left to the parser. */
const neverFirst = tableOf('-?:,[]{}#&*!|>\'"%@`<=');

function tableOf(letters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const letter of letters) table[letter.charCodeAt(0)] = 1;
  return table;
}

type Fields = Record<string, Plain>;

/** Stands at the first character of a line, or within a value. */
class Reader {
  readonly #text: string;
  #at = 0;
  /** Where the line begins, and its number. */
  #lineStart = 0;
  #line = 0;
  /** Spaces before its first character; -1 at the end of a document. */
  #indent = -1;
  /** The document ends with a mark, after which another begins. */
  #marked = false;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  documents(): readonly TameDocument[] {
    const documents: TameDocument[] = [];
    this.#nextLine();
    if (this.#marked) this.#afterMark();
    for (;;) {
      // Without contents, what counts as a document is a matter of its own.
      if (this.#indent !== 0) throw otherwise;
      const start = this.#place(this.#at);
      const items: Place[] = [];
      documents.push({ value: this.#map(0, items), start, items });
      if (!this.#marked) return documents;
      this.#afterMark();
    }
  }

  #map(indent: number, items?: Place[]): Fields {
    this.#deeper();
    const map: Fields = {};
    for (;;) {
      const key = this.#key();
      if (key === undefined || Object.hasOwn(map, key)) throw otherwise;
      map[key] = this.#valueOf(indent, key === 'items' ? items : undefined);
      if (this.#indent === indent) continue;
      if (this.#indent > indent) throw otherwise;
      this.#depth -= 1;
      return map;
    }
  }

  /** After the colon of a key: what is on its line, or below. */
  #valueOf(indent: number, items: Place[] | undefined): Plain {
    if (!this.#isLineOver()) {
      const value = this.#inline();
      if (items !== undefined) throw otherwise;
      this.#endLine();
      return value;
    }
    this.#nextLine();
    const isList = this.#isDash();
    if (this.#indent > indent) return isList ? this.#list(this.#indent, items) : this.#map(this.#indent);
    return this.#indent === indent && isList ? this.#list(indent, items) : null;
  }

  #list(indent: number, items?: Place[]): Plain {
    this.#deeper();
    const list: Plain[] = [];
    while (this.#indent === indent && this.#isDash()) {
      this.#at += 1;
      while (this.#code() === space) this.#at += 1;
      const begin = this.#at;
      // An entry that begins on the next line, or is a list itself.
      if (this.#code() === newline || this.#at >= this.#text.length || this.#isDash()) throw otherwise;
      items?.push(this.#place(this.#code() === openCurly ? this.#firstInFlow(begin) : begin));
      list.push(this.#entry(begin - this.#lineStart));
    }
    if (this.#indent > indent) throw otherwise;
    this.#depth -= 1;
    return list;
  }

  #entry(indent: number): Plain {
    const begin = this.#at;
    if (this.#key() !== undefined) {
      this.#at = begin;
      this.#indent = indent;
      return this.#map(indent);
    }
    this.#at = begin;
    const value = this.#inline();
    this.#endLine();
    return value;
  }

  /** The key here, and behind its colon. `undefined` where none of ours stands. */
  #key(): string | undefined {
    const begin = this.#at;
    let at = begin;
    let code = this.#text.charCodeAt(at);
    if (code > 127 || beginsKey[code] !== 1) return undefined;
    while (code <= 127 && inKey[code] === 1) {
      at += 1;
      code = this.#text.charCodeAt(at);
    }
    if (code !== colon || at - begin > longestKey) return undefined;
    const next = this.#text.charCodeAt(at + 1);
    if (next !== space && next !== newline && at + 1 < this.#text.length) return undefined;
    const key = this.#text.slice(begin, at);
    if (key === '__proto__' || typeof coreScalar(key) !== 'string') throw otherwise;
    this.#at = at + 1;
    return key;
  }

  #inline(): Plain {
    switch (this.#code()) {
      case quote:
        return this.#doubleQuoted();
      case apostrophe:
        return this.#singleQuoted();
      case openCurly:
        return this.#flowMap();
      case openSquare:
        return this.#flowList();
      default:
        return this.#plain();
    }
  }

  /** To the end of the line, or a comment. */
  #plain(): Plain {
    const text = this.#text;
    const begin = this.#at;
    this.#checkFirst(begin);
    const found = text.indexOf('\n', begin);
    let end = found === -1 ? text.length : found;
    for (let at = begin; at < end; at += 1) {
      const code = text.charCodeAt(at);
      if (code === colon && (at + 1 === end || text.charCodeAt(at + 1) === space)) throw otherwise;
      if (code === hash && text.charCodeAt(at - 1) === space) end = at;
    }
    while (text.charCodeAt(end - 1) === space) end -= 1;
    this.#at = end;
    return coreScalar(text.slice(begin, end));
  }

  /** To what ends it in a flow collection. */
  #flowPlain(): Plain {
    const text = this.#text;
    const begin = this.#at;
    this.#checkFirst(begin);
    let at = begin;
    for (let code = text.charCodeAt(at); code !== comma && code !== closeCurly && code !== closeSquare; ) {
      const next = text.charCodeAt(at + 1);
      const isOpen = code === openCurly || code === openSquare || code === newline || code === hash;
      if (isOpen || Number.isNaN(next) || (code === colon && endsFlowKey(next))) throw otherwise;
      at += 1;
      code = next;
    }
    this.#at = at;
    let end = at;
    while (text.charCodeAt(end - 1) === space) end -= 1;
    return coreScalar(text.slice(begin, end));
  }

  #checkFirst(at: number): void {
    const code = this.#text.charCodeAt(at);
    if (code === dash) {
      const next = this.#text.charCodeAt(at + 1);
      if (next < 128 && inKey[next] === 1 && next !== dash) return;
    }
    if (Number.isNaN(code) || code === newline || (code < 128 && neverFirst[code] === 1)) throw otherwise;
  }

  #doubleQuoted(): string {
    const text = this.#text;
    const begin = this.#at + 1;
    let isPlain = true;
    for (let at = begin; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === newline) throw otherwise;
      if (code === backslash) {
        isPlain = false;
        at += 1;
      } else if (code === quote) {
        this.#at = at + 1;
        const inside = text.slice(begin, at);
        return isPlain ? inside : unescaped(inside);
      }
    }
    throw otherwise;
  }

  #singleQuoted(): string {
    const text = this.#text;
    const begin = this.#at + 1;
    for (let at = begin; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === newline) throw otherwise;
      if (code !== apostrophe) continue;
      if (text.charCodeAt(at + 1) !== apostrophe) {
        this.#at = at + 1;
        return text.slice(begin, at).replaceAll("''", "'");
      }
      at += 1;
    }
    throw otherwise;
  }

  #flowMap(): Plain {
    this.#deeper();
    const map: Fields = {};
    this.#at += 1;
    this.#skipSpaces();
    if (this.#code() === closeCurly) return this.#closed(map);
    for (;;) {
      const key = this.#flowKey();
      if (Object.hasOwn(map, key)) throw otherwise;
      this.#skipSpaces();
      map[key] = this.#flowValue();
      if (!this.#more(closeCurly)) return this.#closed(map);
    }
  }

  #flowKey(): string {
    if (this.#code() !== quote) {
      const key = this.#key();
      if (key === undefined) throw otherwise;
      return key;
    }
    const key = this.#doubleQuoted();
    if (this.#code() !== colon || key === '__proto__' || key.length > longestKey) throw otherwise;
    this.#at += 1;
    return key;
  }

  #flowList(): Plain {
    this.#deeper();
    const list: Plain[] = [];
    this.#at += 1;
    this.#skipSpaces();
    if (this.#code() === closeSquare) return this.#closed(list);
    for (;;) {
      list.push(this.#flowValue());
      if (!this.#more(closeSquare)) return this.#closed(list);
    }
  }

  #flowValue(): Plain {
    switch (this.#code()) {
      case quote:
        return this.#doubleQuoted();
      case apostrophe:
        return this.#singleQuoted();
      case openCurly:
        return this.#flowMap();
      case openSquare:
        return this.#flowList();
      default:
        return this.#flowPlain();
    }
  }

  /** After a value: another follows, or the end of the collection. */
  #more(close: number): boolean {
    this.#skipSpaces();
    if (this.#code() === close) return false;
    if (this.#code() !== comma) throw otherwise;
    this.#at += 1;
    this.#skipSpaces();
    return true;
  }

  #closed<T>(value: T): T {
    this.#at += 1;
    this.#depth -= 1;
    return value;
  }

  /** Where a flow map has its first key; where it has none, its begin. */
  #firstInFlow(begin: number): number {
    let at = begin + 1;
    while (this.#text.charCodeAt(at) === space) at += 1;
    return this.#text.charCodeAt(at) === closeCurly ? begin : at;
  }

  /** After a value, nothing but a comment may follow; no line below may go on with it. */
  #endLine(): void {
    if (!this.#isLineOver()) throw otherwise;
    this.#nextLine();
  }

  /** Past spaces: is nothing left of the line but a comment? */
  #isLineOver(): boolean {
    const begin = this.#at;
    this.#skipSpaces();
    const code = this.#code();
    return code === newline || this.#at >= this.#text.length || (code === hash && this.#at > begin);
  }

  /** To the first character of the next line that has any. */
  #nextLine(): void {
    const text = this.#text;
    this.#marked = false;
    let start = this.#line === 0 ? 0 : text.indexOf('\n', this.#at) + 1;
    if (this.#line > 0 && start === 0) start = text.length;
    for (;;) {
      this.#line += 1;
      this.#lineStart = start;
      let at = start;
      while (text.charCodeAt(at) === space) at += 1;
      this.#at = at;
      if (at >= text.length) {
        this.#indent = -1;
        return;
      }
      const code = text.charCodeAt(at);
      if (code !== newline && code !== hash) {
        this.#begins(at - start);
        return;
      }
      const end = code === newline ? at : text.indexOf('\n', at);
      if (end === -1) {
        this.#at = text.length;
        this.#indent = -1;
        return;
      }
      start = end + 1;
    }
  }

  #begins(indent: number): void {
    this.#indent = indent;
    if (indent > 0) return;
    const code = this.#code();
    // Directives, the end of a document, and what only looks like the begin of one.
    if (code === 37 || this.#text.startsWith('...', this.#at)) throw otherwise;
    if (code !== dash || !this.#text.startsWith('---', this.#at)) return;
    this.#indent = -1;
    this.#marked = true;
    this.#at += 3;
    if (!this.#isLineOver()) throw otherwise;
  }

  #afterMark(): void {
    this.#nextLine();
    if (this.#marked) throw otherwise;
  }

  #isDash(): boolean {
    if (this.#code() !== dash) return false;
    const next = this.#text.charCodeAt(this.#at + 1);
    return next === space || next === newline || Number.isNaN(next);
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > deepest) throw otherwise;
  }

  #skipSpaces(): void {
    while (this.#text.charCodeAt(this.#at) === space) this.#at += 1;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #place(at: number): Place {
    return { line: this.#line, column: at - this.#lineStart + 1 };
  }
}

function endsFlowKey(code: number): boolean {
  return code === space || code === comma || code === newline || isFlowMark(code);
}

function isFlowMark(code: number): boolean {
  return code === openCurly || code === closeCurly || code === openSquare || code === closeSquare;
}

/** Escapes that JSON has say the same in YAML. */
function unescaped(inside: string): string {
  if (/\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(inside.replaceAll('\\\\', ''))) throw otherwise;
  return JSON.parse(`"${inside}"`) as string;
}
