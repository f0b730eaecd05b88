import type { Objection, ObservedRow, Row } from '../reconcile/target.ts';
import { asWanted } from './config/adopted-rows.ts';
import { isConfigRow } from './config/config-rows.ts';
import { lineOf } from './config/join-rows.ts';
import type { Menu } from './menus/menu.ts';
import { type Board, boardOf, hidesSecrets, readRows } from './read-rows.ts';
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
}

export interface MenusRead {
  /** In the order of the menus. */
  readonly rows: readonly ObservedRow[];
  /** Menus as they were read: of some, only their rows tell what tells them apart. */
  readonly menus: readonly Menu[];
  readonly board: Board;
  /** Optional menus that this router has not. */
  readonly absent: readonly string[];
  /** Rows of `config` that are wanted in a menu that this router has not. */
  readonly objections: readonly Objection[];
}

/**
 * Reads menus of a router. What a board is like shows among its files, so paths are read when all is there.
 *
 * @throws RouterHidesSecretsError; the errors of the connection
 */
export async function readMenus(options: ReadOptions, signal: AbortSignal): Promise<MenusRead> {
  const { session, reader, desired, operator } = options;
  const tables = await Promise.all(
    options.menus.map(async (each) => {
      const rows = await reader.read(session, each, signal);
      return { menu: byItsRows(each, rows ?? []), rows: rows ?? [], missing: rows === undefined };
    }),
  );
  const hiding = tables.find(({ menu, rows }) => hidesSecrets(menu, rows));
  if (hiding !== undefined) throw new RouterHidesSecretsError(options.router, hiding.menu.path);
  const board = boardOf(tables.find(({ menu }) => menu.path === '/file')?.rows ?? []);
  const wanted = new Set(desired.map(rowKey));
  const missing = tables.flatMap((table) => (table.missing ? [table.menu] : []));
  const filled = tables.map(async ({ menu, rows }) => {
    const isWanted = (row: RouterOsRow) => readRows(menu, [row], board).some((each) => wanted.has(rowKey(each)));
    const read = readRows(menu, await reader.fill(session, menu, rows, isWanted, signal), board, operator);
    if (menu.identity !== 'marker') return read;
    return asWanted(
      menu,
      read,
      desired.filter((row) => row.menu === menu.path),
      operator,
    );
  });
  return {
    rows: (await Promise.all(filled)).flat(),
    menus: tables.map(({ menu }) => menu),
    board,
    absent: missing.filter(({ optional }) => optional === true).map(({ path }) => path),
    objections: missing.flatMap(({ path }) => unwritable(path, desired)),
  };
}

/** Of a menu that nobody declares any more and of which nothing is known: its rows have names, or markers alone. */
function byItsRows(menu: Menu, rows: readonly RouterOsRow[]): Menu {
  const guessed = menu.identity === 'marker' && Object.keys(menu.fields).join() === 'name';
  return guessed && rows.some(({ name }) => name !== undefined) ? { ...menu, identity: ['name'] } : menu;
}

function unwritable(path: string, desired: readonly Row[]): readonly Objection[] {
  const row = desired.find((each) => each.menu === path && isConfigRow(each));
  if (row === undefined) return [];
  const message = `${lineOf(row)}: ${path}: the router knows no such menu; is the path right, and is the package there?`;
  return [{ code: 'LM_CONFIG_REFUSED', message }];
}

function rowKey({ menu, identity }: { readonly menu: string; readonly identity: string }): string {
  return `${menu}\n${identity}`;
}
