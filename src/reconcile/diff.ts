import { Secret } from '../base/secret.ts';
import type { Inventory } from './inventory.ts';
import type { Change, Finding, Observation, ObservedRow, ObservedValue, Row, Target, Value } from './target.ts';

export interface Difference {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

/** What identifies us on a shared target. */
export interface Ownership {
  readonly operator: string;
  readonly target: Pick<Target, 'name' | 'ordered'>;
  readonly inventory: Pick<Inventory, 'ownerOf' | 'identitiesOf'>;
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
  for (const [key, row] of wanted) {
    const before = present.get(key);
    const foreign = foreignOwner(before, ownership.operator);
    if (before !== undefined && foreign !== undefined) findings.push(heldByAnother(row, foreign));
    else changes.push(...changeOf(row, before));
  }
  for (const row of present.values()) {
    if (wanted.has(keyOf(row))) continue;
    const owner = deletableAs(row, ownership);
    if (owner === undefined) continue;
    if (owner.result === 'ours') {
      changes.push({
        action: 'delete',
        menu: row.menu,
        identity: row.identity,
        owner: owner.owner,
        set: {},
        before: row,
      });
    } else findings.push(copyFinding(row, owner.owner));
  }
  for (const menu of ownership.target.ordered) changes.push(...moves(menu, desired, observed.rows, changes));
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
    if (other === undefined) present.set(key, row);
    else if (wanted.has(key)) {
      // Two rows of one identity (RouterOS allows it in /radius): the one that carries our marker is ours.
      const keep = row.marker?.operator === operator && other.marker?.operator !== operator ? row : other;
      present.set(key, keep);
      findings.push({
        code: 'LM_DUPLICATE_ROW',
        message: `${row.menu} has several rows for ${row.identity}; only one is managed, the others are left alone`,
      });
    }
  }
  return { present, findings };
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

function changeOf(row: Row, before: ObservedRow | undefined): readonly Change[] {
  const { menu, identity, owner } = row;
  if (before === undefined) return [{ action: 'create', menu, identity, owner, set: row.fields, after: row }];
  const set = differingFields(row, before);
  const adopts = before.ownership === 'marker' && before.marker === undefined;
  const remarks = before.ownership === 'marker' && before.marker?.owner !== owner;
  if (Object.keys(set).length === 0 && !remarks) return [];
  return [{ action: 'update', menu, identity, owner, set, before, after: row, ...(adopts ? { adopts } : {}) }];
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

function deletableAs(row: ObservedRow, { operator, target, inventory }: Ownership): Deletable | undefined {
  if (row.ownership === 'ours') return { result: 'ours', owner: '' };
  const held = inventory.ownerOf(target.name, row.menu, row.identity);
  // A settings menu cannot be deleted: what is no longer declared keeps its last value.
  if (row.identity === '') return undefined;
  if (row.ownership === 'inventory') return held === undefined ? undefined : { result: 'ours', owner: held };
  if (row.marker === undefined || row.marker.operator !== operator) return undefined;
  const { owner } = row.marker;
  if (held !== undefined) return { result: 'ours', owner };
  // Without an inventory (a lost or new state folder) the marker alone speaks, unless we hold another row under it.
  const elsewhere = inventory.identitiesOf(target.name, row.menu, owner);
  return { result: elsewhere.length === 0 ? 'ours' : 'copy', owner };
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
  desired: readonly Row[],
  observed: readonly ObservedRow[],
  changes: readonly Change[],
): readonly Change[] {
  const rows = desired.filter((row) => row.menu === menu);
  const position = new Map(observed.filter((row) => row.menu === menu).map((row, at) => [row.identity, at]));
  const created = changes.filter((change) => change.menu === menu && change.action === 'create');
  for (const [at, change] of created.entries()) position.set(change.identity, observed.length + at);
  const stay = longestRising(rows.map((row) => position.get(row.identity) ?? -1));
  const result: Change[] = [];
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
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
      ...(place === undefined ? {} : { place }),
    });
  }
  return result;
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
