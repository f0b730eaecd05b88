import { keyOf } from '../../src/reconcile/diff.ts';
import type { Change, Observation, ObservedRow, Row } from '../../src/reconcile/target.ts';

export const operator = 'isp';

/** A row as declared. */
export function row(menu: string, identity: string, fields: Row['fields'] = {}, owner = `Subscriber/${identity}`): Row {
  return { menu, identity, fields, owner };
}

/** The same row on a router, with our marker. */
export function held({ menu, identity, fields, owner }: Row, more: Partial<ObservedRow> = {}): ObservedRow {
  return { menu, identity, fields, ownership: 'marker', marker: { operator, owner }, ...more };
}

/** A row that a person made. */
export function byHand(menu: string, identity: string, fields: ObservedRow['fields'] = {}): ObservedRow {
  return { menu, identity, fields, ownership: 'marker' };
}

export function seen(...rows: readonly ObservedRow[]): Observation {
  return { rows, sessions: [], pendingEffects: [], findings: [] };
}

/** What a router holds after these changes: creates go last, moves in front of the row they name. */
export function applied(
  rows: readonly ObservedRow[],
  changes: readonly Change[],
  us = operator,
): readonly ObservedRow[] {
  return changes.reduce((before, change) => after(before, change, us), rows);
}

function after(rows: readonly ObservedRow[], change: Change, us: string): readonly ObservedRow[] {
  const { before, menu, identity, owner, set } = change;
  const marker = { operator: us, owner };
  const ownership = before?.ownership ?? (change.after === undefined || menu !== 'login' ? 'marker' : 'ours');
  switch (change.action) {
    case 'create':
      return [...rows, { menu, identity, fields: set, ownership, marker }];
    case 'update':
      return rows.map((each) => (each === before ? updated(each, change, marker) : each));
    case 'delete':
      return rows.filter((each) => each !== before);
    default:
      return moved(rows, change, us);
  }
}

function updated(row: ObservedRow, { set }: Change, marker: NonNullable<ObservedRow['marker']>): ObservedRow {
  const fields = { ...row.fields, ...set };
  return row.ownership === 'inventory' ? { ...row, fields } : { ...row, fields, marker };
}

function moved(rows: readonly ObservedRow[], change: Change, us: string): readonly ObservedRow[] {
  const named = (identity: string | undefined) => {
    const all = rows.filter((each) => keyOf(each) === keyOf({ menu: change.menu, identity: identity ?? '' }));
    return all.find((each) => each.marker?.operator === us) ?? all[0];
  };
  const moving = named(change.identity);
  const place = change.place === undefined ? undefined : named(change.place);
  const rest = rows.filter((each) => each !== moving);
  const at = place === undefined ? rest.length : rest.indexOf(place);
  return moving === undefined ? rows : [...rest.slice(0, at), moving, ...rest.slice(at)];
}
