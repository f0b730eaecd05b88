import { Secret } from '../base/secret.ts';
import { readMarker } from '../reconcile/marker.ts';
import type { Marker, ObservedRow, ObservedValue } from '../reconcile/target.ts';
import type { Field, Menu } from './menus/menu.ts';
import { rowIdentity } from './menus/rows.ts';

type RouterRow = Readonly<Record<string, string>>;

/** What differs between boards. */
export interface Board {
  /** Only what lies in the folder `flash` outlives a restart. */
  readonly flash: boolean;
}

/** The `.proplist` that reads all of a menu that we look at, and nothing costly. */
export function proplistOf(menu: Menu): string {
  const names = Object.keys(menu.fields).filter((name) => {
    const field = menu.fields[name];
    return field?.costly !== true && field?.writeOnly !== true;
  });
  return [
    ...(menu.identity === 'settings' ? [] : ['.id', 'dynamic', ...(menu.builtIn === true ? ['default'] : [])]),
    ...names.flatMap((name) => menu.fields[name]?.parts?.names ?? name),
    ...(menu.comment && !names.includes('comment') ? ['comment'] : []),
  ].join();
}

/** Names of the fields that are read only of rows that are wanted. */
export function costlyFields(menu: Menu): readonly string[] {
  return Object.keys(menu.fields).filter((name) => menu.fields[name]?.costly === true);
}

/** Is a row of this menu read by itself? Else it waits: for what the board is like, for what is costly, or for the others. */
export function isReadAlone(menu: Menu): boolean {
  return !isGuessed(menu) && Object.values(menu.fields).every(({ path, costly }) => path !== true && costly !== true);
}

/** Of a menu that nobody declares any more and of which nothing is known: its rows have names, or markers alone. */
export function byItsRows(menu: Menu, rows: readonly RouterRow[]): Menu {
  return isGuessed(menu) && rows.some(({ name }) => name !== undefined) ? { ...menu, identity: ['name'] } : menu;
}

function isGuessed(menu: Menu): boolean {
  return menu.identity === 'marker' && Object.keys(menu.fields).join() === 'name';
}

/** Rows as RouterOS prints them, in canonical form: {@link rowReader} for all of them. Pure. */
export function readRows(
  menu: Menu,
  rows: readonly RouterRow[],
  board?: Board,
  operator?: string,
): readonly ObservedRow[] {
  const read = rowReader(menu, board, operator);
  return rows.flatMap((row) => read(row) ?? []);
}

/**
 * Brings one row after another to canonical form: `undefined` for a dynamic one, which is the router's own, and for what is
 * never looked at. What can be told of the menu alone is told once: it may have a hundred thousand rows. Pure.
 *
 * @param operator whose markers are ours, where rows are known by them alone
 */
export function rowReader(
  menu: Menu,
  board: Board = { flash: false },
  operator?: string,
): (row: RouterRow) => ObservedRow | undefined {
  const columns = Object.entries(menu.fields);
  return (row) =>
    row['dynamic'] === 'true' || menu.ignore?.(row) === true ? undefined : readRow(menu, columns, row, board, operator);
}

/** Does this router show a folder `flash` among its files? */
export function boardOf(files: readonly RouterRow[]): Board {
  return { flash: files.some((row) => row['name'] === 'flash') };
}

/** A path as the board has it, from ours. */
export function pathOn({ flash }: Board, path: string): string {
  if (!flash || path === '') return path;
  return path.startsWith('/') ? path.slice(1) : `${flashFolder}${path}`;
}

/** Ours, from the board's: what is not in `flash` there begins with a `/`. */
function pathFrom({ flash }: Board, path: string): string {
  if (!flash || path === '') return path;
  return path.startsWith(flashFolder) ? path.slice(flashFolder.length) : `/${path}`;
}

const flashFolder = 'flash/';

