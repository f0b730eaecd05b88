import { Secret } from '../base/secret.ts';
import { readMarker } from '../reconcile/marker.ts';
import type { ObservedRow, ObservedValue } from '../reconcile/target.ts';
import type { Field, Menu } from './menus/menu.ts';

type RouterRow = Readonly<Record<string, string>>;

/** What a reader without the policy `sensitive` gets in place of a secret (seen on RouterOS 7.20.8). */
const hiddenSecret = /^\*{5}$/;

/** The `.proplist` that reads all of a menu that we look at, and nothing costly. */
export function proplistOf(menu: Menu): string {
  const names = Object.keys(menu.fields);
  return [
    ...(menu.identity === 'settings' ? [] : ['.id', 'dynamic']),
    ...names,
    ...(menu.comment ? ['comment'] : []),
  ].join();
}

/** Rows as RouterOS prints them, in canonical form. Dynamic rows are the router's own and left out. Pure. */
export function readRows(menu: Menu, rows: readonly RouterRow[]): readonly ObservedRow[] {
  return rows
    .filter((row) => row['dynamic'] !== 'true' && menu.ignore?.(row) !== true)
    .map((row) => readRow(menu, row));
}

function readRow(menu: Menu, row: RouterRow): ObservedRow {
  const fields: Record<string, ObservedValue> = {};
  for (const [name, field] of Object.entries(menu.fields)) fields[name] = readField(field, row[name]);
  const id = row['.id'];
  const { marker, ownText } = readMarker(row['comment'] ?? '');
  return {
    menu: menu.path,
    identity: identityOf(menu, fields),
    fields,
    ownership: menu.comment ? 'marker' : 'inventory',
    ...(marker === undefined ? {} : { marker }),
    ...(ownText === '' ? {} : { ownText }),
    ...(id === undefined ? {} : { handle: id }),
  };
}

function readField(field: Field, value: string | undefined): ObservedValue {
  const text = value ?? field.default ?? '';
  if (field.secret === true) return new Secret(text);
  return field.canonical === undefined ? text : field.canonical(text);
}

function identityOf(menu: Menu, fields: Readonly<Record<string, ObservedValue>>): string {
  if (menu.identity === 'settings') return '';
  return menu.identity.map((name) => String(fields[name])).join(' ');
}

/**
 * Did the router keep the secrets of this menu from us, by a mask or by leaving them out? One secret in clear proves that
 * it did not. That all are left out says something only where one of ours is: a row made by hand may have none.
 */
export function hidesSecrets(menu: Menu, rows: readonly RouterRow[]): boolean {
  const names = Object.entries(menu.fields).flatMap(([name, { secret }]) => (secret === true ? [name] : []));
  const values = rows.flatMap((row) => names.map((name) => row[name]));
  if (values.some((value) => value !== undefined && value !== '' && !hiddenSecret.test(value))) return false;
  if (values.some((value) => hiddenSecret.test(value ?? ''))) return true;
  const ours = rows.some((row) => readMarker(row['comment'] ?? '').marker !== undefined);
  return ours && values.length > 0 && values.every((value) => value === undefined);
}
