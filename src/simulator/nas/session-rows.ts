import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { Table, TableRow } from '../routeros/table.ts';
import { formatRouterDate, formatRouterTime } from '../routeros/time.ts';
import { RouterTrap } from '../routeros/trap.ts';
import { isAtLeast } from '../routeros/version.ts';
import type { Session } from './session.ts';
import { queueFieldsOf } from './rate-limit.ts';

export interface SessionRowsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: (topics: string, message: string) => void;
}

/** The dynamic rows one session makes in the router's menus. */
export class SessionRows {
  readonly #deps: SessionRowsDeps;
  readonly #session: Session;
  readonly #rows: { readonly table: Table; readonly row: TableRow }[] = [];
  #queue: TableRow | undefined;

  private constructor(session: Session, deps: SessionRowsDeps) {
    this.#session = session;
    this.#deps = deps;
  }

  /** @param onRemove what a removal of the session's row by hand does */
  static add(session: Session, deps: SessionRowsDeps, onRemove: () => void): SessionRows {
    const rows = new SessionRows(session, deps);
    rows.#addInterface(onRemove);
    rows.#addActive(onRemove);
    if (session.grant.pool !== undefined) rows.#addPoolUse(session.grant.pool);
    for (const list of session.grant.addressLists) rows.#addListEntry(list);
    if (session.rateLimit !== undefined) rows.limit(session.rateLimit);
    return rows;
  }

  /** Makes or changes the session's queue. @returns false when the text is not a rate limit */
  limit(rateLimit: string): boolean {
    const fields = queueFieldsOf(rateLimit);
    if (fields === undefined) {
      this.#deps.log('ppp,error', `${this.#session.label}: bad rate limit`);
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
  }

  #addInterface(onRemove: () => void): void {
    const session = this.#session;
    const { caller } = session;
    const { database, clock } = this.#deps;
    const count = (name: 'upOctets' | 'downOctets' | 'upPackets' | 'downPackets') => () =>
      String(session.interfaceFrom.since(name, session));
    const linkUp = formatRouterDate(clock.now(), isAtLeast(database.version, '7.10'));
    const common = { name: session.label, mtu: '1480', dynamic: 'true', running: 'true' };
    this.#keep(
      '/interface',
      { ...common, type: 'pppoe-in', 'actual-mtu': '1480', 'last-link-up-time': linkUp },
      {
        id: caller.nasPort,
        live: {
          'rx-byte': count('upOctets'),
          'tx-byte': count('downOctets'),
          'rx-packet': count('upPackets'),
          'tx-packet': count('downPackets'),
        },
      },
    );
    this.#keep(
      '/interface/pppoe-server',
      {
        ...common,
        user: caller.username,
        service: caller.serviceName,
        mru: '1480',
        'remote-address': caller.callerId,
        encoding: '',
        interface: caller.port,
      },
      { id: caller.nasPort, live: { uptime: () => this.#uptime() }, onRemove },
    );
  }

  #addActive(onRemove: () => void): void {
    const { caller, grant, address, sessionId } = this.#session;
    this.#keep(
      '/ppp/active',
      {
        name: caller.username,
        service: 'pppoe',
        'caller-id': caller.callerId,
        address,
        encoding: '',
        'session-id': `0x${sessionId.toUpperCase()}`,
        'limit-bytes-in': String(grant.limitIn),
        'limit-bytes-out': String(grant.limitOut),
        radius: String(grant.radius),
        comment: grant.comment,
      },
      { live: { uptime: () => this.#uptime() }, onRemove },
    );
  }

  #addPoolUse(pool: string): void {
    const { address, caller } = this.#session;
    this.#keep('/ip/pool/used', { pool, address, owner: 'PPP', info: caller.username });
  }

  #addListEntry(list: string): void {
    const created = formatRouterDate(this.#deps.clock.now(), isAtLeast(this.#deps.database.version, '7.10'));
    const fields = { list, address: this.#session.address, dynamic: 'yes', 'creation-time': created };
    this.#keep('/ip/firewall/address-list', fields);
  }

  #addQueue(fields: object): void {
    const session = this.#session;
    const name = session.label;
    const count = (counter: 'upOctets' | 'downOctets' | 'upPackets' | 'downPackets') =>
      session.queueFrom.since(counter, session);
    this.#queue = this.#keep(
      '/queue/simple',
      { name, target: name, dynamic: 'true', parent: session.grant.parentQueue ?? 'none', ...fields },
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

  #uptime(): string {
    const { clock } = this.#deps;
    return formatRouterTime(Math.floor((clock.monotonic() - this.#session.startedAt) / 1000) * 1000);
  }

  /** A row that somebody's own row already stands for (a queue, an address-list entry) is left out, and logged. */
  #keep(path: string, fields: Readonly<Record<string, string>>, options = {}): TableRow | undefined {
    try {
      const row = this.#deps.database.addByRouter(path, fields, options);
      this.#rows.push({ table: this.#deps.database.table(path), row });
      return row;
    } catch (error) {
      if (!(error instanceof RouterTrap)) throw error;
      this.#deps.log('ppp,warning', `${this.#session.label}: ${path}: ${error.message}`);
      return undefined;
    }
  }
}
