import type { WantedRows } from './agreeing.ts';
import { RouterTrapError } from './errors.ts';
import { unlearned } from './learned-rows.ts';
import { MenuTable } from './menu-table.ts';
import type { Menu } from './menus/menu.ts';
import { costlyFields, proplistOf } from './read-rows.ts';
import type { Attributes, RouterOsSession } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** With the three that look for sessions meanwhile, eight: how many a router takes at once is not documented. */
const printsAtOnce = 5;

export interface ReadTableOptions {
  /** Whose markers are ours. */
  readonly operator?: string;
  /** Which of the rows. Absent: all. */
  readonly queries?: readonly string[];
  /** Rows that are kept only where they are otherwise. Absent: all are. */
  readonly wanted?: WantedRows | undefined;
}

/** Prints menus of one router as its RouterOS can, a few at a time. */
export class TableReader {
  readonly #turns = new Turns(printsAtOnce);
  #showSensitive = true;
  /** Does this router show what is in folders only when told so? `no`, too, when it knows no word for it. */
  #recursive: 'not-seen' | 'yes' | 'no' = 'not-seen';

  /** Rows of a menu, without what is costly to read. `undefined`: the router has no such menu. */
  async read(
    session: RouterOsSession,
    menu: Menu,
    signal: AbortSignal,
    { operator, queries, wanted }: ReadTableOptions = {},
  ): Promise<MenuTable | undefined> {
    const attributes = { '.proplist': proplistOf(menu) };
    const secrets = Object.values(menu.fields).some((field) => field.secret === true);
    // For each print a table of its own: one that ends midway leaves nothing.
    const print = async (more: Attributes): Promise<MenuTable> => {
      const table = new MenuTable(menu, operator, wanted);
      await this.#print(session, menu, { ...attributes, ...more }, (row) => table.add(row), signal, queries);
      return table;
    };
    try {
      if (secrets && menu.plain !== true && this.#showSensitive) return await this.#readSensitive(print);
      const table = await print(this.#whole(menu));
      return this.#isCut(menu, table.printed) ? await this.#readFolders(print, table) : table;
    } catch (error) {
      // A package is missing: whatever we want in there will be refused in the router's words, or left out.
      if (error instanceof RouterTrapError && error.knowsNoCommand) return undefined;
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
    const attributes = { '.proplist': ['.id', ...costly].join(), ...this.#whole(menu) };
    const queries = anyOf('.id', ids);
    const more = new Map<string | undefined, RouterOsRow>();
    await this.#print(session, menu, attributes, (row) => void more.set(row['.id'], row), signal, queries);
    return rows.map((row) => ({ ...row, ...more.get(row['.id']) }));
  }

  async #readSensitive(print: Print): Promise<MenuTable> {
    try {
      return await print({ 'show-sensitive': '' });
    } catch (error) {
      // Before 7.21 there is no such switch, and secrets are shown to whoever may see them.
      if (!isUnknownParameter(error)) throw error;
      this.#showSensitive = false;
      return print({});
    }
  }

  #whole(menu: Menu): Attributes {
    return menu.folders === true && this.#recursive === 'yes' ? { recursive: '' } : {};
  }

  /** Folders, and nothing in any of them: newer versions may show one folder at a time. */
  #isCut({ folders }: Menu, rows: readonly RouterOsRow[]): boolean {
    if (folders !== true || this.#recursive !== 'not-seen') return false;
    const isFolder = ({ type }: RouterOsRow) => type === 'directory' || type === 'disk';
    return rows.some(isFolder) && !rows.some(({ name }) => name?.includes('/'));
  }

  async #readFolders(print: Print, cut: MenuTable): Promise<MenuTable> {
    try {
      const table = await print({ recursive: '' });
      if (table.printed.length > cut.printed.length) this.#recursive = 'yes';
      return table;
    } catch (error) {
      if (!isUnknownParameter(error)) throw error;
      this.#recursive = 'no';
      return cut;
    }
  }

  #print(
    session: RouterOsSession,
    { path }: Menu,
    attributes: Attributes,
    onRow: (row: RouterOsRow) => void,
    signal: AbortSignal,
    queries: readonly string[] = [],
  ): Promise<void> {
    const words = [...queries, ...unlearned(path)];
    return this.#turns.run(() => session.stream(`${path}/print`, attributes, onRow, { signal, queries: words }));
  }
}

/** Query words for rows in which a field is one of these. */
export function anyOf(field: string, values: readonly string[]): readonly string[] {
  // The first two words push, each further one is joined to what is there by `or`.
  return values.flatMap((value, at) => (at === 0 ? [`?${field}=${value}`] : [`?${field}=${value}`, '?#|']));
}

/** Prints a menu with these attributes besides. */
type Print = (more: Attributes) => Promise<MenuTable>;

/** Lets so many pieces of work run at once; the others wait in the order in which they came. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#free = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

function isUnknownParameter(error: unknown): boolean {
  return error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('unknown parameter'));
}
