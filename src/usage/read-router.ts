import type { UserTotals } from '../accounting/event.ts';
import { compact } from '../base/compact.ts';
import { parseMac } from '../base/mac.ts';
import { timeMs } from '../routeros/canonical.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';
import { type FlowState, type Flows, flowMeters } from './flows.ts';
import { type PppPorts, pppPorts, readBindings } from './ppp-ports.ts';
import { isCount, type Print, printer, shownPrinter } from './print-menu.ts';
import { readTranslations } from './read-nat.ts';
import { readPath } from './read-path.ts';
import type { OnlineSession, RouterReading } from './reading.ts';

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** MACs whose static leases are subscribers': `AA:BB:CC:DD:EE:FF`. */
  readonly devices: ReadonlySet<string>;
  /** For `/ip/accounting` (RouterOS 6), which reading empties, with the last snapshot that is stored. Absent: it is left alone. */
  readonly flows?: { readonly state: FlowState; readonly stored: string | undefined };
}

/** Reads one table after the other: a router that collects has room left for who reconciles it. */
export async function readRouter(session: RouterOsSession, options: ReadOptions): Promise<RouterReading> {
  const print = printer(session, options.signal);
  const [resource] = await print('/system/resource', 'uptime');
  const ppp = await print('/ppp/active', 'name,service,caller-id,address,uptime,session-id,radius');
  const ports = pppPorts(ppp, await readBindings(print, ppp));
  const guests = await print('/ip/hotspot/active', guestFields);
  const { bound, unbound } = await readLeases(print, options.devices, options.flows !== undefined);
  // After those online: who goes between the two is counted in both, and told apart by the next reading.
  const users = await shownPrinter(session, options.signal)('/ip/hotspot/user', userFields);
  const interfaces = await print('/interface', '.id,name,type,rx-byte,tx-byte,fp-rx-byte,fp-tx-byte');
  const queues = await print('/queue/simple', '.id,name,target,bytes,disabled,dynamic');
  const meters = metersOf(interfaces, queues, ports);
  const flows =
    options.flows === undefined
      ? undefined
      : await flowMeters(print, session, options.flows.state, options.flows.stored, options.signal);
  const translations = await readTranslations(shownPrinter(session, options.signal));
  const uptime = seconds(resource?.['uptime']);
  return {
    ...(uptime === undefined ? {} : { uptimeSeconds: uptime }),
    sessions: [
      ...ppp.map((row) => pppSession(row, meters)),
      ...guests.map((row) => guestSession(row, meters)),
      ...bound.map((row) => leaseSession(row, meters, flows)),
    ],
    ...(users === undefined ? {} : { totals: totalsOf(users) }),
    ...(translations === undefined ? {} : { translations }),
    ...(flows === undefined ? {} : { flows: { ...flows, unbound: awayWithFlows(unbound, meters, flows) } }),
    path: { ...(await readPath(print, interfaces)), uncounted: flows?.uncounted ?? 0n },
  };
}

/**
 * Somebody who came online, as `listen` on `/ppp/active` or `/ip/hotspot/active` tells: without counters. `undefined` for
 * a row that tells of no session.
 */
export function arrivalOf(menu: string, row: RouterOsRow): OnlineSession | undefined {
  const nothing = metersOf([], [], { of: new Map(), unclear: new Set() });
  if (menu === '/ppp/active') return row['session-id'] === undefined ? undefined : pppSession(row, nothing);
  return row['mac-address'] === undefined ? undefined : guestSession(row, nothing);
}

const guestFields = 'user,address,mac-address,server,uptime,bytes-in,bytes-out,radius';
const userFields = '.id,name,bytes-in,bytes-out,uptime';

interface Leases {
  readonly bound: readonly RouterOsRow[];
  readonly unbound: readonly RouterOsRow[];
}

/** @param all those that are not bound, too */
async function readLeases(print: Print, devices: ReadonlySet<string>, all: boolean): Promise<Leases> {
  if (devices.size === 0) return { bound: [], unbound: [] };
  const fields = 'address,active-address,mac-address,active-mac-address,server,active-server,status,dynamic,radius';
  const rows = await print('/ip/dhcp-server/lease', fields, all ? ['?dynamic=true', '?#!'] : ['?status=bound']);
  const ours = rows.filter((row) => row['dynamic'] !== 'true' && devices.has(parseMac(macOf(row)) ?? ''));
  const isBound = (row: RouterOsRow) => row['status'] === 'bound';
  return { bound: ours.filter(isBound), unbound: ours.filter((row) => !isBound(row)) };
}

/** Devices that were there since the last snapshot, and are gone. */
function awayWithFlows(unbound: readonly RouterOsRow[], meters: Meters, flows: Flows): readonly OnlineSession[] {
  return unbound
    .filter((row) => row['address'] !== undefined && flows.meters.has(row['address']))
    .map((row) => leaseSession(row, meters, flows))
    .filter(({ meter }) => meter?.source === 'flows');
}

function macOf(row: RouterOsRow): string {
  return row['mac-address'] ?? row['active-mac-address'] ?? '';
}

/** Rows that count, by what they count. */
interface Meters {
  readonly interfaces: ReadonlyMap<string, RouterOsRow>;
  readonly queues: ReadonlyMap<string, RouterOsRow>;
  /** By address, without a length. */
  readonly queuesByTarget: ReadonlyMap<string, RouterOsRow>;
  readonly ports: PppPorts;
}

