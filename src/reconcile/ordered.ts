import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { Change } from './target.ts';

/** Where a row of ours goes: in front of that row; absent for the end. */
type Place = Pick<Change, 'place' | 'placeRow'>;

/** What puts the rows of one ordered menu in their place. */
export interface Layout {
  /** Of rows about to be made, to be made in the declared order. */
  readonly places: ReadonlyMap<Row, Place>;
  /** To be made after that, those to one place in the order given. */
  readonly moves: readonly Change[];
}

/**
 * Puts our rows of an ordered menu into the declared order, and before rows of others that would undo them. All other rows
 * stay where they are, and of ours as many as can: people have put theirs around them. Pure.
 *
 * @param rows ours, as declared
 * @param observed all rows of the menu that will still be there, in the target's order
 * @param refuses which rows of others would undo ours
 */
export function layoutOf(
  rows: readonly Row[],
  observed: readonly ObservedRow[],
  present: ReadonlyMap<string, ObservedRow>,
  refuses: (row: ObservedRow) => boolean = () => false,
): Layout {
  const before = rows.map((row) => present.get(keyOf(row)));
  const limits = limitsOf(rows, observed, new Set(before), refuses);
  const position = new Map(observed.map((row, at) => [row, at]));
  const stay = staying(before, position, limits);
  const places = new Map<Row, Place>();
  const moves: Change[] = [];
  // New rows are made first, in front of rows that stay; then those that move go in front of either.
  let [ofNew, ofMoved, limit]: readonly [Place, Place, number] = [{}, {}, observed.length];
  for (const [at, row] of [...rows.entries()].reverse()) {
    const end = limits[at] ?? observed.length;
    // In front of what stays behind the limit would not do.
    if (end < limit) [ofNew, ofMoved, limit] = [inFrontOf(observed[end]), inFrontOf(observed[end]), end];
    const was = before[at];
    if (was === undefined) places.set(row, ofNew);
    else if (!stay.has(at)) moves.push(move(row, was, ofMoved));
    if (was === undefined) ofMoved = { place: row.identity };
    else if (stay.has(at)) [ofNew, ofMoved, limit] = [inFrontOf(was), inFrontOf(was), position.get(was) ?? limit];
  }
  return { places, moves: moves.reverse() };
}

/** For each row, the index of the first row of others that it goes in front of; the length where there is none. */
function limitsOf(
  rows: readonly Row[],
  observed: readonly ObservedRow[],
  mine: ReadonlySet<ObservedRow | undefined>,
  refuses: (row: ObservedRow) => boolean,
): readonly number[] {
  const first = (isMet: (row: ObservedRow) => boolean) => firstIndex(observed, (row) => !mine.has(row) && isMet(row));
  const refusing = rows.some(({ free }) => free !== true) ? first(refuses) : observed.length;
  const limits = new Map<Row['goesBefore'], number>();
  let limit = observed.length;
  return rows
    .toReversed()
    .map(({ free, goesBefore }) => {
      if (goesBefore !== undefined && !limits.has(goesBefore))
        limits.set(
          goesBefore,
          first((row) => isMeant(goesBefore, row)),
        );
      limit = Math.min(limit, free === true ? limit : refusing, limits.get(goesBefore) ?? limit);
      return limit;
    })
    .reverse();
}

function firstIndex(rows: readonly ObservedRow[], isMet: (row: ObservedRow) => boolean): number {
  const found = rows.findIndex(isMet);
  return found === -1 ? rows.length : found;
}

function isMeant(rule: NonNullable<Row['goesBefore']>, { ownText = '' }: ObservedRow): boolean {
  return 'any' in rule || rule.comment === ownText;
}

function inFrontOf(row: ObservedRow | undefined): Place {
  return row === undefined ? {} : { place: row.identity, placeRow: row };
}

function move(row: Row, before: ObservedRow, place: Place): Change {
  const { menu, identity, owner } = row;
  return { action: 'move', menu, identity, owner, set: {}, before, after: row, ...place };
}

/** Indices of rows that need not move: as many as stand in order, each before its limit. */
function staying(
  rows: readonly (ObservedRow | undefined)[],
  position: ReadonlyMap<ObservedRow, number>,
  limits: readonly number[],
): ReadonlySet<number> {
  const there = rows.flatMap((row, at) => {
    const found = row === undefined ? undefined : position.get(row);
    return found === undefined || found >= (limits[at] ?? found) ? [] : [{ position: found, at }];
  });
  const rising = longestRising(there.map((each) => each.position));
  return new Set(there.filter((_, index) => rising.has(index)).map(({ at }) => at));
}

/** Indices of one longest rising subsequence, found from its end: of several, the one that begins first. */
function longestRising(positions: readonly number[]): ReadonlySet<number> {
  const next = new Map<number, number | undefined>();
  /** For each length, the index of the greatest position that a rising sequence of that length begins with. */
  const starts: number[] = [];
  for (const [at, position] of [...positions.entries()].reverse()) {
    const length = firstOf(starts, (start) => (positions[start] ?? 0) <= position);
    next.set(at, starts[length - 1]);
    starts[length] = at;
  }
  const stay = new Set<number>();
  for (let at = starts.at(-1); at !== undefined; at = next.get(at)) stay.add(at);
  return stay;
}

/** The index of the first item that `holds`, as all that follow do; the length where none does. */
function firstOf(items: readonly number[], holds: (item: number) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
