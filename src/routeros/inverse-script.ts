import { Secret } from '../base/secret.ts';
import { finish, flatMapInSteps, type Steps } from '../base/steps.ts';
import { writeMarker } from '../reconcile/marker.ts';
import { levelsOf, type OrderRules, prerequisites } from '../reconcile/order.ts';
import type { ObservedRow, ObservedValue, Value } from '../reconcile/row.ts';
import type { Change } from '../reconcile/target.ts';
import type { Menu } from './menus/menu.ts';
import { type Board, pathOn } from './read-rows.ts';
import { attempted, menuWords, quoted, scriptCommand } from './script-text.ts';
import { commandsFor } from './write-rows.ts';

export interface InverseContext {
  /** As they are before the changes, in the router's order. */
  readonly rows: readonly ObservedRow[];
  readonly menus: ReadonlyMap<string, Menu>;
  readonly operator: string;
  readonly board: Board;
  readonly rules: OrderRules;
  /** All that is changed, what is not taken back included. Absent: what is taken back is all. */
  readonly plan?: readonly Change[];
}

export interface InverseScript {
  /** Statements, each of which stands for itself: one that fails does not keep the others from running. */
  readonly statements: readonly string[];
  /** Fields whose old value cannot be known: `/user anna: password`. */
  readonly lost: readonly string[];
}

/** What a reader without the right to see it gets in place of a secret. */
const hidden = /^\*{5}$/;

/**
 * Of a plan, these changes and what must be taken back with them: rows that name them or that took what they gave up, for
 * those stood on what was there before. Pure.
 */
export function withDependants(
  changes: ReadonlySet<Change>,
  plan: readonly Change[],
  rules: OrderRules,
): readonly Change[] {
  const earlier = prerequisites(plan, rules);
  const found = new Set(changes);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const change of plan) if (earlier.get(change)?.some((each) => found.has(each))) found.add(change);
  }
  return plan.filter((change) => found.has(change));
}

/**
 * Of a plan, these changes and all others of the ordered menus that they are in: a rule is what it is by those around it. Pure.
 */
export function withNeighbours(
  changes: readonly Change[],
  plan: readonly Change[],
  menus: InverseContext['menus'],
): ReadonlySet<Change> {
  const touched = new Set(changes.filter(({ menu }) => menus.get(menu)?.ordered === true).map(({ menu }) => menu));
  return new Set([...changes, ...plan.filter(({ menu }) => touched.has(menu))]);
}

/**
 * The statements of a RouterOS script that take changes back: the old values, what was made is removed, what was removed is
 * made again with the fields it had, rows go back to their places. They may run when none, some or all of the changes were
 * made, and more than once. Pure.
 */
export function inverseScript(changes: readonly Change[], context: InverseContext): InverseScript {
  return finish(inverseScriptInSteps(changes, context));
}

/** The same, with leave to do other things in between. */
export function* inverseScriptInSteps(changes: readonly Change[], context: InverseContext): Steps<InverseScript> {
  const { menus, rules } = context;
  const isOrdered = ({ menu }: Change) => menus.get(menu)?.ordered === true;
  const backwards = levelsOf(changes, rules).flat().reverse();
  yield;
  const inPlace = backwards.filter((change) => !isOrdered(change) || ['create', 'update'].includes(change.action));
  const statements = yield* flatMapInSteps(inPlace, (change) => takenBack(change, context));
  for (const menu of new Set(changes.filter(isOrdered).map((change) => change.menu))) {
    for (const statement of yield* restoredOrder(menu, changes, context)) statements.push(statement);
  }
  return { statements, lost: lostAmong(backwards, menus) };
}

/** Fields of these changes whose old value cannot be known. */
export function lostAmong(changes: readonly Change[], menus: InverseContext['menus']): readonly string[] {
  return changes.flatMap((change) => lostBy(change, menus.get(change.menu)));
}

function takenBack(change: Change, context: InverseContext): readonly string[] {
  const menu = menuOf(change, context);
  switch (change.action) {
    case 'create':
      return [attempted(`${menuWords(`${menu.path}/remove`)} [find ${findWords(menu, change, context)}]`)];
    case 'update':
      return restoredFields(menu, change, context);
    case 'delete':
      return change.before === undefined ? [] : [madeAgain(menu, change.before, context)];
    default:
      return [];
  }
}

