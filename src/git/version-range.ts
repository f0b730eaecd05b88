/** A version as semver.org has it. */
interface Version {
  readonly numbers: readonly [number, number, number];
  /** Of one that comes before the release. Empty: it is released. */
  readonly before: readonly string[];
}

type Comparator = (version: Version) => boolean;

interface Part {
  readonly all: readonly Comparator[];
  /** Versions before a release are taken only of the same numbers as one that the range names. */
  readonly named: readonly Version[];
}

/** Any of its parts. */
export type Range = readonly Part[];

const versionPattern = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
const partialPattern =
  /^(\^|~|>=|<=|>|<|=)?v?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*])(?:-([0-9A-Za-z.-]+))?)?$/;

/** Reads a range as npm writes them: `^1.2`, `~1.2.3`, `1.x`, `>=1.0 <2.0`, parts joined by `||`. `undefined`: it is none. */
export function parseRange(text: string): Range | undefined {
  const parts = text.split('||').map((part) => parsePart(part.trim()));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** The newest of these names in the range, each a version with or without `v` before it; the others are none of ours. */
export function newestIn(range: Range, names: readonly string[]): string | undefined {
  let best: { readonly name: string; readonly version: Version } | undefined;
  for (const name of names) {
    const version = parseVersion(name);
    if (version === undefined || !isIn(version, range)) continue;
    if (best === undefined || compare(version, best.version) > 0) best = { name, version };
  }
  return best?.name;
}

function isIn(version: Version, range: Range): boolean {
  return range.some(({ all, named }) => {
    if (!all.every((fits) => fits(version))) return false;
    return version.before.length === 0 || named.some(({ numbers }) => compareNumbers(numbers, version.numbers) === 0);
  });
}

function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, before] = versionPattern.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], before: before?.split('.') ?? [] };
}

function parsePart(text: string): Part | undefined {
  const words = text.replace(/(\^|~|>=|<=|>|<|=)\s+/g, '$1').split(/\s+/);
  const parsed = words.map(parseComparator);
  if (!parsed.every((each) => each !== undefined)) return undefined;
  return {
    all: parsed.map(({ fits }) => fits),
    named: parsed.flatMap(({ named }) => (named === undefined || named.before.length === 0 ? [] : [named])),
  };
}

function parseComparator(text: string): { readonly fits: Comparator; readonly named?: Version } | undefined {
  const [, operator = '', ...given] = partialPattern.exec(text) ?? [];
  const [first] = given;
  if (first === undefined) return undefined;
  const numbers = given
    .slice(0, 3)
    .map((part) => (part === undefined || /^[xX*]$/.test(part) ? undefined : Number(part)));
  const [major, minor, patch] = numbers;
  if (major === undefined) return { fits: () => operator !== '<' && operator !== '>' };
  const from: Version = { numbers: [major, minor ?? 0, patch ?? 0], before: given[3]?.split('.') ?? [] };
  const next = nextOf(operator, [major, minor, patch]);
  const below = (version: Version): boolean => compare(version, next) < 0;
  switch (operator) {
    case '>=':
      return { fits: (version) => compare(version, from) >= 0, named: from };
    case '<':
      return { fits: (version) => compare(version, from) < 0, named: from };
    case '>':
      if (patch === undefined) return { fits: (version) => !below(version) };
      return { fits: (version) => compare(version, from) > 0, named: from };
    case '<=':
      if (patch === undefined) return { fits: below };
      return { fits: (version) => compare(version, from) <= 0, named: from };
    case '':
    case '=':
      if (patch !== undefined) return { fits: (version) => compare(version, from) === 0, named: from };
      return { fits: (version) => compare(version, from) >= 0 && below(version), named: from };
    default:
      return { fits: (version) => compare(version, from) >= 0 && below(version), named: from };
  }
}

/** The first version that is past what is meant: of `^`, the next of the first number that is not 0. */
function nextOf(
  operator: string,
  [major, minor, patch]: readonly [number, number | undefined, number | undefined],
): Version {
  const at = (...numbers: [number, number, number]): Version => ({ numbers, before: ['0'] });
  if (minor === undefined) return at(major + 1, 0, 0);
  if (operator !== '^') return at(major, minor + 1, 0);
  if (major > 0) return at(major + 1, 0, 0);
  return minor > 0 || patch === undefined ? at(0, minor + 1, 0) : at(0, 0, patch + 1);
}

function compare(a: Version, b: Version): number {
  const numbers = compareNumbers(a.numbers, b.numbers);
  if (numbers !== 0 || (a.before.length === 0 && b.before.length === 0)) return numbers;
  if (a.before.length === 0 || b.before.length === 0) return a.before.length === 0 ? 1 : -1;
  for (let at = 0; at < Math.min(a.before.length, b.before.length); at += 1) {
    const difference = compareWords(a.before[at] ?? '', b.before[at] ?? '');
    if (difference !== 0) return difference;
  }
  return a.before.length - b.before.length;
}

function compareNumbers(a: Version['numbers'], b: Version['numbers']): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

function compareWords(a: string, b: string): number {
  const [isA, isB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isA && isB) return Number(a) - Number(b);
  if (isA !== isB) return isA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
