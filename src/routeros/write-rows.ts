import { unreachable } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { writeMarker } from '../reconcile/marker.ts';
import type { Value } from '../reconcile/row.ts';
import type { Change } from '../reconcile/target.ts';
import type { Field, Menu } from './menus/menu.ts';
import { type Board, pathOn } from './read-rows.ts';
import { RowMissingError } from './target-errors.ts';

/** One command of the RouterOS API. */
export interface Command {
  readonly command: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface WriteContext {
  readonly operator: string;
  /** Absent: one without `flash`. */
  readonly board?: Board;
  /** `.id` of the row; absent for a create and for settings. */
  readonly handle?: string;
  /** `.id` of the row to go in front of; absent for the end. */
  readonly place?: string;
}

/** The commands that carry out one change, in order. Pure. */
export function commandsFor(menu: Menu, change: Change, context: WriteContext): readonly Command[] {
  const id = context.handle === undefined ? {} : { '.id': context.handle };
  switch (change.action) {
    case 'create': {
      const fields = Object.entries(written(menu, change, context)).filter((field) => !isNothing(menu, field));
      const place = context.place === undefined ? {} : { 'place-before': context.place };
      const attributes = { ...Object.fromEntries(fields), ...comment(menu, change, context), ...place };
      return [{ command: `${menu.path}/add`, attributes }];
    }
    case 'update':
      return updateCommands(menu, written(menu, change, context), id, comment(menu, change, context));
    case 'delete':
      return [{ command: `${menu.path}/remove`, attributes: id }];
    case 'move':
      return [moveCommand(menu, change, context)];
    default:
      return unreachable(change.action);
  }
}

/** Rows moved by one command: each is named in it, and a sentence has a bound. */
const mostMoved = 200;

/**
 * Changes of one ordered menu in turns: moves that follow one another to the same place are one turn, all else is a turn
 * of its own. Pure.
 */
export function movedTogether(changes: readonly Change[]): readonly (readonly Change[])[] {
  const turns: Change[][] = [];
  for (const change of changes) {
    const turn = turns.at(-1);
    const [first] = turn ?? [];
    if (turn !== undefined && first !== undefined && goWith(first, change) && turn.length < mostMoved)
      turn.push(change);
    else turns.push([change]);
  }
  return turns;
}

function goWith(first: Change, next: Change): boolean {
  const moves = first.action === 'move' && next.action === 'move';
  return moves && first.place === next.place && first.placeRow === next.placeRow;
}

/** One command for several moves to one place: RouterOS puts the rows there as a block, in the order given. */
export function joinedMoves(moves: readonly Command[]): Command {
  const [first] = moves;
  if (first === undefined) throw new TypeError('nothing to move');
  const numbers = moves.map(({ attributes }) => attributes['numbers']).join();
  return { ...first, attributes: { ...first.attributes, numbers } };
}

/** The comment to write, when the row does not carry our marker yet. What a person wrote stays in front of it. */
function comment(menu: Menu, { before, after, owner, set }: Change, { operator }: WriteContext) {
  const declared = typeof set['comment'] === 'string' ? set['comment'] : undefined;
  if (!isMarked(menu, before)) return {};
  if (before?.marker?.owner === owner && declared === undefined) return {};
  const ownText = declared ?? (before === undefined ? after?.note : (before.ownTextWritten ?? before.ownText));
  return { comment: writeMarker(ownText ?? '', { operator, owner }) };
}

/** Rows of RouterOS's own carry no marker: a comment of theirs is a field like others. */
function isMarked(menu: Menu, before: Change['before']): boolean {
  return menu.comment && before?.fixed !== true;
}

function updateCommands(
  menu: Menu,
  values: Values,
  id: Readonly<Record<string, string>>,
  commented: Readonly<Record<string, string>>,
): readonly Command[] {
  const fields = Object.entries(values);
  const clears = (field: readonly [string, string]) => isNothing(menu, field) && isUnset(menu, field[0]);
  const unsets = fields.filter(clears).map(([name]) => ({
    command: `${menu.path}/unset`,
    attributes: { ...id, 'value-name': name },
  }));
  const sets = fields.filter((field) => !clears(field)).map(([name, value]) => [name, clearedBy(menu, name, value)]);
  const attributes = { ...Object.fromEntries(sets), ...commented };
  if (Object.keys(attributes).length === 0) return unsets;
  return [...unsets, { command: `${menu.path}/set`, attributes: { ...id, ...attributes } }];
}

/** What a new row has by itself. */
function isNothing({ fields }: Menu, [name, value]: readonly [string, string]): boolean {
  return value === '' || (value === 'no' && fields[name]?.clear === 'flag');
}

/** Addresses and numbers refuse the empty string, and words without a value take any (seen on RouterOS 7.2x). */
function isUnset({ fields }: Menu, name: string): boolean {
  const clear = fields[name]?.clear;
  return clear === 'unset' || clear === 'flag';
}

function moveCommand(
  menu: Menu,
  change: Change,
  { handle, place }: { readonly handle?: string; readonly place?: string },
): Command {
  // To RouterOS a destination it does not know is the end of the table.
  const named = change.placeRow?.identity ?? change.place;
  const missing = handle === undefined ? change.identity : place === undefined ? named : undefined;
  if (missing !== undefined) throw new RowMissingError(menu.path, missing);
  const attributes = { numbers: handle ?? '', ...(place === undefined ? {} : { destination: place }) };
  return { command: `${menu.path}/move`, attributes };
}

type Values = Readonly<Record<string, string>>;

/** What is to be written, as this board spells it. */
function written(menu: Menu, { set, before }: Change, { board = { flash: false } }: WriteContext): Values {
  const text = ([name, value]: readonly [string, Value]): readonly (readonly [string, string])[] => {
    const plain = value instanceof Secret ? value.reveal() : value;
    const { path, parts, spelled } = menu.fields[name] ?? {};
    if (parts !== undefined) return inParts(plain, parts);
    const was = before?.fields[name];
    const said = spelled !== undefined && typeof was === 'string' ? spelled(plain, was) : plain;
    return [[name, path === true ? pathOn(board, said) : said]];
  };
  const fields = Object.entries(set).filter(([name]) => name !== 'comment' || !isMarked(menu, before));
  return Object.fromEntries(fields.flatMap(text));
}

/** The items of a list, each in the field that older versions have for it. */
function inParts(list: string, { names, none }: NonNullable<Field['parts']>): readonly (readonly [string, string])[] {
  const items = list.split(',').filter((item) => item !== '');
  return names.map((name, at) => [name, items[at] ?? none]);
}

function clearedBy(menu: Menu, name: string, value: string): string {
  const clear = menu.fields[name]?.clear;
  return value === '' && typeof clear === 'object' ? clear.word : value;
}