function restoredFields(menu: Menu, change: Change, context: InverseContext): readonly string[] {
  const { before } = change;
  if (before === undefined) return [];
  const set = Object.fromEntries(
    Object.keys(change.set).flatMap((name) => {
      const value = before.fields[name];
      return name === 'comment' || !isKnown(menu, name, value) ? [] : [[name, value] as const];
    }),
  );
  // The marker of the change, so that no comment is written but the one there was.
  const then = { ...before, fields: { ...before.fields, ...change.set }, marker: markerOf(change, context) };
  const commands = commandsFor(menu, { ...change, set, before: then }, contextOf(before, context));
  const comment = remarked(menu, change) ? [commented(menu, before)] : [];
  return [
    ...commands.filter(({ attributes }) => Object.keys(attributes).length > (before.handle ? 1 : 0)),
    ...comment,
  ].map((command) => attempted(scriptCommand(command)));
}

/**
 * Rows that were removed or moved, in their order, each in front of the next that has stayed where it was: so none needs to
 * know what became of another, and run twice, they stand as they did after the first time.
 */
function* restoredOrder(path: string, changes: readonly Change[], context: InverseContext): Steps<readonly string[]> {
  const menu = context.menus.get(path);
  if (menu === undefined) return [];
  const rows = context.rows.filter((row) => row.menu === path);
  const touched = (among: readonly Change[], ...actions: readonly Change['action'][]) =>
    new Set(among.filter(({ action }) => actions.includes(action)).map(({ before }) => before));
  const [removed, moved] = [touched(changes, 'delete'), touched(changes, 'move')];
  const restless = touched(context.plan ?? changes, 'delete', 'move');
  const anchors = nextOf(rows, (row) => !restless.has(row) && !removed.has(row) && !moved.has(row));
  return yield* flatMapInSteps(rows.entries(), ([at, row]) => {
    if (removed.has(row)) return [madeAgainAt(menu, row, anchors[at], context)];
    return moved.has(row) ? [movedBack(path, row.handle ?? '', anchors[at])] : [];
  });
}

/** For each row, the handle of the first one after it that is like that. */
function nextOf(rows: readonly ObservedRow[], like: (row: ObservedRow) => boolean): readonly (string | undefined)[] {
  const found: (string | undefined)[] = [];
  let next: string | undefined;
  for (const row of [...rows].reverse()) {
    found.push(next);
    if (like(row)) next = row.handle;
  }
  return found.reverse();
}

/** To RouterOS a destination that is none is the end of the table. */
function movedBack(path: string, row: string, next: string | undefined): string {
  const move = `${menuWords(`${path}/move`)} numbers=${row}`;
  return attempted(next === undefined ? move : `${move} destination=${next}`);
}

/** Where the row it goes in front of is gone, at the end: out of place is better than not there. */
function madeAgainAt(menu: Menu, row: ObservedRow, next: string | undefined, context: InverseContext): string {
  const add = addOf(menu, row, context);
  const make = next === undefined ? attempted(add) : attempted(`${add} place-before=${next}`, attempted(add));
  return unlessThere(menu, row, context, make, (found) => movedBack(menu.path, found, next));
}

function madeAgain(menu: Menu, row: ObservedRow, context: InverseContext): string {
  return unlessThere(menu, row, context, attempted(addOf(menu, row, context)));
}

/**
 * The removal may not have come about, and the script may run twice: a router that lost power meanwhile begins it anew. To
 * write what a row has already is the way to ask whether it is there that every menu knows.
 */
function unlessThere(
  menu: Menu,
  row: ObservedRow,
  context: InverseContext,
  make: string,
  there?: (found: string) => string,
): string {
  const comment = commentOf(row);
  const [first] = Array.isArray(menu.identity) ? menu.identity : [];
  const same: Readonly<Record<string, string>> =
    menu.comment || first === undefined ? { comment } : { [first]: String(row.fields[first]) };
  const handle = row.handle ?? '';
  const touch = scriptCommand({ command: `${menu.path}/set`, attributes: { '.id': handle, ...same } });
  const words = row.marker && wordsOf(menu, row.fields, comment, context.board);
  const found = `[${menuWords(`${menu.path}/find`)} where ${words}]`;
  const otherwise = there === undefined ? '' : ` else={${there(found)}}`;
  const again = words === undefined ? make : `:if ([:len ${found}] = 0) do={${make}}${otherwise}`;
  return attempted(there === undefined ? touch : `${touch}; ${there(handle)}`, again);
}

