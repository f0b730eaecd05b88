import { Secret } from '../base/secret.ts';
import { foldersOf } from './folders.ts';
import type { Inventory } from './inventory.ts';
import type { Change, Finding, Observation, ObservedRow, ObservedValue, Row, Target, Value } from './target.ts';

export interface Difference {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** What identifies us on a shared target. */
export interface Ownership {
  readonly operator: string;
  readonly target: Pick<Target, 'name' | 'ordered' | 'folders'>;
  readonly inventory: Pick<Inventory, 'ownerOf' | 'knows'>;
}

/**
 * What has to change so that `observed` holds `desired`. Pure.
 *
 * Only rows of ours, and only the fields we set. A row with our identity and no marker is adopted; one with another
 * operator's marker is left alone and reported; one with our marker and another identity (a copy) is reported and never
 * deleted.
 */
export function diff(desired: readonly Row[], observed: Observation, ownership: Ownership): Difference {
  const wanted = new Map(desired.map((row) => [keyOf(row), row]));
  const { present, findings } = index(observed.rows, wanted, ownership);
  const changes: Change[] = [];
  const ours: Row[] = [];
  for (const [key, row] of wanted) {
    const before = present.get(key);
    const foreign = foreignOwner(before, ownership.operator);
    if (before !== undefined && foreign !== undefined) findings.push(heldByAnother(row, foreign));
    else {
      ours.push(row);
      changes.push(...changeOf(row, before, ownership));
    }
  }
  const marked = countMarkers(observed.rows, ownership.operator);
  const deletes: Change[] = [];
  for (const row of present.values()) {
    if (wanted.has(keyOf(row))) continue;
    const owner = deletableAs(row, marked, ownership);
    if (owner?.result === 'ours') deletes.push(deletion(row, owner.owner));
    else if (owner !== undefined) findings.push(copyFinding(row, owner.owner));
  }
  changes.push(...withoutFullFolders(deletes, observed.rows, ownership.target));
  for (const menu of ownership.target.ordered) changes.push(...moves(menu, ours, observed.rows, present));
  return { changes, findings };
}

/** The key of a row within one target. */
export function keyOf(row: { readonly menu: string; readonly identity: string }): string {
  return `${row.menu}\n${row.identity}`;
}

function index(rows: readonly ObservedRow[], wanted: ReadonlyMap<string, Row>, { operator }: Ownership) {
  const present = new Map<string, ObservedRow>();
  const findings: Finding[] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const other = present.get(key);
    // Two rows of one identity (RouterOS allows it in /radius): the one that carries our marker is ours.
    present.set(key, other === undefined || (isOurs(row, operator) && !isOurs(other, operator)) ? row : other);
    if (other !== undefined && wanted.has(key)) findings.push(duplicateFinding(row));
  }
  return { present, findings };
}

function isOurs({ marker }: ObservedRow, operator: string): boolean {
  return marker?.operator === operator;
}

function duplicateFinding({ menu, identity }: ObservedRow): Finding {
  return {
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
    code: 'LM_FOREIGN_OWNER',
    message: `${row.menu} ${row.identity} is held by lm:${foreign}; ${row.owner} waits until that marker is removed from its comment`,
  };
}

function changeOf(wanted: Row, before: ObservedRow | undefined, ownership: Ownership): readonly Change[] {
  const { menu, identity, owner } = wanted;
  if (before === undefined) return [{ action: 'create', menu, identity, owner, set: wanted.fields, after: wanted }];
  const row = withReleased(wanted, before);
  const set = differingFields(row, before);
  const adopts = isNobodys(before, ownership);
  const remarks = before.ownership === 'marker' && before.marker?.owner !== owner;
  if (Object.keys(set).length === 0 && !remarks) return [];
  return [{ action: 'update', menu, identity, owner, set, before, after: row, ...(adopts ? { adopts } : {}) }];
}

