import { RouterTrapError } from './errors.ts';
import type { Menu } from './menus/menu.ts';
import { costlyFields, proplistOf } from './read-rows.ts';
import type { Attributes, RouterOsSession } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** Prints menus of one router as its RouterOS can. */
export class TableReader {
  #showSensitive = true;

  /** Rows as the router prints them, without what is costly to read. A menu the router has not is empty. */
  async read(session: RouterOsSession, menu: Menu, signal: AbortSignal): Promise<readonly RouterOsRow[]> {
    const attributes = { '.proplist': proplistOf(menu) };
    const secrets = Object.values(menu.fields).some((field) => field.secret === true);
    try {
      if (secrets && menu.plain !== true && this.#showSensitive)
        return await this.#readSensitive(session, menu, attributes, signal);
      return await print(session, menu, attributes, signal);
    } catch (error) {
      // A package is missing: whatever we want in there will be refused in the router's words.
      if (error instanceof RouterTrapError && error.knowsNoCommand) return [];
      throw error;
    }
  }

  /** The same rows, those that `isWanted` with what is costly. */
  async fill(
    session: RouterOsSession,
    menu: Menu,
    rows: readonly RouterOsRow[],
    isWanted: (row: RouterOsRow) => boolean,
    signal: AbortSignal,
  ): Promise<readonly RouterOsRow[]> {
    const costly = costlyFields(menu);
    const ids = costly.length === 0 ? [] : rows.filter(isWanted).flatMap((row) => row['.id'] ?? []);
    if (ids.length === 0) return rows;
    const attributes = { '.proplist': ['.id', ...costly].join() };
    // The first two words push, each further one is joined to what is there by `or`.
    const queries = ids.flatMap((id, at) => (at === 0 ? [`?.id=${id}`] : [`?.id=${id}`, '?#|']));
    const more = new Map((await print(session, menu, attributes, signal, queries)).map((row) => [row['.id'], row]));
    return rows.map((row) => ({ ...row, ...more.get(row['.id']) }));
  }

  async #readSensitive(session: RouterOsSession, menu: Menu, attributes: Attributes, signal: AbortSignal) {
    try {
      return await print(session, menu, { ...attributes, 'show-sensitive': '' }, signal);
    } catch (error) {
      // Before 7.21 there is no such switch, and secrets are shown to whoever may see them.
      if (!isUnknownParameter(error)) throw error;
      this.#showSensitive = false;
      return print(session, menu, attributes, signal);
    }
  }
}

async function print(
  session: RouterOsSession,
  menu: Menu,
  attributes: Attributes,
  signal: AbortSignal,
  queries: readonly string[] = [],
): Promise<readonly RouterOsRow[]> {
  const rows: RouterOsRow[] = [];
  await session.stream(`${menu.path}/print`, attributes, (row) => void rows.push(row), { signal, queries });
  return rows;
}

function isUnknownParameter(error: unknown): boolean {
  return error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('unknown parameter'));
}
