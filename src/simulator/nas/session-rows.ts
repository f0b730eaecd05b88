import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { RowOptions, Table, TableRow } from '../routeros/table.ts';
import { formatRouterDate, formatRouterTime } from '../routeros/time.ts';
import { RouterTrap } from '../routeros/trap.ts';
import { isAtLeast } from '../routeros/version.ts';
import { queueFieldsOf } from './rate-limit.ts';
import type { Grant, Session } from './session.ts';

export interface SessionRowsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (topics: string, message: string) => void;
}

export interface SessionRowsOptions {
  /** `target` of its queue. */
  readonly queueTarget: string;
  /** Who holds an address of a pool: `owner` in `/ip/pool/used`. */
  readonly poolOwner: string;
  /** Topic its log lines begin with: `ppp`. */
  readonly topic: string;
}

/** The dynamic rows one session makes in the router's menus. */
export class SessionRows {
  readonly #deps: SessionRowsDeps;
  readonly #session: Session;
  readonly #options: SessionRowsOptions;
  readonly #rows: { readonly table: Table; readonly row: TableRow }[] = [];
  #queue: TableRow | undefined;

  constructor(session: Session, deps: SessionRowsDeps, options: SessionRowsOptions) {
    this.#session = session;
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * The rows sessions of every kind make: use of a pool, entries of address lists, the queue.
   *
   * @param grant what limits it by now, where that can change under way: after `remove`
   */
  addLimits(grant: Grant = this.#session.grant): void {
    const { rateLimit } = grant;
    this.#session.rateLimit = rateLimit;
    if (grant.pool !== undefined) this.#addPoolUse(grant.pool);
    for (const list of grant.addressLists) this.#addListEntry(list);
    if (rateLimit !== undefined) this.limit(rateLimit);
  }

  /**
   * Adds a row that goes with the session. One that somebody's own row already stands for (a queue, an address-list
   * entry) is left out, and logged.
   */
  keep(path: string, fields: Readonly<Record<string, string>>, options: RowOptions = {}): TableRow | undefined {
    try {
      const row = this.#deps.database.addByRouter(path, fields, options);
      this.#rows.push({ table: this.#deps.database.table(path), row });
      return row;
    } catch (error) {
      if (!(error instanceof RouterTrap)) throw error;
      this.#deps.log(`${this.#options.topic},warning`, `${this.#session.label}: ${path}: ${error.message}`);
      return undefined;
    }
  }

  /** How long the session has lasted, in whole seconds. */
  uptime(): string {
    const { clock } = this.#deps;
    return formatRouterTime(Math.floor((clock.monotonic() - this.#session.startedAt) / 1000) * 1000);
  }

  /** Makes or changes the session's queue. @returns false when the text is not a rate limit */
  limit(rateLimit: string): boolean {
    const fields = queueFieldsOf(rateLimit);
    if (fields === undefined) {
      this.#deps.log(`${this.#options.topic},error`, `${this.#session.label}: bad rate limit`);
      return false;
    }
    this.#session.rateLimit = rateLimit;
    const table = this.#deps.database.table('/queue/simple');
    if (this.#queue === undefined) this.#addQueue(fields);
    else table.set(this.#queue, new Map(Object.entries(fields)));
    return true;
  }

  remove(): void {
    for (const { table, row } of this.#rows.splice(0)) table.remove(row);
    this.#queue = undefined;
  }

  #addPoolUse(pool: string): void {
    const { address, caller } = this.#session;
    this.keep('/ip/pool/used', { pool, address, owner: this.#options.poolOwner, info: caller.username });
  }

  #addListEntry(list: string): void {
    const created = formatRouterDate(this.#deps.clock.now(), isAtLeast(this.#deps.database.version, '7.10'));
    const fields = { list, address: this.#session.address, dynamic: 'yes', 'creation-time': created };
    this.keep('/ip/firewall/address-list', fields);
  }

  #addQueue(fields: object): void {
    const session = this.#session;
    const name = session.label;
    const count = (counter: 'upOctets' | 'downOctets' | 'upPackets' | 'downPackets') =>
      session.queueFrom.since(counter, session.queued);
    this.#queue = this.keep(
      '/queue/simple',
      {
        name,
        target: this.#options.queueTarget,
        dynamic: 'true',
        parent: session.grant.parentQueue ?? 'none',
        ...fields,
      },
      {
        ...this.#queuePlace(session.grant.queueBefore),
        live: {
          bytes: () => `${count('upOctets')}/${count('downOctets')}`,
          packets: () => `${count('upPackets')}/${count('downPackets')}`,
          'total-bytes': () => String(count('upOctets') + count('downOctets')),
          'total-packets': () => String(count('upPackets') + count('downPackets')),
        },
      },
    );
  }

  #queuePlace(before: string | undefined): { readonly before?: number } {
    if (before === undefined || before === 'bottom') return {};
    const [first] = this.#deps.database.table('/queue/simple').rows();
    const row = before === 'first' ? first : this.#deps.database.referenced('/queue/simple', before);
    return row === undefined ? {} : { before: row.id };
  }
}
