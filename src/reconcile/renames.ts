import type { Ownership } from './ownership.ts';
import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';

/**
 * Rows of ours under an earlier name become what they are wanted as, and rows that name them name them so: to rename a row
 * changes neither it nor those who hang on it. Only where nothing has the new name yet, and nobody wants the old one. Pure.
 */
export function withRenames(
  wanted: ReadonlyMap<string, Row>,
  rows: readonly ObservedRow[],
  ownership: Ownership,
): readonly ObservedRow[] {
  const due = [...wanted.values()].filter(({ previously = [] }) => previously.length > 0);
  if (due.length === 0) return rows;
  const there = new Map(rows.map((row) => [keyOf(row), row]));
  /** By the key of the row as it is: the name it is to have. */
  const renamed = new Map<string, string>();
  for (const row of due) {
    if (there.has(keyOf(row))) continue;
    const { menu, identity } = row;
    const old = row.previously
      ?.map((name) => keyOf({ menu, identity: name }))
      .find((key) => {
        const before = there.get(key);
        return before !== undefined && !wanted.has(key) && isOurs(before, ownership);
      });
    if (old !== undefined) renamed.set(old, identity);
  }
  return renamed.size === 0
    ? rows
    : rows.map((row) => asRenamed(row, renamed, ownership.target.references?.[row.menu] ?? {}));
}

function isOurs(
  { menu, identity, marker, ownership: how }: ObservedRow,
  { operator, target, inventory }: Ownership,
): boolean {
  if (how === 'marker') return marker?.operator === operator;
  return inventory.ownerOf(target.name, menu, identity) !== undefined;
}

function asRenamed(
  row: ObservedRow,
  renamed: ReadonlyMap<string, string>,
  references: Readonly<Record<string, string>>,
): ObservedRow {
  const named = Object.entries(references).flatMap(([field, menu]) => {
    const value = row.fields[field];
    const name = typeof value === 'string' ? renamed.get(keyOf({ menu, identity: value })) : undefined;
    return name === undefined ? [] : [[field, name] as const];
  });
  const identity = renamed.get(keyOf(row));
  if (named.length === 0 && identity === undefined) return row;
  return {
    ...row,
    ...(identity === undefined ? {} : { identity, formerly: row.identity }),
    fields: { ...row.fields, ...Object.fromEntries(named) },
  };
}
