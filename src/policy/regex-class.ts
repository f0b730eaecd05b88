import { PatternError } from './pattern-error.ts';

/** Code points from and to, both included. */
export type Ranges = readonly (readonly [number, number])[];

interface Read {
  readonly ranges: Ranges;
  /** All but these. */
  readonly isOther?: boolean;
  /** Where the pattern goes on. */
  readonly next: number;
}

const last = 0x10ffff;
const digit: Ranges = [[48, 57]];
const word: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const space: Ranges = [
  [9, 10],
  [12, 13],
  [32, 32],
];
const named: Readonly<Record<string, Ranges>> = {
  d: digit,
  w: word,
  s: space,
  D: others(digit),
  W: others(word),
  S: others(space),
};
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11 };

/** What follows the `\` at `at`. @throws PatternError */
export function classEscape(pattern: string, at: number): Read {
  const letter = pattern[at + 1];
  if (letter === undefined) throw new PatternError('a `\\` that nothing follows', at);
  const ranges = named[letter];
  if (ranges !== undefined) return { ranges, next: at + 2 };
  const control = controls[letter];
  if (control !== undefined) return { ranges: [[control, control]], next: at + 2 };
  if (/[a-zA-Z0-9]/.test(letter)) throw new PatternError(`\\${letter} is not known here`, at);
  const code = pattern.codePointAt(at + 1) ?? 0;
  return { ranges: [[code, code]], next: at + 1 + String.fromCodePoint(code).length };
}

/** A class whose `[` stands before `at`. @throws PatternError */
export function readClass(pattern: string, at: number): Read {
  const begin = at - 1;
  const isOther = pattern[at] === '^';
  let place = isOther ? at + 1 : at;
  const found: (readonly [number, number])[] = [];
  for (let isFirst = true; isFirst || pattern[place] !== ']'; isFirst = false) {
    if (place >= pattern.length) throw new PatternError('a `[` that nothing closes', begin);
    const low = readOne(pattern, place);
    place = low.next;
    const isRange = pattern[place] === '-' && pattern[place + 1] !== ']' && pattern[place + 1] !== undefined;
    if (!isRange) {
      found.push(...low.ranges);
      continue;
    }
    const high = readOne(pattern, place + 1);
    const [from, to] = [single(low), single(high)];
    if (from === undefined || to === undefined || from > to)
      throw new PatternError('a range that ends before it begins, or of more than characters', place);
    found.push([from, to]);
    place = high.next;
  }
  return { ranges: found, isOther, next: place + 1 };
}

function readOne(pattern: string, at: number): Read {
  if (pattern[at] === '\\') return classEscape(pattern, at);
  const code = pattern.codePointAt(at) ?? 0;
  return { ranges: [[code, code]], next: at + String.fromCodePoint(code).length };
}

function single({ ranges }: Read): number | undefined {
  const [first, second] = ranges;
  return second === undefined && first !== undefined && first[0] === first[1] ? first[0] : undefined;
}

function others(ranges: Ranges): Ranges {
  const found: (readonly [number, number])[] = [];
  let from = 0;
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (low > from) found.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= last) found.push([from, last]);
  return found;
}
