import type { Database } from '../routeros/database.ts';
import { isDynamic, type Lease } from './lease.ts';
import type { LeaseView } from './lease-request.ts';
import { networkOf } from './networks.ts';

/** A lease as its device was told it, with what the menus say by now. */
export function viewOf(lease: Lease, database: Database): LeaseView {
  const { session, client, server, grant } = lease;
  return {
    mac: client.mac,
    address: session.address,
    server: server.values.get('name') ?? '',
    interface: session.caller.port,
    leaseSeconds: Math.floor(lease.leaseMs / 1000),
    static: !isDynamic(lease),
    radius: grant.radius,
    sessionId: session.sessionId,
    ...networkOf(session.address, database),
    ...(session.rateLimit === undefined ? {} : { rateLimit: session.rateLimit }),
    ...(client.hostName === undefined ? {} : { hostName: client.hostName }),
  };
}
