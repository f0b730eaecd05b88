import type { Grant, Session } from '../nas/session.ts';
import type { SessionRows } from '../nas/session-rows.ts';
import type { TableRow } from '../routeros/table.ts';
import type { DhcpClient } from './lease-request.ts';

/** An address in a client's hands, until it expires. */
export interface Lease {
  readonly client: DhcpClient;
  /** What accounting counts; its `grant` is what the lease began with. */
  readonly session: Session;
  /** Row of the DHCP server. */
  readonly server: TableRow;
  /** In `/ip/dhcp-server/lease`: one of its own, or the one that somebody wrote down. */
  readonly row: TableRow;
  /** In other menus: use of a pool, address lists, a queue. */
  readonly rows: SessionRows;
  /** Whether RADIUS is told of it, as a session. */
  readonly reported: boolean;
  /** As last granted. */
  grant: Grant;
  leaseMs: number;
  /** Monotonic milliseconds of the last request that was granted. */
  grantedAt: number;
}

export function isDynamic({ row }: Lease): boolean {
  return row.values.get('dynamic') === 'true';
}

export function expiresAt({ grantedAt, leaseMs }: Lease): number {
  return grantedAt + leaseMs;
}
