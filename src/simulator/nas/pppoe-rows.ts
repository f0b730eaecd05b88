import { formatRouterDate } from '../routeros/time.ts';
import { isAtLeast } from '../routeros/version.ts';
import { parseRoutes } from './connected-routes.ts';
import type { Counts, Session } from './session.ts';
import { SessionRows, type SessionRowsDeps } from './session-rows.ts';

/** The rows of a PPPoE session. @param onRemove what a removal of one of them by hand does */
export function addPppoeRows(session: Session, deps: SessionRowsDeps, onRemove: () => void): SessionRows {
  const rows = new SessionRows(session, deps, { queueTarget: session.label, poolOwner: 'PPP', topic: 'ppp' });
  addInterface(rows, session, deps, onRemove);
  addActive(rows, session, onRemove);
  addRoutes(rows, session);
  rows.addLimits();
  return rows;
}

/** The interface of a PPPoE session, in both menus that show it. */
function addInterface(
  rows: SessionRows,
  session: Session,
  { database, clock }: SessionRowsDeps,
  onRemove: () => void,
): void {
  const { caller } = session;
  const count = (name: keyof Counts) => () => String(session.interfaceFrom.since(name, session));
  const fast = (name: keyof Counts) => () => String(session.fastFrom.since(name, session.fast));
  const linkUp = formatRouterDate(clock.now(), isAtLeast(database.version, '7.10'));
  const common = { name: session.label, mtu: '1480', dynamic: 'true', running: 'true' };
  rows.keep(
    '/interface',
    { ...common, type: 'pppoe-in', 'actual-mtu': '1480', 'last-link-up-time': linkUp },
    {
      id: caller.nasPort,
      live: {
        'rx-byte': count('upOctets'),
        'tx-byte': count('downOctets'),
        'rx-packet': count('upPackets'),
        'tx-packet': count('downPackets'),
        'fp-rx-byte': fast('upOctets'),
        'fp-tx-byte': fast('downOctets'),
        'fp-rx-packet': fast('upPackets'),
        'fp-tx-packet': fast('downPackets'),
      },
    },
  );
  rows.keep(
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
    { id: caller.nasPort, live: { uptime: () => rows.uptime() }, onRemove },
  );
}

/** To the subscriber, and to the networks behind him. */
function addRoutes(rows: SessionRows, { address, label, grant }: Session): void {
  const dynamic = { gateway: label, dynamic: 'true' };
  rows.keep('/ip/route', { ...dynamic, 'dst-address': `${address}/32`, distance: '0', scope: '10', connect: 'true' });
  for (const { network, distance } of parseRoutes(grant.routes ?? '')) {
    rows.keep('/ip/route', { ...dynamic, 'dst-address': network, distance });
  }
}

function addActive(rows: SessionRows, { caller, grant, address, sessionId }: Session, onRemove: () => void): void {
  rows.keep(
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
    { live: { uptime: () => rows.uptime() }, onRemove },
  );
}
