import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';
import type { Change, Observation } from '../../src/reconcile/target.ts';

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

/** What a router holds after these changes: new rows and moved ones go in front of the row they name. */
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
      return placed(rows, { menu, identity, fields: set, ownership, marker }, change, us);
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
  const moving = named(rows, change, change.identity, us);
  if (moving === undefined) return rows;
  return placed(
    rows.filter((each) => each !== moving),
    moving,
    change,
    us,
  );
}

function placed(rows: readonly ObservedRow[], row: ObservedRow, change: Change, us: string): readonly ObservedRow[] {
  const there = rows.find((each) => each === change.placeRow);
  const place = there ?? named(rows, change, change.place, us);
  const at = place === undefined ? rows.length : rows.indexOf(place);
  return [...rows.slice(0, at), row, ...rows.slice(at)];
}

function named(rows: readonly ObservedRow[], { menu }: Change, identity: string | undefined, us: string) {
  const all = rows.filter((each) => keyOf(each) === keyOf({ menu, identity: identity ?? '' }));
  return all.find((each) => each.marker?.operator === us) ?? all[0];
}
