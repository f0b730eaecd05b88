import type { Clock } from '../../base/clock.ts';
import type { Session } from '../nas/session.ts';
import { SessionRows, type SessionRowsDeps } from '../nas/session-rows.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterTime } from '../routeros/time.ts';
import type { Host } from './host.ts';
import type { HotspotSettings } from './settings.ts';

/** The rows of a hotspot session. @param onRemove what a removal of its row by hand does */
export function addHotspotRows(
  session: Session,
  host: Host,
  hotspot: HotspotSettings,
  deps: SessionRowsDeps & { readonly keepaliveMs: number },
  onRemove: () => void,
): SessionRows {
  const rows = new SessionRows(session, deps, {
    queueTarget: `${session.address}/32`,
    poolOwner: 'hotspot',
    topic: 'hotspot',
  });
  const { grant, caller } = session;
  const limit = (name: string, octets: bigint | undefined) => (octets ? { [name]: String(octets) } : {});
  rows.keep(
    '/ip/hotspot/active',
    {
      server: hotspot.name,
      user: caller.username,
      address: session.address,
      'mac-address': host.mac,
      'login-by': host.loginBy ?? '',
      radius: String(grant.radius),
      comment: grant.comment,
      ...(deps.keepaliveMs > 0 ? { 'keepalive-timeout': formatRouterTime(deps.keepaliveMs) } : {}),
      ...limit('limit-bytes-in', grant.limitIn),
      ...limit('limit-bytes-out', grant.limitOut),
      ...limit('limit-bytes-total', grant.limitTotal),
    },
    { live: liveValues(session, deps.clock, rows), onRemove },
  );
  rows.addLimits();
  return rows;
}

function liveValues(session: Session, clock: Clock, rows: SessionRows): Record<string, () => string | undefined> {
  const whole = (ms: number) => formatRouterTime(Math.max(0, Math.floor(ms / 1000)) * 1000);
  return {
    uptime: () => rows.uptime(),
    'idle-time': () => whole(clock.monotonic() - session.lastTrafficAt),
    'idle-timeout': () => (session.idleTimeoutMs === undefined ? undefined : whole(session.idleTimeoutMs)),
    'session-time-left': () =>
      session.sessionTimeoutAt === undefined ? undefined : whole(session.sessionTimeoutAt - clock.monotonic()),
    'bytes-in': () => String(session.upOctets),
    'bytes-out': () => String(session.downOctets),
    'packets-in': () => String(session.upPackets),
    'packets-out': () => String(session.downPackets),
  };
}

/** A device in `/ip/hotspot/host`. @param onRemove what a removal of its row by hand does */
export function addHostRow(
  host: Host,
  hotspot: HotspotSettings,
  { database, clock, bypassed }: { readonly database: Database; readonly clock: Clock; readonly bypassed: boolean },
  onRemove: () => void,
): TableRow {
  const whole = (ms: number) => formatRouterTime(Math.floor(ms / 1000) * 1000);
  const count = (name: 'upOctets' | 'downOctets' | 'upPackets' | 'downPackets') => () =>
    String(host.session?.[name] ?? 0n);
  return database.addByRouter(
    '/ip/hotspot/host',
    {
      'mac-address': host.mac,
      address: host.address,
      server: hotspot.name,
      'bridge-port': hotspot.port,
      'found-by': 'packet',
      DHCP: 'true',
      bypassed: String(bypassed),
    },
    {
      live: {
        'to-address': () => host.session?.address ?? host.address,
        authorized: () => String(host.online),
        uptime: () => whole(clock.monotonic() - host.joinedAt),
        'bytes-in': count('upOctets'),
        'bytes-out': count('downOctets'),
        'packets-in': count('upPackets'),
        'packets-out': count('downPackets'),
      },
      onRemove,
    },
  );
}
