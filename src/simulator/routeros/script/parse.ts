import { readQuoted } from './quoted-text.ts';
import { Reader } from './reader.ts';
import {
  type BinaryOperator,
  blockArguments,
  type Comparison,
  type Condition,
  type Expression,
  type Statement,
} from './syntax.ts';

/**
 * Takes a script apart, as the console does before it runs any of it: an error anywhere keeps all of it from running.
 *
 * @throws RouterTrap in the words of the console, with line and column
 */
export function parseScript(source: string): readonly Statement[] {
  return new Parser(source).whole();
}

const name = /[A-Za-z0-9_][A-Za-z0-9_.-]*/y;
const variable = /[A-Za-z0-9]+/y;
/** What a value may hold without quotes. */
const bare = /[^\s;()[\]{}"$\\]+/y;
const bareInCondition = /[^\s;()[\]{}"$=~<>&|\\]+/y;
const named = /([A-Za-z][A-Za-z0-9_.-]*)=/y;

/** Brackets within brackets. */
const deepest = 100;

/** From the loosest to the tightest. */
const precedence: readonly (readonly (readonly [text: string, operator: BinaryOperator])[])[] = [
  [[',', ',']],
  [
    ['||', '||'],
    ['or ', '||'],
  ],
  [
    ['&&', '&&'],
    ['and ', '&&'],
  ],
  [
    ['!=', '!='],
    ['<=', '<='],
    ['>=', '>='],
    ['=', '='],
    ['<', '<'],
    ['>', '>'],
    ['~', '~'],
  ],
  [['.', '.']],
  [
    ['+', '+'],
    ['-', '-'],
  ],
  [
    ['*', '*'],
    ['/', '/'],
    ['%', '%'],
  ],
];

class Parser {
  readonly #reader: Reader;
  #depth = 0;

  constructor(source: string) {
    this.#reader = new Reader(source);
  }

  whole(): readonly Statement[] {
    const statements = this.#statements();
    if (!this.#reader.atEnd) this.#reader.fail();
    return statements;
  }

  /** Up to the end, or a bracket that closes. */
  #statements(): readonly Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      this.#reader.skipSeparators();
      if (this.#reader.atEnd || this.#closes()) return statements;
      statements.push(this.#statement());
    }
  }

  #closes(): boolean {
    return '])}'.includes(this.#reader.peek());
  }

  #statement(): Statement {
    const reader = this.#reader;
    const at = reader.position;
    if (reader.peek() === '{') {
      const body = this.#braces();
      return { ...nothing, words: ['do'], isBuiltIn: true, isAbsolute: true, positional: [body], at };
    }
    const isBuiltIn = reader.take(':');
    const isAbsolute = !isBuiltIn && reader.take('/');
    const words = isBuiltIn ? [reader.match(name) ?? reader.fail()] : this.#words();
    if (words.length === 0 && !isAbsolute) reader.fail();
    return { words, isBuiltIn, isAbsolute, at, ...this.#arguments(isBuiltIn ? `:${words[0]}` : (words.at(-1) ?? '')) };
  }

  /** Words of a menu and its command, parted by blanks or slashes, as far as they are bare. */
  #words(): readonly string[] {
    const reader = this.#reader;
    const words: string[] = [];
    for (;;) {
      reader.skipBlanks();
      if (reader.looksAt(named) || !reader.looksAt(/[A-Za-z0-9]/y)) return words;
      const word = reader.match(/[A-Za-z0-9][A-Za-z0-9_.:*,-]*/y) ?? reader.fail();
      words.push(word);
      if (endsWords.has(word)) return words;
      reader.take('/');
    }
  }

  #arguments(command: string): Pick<Statement, 'positional' | 'named' | 'cleared' | 'where'> {
    const reader = this.#reader;
    const positional: Expression[] = [];
    const values = new Map<string, Expression>();
    const cleared: string[] = [];
    for (;;) {
      reader.skipBlanks();
      if (this.#atEndOfStatement()) return { positional, named: values, cleared };
      if (this.#asksFrom(command)) {
        const where = this.#atEndOfStatement() ? undefined : this.#condition();
        return { positional, named: values, cleared, ...(where === undefined ? {} : { where }) };
      }
      const key = reader.match(named)?.slice(0, -1);
      if (key !== undefined) values.set(key, this.#value(key));
      else if (reader.match(/!(?=[A-Za-z])/y) !== undefined) cleared.push(reader.match(name) ?? reader.fail());
      else positional.push(this.#value(positional.length === 0 && (command === ':do' || command === 'do') ? 'do' : ''));
    }
  }

  /** Whether what follows asks for rows: all behind `find`, what is behind `where` of `print`. */
  #asksFrom(command: string): boolean {
    if (command !== 'find' && command !== 'print') return false;
    const said = this.#reader.match(/where(?![A-Za-z0-9=-])/y) !== undefined;
    this.#reader.skipBlanks();
    return said || command === 'find';
  }

  #atEndOfStatement(): boolean {
    return this.#reader.atEnd || this.#reader.looksAt(/[\r\n;\])}]/y);
  }

  /** @param key the argument: some take statements in their braces */
  #value(key: string): Expression {
    const reader = this.#reader;
    if (reader.peek() === '{') return blockArguments.has(key) ? this.#braces() : this.#array();
    if (key === 'while' || reader.looksAt(/["$([]/y)) return this.#primary();
    const text = reader.match(bare);
    if (text === undefined && key === '') reader.fail();
    // `comment=` with nothing behind it.
    return { type: 'text', text: text ?? '' };
  }

  /** @throws RouterTrap when brackets lie in brackets too deep */
  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > deepest) this.#reader.fail();
    const inner = read();
    this.#depth -= 1;
    return inner;
  }

  #braces(): Expression {
    this.#reader.expect('{');
    const statements = this.#nested(() => this.#statements());
    this.#reader.expect('}');
    return { type: 'block', statements };
  }

  #array(): Expression {
    const reader = this.#reader;
    const items: Expression[] = [];
    reader.expect('{');
    for (;;) {
      reader.skipSeparators();
      if (reader.take('}')) return { type: 'array', items };
      if (reader.atEnd) reader.fail();
      items.push(this.#nested(() => this.#value('')));
    }
  }

  /** A quoted text, a variable, a call, or an expression in parentheses. */
  #primary(): Expression {
    const reader = this.#reader;
    if (reader.take('"')) return readQuoted(reader, () => this.#inserted());
    if (reader.take('$')) return this.#inserted();
    if (reader.take('[')) return this.#call();
    if (reader.take('(')) return this.#parenthesised();
    return reader.fail();
  }

  /** Behind a `$`. */
  #inserted(): Expression {
    const reader = this.#reader;
    if (reader.take('[')) return this.#call();
    if (reader.take('(')) return this.#parenthesised();
    if (reader.take('"')) {
      const quoted = reader.match(/[^"]+/y) ?? reader.fail();
      reader.expect('"');
      return { type: 'variable', name: quoted };
    }
    return { type: 'variable', name: reader.match(variable) ?? reader.fail() };
  }

  #call(): Expression {
    const statements = this.#nested(() => this.#statements());
    this.#reader.expect(']');
    return { type: 'call', statements };
  }

  #parenthesised(): Expression {
    const inner = this.#nested(() => this.#expression(0));
    this.#reader.skipSpace();
    this.#reader.expect(')');
    return inner;
  }

  #expression(level: number): Expression {
    const operators = precedence[level];
    if (operators === undefined) return this.#unary();
    let left = this.#expression(level + 1);
    for (;;) {
      this.#reader.skipSpace();
      const found = operators.find(([text]) => this.#reader.take(text));
      if (found === undefined) return left;
      left = { type: 'binary', operator: found[1], left, right: this.#expression(level + 1) };
    }
  }

  #unary(): Expression {
    const reader = this.#reader;
    reader.skipSpace();
    const operator = (['!', '-'] as const).find((each) => reader.take(each));
    if (operator !== undefined) return { type: 'unary', operator, operand: this.#nested(() => this.#unary()) };
    if (reader.looksAt(/["$([]/y)) return this.#primary();
    if (reader.peek() === '{') return this.#array();
    // Addresses, times, ids, numbers and words: whatever holds no operator, but for the dots of an address.
    const text = reader.match(/\d+\.\d+\.\d+\.\d+(?:\/\d+)?|\*?[A-Za-z0-9_][A-Za-z0-9_:]*(?:-[A-Za-z]+)*/y);
    return { type: 'text', text: text ?? reader.fail() };
  }

  /** `a=b and !c or (d~"e" f=g)`: what stands side by side must all hold. */
  #condition(): Condition {
    let left = this.#conjunction();
    while (this.#joined(/(?:\|\||or(?![A-Za-z0-9-]))/y)) left = { type: 'or', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Condition {
    let left = this.#predicate();
    for (;;) {
      const joined = this.#joined(/(?:&&|and(?![A-Za-z0-9-]))/y);
      if (!joined && (this.#atEndOfStatement() || this.#reader.looksAt(/\|\||or(?![A-Za-z0-9-])/y))) return left;
      left = { type: 'and', left, right: this.#predicate() };
    }
  }

  #joined(word: RegExp): boolean {
    this.#reader.skipBlanks();
    const found = this.#reader.match(word) !== undefined;
    if (found) this.#reader.skipSpace();
    else this.#reader.skipBlanks();
    return found;
  }

  #predicate(): Condition {
    const reader = this.#reader;
    if (reader.take('!')) return { type: 'not', condition: this.#nested(() => this.#predicate()) };
    if (reader.take('(')) {
      reader.skipSpace();
      const inner = this.#nested(() => this.#condition());
      reader.skipSpace();
      reader.expect(')');
      return inner;
    }
    const property = reader.match(/\.?[A-Za-z][A-Za-z0-9_.-]*/y) ?? reader.fail();
    const operator = (['!=', '<=', '>=', '=', '<', '>', '~'] as const).find((each) => reader.take(each));
    if (operator === undefined) return { type: 'holds', property };
    return { type: 'compare', property, operator: operator satisfies Comparison, value: this.#conditionValue() };
  }

  #conditionValue(): Expression {
    if (this.#reader.looksAt(/["$([]/y)) return this.#primary();
    return { type: 'text', text: this.#reader.match(bareInCondition) ?? '' };
  }
}

/** Commands behind which no word can belong to the menu any more. */
const endsWords: ReadonlySet<string> = new Set([
  ...['add', 'set', 'remove', 'enable', 'disable', 'find', 'get', 'print', 'unset', 'move', 'comment', 'run', 'sign'],
  ...['reset-counters', 'info', 'warning', 'error'],
]);

const nothing: Pick<Statement, 'positional' | 'named' | 'cleared'> = { positional: [], named: new Map(), cleared: [] };
