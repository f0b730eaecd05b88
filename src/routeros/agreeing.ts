import { Secret } from '../base/secret.ts';
import { TextIndex } from '../base/text-index.ts';
import { type AgreedMenu, agreedRow } from '../reconcile/agreed.ts';
import { markerReader } from '../reconcile/marker.ts';
import type { ObservedRow, Row, Value } from '../reconcile/row.ts';
import { keyOf } from '../reconcile/row-key.ts';
import { HandleList } from './handle-list.ts';
import type { Menu } from './menus/menu.ts';
import { rowIdentity } from './menus/rows.ts';
import { isPlain } from './plain-rows.ts';
import { type Column, columnsOf, isReadAlone, rawId } from './read-rows.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** What rows of a print are compared with as they come. */
export interface WantedRows {
  readonly menu: Menu;
  readonly operator: string;
  readonly identity: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Places of those that are compared with all that is there. */
  readonly others: readonly number[];
  readonly identities: readonly string[];
  readonly index: TextIndex;
  readonly unsaid: AgreedMenu['unsaid'];
}

/**
 * The rows wanted in a menu that can be told to be there while it is printed, each by itself: those of subscribers, which no
 * other row names and which have no bearing on our own access. `undefined`: none of them can. Pure.
 *
 * @param rows all that are wanted in this menu
 * @param renamed keys of rows that are to be renamed: who names one of these waits for that
 */
export function wantedRows(
  menu: Menu,
  operator: string,
  rows: readonly Row[],
  renamed: ReadonlySet<string> = new Set(),
): WantedRows | undefined {
  const { identity } = menu;
  if (typeof identity === 'string' || !isComparable(menu) || !/^[^\s/]+$/u.test(operator)) return undefined;
  const identities = rows.map((row) => row.identity);
  const index = new TextIndex(identities);
  const names = namesReader(menu, identity, renamed);
  const isAlone = (row: Row) =>
    isPlain(row) && wholeWord.test(row.owner) && names(row) && !index.repeated.has(row.identity);
  const others = [...rows.keys()].filter((place) => !isAlone(rows[place] as Row));
  if (others.length === rows.length) return undefined;
  const columns = columnsOf(menu);
  const unsaid = Object.fromEntries(columns.map(({ name, canonicalOf }) => [name, canonicalOf(undefined)]));
  return { menu, operator, identity, columns, rows, others, identities, index, unsaid };
}

/** Compares the rows of one print with the wanted ones, and keeps of those that agree no more than that they do. */
export class Agreeing {
  readonly #wanted: WantedRows;
  readonly #identityOf: (row: RouterOsRow) => string;
  readonly #markerOf: ReturnType<typeof markerReader>;
  readonly #mark: string;
  readonly #marks: Uint8Array;
  readonly #handles: HandleList;
  readonly #ownTexts = new Map<number, string>();
  /** Most rows were made in the order in which they are declared, and come so. */
  #next = 0;

  constructor(wanted: WantedRows) {
    this.#wanted = wanted;
    this.#identityOf = identityReader(wanted);
    this.#markerOf = markerReader(wanted.operator);
    this.#mark = `lm:${wanted.operator}/`;
    this.#marks = new Uint8Array(wanted.rows.length);
    for (const place of wanted.others) this.#marks[place] = met;
    this.#handles = new HandleList(wanted.rows.length);
  }

