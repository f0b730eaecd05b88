import { AgreedRows } from './agreed.ts';
import { differingFields } from './differing-fields.ts';
import { withEdits } from './edited.ts';
import { strangersFiles, withoutFullFolders } from './folder-rows.ts';
import { type Layout, layoutOf } from './ordered.ts';
import type { Ownership } from './ownership.ts';
import { withRenames } from './renames.ts';
import type { ObservedRow, Row } from './row.ts';
import { keyOf } from './row-key.ts';
import type { RowName } from './row-name.ts';
import type { Change, Finding, Observation } from './target.ts';

export interface Difference {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
  /** Rows that are there with a declared identity and are not ours to touch. */
  readonly refused: ReadonlySet<ObservedRow>;
  /** What is wanted and cannot be had: others hold it, or are in its way, or the target has no such menu. */
  readonly unmet: readonly Row[];
}

/**
 * What has to change so that `observed` holds `desired`. Pure.
 *
 * Only rows of ours, and only the fields we set. A row with our identity and no marker is adopted; one with another
 * operator's marker is left alone and reported; one with our marker and another identity (a copy) is reported and never
 * deleted.
 */
export function diff(desired: readonly Row[], observation: Observation, ownership: Ownership): Difference {
  const held = desired.filter(({ menu }) => observation.absent?.includes(menu) !== true);
  const wanted = new Map(held.map((row) => [keyOf(row), row]));
  const renamed = withRenames(wanted, observation.rows, ownership);
  const edits = withEdits(wanted, renamed, ownership);
  const observed = { ...observation, rows: edits.rows };
  const { present, findings } = index(observed.rows, wanted, ownership);
  const ours: Row[] = [];
  for (const [key, row] of wanted) {
    const foreign = foreignOwner(present.get(key), ownership.operator);
    if (foreign === undefined) ours.push(row);
    else findings.push(heldByAnother(row, foreign));
  }
  const inTheWay = strangersFiles(ours, present, ownership);
  const possible = inTheWay.rows;
  findings.push(...inTheWay.findings);
  const { agreed = new AgreedRows() } = observation;
  const marked = once(() => countMarkers(observed.rows, agreed, ownership.operator));
  const deletes: Change[] = [];
  for (const [key, row] of present) {
    if (wanted.has(key)) continue;
    const owner = deletableAs(row, marked, ownership);
    if (owner?.result === 'ours') deletes.push(deletion(row, owner.owner));
    else if (owner !== undefined) findings.push(copyFinding(row, owner.owner));
  }
  const going = withoutFullFolders(deletes, observed.rows, ownership.target);
  findings.push(...going.findings);
  const layouts = layoutsOf(possible, observed.rows, present, going.deletes, ownership.target);
  const all = possible.flatMap((row) => {
    const place = layouts.get(row.menu)?.places.get(row) ?? {};
    return changeOf(
      row,
      present.get(keyOf(row)),
      ownership,
      place,
      (name) => wanted.has(keyOf(name)) || agreed.has(name),
    );
  });
  // Who only looks at a target writes no markers: a row that is as declared needs nothing.
  const kept = ownership.observing === true ? all.filter((change) => !onlyMarks(change)) : all;
  if (kept.length < all.length) findings.push(wouldAdopt(all.length - kept.length));
  const moves = [...layouts.values()].flatMap((layout) => layout.moves);
  const changes = [...kept, ...going.deletes, ...moves].map((change) => asSeen(change, edits.seen));
  return { changes, findings, refused: inTheWay.refused, unmet: without(desired, possible) };
}

/** Rows that are not among these. */
function without(rows: readonly Row[], some: readonly Row[]): readonly Row[] {
  if (rows.length === some.length) return [];
  const keys = new Set(some.map(keyOf));
  return rows.filter((row) => !keys.has(keyOf(row)));
}

/** The target knows rows as they were seen. */
function asSeen(change: Change, seen: ReadonlyMap<ObservedRow, ObservedRow>): Change {
  const [before, placeRow] = [change.before, change.placeRow].map((row) => row && seen.get(row));
  if (before === undefined && placeRow === undefined) return change;
  return { ...change, ...(before && { before }), ...(placeRow && { placeRow, place: placeRow.identity }) };
}

function onlyMarks({ action, set }: Change): boolean {
  return action === 'update' && Object.keys(set).length === 0;
}

function wouldAdopt(count: number): Finding {
  const rows = count === 1 ? '1 row is as declared and does' : `${count} rows are as declared and do`;
  return { code: 'LM_WOULD_ADOPT', message: `${rows} not carry our marker: adopted when the mode becomes apply` };
}

function index(rows: readonly ObservedRow[], wanted: ReadonlyMap<string, Row>, { operator }: Ownership) {
  const present = new Map<string, ObservedRow>();
  const findings: Finding[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const other = present.get(key);
    present.set(key, other === undefined || isRather(row, other, wanted.get(key), operator) ? row : other);
    if (other !== undefined && wanted.has(key)) findings.push(duplicateFinding(row));
  }
  return { present, findings };
}

/** Of two rows of one identity (RouterOS allows it in /radius) the one with our marker is ours, else the one more like it. */
function isRather(row: ObservedRow, other: ObservedRow, wanted: Row | undefined, operator: string): boolean {
  if (isOurs(row, operator) || isOurs(other, operator)) return isOurs(row, operator) && !isOurs(other, operator);
  const missing = (each: ObservedRow) => (wanted === undefined ? 0 : Object.keys(differingFields(wanted, each)).length);
  return missing(row) < missing(other);
}

function isOurs({ marker }: ObservedRow, operator: string): boolean {
  return marker?.operator === operator;
}

