import { PatternError } from './pattern-error.ts';
import { classEscape, type Ranges, readClass } from './regex-class.ts';

/** A part of a program: what one character may be, two ways to go on, an end of the text, or the end of the pattern. */
type Instruction =
  | { readonly op: 'one'; readonly of: Ranges; readonly isOther: boolean; readonly next: number }
  | { readonly op: 'split'; readonly to: readonly [number, number] }
  | { readonly op: 'begin' | 'end'; readonly next: number }
  | { readonly op: 'match' };

/** One that is not yet told where it goes on. */
type Draft = Record<string, unknown>;

const longestPattern = 1_000;
const largestProgram = 2_000;
const mostStates = 500;
const mostRepeats = 200;
const deepest = 50;

/**
 * A regular expression in the syntax of RE2, as far as it is asked for here, that looks at each character of a text once: no
 * pattern makes it slow, as `(a+)+$` makes those of JavaScript. It tells whether something in the text fits, not what.
 */
export class LinearRegex {
  readonly #program: readonly Instruction[];
  readonly #foldsCase: boolean;
  #states = new Map<string, State>();
  #first: State | undefined;

  /** @throws PatternError */
  constructor(pattern: string) {
    if (pattern.length > longestPattern) throw new PatternError(`it is longer than ${longestPattern} characters`, 0);
    const foldsCase = pattern.startsWith('(?i)');
    this.#foldsCase = foldsCase;
    this.#program = new Compiler(pattern, foldsCase ? 4 : 0).program();
  }

  /** Instructions: what a step may cost at most. */
  get size(): number {
    return this.#program.length;
  }

  /** @param spend told of each piece of work, before it is done; what it throws is thrown */
  test(text: string, spend: (steps: number) => void = () => undefined): boolean {
    spend(1 + (text.length >> 2));
    let state = this.#first ?? this.#stateOf([0], true, spend);
    this.#first = state;
    if (state.matches) return true;
    for (const character of text) {
      state = state.next.get(character) ?? this.#step(state, character, spend);
      if (state.matches) return true;
    }
    return state.matchesAtEnd;
  }

