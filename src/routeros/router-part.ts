import type { ObservedRow, Row } from '../reconcile/row.ts';
import type { RowName } from '../reconcile/row-name.ts';
import { readSessionsOf } from './local-sessions.ts';
import type { Menu } from './menus/menu.ts';
import { isPlain } from './plain-rows.ts';
import type { Board } from './read-rows.ts';
import type { RouterOsSession } from './session.ts';
import { anyOf, type TableReader } from './table-reader.ts';
import { RouterHidesSecretsError } from './target-errors.ts';

/** Which rows of a router to ask for. */
export interface RouterPart {
  readonly desired: readonly Row[];
  readonly touched: readonly RowName[];
  /** By menu: values of the field by which its rows are asked for. */
  readonly asked: ReadonlyMap<Menu, readonly string[]>;
}

/** A query has two words for each: of more rows, all are read as fast. */
const most = 100;

/**
 * Rows of subscribers that can be looked at without the others: those that were touched, and those that would be found with
 * them. `undefined` where that would not tell all that has to be known. Pure.
 *
 * @param menus as they were last read, without those that the router has not
 */
export function routerPart(
  touched: readonly RowName[],
  desired: readonly Row[],
  menus: ReadonlyMap<string, Menu>,
): RouterPart | undefined {
  if (touched.length > most) return undefined;
  const wanted = new Map<string, Set<string>>();
  for (const { menu, identity } of touched) {
    if (menus.get(menu)?.askedBy === undefined) return undefined;
    const values = wanted.get(menu) ?? new Set();
    wanted.set(menu, values);
    for (const value of beginnings(identity)) values.add(value);
  }
  const inMenus = desired.filter(({ menu }) => wanted.has(menu));
  if (!inMenus.every(isPlain)) return undefined;
  const isAsked = (row: Row) =>
    wanted.get(row.menu)?.has(String(row.fields[menus.get(row.menu)?.askedBy ?? ''])) === true;
  const asked = [...wanted].flatMap(([path, values]) => {
    const menu = menus.get(path);
    return menu === undefined ? [] : [[menu, [...values]] as const];
  });
  return { desired: inMenus.filter(isAsked), touched, asked: new Map(asked) };
}

/** An identity of several fields begins with the one that is asked by: which part of it that is, nobody can tell. */
function beginnings(identity: string): readonly string[] {
  const ends = [...identity.matchAll(/ /g)].map(({ index }) => index);
  return [identity, ...ends.map((end) => identity.slice(0, end))];
}

/**
 * @throws RouterHidesSecretsError also where nobody's secret here proves that the router shows any: with those of the others
 *   it may; the errors of the connection
 */
export async function readPart(
  { asked }: RouterPart,
  about: {
    readonly router: string;
    readonly operator: string;
    readonly session: RouterOsSession;
    readonly reader: TableReader;
    readonly board: Board;
  },
  signal: AbortSignal,
) {
  const { router, operator, session, reader, board } = about;
  const named = (path: string) => [...asked].find(([menu]) => menu.path === path)?.[1] ?? [];
  const users = { ppp: named('/ppp/secret'), hotspot: named('/ip/hotspot/user') };
  const tables = [...asked].map(async ([menu, values]): Promise<readonly ObservedRow[]> => {
    const queries = anyOf(menu.askedBy ?? '', values);
    const table = await reader.read(session, menu, signal, { operator, queries });
    if (table?.hidesSecrets === true) throw new RouterHidesSecretsError(router, menu.path);
    return table?.on(board) ?? [];
  });
  const [sessions, ...rows] = await Promise.all([readSessionsOf(session, users, signal), ...tables]);
  return { rows: rows.flat(), sessions };
}