  /** Is it there as wanted, with our marker, and the first of its identity? Then nothing of it has to be looked at again. */
  take(row: RouterOsRow): boolean {
    const { menu, rows } = this.#wanted;
    const place = this.#placeOf(this.#identityOf(row));
    const handle = row['.id'];
    if (place === -1 || handle === undefined || this.#marks[place] !== unseen) return false;
    const wanted = rows[place] as Row;
    if (row['dynamic'] === 'true' || (menu.builtIn === true && row['default'] === 'true')) return false;
    if (menu.ignore?.(row) === true || !this.#holds(row, wanted)) return false;
    const ownText = this.#ownTextOf(row['comment'] ?? '', wanted);
    if (ownText === undefined) return false;
    if (ownText !== '') this.#ownTexts.set(place, ownText);
    this.#marks[place] = agreed;
    this.#handles.set(place, handle);
    this.#next = place + 1;
    return true;
  }

  /**
   * There is a row that is to be compared with all others, and so is what has its identity.
   *
   * @returns the row that agreed before, if any
   */
  meet({ identity }: ObservedRow): ObservedRow | undefined {
    const place = this.#wanted.index.find(identity);
    if (place === -1) return undefined;
    const before = this.#marks[place] === agreed ? agreedRow(this.agreed, place) : undefined;
    this.#marks[place] = met;
    return before;
  }

  get agreed(): AgreedMenu {
    const { menu, operator, rows: wanted, identities, index, unsaid } = this.#wanted;
    const handleAt = (place: number) => this.#handles.at(place);
    const [marks, ownTexts] = [this.#marks, this.#ownTexts];
    return { menu: menu.path, operator, wanted, identities, index, unsaid, marks, ownTexts, handleAt };
  }

  #placeOf(identity: string): number {
    const { identities, index } = this.#wanted;
    return identities[this.#next] === identity ? this.#next : index.find(identity);
  }

  #holds(row: RouterOsRow, { fields }: Row): boolean {
    for (const column of this.#wanted.columns) {
      if (!isAsWanted(fields[column.name], row[column.name] ?? column.left, column)) return false;
    }
    return true;
  }

  /** What a person wrote in front of the marker of this very row; `undefined` where it has another, or none. */
  #ownTextOf(comment: string, { owner }: Row): string | undefined {
    const [mark, length] = [this.#mark, this.#mark.length + owner.length];
    if (comment.length === length && comment.startsWith(mark) && comment.endsWith(owner)) return '';
    const { marker, ownText } = this.#markerOf(comment);
    return marker?.operator === this.#wanted.operator && marker.owner === owner ? ownText : undefined;
  }
}

const [unseen, agreed, met] = [0, 1, 2];

/** Owners as they stand at the end of a comment. */
const wholeWord = /^\S+$/u;

/** Are rows of this menu told apart, and read, each by what it says itself? */
function isComparable(menu: Menu): boolean {
  const { askedBy, comment, fixed, narrowing, ordered, folders, fields } = menu;
  if (askedBy === undefined || !comment || fixed === true || narrowing !== undefined) return false;
  if (ordered === true || folders === true || !isReadAlone(menu) || fields['comment'] !== undefined) return false;
  return Object.values(fields).every(({ hidden, writeOnly, parts }) => !hidden && writeOnly !== true && !parts);
}

/** Does a row name none that is to be renamed, and is none itself known by what a row that is gone would show? */
function namesReader(
  { fields }: Menu,
  identity: readonly string[],
  renamed: ReadonlySet<string>,
): (row: Row) => boolean {
  const known = identity.filter((name) => fields[name]?.references !== undefined);
  const named = Object.entries(fields).flatMap(([name, { references: menu }]) =>
    menu === undefined || renamed.size === 0 ? [] : [{ name, menu }],
  );
  return (row) =>
    known.every((name) => !rawId.test(String(row.fields[name]))) &&
    named.every(({ name, menu }) => !renamed.has(keyOf({ menu, identity: String(row.fields[name]) })));
}

/** By the texts as they are printed: where one is spelt otherwise than we do, nothing is found, and the row is kept. */
function identityReader({ identity, columns }: WantedRows): (row: RouterOsRow) => string {
  const parts = identity.map((name) => ({ name, left: columns.find((each) => each.name === name)?.left ?? '' }));
  const [first, ...more] = parts;
  if (first !== undefined && more.length === 0) return (row) => row[first.name] ?? first.left;
  return (row) => rowIdentity(...parts.map(({ name, left }) => row[name] ?? left));
}

function isAsWanted(wanted: Value | undefined, text: string, column: Column): boolean {
  if (typeof wanted === 'string') {
    return !column.secret && (text === wanted || (column.canonical && column.canonicalOf(text) === wanted));
  }
  if (wanted instanceof Secret) return column.secret && wanted.reveal() === text;
  return !column.secret && column.canonicalOf(text) === column.canonicalOf(undefined);
}
