import { RouterTrap } from '../trap.ts';
import type { Position } from './syntax.ts';

/** A script being read, character by character. */
export class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next character; empty at the end. */
  peek(ahead = 0): string {
    return this.#text[this.#at + ahead] ?? '';
  }

  next(): string {
    const character = this.peek();
    this.#at += 1;
    return character;
  }

  /** Goes on behind `text` if that comes next. */
  take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** What a sticky pattern matches here, going on behind it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === '') return undefined;
    this.#at += found.length;
    return found;
  }

  looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  /** Blanks, and line ends that a backslash hides. */
  skipBlanks(): void {
    this.match(blanks);
  }

  /** Line ends too, and comments. */
  skipSpace(): void {
    while (this.match(space) !== undefined || this.match(remark) !== undefined);
  }

  /** Blanks, line ends, semicolons and comments: what stands between statements. */
  skipSeparators(): void {
    while (this.match(separators) !== undefined || this.match(remark) !== undefined);
  }

  get position(): Position {
    const before = this.#text.slice(0, this.#at).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }

  /** @throws RouterTrap in the words of the console */
  fail(what = 'syntax error', at = this.position): never {
    throw syntaxError(what, at);
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail();
  }
}

export function syntaxError(what: string, { line, column }: Position): RouterTrap {
  return new RouterTrap(`${what} (line ${line} column ${column})`);
}

const blanks = /(?:[ \t]|\\\r?\n)+/y;
const space = /(?:\s|\\\r?\n)+/y;
const separators = /(?:[\s;]|\\\r?\n)+/y;
const remark = /#[^\n]*/y;
