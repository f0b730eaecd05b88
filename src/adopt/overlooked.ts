import { RouterTrapError } from '../routeros/errors.ts';
import { unlearned } from '../routeros/learned-rows.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { isSet } from './picture.ts';
import { rowMenus, stock } from './row-menus.ts';

/** A menu with rows that nobody looked into. */
export interface Overlooked {
  readonly menu: string;
  readonly rows: number;
}

/** Prints at once: how many a router takes is not documented. */
const atOnce = 5;

/**
 * Counts rows that somebody made, in every menu that we know of besides those that were looked into. One that the router
 * has not, or that our account may not read, has none.
 *
 * @throws the errors of the connection
 */
export async function overlooked(
  session: Pick<RouterOsSession, 'stream'>,
  looked: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly Overlooked[]> {
  const left = rowMenus.filter((menu) => !looked.has(menu));
  const found: Overlooked[] = [];
  const worker = async (): Promise<void> => {
    for (let menu = left.shift(); menu !== undefined; menu = left.shift()) {
      const rows = await count(session, menu, signal);
      if (rows > 0) found.push({ menu, rows });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found.sort((one, other) => (one.menu < other.menu ? -1 : 1));
}

async function count(session: Pick<RouterOsSession, 'stream'>, menu: string, signal: AbortSignal): Promise<number> {
  let rows = 0;
  const each = (row: RouterOsRow): void => {
    if (isSomebodys(menu, row)) rows += 1;
  };
  try {
    await session.stream(`${menu}/print`, { '.proplist': '.id,name,dynamic,default,builtin,default-name' }, each, {
      signal,
      queries: unlearned(menu),
    });
    return rows;
  } catch (error) {
    if (error instanceof RouterTrapError) return 0;
    throw error;
  }
}

/** Not made by the router itself, nor brought from the factory. */
export function isSomebodys(menu: string, row: RouterOsRow): boolean {
  if (row['.id'] === undefined) return false;
  if (stock[menu]?.includes(row['name'] ?? '') === true) return false;
  const { '.id': id = '', 'default-name': hardware = '' } = row;
  return !['dynamic', 'default', 'builtin'].some((flag) => isSet(row[flag])) && !/^\*F{4}/.test(id) && hardware === '';
}