/** What a row is to be, with the fields emptied that still hold what we once put there. */
function withReleased(row: Row, before: ObservedRow): Row {
  const held = Object.entries(row.releases ?? {}).filter(([name, value]) => before.fields[name] === value);
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

/** The fields of a row that the target does not hold as declared. */
export function differingFields(
  row: Pick<Row, 'fields'>,
  before: Pick<ObservedRow, 'fields'>,
): Readonly<Record<string, Value>> {
  const set: Record<string, Value> = {};
  for (const [name, value] of Object.entries(row.fields)) {
    if (!same(value, before.fields[name])) set[name] = value;
  }
  return set;
}

function same(value: Value, observed: ObservedValue | undefined): boolean {
  if (value instanceof Secret) return typeof observed === 'object' && observed.equals(value);
  return value === (observed ?? '');
}

type Deletable = { readonly result: 'ours' | 'copy'; readonly owner: string };

/** How many rows of a menu carry the same marker of ours: more than one, and all but one are copies. */
function countMarkers(rows: readonly ObservedRow[], operator: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { menu, marker } of rows) {
    if (marker?.operator !== operator) continue;
    const key = markerKey(menu, marker.owner);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function markerKey(menu: string, owner: string): string {
  return keyOf({ menu, identity: owner });
}

function deletableAs(
  row: ObservedRow,
  marked: ReadonlyMap<string, number>,
  { operator, target, inventory }: Ownership,
): Deletable | undefined {
  if (row.ownership === 'ours') return { result: 'ours', owner: '' };
  const held = inventory.ownerOf(target.name, row.menu, row.identity);
  // A settings menu cannot be deleted: what is no longer declared keeps its last value.
  if (row.identity === '') return undefined;
  if (row.ownership === 'inventory') return held === undefined ? undefined : { result: 'ours', owner: held };
  if (row.marker === undefined || row.marker.operator !== operator) return undefined;
  const { owner } = row.marker;
  if (held !== undefined || row.dangling === true) return { result: 'ours', owner };
  // Without an inventory (a lost or new state folder) the marker alone speaks, unless another row answers to it, too.
  const doubled = (marked.get(markerKey(row.menu, owner)) ?? 0) > 1;
  return { result: inventory.knows(target.name) || doubled ? 'copy' : 'ours', owner };
}

function deletion(before: ObservedRow, owner: string): Change {
  return { action: 'delete', menu: before.menu, identity: before.identity, owner, set: {}, before };
}

/** A folder goes with the last row in it: a router would take along what somebody else put there. */
function withoutFullFolders(
  deletes: readonly Change[],
  observed: readonly ObservedRow[],
  { folders = [] }: Ownership['target'],
): readonly Change[] {
  if (!deletes.some(({ menu }) => folders.includes(menu))) return deletes;
  const going = new Set(deletes.map(keyOf));
  const staying = observed.filter((row) => folders.includes(row.menu) && !going.has(keyOf(row)));
  const full = new Set(
    staying.flatMap(({ menu, identity }) => foldersOf(identity).map((path) => keyOf({ menu, identity: path }))),
  );
  return deletes.filter((change) => !full.has(keyOf(change)));
}

function copyFinding(row: ObservedRow, owner: string): Finding {
  return {
    code: 'LM_MARKER_MISMATCH',
    message: `${row.menu} ${row.identity} carries the marker of ${owner} but is another row (a copy?); it is left alone, remove it or its marker`,
  };
}

/**
 * Moves that put our rows of an ordered menu into the declared order, other people's rows staying where they are.
 * Rows about to be created are appended by the target in declared order.
 */
function moves(
  menu: string,
  ours: readonly Row[],
  observed: readonly ObservedRow[],
  present: ReadonlyMap<string, ObservedRow>,
): readonly Change[] {
  const rows = ours.filter((row) => row.menu === menu);
  const position = new Map(observed.map((row, at) => [row, at]));
  const before = rows.map((row) => present.get(keyOf(row)));
  const stay = staying(before.map((row) => row && position.get(row)));
  const result: Change[] = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    const was = before[at];
    if (row === undefined || stay.has(at)) continue;
    const place = rows[at + 1]?.identity;
    const { identity, owner } = row;
    result.push({
      action: 'move',
      menu,
      identity,
      owner,
      set: {},
      after: row,
      ...(was === undefined ? {} : { before: was }),
      ...(place === undefined ? {} : { place }),
    });
  }
  return result;
}

/**
 * Indices of rows that need not move, from their positions (absent: about to be made, at the end). Rows that are there
 * stay rather than new ones, since people have put theirs around them.
 */
function staying(positions: readonly (number | undefined)[]): ReadonlySet<number> {
  const there = positions.flatMap((position, at) => (position === undefined ? [] : [{ position, at }]));
  const rising = longestRising(there.map(({ position }) => position));
  const stay = new Set(there.filter((_, index) => rising.has(index)).map(({ at }) => at));
  const last = Math.max(-1, ...stay);
  for (const [at, position] of positions.entries()) if (position === undefined && at > last) stay.add(at);
  return stay;
}

/** Indices of one longest rising subsequence: the rows that need not move. */
function longestRising(positions: readonly number[]): ReadonlySet<number> {
  const best: { length: number; previous: number }[] = [];
  let end = -1;
  for (const [at, position] of positions.entries()) {
    let entry = { length: 1, previous: -1 };
    for (let before = 0; before < at; before += 1) {
      const length = (best[before]?.length ?? 0) + 1;
      if ((positions[before] ?? 0) < position && length > entry.length) entry = { length, previous: before };
    }
    best.push(entry);
    if (entry.length > (best[end]?.length ?? 0)) end = at;
  }
  const stay = new Set<number>();
  for (let at = end; at >= 0; at = best[at]?.previous ?? -1) stay.add(at);
  return stay;
}
