import { keyOf } from './row-key.ts';
import type { Change, ObservedRow, Row } from './target.ts';

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
  const mine = new Set(before);
  const rules = rows.flatMap(({ goesBefore }) => goesBefore ?? []);
  const barrier = observed.findIndex(
    (row) => !mine.has(row) && (refuses(row) || rules.some((rule) => isMeant(rule, row))),
  );
  const stay = staying(before, barrier === -1 ? observed : observed.slice(0, barrier));
  const end = inFrontOf(observed[barrier]);
  const places = new Map<Row, Place>();
  const moves: Change[] = [];
  // New rows are made first, in front of rows that stay; then those that move go in front of either.
  let [ofNew, ofMoved]: readonly [Place, Place] = [end, end];
  for (const [at, row] of [...rows.entries()].reverse()) {
    const was = before[at];
    if (was === undefined) places.set(row, ofNew);
    else if (!stay.has(at)) moves.push(move(row, was, ofMoved));
    if (was === undefined) ofMoved = { place: row.identity };
    else if (stay.has(at)) [ofNew, ofMoved] = [inFrontOf(was), inFrontOf(was)];
  }
  return { places, moves: moves.reverse() };
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

/** Indices of rows that need not move: as many as stand in order among those of `observed`. */
function staying(rows: readonly (ObservedRow | undefined)[], observed: readonly ObservedRow[]): ReadonlySet<number> {
  const position = new Map(observed.map((row, at) => [row, at]));
  const there = rows.flatMap((row, at) => {
    const found = row === undefined ? undefined : position.get(row);
    return found === undefined ? [] : [{ position: found, at }];
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