function addOf(menu: Menu, row: ObservedRow, context: InverseContext): string {
  const known = Object.entries(row.fields).filter((entry): entry is [string, Value] => isKnown(menu, ...entry));
  const set = Object.fromEntries(known.filter(([name, value]) => name !== 'comment' && textOf(value) !== ''));
  const change: Change = { action: 'create', menu: menu.path, identity: row.identity, owner: '', set };
  const [made] = commandsFor({ ...menu, comment: false }, change, { operator: context.operator, board: context.board });
  const comment = commentOf(row);
  return scriptCommand({
    command: `${menu.path}/add`,
    attributes: { ...made?.attributes, ...(menu.comment && comment !== '' ? { comment } : {}) },
  });
}

/** Words of `find` for a row that a change makes: its marker, or where the menu has none, what tells its rows apart. */
function findWords(menu: Menu, change: Change, context: InverseContext): string {
  const [made] = commandsFor(menu, change, { operator: context.operator, board: context.board });
  const fields = change.after?.fields ?? change.set;
  return wordsOf(menu, fields, made?.attributes['comment'], context.board) ?? 'where .id=*FFFFFFFF';
}

function wordsOf(
  menu: Menu,
  fields: Readonly<Record<string, Value | ObservedValue>>,
  comment: string | undefined,
  board: Board,
): string | undefined {
  if (menu.comment && comment !== undefined && comment !== '') return `comment=${quoted(comment)}`;
  if (typeof menu.identity === 'string') return undefined;
  const words = menu.identity.map((name) => {
    const value = fields[name];
    if (typeof value !== 'string') return undefined;
    return `${name}=${quoted(menu.fields[name]?.path === true ? pathOn(board, value) : value)}`;
  });
  return words.includes(undefined) ? undefined : words.join(' and ');
}

function commented(menu: Menu, before: ObservedRow) {
  const id = before.handle === undefined ? {} : { '.id': before.handle };
  return { command: `${menu.path}/set`, attributes: { ...id, comment: commentOf(before) } };
}

/** Does the change write the comment? One of ours is left as it is. */
function remarked(menu: Menu, { before, owner, set }: Change): boolean {
  return menu.comment && (before?.marker?.owner !== owner || set['comment'] !== undefined);
}

function commentOf({ ownText = '', ownTextWritten = ownText, marker }: ObservedRow): string {
  return marker === undefined ? ownTextWritten : writeMarker(ownTextWritten, marker);
}

function markerOf({ owner }: Change, { operator }: InverseContext) {
  return { operator, owner };
}

function contextOf({ handle }: ObservedRow, { operator, board }: InverseContext) {
  return { operator, board, ...(handle === undefined ? {} : { handle }) };
}

function lostBy({ action, menu: path, identity, set, before }: Change, menu: Menu | undefined): readonly string[] {
  const fields = before?.fields ?? {};
  const wanted = action === 'update' ? Object.keys(set) : action === 'delete' ? Object.keys(fields) : [];
  const lost = wanted.filter((name) => name !== 'comment' && !isKnown(menu, name, fields[name]));
  return lost.map((name) => `${`${path} ${identity}`.trim()}: ${name}`);
}

/** A secret that the router hides from us, or shows nobody, is not known, whatever stands in its place. */
function isKnown(menu: Menu | undefined, name: string, value: ObservedValue | undefined): value is Value {
  if (menu?.fields[name]?.writeOnly === true) return false;
  return typeof value === 'string' || (value instanceof Secret && !hidden.test(value.reveal()));
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : value.reveal();
}

function menuOf({ menu }: Change, { menus }: InverseContext): Menu {
  const found = menus.get(menu);
  if (found === undefined) throw new TypeError(`no menu ${menu}`);
  return found;
}
