import { Secret } from '../base/secret.ts';
import { markerReader } from '../reconcile/marker.ts';
import type { Marker, ObservedRow, ObservedValue } from '../reconcile/row.ts';
import type { Field, Menu } from './menus/menu.ts';
import { rowIdentity } from './menus/rows.ts';
import { writtenAs } from './wire/reply.ts';

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
  const { path, ignore, comment: hasComment, fixed } = menu;
  const columns = columnsOf(menu, board);
  const markerOf = markerReader(operator);
  const identify = identityReader(menu, operator);
  const isDangling = danglingReader(menu);
  const saysComment = hasComment && menu.fields['comment'] !== undefined;
  const newFields = shapeOf();
  return (row) => {
    if (row['dynamic'] === 'true' || ignore?.(row) === true) return undefined;
    const fields = newFields();
    for (const { name, hidden, textOf, canonicalOf } of columns) {
      const text = textOf === undefined ? row[name] : textOf(row);
      // What it is will show when it has a use: until then it is not what anybody wants.
      if (hidden !== undefined && row[name] === undefined && hidden(row)) continue;
      fields[name] = canonicalOf(text);
    }
    const handle = row['.id'];
    const { marker, ownText } = hasComment ? markerOf(row['comment'] ?? '') : noComment;
    // Where a declaration may say it, a person's text is a field like others; the marker is not part of it.
    if (saysComment) fields['comment'] = ownText.trimEnd();
    const isFixed = fixed === true || isBuiltIn(menu, row);
    const ownership = hasComment && !isFixed ? 'marker' : 'inventory';
    const identity = identify(fields, marker);
    // As a literal, since most of a large table is so: V8 makes it in one piece, without room for more.
    const seen: { -readonly [Key in keyof ObservedRow]: ObservedRow[Key] } =
      marker !== undefined && handle !== undefined
        ? { menu: path, identity, fields, ownership, marker, handle }
        : { menu: path, identity, fields, ownership };
    if (isFixed) seen.fixed = true;
    if (marker !== undefined) seen.marker = marker;
    if (ownText !== '') seen.ownText = ownText;
    const written = hasComment ? writtenAs(row, 'comment') : undefined;
    if (written !== undefined) seen.ownTextWritten = markerOf(written).ownText;
    if (isDangling(fields)) seen.dangling = true;
    if (handle !== undefined) seen.handle = handle;
    return seen;
  };
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

const noComment = { ownText: '', marker: undefined };

type Fields = Readonly<Record<string, ObservedValue>>;

/** Makes objects for the rows of one menu, in one piece each: V8 learns from the first how many properties they have. */
function shapeOf(): () => Record<string, ObservedValue> {
  const Shape = function Shape(): void {} as unknown as new () => Record<string, ObservedValue>;
  Shape.prototype = Object.prototype;
  return () => new Shape();
}

/** How one field of a menu is read. */
export interface Column {
  readonly name: string;
  /** What a print that leaves it out means. */
  readonly left: string;
  readonly secret: boolean;
  /** May it be printed in several ways that mean the same? */
  readonly canonical: boolean;
  readonly hidden: Field['hidden'];
  /** Absent: what is printed under its name. */
  readonly textOf: ((row: RouterRow) => string) | undefined;
  readonly canonicalOf: (text: string | undefined) => ObservedValue;
}

/** The fields of a menu, in their order. */
export function columnsOf(menu: Menu, board: Board = { flash: false }): readonly Column[] {
  return Object.entries(menu.fields).map(([name, field]) => columnOf(name, field, board));
}

function columnOf(name: string, field: Field, board: Board): Column {
  const { default: left = '', secret = false, canonical, hidden } = field;
  const [textOf, canonicalOf] = [partsReader(field), valueReader(field, board)];
  return { name, left, secret, canonical: canonical !== undefined, hidden, textOf, canonicalOf };
}

/** Of a list in parts: the items there are. */
function partsReader({ parts }: Field): Column['textOf'] {
  if (parts === undefined) return undefined;
  return (row) =>
    parts.names
      .flatMap((part) => row[part] ?? [])
      .filter((item) => item !== '' && item !== parts.none)
      .join(',');
}

function valueReader(field: Field, board: Board): Column['canonicalOf'] {
  const { canonical, default: left = '' } = field;
  // What nobody can see is taken to be as declared; who wrote it may know better.
  if (field.writeOnly === true) return () => ({ equals: () => true });
  if (field.secret === true) return (text = left) => new Secret(text);
  if (field.path === true) return (text = left) => pathFrom(board, text);
  return canonical === undefined ? (text = left) => text : remembering(canonical, left);
}

/** Values repeat from row to row. */
function remembering(canonical: (text: string) => string, left: string): Column['canonicalOf'] {
  let known = left;
  let value = canonical(left);
  return (text = left) => {
    if (text !== known) {
      value = canonical(text);
      known = text;
    }
    return value;
  };
}

/** RouterOS's own from the factory: `default`, and groups and queue types that it marks so. */
function isBuiltIn({ builtIn }: Menu, row: RouterRow): boolean {
  return builtIn === true && row['default'] === 'true';
}

/** What a row is known by, from its fields and its marker. */
function identityReader(
  menu: Menu,
  operator: string | undefined,
): (fields: Fields, marker: Marker | undefined) => string {
  const known = knownBy(menu);
  return (fields, marker) => {
    if (marker === undefined) return ownIdentityOf(menu, known(fields), fields);
    if (menu.identity !== 'marker') return known(fields);
    // Another operator may have an owner of the same name.
    const isOurs = operator === undefined || marker.operator === operator;
    return isOurs ? marker.owner : `${marker.operator}/${marker.owner}`;
  };
}

function knownBy({ identity }: Menu): (fields: Fields) => string {
  if (identity === 'settings') return () => '';
  if (identity === 'marker') return saidBy;
  const [name = '', ...more] = identity;
  if (more.length === 0) return (fields) => String(fields[name]);
  return (fields) => rowIdentity(...identity.map((each) => String(fields[each])));
}

/** All that a row says: what two rows have in common that are not told apart otherwise. */
function saidBy(fields: Fields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [`${name}=${value}`] : []))
    .join(' ');
}

/** Of a row without a marker: by what narrows it as well, so that it is none of those we want. */
function ownIdentityOf({ narrowing }: Menu, identity: string, fields: Fields): string {
  if (narrowing === undefined) return identity;
  const narrowed = narrowing.filter((name) => fields[name] !== '');
  return rowIdentity(identity, ...narrowed.map((name) => `${name}=${String(fields[name])}`));
}

/** A reference to a row that was removed shows as its `.id`, and stays so when another of its name is made. */
function danglingReader({ identity, fields: known }: Menu): (fields: Fields) => boolean {
  const names = typeof identity === 'string' ? [] : identity.filter((name) => known[name]?.references !== undefined);
  return (fields) => names.length > 0 && names.some((name) => rawId.test(String(fields[name])));
}

/** How a router names a row that is gone. */
export const rawId = /^\*[0-9A-F]+$/;
