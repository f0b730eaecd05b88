import { compact } from '../base/compact.ts';
import { type MacFormat, macFormats } from '../base/mac.ts';
import { contains, formatIpv4, type Ipv4Range, parseIpv4, parseIpv4Range } from '../model/ipv4.ts';
import { timeMs, wordSet } from '../routeros/canonical.ts';
import { type Doubts, menuTag } from './doubts.ts';
import { runsOf } from './people.ts';
import { commentOf, isSet, type Picture, type PictureRow, rowsOf, tagOf } from './picture.ts';
import { addressIn, type DeclaredPools, durationNode } from './tariffs.ts';
import { mapOf, type Node, type NodeMap, Tagged } from './yaml-text.ts';

/** One entry of a list of the Router, and the row of the router that it says. */
export interface Entry {
  readonly menu: string;
  readonly row: PictureRow;
  readonly spec: NodeMap;
}

const poolName = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Names of pools that can be declared. */
export function declaredPools(picture: Picture, doubts: Doubts): DeclaredPools {
  const names = (entries: readonly Entry[]) => new Set(entries.map(({ row }) => row['name'] ?? ''));
  return { ipv4: names(pools(picture, doubts)), ipv6: names(ipv6Pools(picture, doubts)) };
}

/** RouterOS: IP > Pool. */
export function pools(picture: Picture, doubts: Doubts): readonly Entry[] {
  const entries = entriesOf(picture, doubts, '/ip/pool', (row) => {
    const ranges = (row['ranges'] ?? '').split(',').filter((range) => range !== '');
    if (!poolName.test(row['name'] ?? '') || ranges.length === 0) return undefined;
    if (ranges.some((range) => parseIpv4Range(range) === undefined)) return undefined;
    return { name: row['name'], ranges };
  });
  const names = new Set(entries.map(({ row }) => row['name']));
  // One that overflows into a pool that cannot be declared cannot be, either.
  return entries.flatMap((entry) => {
    const next = entry.row['next-pool'] ?? 'none';
    if (next === 'none' || next === '') return [entry];
    return names.has(next) ? [{ ...entry, spec: { ...entry.spec, next } }] : [];
  });
}

export function ipv6Pools(picture: Picture, doubts: Doubts): readonly Entry[] {
  return entriesOf(picture, doubts, '/ipv6/pool', (row) => {
    const { name = '', prefix = '', 'prefix-length': length = '' } = row;
    if (!poolName.test(name) || prefix === '' || prefix === '::/0' || !/^\d+$/.test(length)) return undefined;
    return { name, prefix, prefixLength: Number(length) };
  });
}

/** RouterOS: PPP > PPPoE Servers. */
export function pppoeServers(picture: Picture, doubts: Doubts): readonly Entry[] {
  return entriesOf(picture, doubts, '/interface/pppoe-server/server', (row) => {
    const { interface: port, 'service-name': name = '', 'default-profile': profile = 'default' } = row;
    if (isSet(row['disabled']) || name === '' || port === undefined || port.startsWith('*')) return undefined;
    if (profile.startsWith('*')) return undefined;
    const authentication = wordSet(row['authentication'] ?? '').split(',');
    const all = authentication.length === 4;
    return { interface: port, name, profile, authentication: all ? undefined : authentication, ...limitNodes(row) };
  });
}

/** What a server holds its clients to, where that is not as from the factory and can be declared. */
function limitNodes(row: PictureRow): NodeMap {
  const { 'max-sessions': sessions = '', 'keepalive-timeout': keepalive = '', 'max-mtu': mtu = '' } = row;
  const seconds = /^\d+$/.test(keepalive) ? Number(keepalive) : (timeMs(keepalive) ?? 0) / 1000;
  const known = /^\d+$/.test(mtu) && mtu === row['max-mru'] && Number(mtu) >= leastMtu;
  return {
    maxSessions: /^[1-9]\d*$/.test(sessions) ? Number(sessions) : undefined,
    oneSessionPerHost: isSet(row['one-session-per-host']) ? true : undefined,
    keepalive: seconds > 0 && seconds !== standardKeepalive ? durationNode(seconds) : undefined,
    mtu: known ? Number(mtu) : undefined,
  };
}

