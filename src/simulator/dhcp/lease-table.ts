import type { Clock } from '../../base/clock.ts';
import type { Session } from '../nas/session.ts';
import type { Database } from '../routeros/database.ts';
import type { OwnCommand } from '../routeros/executor.ts';
import { formatId, type TableRow } from '../routeros/table.ts';
import { formatRouterTime } from '../routeros/time.ts';
import { missingId } from '../routeros/trap.ts';
import { expiresAt, type Lease } from './lease.ts';
import type { DhcpClient } from './lease-request.ts';

export interface LeaseTableDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly leaseOn: (rowId: number) => Lease | undefined;
  /** Somebody took the row of a lease away, or disabled it. */
  readonly lost: (lease: Lease) => void;
}

const path = '/ip/dhcp-server/lease';

/** `/ip/dhcp-server/lease` as leases come and go. Times in it are told when they are read. */
export class LeaseTable {
  readonly #deps: LeaseTableDeps;
  /** By row: monotonic milliseconds of the client's last packet. */
  readonly #seen = new WeakMap<TableRow, number>();

  constructor(deps: LeaseTableDeps) {
    const { database, clock } = deps;
    this.#deps = deps;
    const now = () => clock.monotonic();
    database.computeWith(path, 'expires-after', (row) => this.#time(row, (lease) => expiresAt(lease) - now()));
    database.computeWith(path, 'age', (row) => this.#time(row, (lease) => now() - lease.grantedAt));
    database.computeWith(path, 'last-seen', (row) => {
      const at = this.#seen.get(row);
      return at === undefined ? 'never' : inSeconds(now() - at);
    });
    database.computeWith(path, 'blocked', (row) => row.values.get('block-access') ?? 'false');
    database.table(path).watch((event) => {
      const lease = deps.leaseOn(event.type === 'removed' ? event.id : event.row.id);
      const gone = event.type === 'removed' || event.row.values.get('disabled') === 'true';
      if (lease !== undefined && gone) deps.lost(lease);
    });
  }

  /** `make-static` keeps rows as they are, from now on as if somebody had written them down. */
  commands(): Iterable<readonly [string, OwnCommand]> {
    const table = this.#deps.database.table(path);
    const makeStatic: OwnCommand = (_fields, rows) => {
      if (rows.length === 0) throw missingId();
      for (const row of rows) table.set(row, new Map([['dynamic', 'false']]));
    };
    return [
      [`${path} make-static`, makeStatic],
      [`${path} check-status`, () => undefined],
    ];
  }

  /** A row for a client that nobody wrote one down for. */
  add({ mac, clientId }: DhcpClient, { address, grant }: Session, server: TableRow): TableRow {
    return this.#deps.database.addByRouter(path, {
      address,
      'mac-address': mac,
      'client-id': clientId,
      server: formatId(server.id),
      dynamic: 'true',
      radius: String(grant.radius),
    });
  }

  bound(lease: Lease): void {
    const { row, session, client, server, grant } = lease;
    this.#seen.set(row, this.#deps.clock.monotonic());
    this.#deps.database
      .table(path)
      .set(
        row,
        new Map([
          ['status', 'bound'],
          ['active-address', session.address],
          ['active-mac-address', client.mac],
          ['active-client-id', client.clientId],
          ['active-server', formatId(server.id)],
          ['host-name', client.hostName],
          ...(grant.radius ? [['rate-limit', grant.rateLimit ?? ''] as const] : []),
        ]),
      );
  }

  /** Its own row goes with it; one that somebody wrote down waits for the client to come again. */
  unbound({ row }: Lease): void {
    const table = this.#deps.database.table(path);
    if (table.get(row.id) !== row) return;
    if (row.values.get('dynamic') === 'true') {
      table.remove(row);
      return;
    }
    const active = ['active-address', 'active-mac-address', 'active-client-id', 'active-server', 'host-name'];
    table.set(row, new Map([['status', 'waiting'], ...active.map((name) => [name, undefined] as const)]));
  }

  #time(row: TableRow, ms: (lease: Lease) => number): string | undefined {
    const lease = this.#deps.leaseOn(row.id);
    return lease && inSeconds(ms(lease));
  }
}

function inSeconds(ms: number): string {
  return formatRouterTime(Math.floor(ms / 1000) * 1000);
}