  #step(state: State, character: string, spend: (steps: number) => void): State {
    const codes = this.#foldsCase ? bothCases(character) : [character.codePointAt(0) ?? 0];
    const to: number[] = [];
    for (const at of state.at) {
      const instruction = this.#program[at];
      if (instruction?.op !== 'one') continue;
      if (codes.some((code) => isIn(instruction.of, code)) !== instruction.isOther) to.push(instruction.next);
    }
    // It may begin anywhere.
    const next = this.#stateOf([...to, 0], false, spend);
    state.next.set(character, next);
    return next;
  }

  #stateOf(from: readonly number[], atBegin: boolean, spend: (steps: number) => void): State {
    const at = this.#reached(from, atBegin, false);
    const key = `${atBegin}:${at.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    spend(at.length + this.#program.length);
    const isEnd = (each: readonly number[]) => each.some((place) => this.#program[place]?.op === 'match');
    const matches = isEnd(at);
    const matchesAtEnd = matches || isEnd(this.#reached(from, atBegin, true));
    const state: State = { at, matches, matchesAtEnd, next: new Map() };
    if (this.#states.size >= mostStates) {
      this.#states = new Map();
      this.#first = undefined;
    }
    this.#states.set(key, state);
    return state;
  }

  /** Instructions that can be reached without another character, in order. */
  #reached(from: readonly number[], atBegin: boolean, atEnd: boolean): readonly number[] {
    const found = new Set<number>();
    const left = [...from];
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      if (found.has(at)) continue;
      found.add(at);
      const instruction = this.#program[at];
      if (instruction?.op === 'split') left.push(...instruction.to);
      else if ((instruction?.op === 'begin' && atBegin) || (instruction?.op === 'end' && atEnd))
        left.push(instruction.next);
    }
    return [...found].sort((a, b) => a - b);
  }
}

interface State {
  readonly at: readonly number[];
  /** Something that fits has been seen. */
  readonly matches: boolean;
  /** The same, should the text end here. */
  readonly matchesAtEnd: boolean;
  readonly next: Map<string, State>;
}

function isIn(ranges: Ranges, code: number): boolean {
  return ranges.some(([from, to]) => from <= code && code <= to);
}

function bothCases(character: string): readonly number[] {
  const cases = [character, character.toLowerCase(), character.toUpperCase()];
  return cases.filter((each) => each.length === character.length).map((each) => each.codePointAt(0) ?? 0);
}

/** Where a piece of a program begins, and what is to be told where it goes on. */
interface Piece {
  readonly start: number;
  readonly open: readonly ((to: number) => void)[];
}

const anyButNewline: Ranges = [
  [0, 9],
  [11, 0x10ffff],
];

/** Of the usual construction: each piece is made once, and its ends are joined to what follows. */
class Compiler {
  readonly #pattern: string;
  readonly #out: Draft[] = [];
  #at: number;
  #depth = 0;

  constructor(pattern: string, at: number) {
    this.#pattern = pattern;
    this.#at = at;
  }

  program(): readonly Instruction[] {
    // The first instruction is where it begins, whatever is made first.
    const first = this.#add({ op: 'split', to: [0, 0] });
    const piece = this.#alternatives();
    if (this.#at < this.#pattern.length) throw new PatternError('a `)` that nothing opens', this.#at);
    this.#set(first, 'to', [piece.start, piece.start]);
    const end = this.#add({ op: 'match' });
    for (const join of piece.open) join(end);
    return this.#out as unknown as readonly Instruction[];
  }

  #alternatives(): Piece {
    const first = this.#sequence();
    if (this.#peek() !== '|') return first;
    this.#at += 1;
    return this.#either(first, this.#alternatives());
  }

  #sequence(): Piece {
    let whole: Piece | undefined;
    while (this.#at < this.#pattern.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const next = this.#repeated();
      whole = whole === undefined ? next : this.#joined(whole, next);
    }
    return whole ?? this.#nothing();
  }

  #repeated(): Piece {
    const from = this.#at;
    const piece = this.#atom();
    const sign = this.#peek();
    const repeated =
      sign === '*' || sign === '+' || sign === '?'
        ? this.#signed(piece, sign)
        : sign === '{'
          ? this.#counted(piece, from)
          : undefined;
    if (repeated === undefined) return piece;
    // How greedy it is makes no difference to whether something fits.
    if (this.#peek() === '?') this.#at += 1;
    if (['*', '+', '{'].includes(this.#peek() ?? '')) throw new PatternError('nothing to repeat', this.#at);
    return repeated;
  }

  #signed(piece: Piece, sign: '*' | '+' | '?'): Piece {
    this.#at += 1;
    return sign === '*' ? this.#anyTimes(piece) : sign === '+' ? this.#onceOrMore(piece) : this.#atMostOnce(piece);
  }

  /** @param from where the repeated part begins in the pattern: it is made as often as it may be there */
  #counted(first: Piece, from: number): Piece {
    const counts = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#pattern.slice(this.#at));
    if (counts === null) throw new PatternError('`{` begins a count as in {2,5}; else write \\{', this.#at);
    const [all, low = '0', comma, high] = counts;
    const least = Number(low);
    const most = comma === undefined ? least : high === undefined ? undefined : Number(high);
    if (least > mostRepeats || (most ?? 0) > mostRepeats)
      throw new PatternError(`more than ${mostRepeats} repetitions`, this.#at);
    if (most !== undefined && most < least) throw new PatternError('the second count is less than the first', this.#at);
    const after = this.#at + all.length;
    const again = () => {
      this.#at = from;
      return this.#atom();
    };
    const piece = this.#times(first, again, least, most);
    this.#at = after;
    return piece;
  }

  #times(first: Piece, again: () => Piece, least: number, most: number | undefined): Piece {
    if (most === 0) return this.#nothing();
    if (least === 0 && most === undefined) return this.#anyTimes(first);
    let whole = least === 0 ? this.#atMostOnce(first) : first;
    for (let made = 1; made < (most ?? least); made += 1)
      whole = this.#joined(whole, made < least ? again() : this.#atMostOnce(again()));
    return most === undefined ? this.#joined(whole, this.#anyTimes(again())) : whole;
  }

  #joined(first: Piece, second: Piece): Piece {
    for (const join of first.open) join(second.start);
    return { start: first.start, open: second.open };
  }

  #atom(): Piece {
    const at = this.#at;
    const character = this.#take();
    switch (character) {
      case '(':
        return this.#group(at);
      case '[': {
        const { ranges, isOther, next } = readClass(this.#pattern, this.#at);
        this.#at = next;
        return this.#one(ranges, isOther);
      }
      case '.':
        return this.#one(anyButNewline);
      case '^':
        return this.#assertion('begin');
      case '$':
        return this.#assertion('end');
      case '\\':
        return this.#one(this.#escape(at));
      case '*':
      case '+':
      case '?':
      case '{':
        throw new PatternError('nothing to repeat', at);
      default: {
        const code = character.codePointAt(0) ?? 0;
        return this.#one([[code, code]]);
      }
    }
  }

  #group(at: number): Piece {
    if (this.#peek() === '?') {
      if (this.#pattern[this.#at + 1] !== ':')
        throw new PatternError('of `(?`, only (?: … ) and (?i) at the very beginning are known', at);
      this.#at += 2;
    }
    this.#depth += 1;
    if (this.#depth > deepest) throw new PatternError(`groups more than ${deepest} deep`, at);
    const piece = this.#alternatives();
    this.#depth -= 1;
    if (this.#peek() !== ')') throw new PatternError('a `(` that nothing closes', at);
    this.#at += 1;
    return piece;
  }

  #escape(at: number): Ranges {
    const { ranges, next } = classEscape(this.#pattern, at);
    this.#at = next;
    return ranges;
  }

  #one(of: Ranges, isOther = false): Piece {
    const at = this.#add({ op: 'one', of, isOther, next: 0 });
    return { start: at, open: [(to) => this.#set(at, 'next', to)] };
  }

  #assertion(op: 'begin' | 'end'): Piece {
    const at = this.#add({ op, next: 0 });
    return { start: at, open: [(to) => this.#set(at, 'next', to)] };
  }

  #nothing(): Piece {
    const at = this.#add({ op: 'split', to: [0, 0] });
    return { start: at, open: [(to) => this.#set(at, 'to', [to, to])] };
  }

  #either(a: Piece, b: Piece): Piece {
    return { start: this.#add({ op: 'split', to: [a.start, b.start] }), open: [...a.open, ...b.open] };
  }

  #anyTimes(piece: Piece): Piece {
    const at = this.#add({ op: 'split', to: [piece.start, 0] });
    for (const join of piece.open) join(at);
    return { start: at, open: [(to) => this.#set(at, 'to', [piece.start, to])] };
  }

  #onceOrMore(piece: Piece): Piece {
    return { start: piece.start, open: this.#anyTimes(piece).open };
  }

  #atMostOnce(piece: Piece): Piece {
    const at = this.#add({ op: 'split', to: [piece.start, 0] });
    return { start: at, open: [...piece.open, (to) => this.#set(at, 'to', [piece.start, to])] };
  }

  #add(instruction: Instruction): number {
    if (this.#out.length >= largestProgram)
      throw new PatternError('it is too large: fewer or smaller counts', this.#at);
    this.#out.push({ ...instruction });
    return this.#out.length - 1;
  }

  #set(at: number, field: 'next' | 'to', value: unknown): void {
    const instruction = this.#out[at];
    if (instruction !== undefined) instruction[field] = value;
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at];
  }

  #take(): string {
    const code = this.#pattern.codePointAt(this.#at) ?? 0;
    const character = String.fromCodePoint(code);
    this.#at += character.length;
    return character;
  }
}
