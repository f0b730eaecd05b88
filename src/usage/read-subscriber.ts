import { parseMac } from '../base/mac.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import { pppPorts, readBindings } from './ppp-ports.ts';
import { type Print, printer } from './print-menu.ts';
import { guestSession, leaseSession, metersOf, pppSession } from './read-router.ts';
import type { OnlineSession } from './reading.ts';

/**
 * Sessions of one subscriber on a router with their counters as they are now, whoever let them in: asks for their rows alone.
 *
 * @param usernames a MAC stands for the device at hotspots, and for its lease
 */
export async function readSubscriber(
  session: RouterOsSession,
  usernames: readonly string[],
  signal: AbortSignal,
): Promise<readonly OnlineSession[]> {
  const print = printer(session, signal);
  const macs = usernames.flatMap((name) => parseMac(name) ?? []);
  const ppp = await print(
    '/ppp/active',
    'name,service,caller-id,address,uptime,session-id,radius',
    anyOf('name', usernames),
  );
  const guests = [
    ...(await print('/ip/hotspot/active', guestFields, anyOf('user', usernames))),
    ...(macs.length === 0 ? [] : await print('/ip/hotspot/active', guestFields, anyOf('mac-address', macs))),
  ];
  const leases = macs.length === 0 ? [] : await print('/ip/dhcp-server/lease', leaseFields, anyOf('mac-address', macs));
  // The lease of a guest is how he came to the hotspot, which counts him.
  const atHotspot = new Set(guests.map((row) => row['mac-address']));
  const bound = leases.filter((row) => row['status'] === 'bound' && !atHotspot.has(row['mac-address']));
  const ports = pppPorts(ppp, await readBindings(print, ppp, anyOf('user', usernames)));
  const names = [...ports.of.values()];
  const interfaces =
    names.length === 0 ? [] : await print('/interface', '.id,name,rx-byte,tx-byte', anyOf('name', names));
  const queues = await queuesOf(print, names, bound.map(addressOf), macs);
  const meters = metersOf(interfaces, queues, ports);
  const unique = [...new Map(guests.map((row) => [row['mac-address'], row])).values()];
  return [
    ...ppp.map((row) => pppSession(row, meters)),
    ...unique.map((row) => guestSession(row, meters)),
    ...bound.map((row) => leaseSession(row, meters, undefined)),
  ];
}

const guestFields = 'user,address,mac-address,server,uptime,bytes-in,bytes-out,radius';
const leaseFields = 'address,active-address,mac-address,server,active-server,status,radius';

type Row = Readonly<Record<string, string>>;

function addressOf(lease: Row): string {
  return lease['active-address'] ?? lease['address'] ?? '';
}

async function queuesOf(
  print: Print,
  names: readonly string[],
  addresses: readonly string[],
  macs: readonly string[],
): Promise<readonly Row[]> {
  const fields = '.id,name,target,bytes,disabled,dynamic';
  const called = [...names, ...macs.map((mac) => `dhcp-ds<${mac}>`)];
  const byName = called.length === 0 ? [] : await print('/queue/simple', fields, anyOf('name', called));
  const targets = addresses.map((address) => `${address}/32`);
  const byTarget = targets.length === 0 ? [] : await print('/queue/simple', fields, anyOf('target', targets));
  return [...byName, ...byTarget];
}

/** Query words for rows of which a property has one of these values. */
function anyOf(property: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value, at) => (at === 0 ? [`?${property}=${value}`] : [`?${property}=${value}`, '?#|']));
}