function readRow(
  menu: Menu,
  described: readonly (readonly [string, Field])[],
  row: RouterRow,
  board: Board,
  operator: string | undefined,
): ObservedRow {
  const fields: Record<string, ObservedValue> = {};
  for (const [name, field] of described) {
    // What it is will show when it has a use: until then it is not what anybody wants.
    if (row[name] === undefined && field.hidden?.(row) === true) continue;
    fields[name] = readField(field, textOf(field, row, name), board);
  }
  const id = row['.id'];
  const { marker, ownText } = menu.comment ? readMarker(row['comment'] ?? '') : { ownText: '' };
  // Where a declaration may say it, a person's text is a field like others; the marker is not part of it.
  if (menu.comment && menu.fields['comment'] !== undefined) fields['comment'] = ownText;
  const fixed = menu.fixed === true || isBuiltIn(menu, row);
  const identity =
    marker === undefined ? ownIdentityOf(menu, fields) : markedIdentityOf(menu, fields, marker, operator);
  const ownership = menu.comment && !fixed ? 'marker' : 'inventory';
  // Field by field: of a hundred thousand rows, copies of copies would be most of the work.
  const seen: { -readonly [Key in keyof ObservedRow]: ObservedRow[Key] } = {
    menu: menu.path,
    identity,
    fields,
    ownership,
  };
  if (fixed) seen.fixed = true;
  if (marker !== undefined) seen.marker = marker;
  if (ownText !== '') seen.ownText = ownText;
  if (isDangling(menu, fields)) seen.dangling = true;
  if (id !== undefined) seen.handle = id;
  return seen;
}

/** Of a list in parts: the items there are. */
function textOf({ parts }: Field, row: RouterRow, name: string): string | undefined {
  if (parts === undefined) return row[name];
  return parts.names
    .flatMap((part) => row[part] ?? [])
    .filter((item) => item !== '' && item !== parts.none)
    .join(',');
}

function readField(field: Field, value: string | undefined, board: Board): ObservedValue {
  const text = value ?? field.default ?? '';
  // What nobody can see is taken to be as declared; who wrote it may know better.
  if (field.writeOnly === true) return { equals: () => true };
  if (field.secret === true) return new Secret(text);
  if (field.path === true) return pathFrom(board, text);
  return field.canonical === undefined ? text : field.canonical(text);
}

/** RouterOS's own from the factory: `default`, and groups and queue types that it marks so. */
function isBuiltIn({ builtIn }: Menu, row: RouterRow): boolean {
  return builtIn === true && row['default'] === 'true';
}

/** Another operator may have an owner of the same name. */
function markedIdentityOf(
  menu: Menu,
  fields: Readonly<Record<string, ObservedValue>>,
  marker: Marker,
  operator = marker.operator,
): string {
  if (menu.identity !== 'marker') return identityOf(menu, fields);
  return marker.operator === operator ? marker.owner : `${marker.operator}/${marker.owner}`;
}

function identityOf(menu: Menu, fields: Readonly<Record<string, ObservedValue>>): string {
  if (menu.identity === 'settings') return '';
  if (menu.identity === 'marker') return saidBy(fields);
  return rowIdentity(...menu.identity.map((name) => String(fields[name])));
}

/** All that a row says: what two rows have in common that are not told apart otherwise. */
function saidBy(fields: Readonly<Record<string, ObservedValue>>): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [`${name}=${value}`] : []))
    .join(' ');
}

/** Of a row without a marker: by what narrows it as well, so that it is none of those we want. */
function ownIdentityOf(menu: Menu, fields: Readonly<Record<string, ObservedValue>>): string {
  const narrowed = (menu.narrowing ?? []).filter((name) => fields[name] !== '');
  return rowIdentity(identityOf(menu, fields), ...narrowed.map((name) => `${name}=${String(fields[name])}`));
}

/** A reference to a row that was removed shows as its `.id`, and stays so when another of its name is made. */
function isDangling({ identity, fields: known }: Menu, fields: Readonly<Record<string, ObservedValue>>): boolean {
  const names = typeof identity === 'string' ? [] : identity;
  return names.some((name) => known[name]?.references !== undefined && rawId.test(String(fields[name])));
}

const rawId = /^\*[0-9A-F]+$/;