/** The least that a declaration takes. */
const leastMtu = 512;

/** Seconds, from the factory. */
const standardKeepalive = 10;

/** The address and the name servers that most profiles have: those of the Router's `ppp`. */
export function pppAddressing(profiles: readonly PictureRow[]): {
  readonly localAddress?: string;
  readonly dns?: readonly string[];
} {
  const local = mostCommon(profiles.map((row) => addressIn(row['local-address'])));
  const dns = mostCommon(profiles.map((row) => row['dns-server']));
  const servers = (dns ?? '').split(',').filter((server) => parseIpv4(server) !== undefined);
  return compact({ localAddress: local, dns: servers.length === 0 ? undefined : servers });
}

function mostCommon(values: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** RouterOS: IP > DHCP Server, each with its subnet. */
export function dhcpServers(picture: Picture, doubts: Doubts, declared: DeclaredPools): readonly Entry[] {
  const networks = new Set(rowsOf(picture, '/ip/dhcp-server/network'));
  const interfaces = new Set<string>();
  return entriesOf(picture, doubts, '/ip/dhcp-server', (row) => {
    const { name = '', interface: port = '', 'address-pool': pool = 'static-only' } = row;
    if (isSet(row['disabled']) || !poolName.test(name) || port === '' || port.startsWith('*')) return undefined;
    if (interfaces.has(port) || (pool !== 'static-only' && !declared.ipv4.has(pool))) return undefined;
    interfaces.add(port);
    const network = networkFor(picture, doubts, row, networks);
    if (network !== undefined) networks.delete(network);
    return {
      name,
      interface: port,
      pool: pool === 'static-only' ? undefined : pool,
      leaseTime: durationOf(row['lease-time']),
      network: network === undefined ? undefined : networkNode(network),
    };
  });
}

/** The smallest subnet that holds what the server hands out, or the router's own address where its clients are. */
function networkFor(
  picture: Picture,
  doubts: Doubts,
  server: PictureRow,
  free: ReadonlySet<PictureRow>,
): PictureRow | undefined {
  const pool = rowsOf(picture, '/ip/pool').find(({ name }) => name === server['address-pool']);
  const ranges = (pool?.['ranges'] ?? '').split(',').flatMap((text) => parseIpv4Range(text) ?? []);
  const own = rowsOf(picture, '/ip/address')
    .filter((row) => row['interface'] === server['interface'] && !isSet(row['disabled']))
    .flatMap((row) => parseIpv4((row['address'] ?? '').split('/', 1)[0] ?? '') ?? []);
  const wanted = ranges.length === 0 ? own : ranges.map(({ from }) => from);
  const holding = [...free].flatMap((row) => {
    const subnet = parseIpv4Range(row['address'] ?? '');
    const can =
      subnet !== undefined && isDeclarable(row, subnet) && !doubts.out.has(tagOf('/ip/dhcp-server/network', row));
    return can && wanted.some((address) => contains([subnet], address)) ? [{ row, size: subnet.to - subnet.from }] : [];
  });
  return holding.sort((one, other) => one.size - other.size)[0]?.row;
}

function isDeclarable({ gateway = '', 'dns-server': dns = '' }: PictureRow, subnet: Ipv4Range): boolean {
  const value = parseIpv4(gateway);
  if (gateway !== '' && (value === undefined || !contains([subnet], value))) return false;
  return dns === '' || dns.split(',').every((server) => parseIpv4(server) !== undefined);
}

function networkNode(row: PictureRow): Node {
  const { address = '', gateway = '', 'dns-server': dns = '' } = row;
  return new Tagged(
    {
      address,
      gateway: gateway === '' ? undefined : gateway,
      dns: dns === '' ? undefined : dns.split(','),
    },
    { tag: tagOf('/ip/dhcp-server/network', row) },
  );
}

const loginWords: ReadonlySet<string> = new Set(['mac', 'cookie', 'http-chap', 'https', 'http-pap', 'mac-cookie']);

/** RouterOS: IP > Hotspot, each with its server profile. @param secret how a password is declared */
export function hotspots(
  picture: Picture,
  doubts: Doubts,
  declared: DeclaredPools,
  secret: (hotspot: string, password: string) => Node,
): readonly Entry[] {
  const taken = new Set<string>();
  return entriesOf(picture, doubts, '/ip/hotspot', (row) => {
    const { name = '', interface: port = '', profile: called = 'default', 'address-pool': pool = 'none' } = row;
    const profile = rowsOf(picture, '/ip/hotspot/profile').find((each) => each['name'] === called);
    const address = profile === undefined ? undefined : hotspotAddress(picture, profile, port);
    if (profile === undefined || address === undefined || isSet(row['disabled']) || !poolName.test(name))
      return undefined;
    if (port === '' || port.startsWith('*')) return undefined;
    // Of hotspots with one profile, or one address, the first is declared.
    for (const each of [`profile ${called}`, `port ${port}`, `address ${address}`]) {
      if (taken.has(each)) return undefined;
      taken.add(each);
    }
    const perMac = row['addresses-per-mac'] ?? '';
    return {
      name,
      interface: port,
      address,
      profile: called === name ? undefined : called,
      pool: declared.ipv4.has(pool) ? pool : undefined,
      addressesPerMac: /^[1-9]\d*$/.test(perMac) ? Number(perMac) : undefined,
      keepalive: durationOf(row['keepalive-timeout']),
      idleTimeout: durationOf(row['idle-timeout']),
      ...loginNodes(name, profile, secret),
    };
  });
}

function hotspotAddress(picture: Picture, profile: PictureRow, port: string): string | undefined {
  const own = rowsOf(picture, '/ip/address').find((row) => row['interface'] === port && !isSet(row['disabled']));
  return addressIn(profile['hotspot-address']) ?? addressIn(own?.['address']?.split('/', 1)[0]);
}

function loginNodes(
  hotspot: string,
  profile: PictureRow,
  secret: (hotspot: string, password: string) => Node,
): NodeMap {
  const { 'dns-name': dnsName = '', 'ssl-certificate': certificate = 'none' } = profile;
  const ssl = certificate === 'none' || certificate.startsWith('*') ? undefined : certificate;
  const loginBy = wordSet(profile['login-by'] ?? 'cookie,http-chap')
    .split(',')
    .filter((word) => loginWords.has(word) && (word !== 'https' || ssl !== undefined));
  return {
    dnsName: isDnsName(dnsName) ? dnsName : undefined,
    loginBy: loginBy.length === 0 ? undefined : loginBy,
    certificate: ssl,
    macAuth: loginBy.includes('mac') ? macNode(hotspot, profile, secret) : undefined,
  };
}

function macNode(hotspot: string, profile: PictureRow, secret: (hotspot: string, password: string) => Node): NodeMap {
  const format = profile['radius-mac-format'] ?? '';
  const password = profile['mac-auth-password'] ?? '';
  const sendMac = profile['mac-auth-mode'] === 'mac-as-username-and-password';
  return {
    format: macFormats.includes(format as MacFormat) && format !== macFormats[0] ? format : undefined,
    sendMac: sendMac ? true : undefined,
    password: sendMac || password === '' ? undefined : secret(hotspot, password),
  };
}

/** A name that a login page can have here: as RouterOS has it, in lower case. */
function isDnsName(text: string): boolean {
  const labels = text.split('.');
  const fits = labels.every((label) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(label));
  return fits && labels.length > 1 && !/^\d+$/.test(labels.at(-1) ?? '');
}

/** Of what the router says of names: that it answers questions. */
export const answersTag = '/ip/dns allow-remote-requests';

/** `system`: what is one for the whole router. */
export function systemNode(picture: Picture, doubts: Doubts): Node | undefined {
  const part = (menu: string, make: (row: PictureRow) => Node | undefined): Node | undefined => {
    const [row] = rowsOf(picture, menu);
    const value = row === undefined || doubts.out.has(menu) ? undefined : make(row);
    return value === undefined ? undefined : new Tagged(value, { tag: menu });
  };
  return mapOf({
    // A name that every router has from the factory is nobody's.
    identity: part('/system/identity', ({ name = '' }) => (name === '' || name === 'MikroTik' ? undefined : name)),
    dns: part('/ip/dns', (row) => dnsNode(row, doubts)),
    ntp: part('/system/ntp/client', ntpNode),
  });
}

/** That a router answers its clients is declared where nothing else comes of that: its doors may stand open. */
function dnsNode(row: PictureRow, { out }: Doubts): Node | undefined {
  const servers = (row['servers'] ?? '').split(',').filter((server) => server !== '');
  return mapOf({
    servers: servers.length === 0 ? undefined : servers,
    allowRemoteRequests: out.has(answersTag) ? undefined : isSet(row['allow-remote-requests']),
  });
}

/** RouterOS 6 has two fields where 7 has a list. */
function ntpNode(row: PictureRow): Node | undefined {
  const list = [row['servers'], row['primary-ntp'], row['secondary-ntp'], row['server-dns-names']];
  const servers = list.flatMap((text) => (text ?? '').split(',')).filter((each) => each !== '' && each !== '0.0.0.0');
  return isSet(row['enabled']) && servers.length > 0 ? { servers } : undefined;
}

/**
 * Pools with the fixed addresses of people in them: in one that hands out neighbours, else in one that is for them alone.
 * Tags and comments are those of the rows.
 */
export function poolNodes(entries: readonly Entry[], addresses: readonly string[]): readonly Node[] {
  const spaces = entries.map((entry) => ({
    entry,
    ranges: (entry.spec['ranges'] as readonly string[]).flatMap((text) => parseIpv4Range(text) ?? []),
    fixed: [] as number[],
  }));
  const dynamic = spaces.flatMap(({ ranges }) => ranges);
  const alone: number[] = [];
  for (const text of addresses) {
    const address = parseIpv4(text);
    if (address === undefined || contains(dynamic, address)) continue;
    const near = spaces.find(({ ranges }) => ranges.some((range) => distance(range, address) < neighbours));
    (near?.fixed ?? alone).push(address);
  }
  const nodes = spaces.map(({ entry, fixed }) => entryNode(entry, staticNode(fixed)));
  const names = new Set(entries.map(({ row }) => row['name']));
  const name = ['fixed', 'fixed-addresses', 'fixed-addresses-2'].find((each) => !names.has(each));
  return alone.length === 0 ? nodes : [...nodes, { name, ...staticNode(alone) }];
}

/** A subnet of a usual size. */
const neighbours = 256;

function distance({ from, to }: Ipv4Range, address: number): number {
  if (contains([{ from, to }], address)) return 0;
  return address < from ? from - address : address - to;
}

function staticNode(addresses: readonly number[]): NodeMap {
  const runs = runsOf(addresses, formatIpv4);
  return runs.length === 0 ? {} : { static: runs };
}

/** An entry as it is written, with what a person said about the row above it. */
export function entryNode({ menu, row, spec }: Entry, more: NodeMap = {}): Node {
  return new Tagged({ ...spec, ...more }, { tag: tagOf(menu, row), note: commentOf(row).text });
}

function entriesOf(
  picture: Picture,
  doubts: Doubts,
  menu: string,
  make: (row: PictureRow) => NodeMap | undefined,
): readonly Entry[] {
  const names = new Set<string>();
  return rowsOf(picture, menu).flatMap((row) => {
    if (doubts.out.has(tagOf(menu, row)) || doubts.out.has(menuTag(menu))) return [];
    const spec = make(row);
    const name = String(spec?.['name'] ?? '');
    if (spec === undefined || names.has(name)) return [];
    names.add(name);
    return [{ menu, row, spec }];
  });
}

function durationOf(text: string | undefined): Node | undefined {
  const ms = timeMs(text ?? '');
  return ms === undefined || ms === 0 || ms % 1000 !== 0 ? undefined : durationNode(ms / 1000);
}
