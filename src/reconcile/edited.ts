import { differingFields } from './differing-fields.ts';
import type { Ownership } from './ownership.ts';
import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';

/** A stretch between two rows that stay in which more rows come or go than this is written anew. */
const longest = 50;

export interface Edits {
  /** All rows, those that were edited under the identity they are to have. */
  readonly rows: readonly ObservedRow[];
  /** Of each of these, the row as it was seen: what the target knows it by. */
  readonly seen: ReadonlyMap<ObservedRow, ObservedRow>;
}

/**
 * Of rows that are all that they say, as rules of a firewall, one that says a little less or more than a wanted one, in its
 * place between the same neighbours, and that would go, is that one before somebody edited it: it is changed where it
 * stands, in one command, so that there is no moment without it. Pure.
 */
export function withEdits(wanted: ReadonlyMap<string, Row>, rows: readonly ObservedRow[], ownership: Ownership): Edits {
  const menus = new Set(ownership.target.ordered);
  const ordered = rows.filter(({ menu }) => menus.has(menu));
  const there = new Set(ordered.map(keyOf));
  const isNew = (row: Row) => row.rest !== undefined && menus.has(row.menu) && !there.has(keyOf(row));
  const open = new Set([...wanted.values()].filter(isNew).map(({ menu }) => menu));
  if (open.size === 0) return { rows, seen: new Map() };
  const going = (row: ObservedRow) => open.has(row.menu) && !wanted.has(keyOf(row)) && isHeld(row, ownership);
  const standing = ordered.filter((row) => wanted.has(keyOf(row)) || going(row));
  const before = stretches(standing, (row) => wanted.has(keyOf(row)));
  const after = stretches(
    [...wanted.values()].filter(({ menu }) => open.has(menu)),
    (row) => there.has(keyOf(row)),
  );
  const edited = new Map<ObservedRow, ObservedRow>();
  for (const [place, coming] of after)
    for (const [{ identity }, old] of pairs(coming.filter(isNew), before.get(place) ?? []))
      edited.set(old, { ...old, identity });
  return {
    rows: edited.size === 0 ? rows : rows.map((row) => edited.get(row) ?? row),
    seen: new Map([...edited].map(([old, row]) => [row, old])),
  };
}

/** Ours for certain: a copy that somebody made of a row of ours has our marker as well, and is left alone. */
function isHeld({ menu, identity, marker }: ObservedRow, { operator, target, inventory }: Ownership): boolean {
  return marker?.operator === operator && inventory.ownerOf(target.name, menu, identity) !== undefined;
}

/** Rows that follow one another, by the rows that stay in front of and behind them. */
function stretches<T extends { readonly menu: string; readonly identity: string }>(
  rows: readonly T[],
  stays: (row: T) => boolean,
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, readonly T[]>();
  for (const list of byMenu(rows).values()) {
    let [from, stretch]: [string, T[]] = ['', []];
    for (const row of [...list, undefined]) {
      if (row !== undefined && !stays(row)) {
        stretch.push(row);
        continue;
      }
      const to = row === undefined ? '' : keyOf(row);
      if (stretch.length > 0) found.set(JSON.stringify([stretch[0]?.menu, from, to]), stretch);
      [from, stretch] = [to, []];
    }
  }
  return found;
}

function byMenu<T extends { readonly menu: string }>(rows: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const lists = new Map<string, T[]>();
  for (const row of rows) {
    const list = lists.get(row.menu);
    if (list === undefined) lists.set(row.menu, [row]);
    else list.push(row);
  }
  return lists;
}

/** Those most alike first; pairs do not cross, or they would not stand in their places. */
function pairs(coming: readonly Row[], going: readonly ObservedRow[]): readonly (readonly [Row, ObservedRow])[] {
  if (coming.length > longest || going.length > longest) return [];
  const candidates = coming.flatMap((row, to) =>
    going.flatMap((old, from) => {
      const count = edits(row, old);
      return count === undefined ? [] : [{ row, old, to, from, count }];
    }),
  );
  const chosen: typeof candidates = [];
  for (const each of candidates.sort((a, b) => a.count - b.count)) {
    if (chosen.every(({ to, from }) => (to - each.to) * (from - each.from) > 0)) chosen.push(each);
  }
  return chosen.map(({ row, old }) => [row, old]);
}

/**
 * How many fields change; absent where it is another row: more than half of them do. Or where one is to be emptied, which
 * takes a command of its own: for that moment the rule would say more than it ever should.
 */
function edits(row: Row, before: ObservedRow): number | undefined {
  const { comment: _, ...set } = differingFields(row, before);
  const values = Object.values(set);
  const fields = Object.keys(row.fields).filter((name) => name !== 'comment').length;
  return values.length * 2 > fields || values.includes('') ? undefined : values.length;
}
