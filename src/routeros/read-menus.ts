import { AgreedRows } from '../reconcile/agreed.ts';
import type { ObservedRow, Row } from '../reconcile/row.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type { Objection } from '../reconcile/target.ts';
import { wantedRows } from './agreeing.ts';
import { asWanted } from './config/adopted-rows.ts';
import { isConfigRow } from './config/config-rows.ts';
import { lineOf } from './config/join-rows.ts';
import type { MenuTable } from './menu-table.ts';
import type { Menu } from './menus/menu.ts';
import { type Board, boardOf, byItsRows, readRows, rowReader } from './read-rows.ts';
import type { RouterOsSession } from './session.ts';
import type { TableReader } from './table-reader.ts';
import { RouterHidesSecretsError } from './target-errors.ts';
import type { RouterOsRow } from './wire/reply.ts';

export interface ReadOptions {
  readonly router: string;
  readonly operator: string;
  readonly session: RouterOsSession;
  readonly reader: TableReader;
  readonly menus: readonly Menu[];
  readonly desired: readonly Row[];
  /** Menus of which something is refused already. */
  readonly refused: ReadonlySet<string>;
}

export interface MenusRead {
  /** In the order of the menus. */
  readonly rows: readonly ObservedRow[];
  /** Those that are as wanted, and are not among them. */
  readonly agreed: AgreedRows;
  /** Menus as they were read: of some, only their rows tell what tells them apart. */
  readonly menus: readonly Menu[];
  readonly board: Board;
  /** Optional menus that this router has not. */
  readonly absent: readonly string[];
  /** Rows of `config` that are wanted in a menu that this router has not, and that nobody refused yet. */
  readonly objections: readonly Objection[];
}

/**
 * Reads menus of a router. What a board is like shows among its files, so paths are read when all is there.
 *
 * @throws RouterHidesSecretsError; the errors of the connection
 */
export async function readMenus(options: ReadOptions, signal: AbortSignal): Promise<MenusRead> {
  const { session, reader, desired, operator } = options;
  const wanted = byMenu(desired);
  const renamed = new Set(desired.flatMap(earlierKeys));
  const tables = await Promise.all(
    options.menus.map(async (each): Promise<Table> => {
      const here = wantedRows(each, operator, wanted.get(each.path) ?? [], renamed);
      const table = await reader.read(session, each, signal, { operator, wanted: here });
      return { menu: byItsRows(each, table?.printed ?? []), table };
    }),
  );
  const hiding = tables.find(({ table }) => table?.hidesSecrets === true);
  if (hiding !== undefined) throw new RouterHidesSecretsError(options.router, hiding.menu.path);
  const board = boardOf(tables.find(({ menu }) => menu.path === '/file')?.table?.printed ?? []);
  const missing = tables.flatMap(({ menu, table }) => (table === undefined ? [menu] : []));
  const rows = await Promise.all(
    tables.map((each) => rowsOf(each, options, wanted.get(each.menu.path) ?? [], board, signal)),
  );
  return {
    rows: rows.flat(),
    agreed: new AgreedRows(tables.flatMap(({ table }) => table?.agreed ?? [])),
    menus: tables.map(({ menu }) => menu),
    board,
    absent: missing.filter(({ optional }) => optional === true).map(({ path }) => path),
    objections: missing.flatMap(({ path }) => (options.refused.has(path) ? [] : unwritable(path, desired))),
  };
}

/** A menu as it was read; without a table, the router has it not. */
interface Table {
  readonly menu: Menu;
  readonly table: MenuTable | undefined;
}

async function rowsOf(
  { menu, table }: Table,
  { session, reader, operator }: ReadOptions,
  wanted: readonly Row[],
  board: Board,
  signal: AbortSignal,
): Promise<readonly ObservedRow[]> {
  if (table === undefined) return [];
  const { printed } = table;
  const late = async () => {
    const filled = await reader.fill(session, menu, printed, isOneOf(menu, wanted, board), signal);
    return readRows(menu, filled, board, operator);
  };
  const rows = printed.length === 0 ? table.on(board) : await late();
  return menu.identity === 'marker' ? asWanted(menu, rows, wanted, operator) : rows;
}

/** Keys of what a row was called before. */
function earlierKeys({ menu, previously = [] }: Row): readonly string[] {
  return previously.map((identity) => keyOf({ menu, identity }));
}

function byMenu(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const menus = new Map<string, Row[]>();
  for (const row of rows) {
    const list = menus.get(row.menu);
    if (list === undefined) menus.set(row.menu, [row]);
    else list.push(row);
  }
  return menus;
}

function isOneOf(menu: Menu, wanted: readonly Row[], board: Board): (row: RouterOsRow) => boolean {
  const known = new Set(wanted.map(({ identity }) => identity));
  const read = rowReader(menu, board);
  return (row) => {
    const seen = read(row);
    return seen !== undefined && known.has(seen.identity);
  };
}

function unwritable(path: string, desired: readonly Row[]): readonly Objection[] {
  const row = desired.find((each) => each.menu === path && isConfigRow(each));
  if (row === undefined) return [];
  const message = `${lineOf(row)}: ${path}: the router knows no such menu; is the path right, and is the package there?`;
  return [{ code: 'LM_CONFIG_REFUSED', message }];
}
