import type { ObservedRow, Row } from '../../reconcile/row.ts';
import type { Field, Menu } from '../menus/menu.ts';

/**
 * Rows that are known by their marker alone: one that says just what a wanted row says, and that nobody of us holds, is
 * that row, and keeps its place and its counters. It has no marker, or one of ours that nobody declares any more: after a
 * rename, or under another key. Pure.
 */
export function asWanted(
  menu: Menu,
  rows: readonly ObservedRow[],
  wanted: readonly Row[],
  operator: string,
): readonly ObservedRow[] {
  const held = new Set(rows.filter(({ marker }) => marker?.operator === operator).map(({ identity }) => identity));
  const open = wanted.filter(({ identity }) => !held.has(identity));
  if (open.length === 0) return rows;
  const unsaid = Object.fromEntries(Object.entries(menu.fields).map(([name, field]) => [name, valueLeftOut(field)]));
  const declared = new Set(wanted.map(({ identity }) => identity));
  const bySaying = new Map<string, Row[]>();
  for (const row of open) {
    const said = sayingOf({ ...unsaid, ...row.rest, ...row.fields });
    const list = bySaying.get(said);
    if (list === undefined) bySaying.set(said, [row]);
    else list.push(row);
  }
  return rows.map((row) => {
    const { marker } = row;
    const free = marker === undefined || (marker.operator === operator && !declared.has(row.identity));
    const match = free ? bySaying.get(sayingOf(row.fields))?.shift() : undefined;
    return match === undefined ? row : { ...row, identity: match.identity };
  });
}

function valueLeftOut({ default: value = '', canonical }: Field): string {
  return canonical?.(value) ?? value;
}

/** What a row says, without what is left out of prints, the words for people, and secrets. */
function sayingOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) =>
      name !== 'comment' && typeof value === 'string' && value !== '' ? [`${name}=${value}`] : [],
    )
    .sort()
    .join('\n');
}