export function metersOf(interfaces: readonly RouterOsRow[], queues: readonly RouterOsRow[], ports: PppPorts): Meters {
  const targets = queues
    .filter((row) => row['disabled'] !== 'true')
    .flatMap((row) => (row['target'] ?? '').split(',').map((target) => [target.replace(/\/32$/, ''), row] as const));
  return {
    interfaces: new Map(interfaces.map((row) => [row['name'] ?? '', row])),
    queues: new Map(queues.map((row) => [row['name'] ?? '', row])),
    // The first that matches counts: later ones never see the packets.
    queuesByTarget: new Map([...targets].reverse()),
    ports,
  };
}

export function pppSession(row: RouterOsRow, meters: Meters): OnlineSession {
  const port = meters.ports.of.get(row);
  const sent = row['session-id'] ?? '';
  const own = meters.interfaces.get(port ?? '');
  const queue = meters.queues.get(port ?? '');
  const counter = own === undefined ? queueMeter(queue) : counted('interface', own, own['rx-byte'], own['tx-byte']);
  const uptimeSeconds = seconds(row['uptime']);
  const sessionId = sent.toLowerCase().replace(/^0x/, '');
  return compact({
    access: 'ppp' as const,
    username: row['name'] ?? '',
    sessionId,
    sentSessionId: sent === sessionId ? undefined : sent,
    radius: row['radius'] === 'true',
    uptimeSeconds,
    meter: counter,
    queue: own === undefined ? undefined : octetsOf(queue),
    framedIpAddress: row['address'],
    callingStationId: row['caller-id'],
    nasPortId: port,
    unclear: meters.ports.unclear.has(row) ? (true as const) : undefined,
  });
}

export function guestSession(row: RouterOsRow, meters: Meters): OnlineSession {
  const mac = row['mac-address'] ?? '';
  return compact({
    access: 'hotspot' as const,
    username: row['user'] ?? '',
    sessionId: mac.toLowerCase(),
    sentSessionId: mac,
    radius: row['radius'] === 'true',
    uptimeSeconds: seconds(row['uptime']),
    meter: counted('hotspot', {}, row['bytes-in'], row['bytes-out']),
    queue: octetsOf(meters.queues.get(`<hotspot-${row['user']}>`)),
    framedIpAddress: row['address'],
    callingStationId: mac,
    calledStationId: row['server'],
  });
}

export function leaseSession(row: RouterOsRow, meters: Meters, flows: Flows | undefined): OnlineSession {
  const mac = parseMac(macOf(row)) ?? '';
  const address = row['active-address'] ?? row['address'] ?? '';
  const queue = meters.queues.get(`dhcp-ds<${mac}>`) ?? meters.queuesByTarget.get(address);
  return compact({
    access: 'dhcp' as const,
    username: mac,
    sessionId: `lease-${mac.toLowerCase()}`,
    radius: row['radius'] === 'true',
    lasting: queue !== undefined && queue['dynamic'] !== 'true' ? (true as const) : undefined,
    meter: queueMeter(queue) ?? flowMeter(flows, address),
    framedIpAddress: address,
    callingStationId: mac,
    calledStationId: row['active-server'] ?? row['server'],
  });
}

function flowMeter(flows: Flows | undefined, address: string): OnlineSession['meter'] {
  return flows && (flows.meters.get(address) ?? { source: 'flows', id: flows.id, up: '0', down: '0' });
}

function queueMeter(row: RouterOsRow | undefined): OnlineSession['meter'] {
  const [up, down] = row?.['bytes']?.split('/') ?? [];
  return row === undefined ? undefined : counted('queue', row, up, down);
}

function counted(
  source: 'interface' | 'queue' | 'hotspot',
  row: RouterOsRow,
  up: string | undefined,
  down: string | undefined,
): OnlineSession['meter'] {
  if (!isCount(up) || !isCount(down)) return undefined;
  return { source, ...(row['.id'] === undefined ? {} : { id: row['.id'] }), up, down };
}

function octetsOf(queue: RouterOsRow | undefined): OnlineSession['queue'] {
  const meter = queueMeter(queue);
  return meter === undefined ? undefined : { up: BigInt(meter.up), down: BigInt(meter.down) };
}

/** Users of several servers under one name are one user. */
function totalsOf(users: readonly RouterOsRow[]): ReadonlyMap<string, UserTotals> {
  const totals = new Map<string, UserTotals>();
  for (const row of users) {
    const [name = '', up = '0', down = '0'] = [row['name'], row['bytes-in'], row['bytes-out']];
    const known: UserTotals = totals.get(name) ?? { up: '0', down: '0', seconds: 0 };
    if (!isCount(up) || !isCount(down)) continue;
    totals.set(name, {
      up: `${BigInt(known.up) + BigInt(up)}`,
      down: `${BigInt(known.down) + BigInt(down)}`,
      seconds: known.seconds + (seconds(row['uptime']) ?? 0),
      rows: [...(known.rows?.split(',') ?? []), row['.id'] ?? ''].sort().join(','),
    });
  }
  return totals;
}

function seconds(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : timeMs(text);
  return ms === undefined ? undefined : Math.floor(ms / 1000);
}
