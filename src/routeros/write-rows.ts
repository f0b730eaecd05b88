import { unreachable } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { writeMarker } from '../reconcile/marker.ts';
import type { Change, Value } from '../reconcile/target.ts';
import type { Menu } from './menus/menu.ts';
import { RowMissingError } from './target-errors.ts';

/** One command of the RouterOS API. */
export interface Command {
  readonly command: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * The commands that carry out one change, in order. Pure.
 *
 * @param context `handle`: `.id` of the row, absent for a create and for settings; `place`: `.id` of the row to move in
 * front of, absent for the end
 */
export function commandsFor(
  menu: Menu,
  change: Change,
  context: { readonly operator: string; readonly handle?: string; readonly place?: string },
): readonly Command[] {
  const id = context.handle === undefined ? {} : { '.id': context.handle };
  switch (change.action) {
    case 'create': {
      const fields = Object.entries(change.set).filter(([, value]) => value !== '');
      return [{ command: `${menu.path}/add`, attributes: { ...revealed(fields), ...comment(menu, change, context) } }];
    }
    case 'update':
      return updateCommands(menu, change, id, comment(menu, change, context));
    case 'delete':
      return [{ command: `${menu.path}/remove`, attributes: id }];
    case 'move':
      return [moveCommand(menu, change, context)];
    default:
      return unreachable(change.action);
  }
}

/** The comment to write, when the row does not carry our marker yet. What a person wrote stays in front of it. */
function comment(menu: Menu, { before, owner }: Change, { operator }: { readonly operator: string }) {
  if (!menu.comment || before?.marker?.owner === owner) return {};
  return { comment: writeMarker(before?.ownText ?? '', { operator, owner }) };
}

function updateCommands(
  menu: Menu,
  change: Change,
  id: Readonly<Record<string, string>>,
  commented: Readonly<Record<string, string>>,
): readonly Command[] {
  const fields = Object.entries(change.set);
  // Addresses and numbers refuse the empty string (seen on RouterOS 7.2x).
  const clears = ([name, value]: readonly [string, Value]) => value === '' && menu.fields[name]?.clear === 'unset';
  const unsets = fields.filter(clears).map(([name]) => ({
    command: `${menu.path}/unset`,
    attributes: { ...id, 'value-name': name },
  }));
  const attributes = { ...revealed(fields.filter((field) => !clears(field))), ...commented };
  if (Object.keys(attributes).length === 0) return unsets;
  return [...unsets, { command: `${menu.path}/set`, attributes: { ...id, ...attributes } }];
}

function moveCommand(
  menu: Menu,
  change: Change,
  { handle, place }: { readonly handle?: string; readonly place?: string },
): Command {
  // To RouterOS a destination it does not know is the end of the table.
  const missing = handle === undefined ? change.identity : place === undefined ? change.place : undefined;
  if (missing !== undefined) throw new RowMissingError(menu.path, missing);
  const attributes = { numbers: handle ?? '', ...(place === undefined ? {} : { destination: place }) };
  return { command: `${menu.path}/move`, attributes };
}

function revealed(fields: readonly (readonly [string, Value])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(fields.map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]));
}