function duplicateFinding({ menu, identity }: ObservedRow): Finding {
  return {
    about: { menu, identity },
    code: 'LM_DUPLICATE_ROW',
    message: `${menu} has several rows for ${identity}; only one is managed, the others are left alone`,
  };
}

function foreignOwner(row: ObservedRow | undefined, operator: string): string | undefined {
  const marker = row?.marker;
  return marker !== undefined && marker.operator !== operator ? `${marker.operator}/${marker.owner}` : undefined;
}

function heldByAnother(row: Row, foreign: string): Finding {
  return {
    about: { menu: row.menu, identity: row.identity },
    code: 'LM_FOREIGN_OWNER',
    message: `${row.menu} ${row.identity} is held by lm:${foreign}; ${row.owner} waits until that marker is removed from its comment`,
  };
}

function changeOf(
  wanted: Row,
  before: ObservedRow | undefined,
  ownership: Ownership,
  place: Pick<Change, 'place' | 'placeRow'>,
  isWanted: (name: RowName) => boolean,
): readonly Change[] {
  const { menu, identity, owner } = wanted;
  if (before === undefined)
    return [{ action: 'create', menu, identity, owner, set: wanted.fields, after: wanted, ...place }];
  const row = withReleased(wanted, before, ownership, isWanted);
  const set = differingFields(row, before);
  const adopts = isNobodys(before, ownership);
  const remarks = before.ownership === 'marker' && before.marker?.owner !== owner;
  if (Object.keys(set).length === 0 && !remarks) return [];
  return [{ action: 'update', menu, identity, owner, set, before, after: row, ...(adopts ? { adopts } : {}) }];
}

/**
 * What a row is to be, with the fields emptied that still hold what we once put there: the value we would put there, or the
 * name of a row that we made and nobody wants any more.
 */
function withReleased(
  row: Row,
  before: ObservedRow,
  { target, inventory }: Ownership,
  isWanted: (name: RowName) => boolean,
): Row {
  const held = Object.entries(row.releases ?? {}).filter(([name, value]) => {
    const identity = before.fields[name];
    const menu = target.references?.[row.menu]?.[name];
    if (identity === value || menu === undefined || typeof identity !== 'string') return identity === value;
    return inventory.ownerOf(target.name, menu, identity) !== undefined && !isWanted({ menu, identity });
  });
  return held.length === 0 ? row : { ...row, fields: { ...row.fields, ...Object.fromEntries(held.map(cleared)) } };
}

function cleared([name]: readonly [string, string]): readonly [string, string] {
  return [name, ''];
}

/** A row that was there before us. */
function isNobodys({ ownership, marker, menu, identity }: ObservedRow, { target, inventory }: Ownership): boolean {
  if (ownership === 'marker') return marker === undefined;
  return ownership === 'inventory' && identity !== '' && inventory.ownerOf(target.name, menu, identity) === undefined;
}

/** Of many rows, few ask. */
function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

type Deletable = { readonly result: 'ours' | 'copy'; readonly owner: string };

/** How many rows of a menu carry the same marker of ours: more than one, and all but one are copies. */
function countMarkers(rows: readonly ObservedRow[], agreed: AgreedRows, operator: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { menu, owner } of agreed.owners()) count(markerKey(menu, owner));
  for (const { menu, marker } of rows) if (marker?.operator === operator) count(markerKey(menu, marker.owner));
  return counts;
}

function markerKey(menu: string, owner: string): string {
  return keyOf({ menu, identity: owner });
}

function deletableAs(
  row: ObservedRow,
  marked: () => ReadonlyMap<string, number>,
  { operator, target, inventory }: Ownership,
): Deletable | undefined {
  if (row.ownership === 'ours') return { result: 'ours', owner: '' };
  const held = inventory.ownerOf(target.name, row.menu, row.identity);
  // A settings menu cannot be deleted: what is no longer declared keeps its last value.
  if (row.identity === '' || row.fixed === true) return undefined;
  if (row.ownership === 'inventory') return held === undefined ? undefined : { result: 'ours', owner: held };
  if (row.marker === undefined || row.marker.operator !== operator) return undefined;
  const { owner } = row.marker;
  if (held !== undefined || row.dangling === true) return { result: 'ours', owner };
  // Without an inventory (a lost or new state folder) the marker alone speaks, unless another row answers to it, too.
  const isCopy = inventory.knows(target.name) || (marked().get(markerKey(row.menu, owner)) ?? 0) > 1;
  return { result: isCopy ? 'copy' : 'ours', owner };
}

function deletion(before: ObservedRow, owner: string): Change {
  return { action: 'delete', menu: before.menu, identity: before.identity, owner, set: {}, before };
}

/** What puts ordered menus with rows of ours in order. Each looks at its own rows alone. */
function layoutsOf(
  rows: readonly Row[],
  observed: readonly ObservedRow[],
  present: ReadonlyMap<string, ObservedRow>,
  deletes: readonly Change[],
  { ordered, refuses = {} }: Ownership['target'],
): ReadonlyMap<string, Layout> {
  const menus = new Set(ordered);
  const gone = new Set(deletes.map(({ before }) => before));
  const ours = byMenu(rows.filter(({ menu }) => menus.has(menu)));
  const there = byMenu(observed.filter((row) => menus.has(row.menu) && !gone.has(row)));
  return new Map(
    [...ours].map(([menu, list]) => [menu, layoutOf(list, there.get(menu) ?? [], present, refuses[menu])]),
  );
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

function copyFinding(row: ObservedRow, owner: string): Finding {
  return {
    about: { menu: row.menu, identity: row.identity },
    code: 'LM_MARKER_MISMATCH',
    message: `${row.menu} ${row.identity} carries the marker of ${owner} but is another row (a copy?); it is left alone, remove it or its marker`,
  };
}
