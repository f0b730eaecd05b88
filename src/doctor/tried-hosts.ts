import { probeHosts } from '../model/probe-hosts.ts';
import { readWalledHost } from '../model/walled-host.ts';
import { isWithinAny } from '../routeros/network-match.ts';
import type { RouterOsRow } from '../routeros/wire/reply.ts';

/** What stands before a hotspot, for who is not let in. */
export interface Garden {
  readonly site: string;
  /** Name of the hotspot, and the router's address there. */
  readonly hotspot: string;
  readonly address: string;
  /** The site's `walledGarden`. */
  readonly hosts: readonly string[];
  /** Where guests meet the portal: they reach it, and are at no host of the garden for that. */
  readonly portal?: string;
}

/** Rows of a router, as they were at one moment. */
export interface GuestRows {
  /** `/ip/hotspot/host`: who is not let in. */
  readonly guests: readonly RouterOsRow[];
  /** `/ip/firewall/connection`: of TCP, with a translated destination. */
  readonly turned: readonly RouterOsRow[];
  /** The same, of those guests, as they wanted it: where they got through. */
  readonly passed: readonly RouterOsRow[];
  /** `/ip/dns/cache/all`: addresses and aliases. */
  readonly names: readonly RouterOsRow[];
}

/** What guests of a site tried in vain, without a trace of who did. */
export interface SiteTries {
  readonly site: string;
  /** First those that most guests tried who were at a host of the garden too, then those that most guests tried. */
  readonly hosts: readonly TriedHost[];
  /** Addresses of which no name, or too many, are known. */
  readonly nameless: number;
}

export interface TriedHost {
  readonly host: string;
  readonly guests: number;
  /** Of these, who had a connection to a host of the garden: in the middle of a payment, most likely. */
  readonly paying: number;
  /** Another name has the same address: that may be the one. */
  readonly shared: boolean;
  /** The entry of the garden that opens plain HTTP to it, and TLS not. */
  readonly pattern?: string;
}

/** Ports of the hotspot that its rules turn connections of guests to: the proxy of the walled garden, and TLS. */
const ownPorts = new Set(['64874', '64875']);
const webPorts = new Set(['80', '443']);
/** An address that more names lead to is of nobody in particular. */
const mostNames = 4;

/** Which hosts guests who are not let in tried to reach and did not, by site. Pure. */
export function triedHosts(gardens: readonly Garden[], rows: GuestRows): readonly SiteTries[] {
  const namesOf = nameIndex(rows.names);
  return [...new Set(gardens.map(({ site }) => site))].flatMap((site) => {
    const found = triesAt(
      gardens.filter((garden) => garden.site === site),
      rows,
      namesOf,
    );
    return found.hosts.length + found.nameless === 0 ? [] : [found];
  });
}

type NamesOf = (address: string) => readonly string[];

interface Attempt {
  readonly address: string;
  readonly port: string;
  /** Addresses of guests: counted, and told to nobody. */
  readonly guests: Set<string>;
}

interface Tried {
  readonly guests: Set<string>;
  shared: boolean;
}

function triesAt(gardens: readonly Garden[], rows: GuestRows, namesOf: NamesOf): SiteTries {
  const { site = '', hosts: garden = [], portal } = gardens[0] ?? {};
  const open = portal === undefined ? garden : [portal, ...garden];
  const guestAt = guestsOf(gardens, rows.guests);
  const paying = payingGuests(garden, rows.passed, guestAt, namesOf);
  const hosts = new Map<string, Tried>();
  let nameless = 0;
  for (const { address, port, guests } of attempts(gardens, rows.turned, guestAt)) {
    const all = namesOf(address);
    if (all.some((name) => isOpen(open, name, port) || probeHosts.includes(name)) || isOpenAddress(open, address))
      continue;
    if (all.length === 0 || all.length > mostNames) nameless += 1;
    else for (const name of all) note(hosts, name, guests, all.length > 1);
  }
  const told = [...hosts].map(([host, { guests, shared }]): TriedHost => {
    const pattern = patternFor(garden, host);
    const atGarden = [...guests].filter((guest) => paying.has(guest)).length;
    return { host, guests: guests.size, paying: atGarden, shared, ...(pattern === undefined ? {} : { pattern }) };
  });
  return { site, hosts: told.sort(byInterest), nameless };
}

function note(hosts: Map<string, Tried>, name: string, guests: ReadonlySet<string>, shared: boolean): void {
  const tried = hosts.get(name) ?? { guests: new Set(), shared };
  for (const guest of guests) tried.guests.add(guest);
  tried.shared &&= shared;
  hosts.set(name, tried);
}

/** A guest has two addresses where the hotspot translates his own. */
function guestsOf(gardens: readonly Garden[], rows: readonly RouterOsRow[]): ReadonlyMap<string, string> {
  const hotspots = new Set(gardens.map(({ hotspot }) => hotspot));
  const found = new Map<string, string>();
  for (const { server = '', address = '', 'to-address': translated = address } of rows) {
    if (hotspots.has(server)) found.set(address, address).set(translated, address);
  }
  return found;
}

function attempts(
  gardens: readonly Garden[],
  rows: readonly RouterOsRow[],
  guestAt: ReadonlyMap<string, string>,
): readonly Attempt[] {
  const own = new Set(gardens.map(({ address }) => address));
  const found = new Map<string, Attempt>();
  for (const row of rows) {
    const guest = guestAt.get(endOf(row, 'src').address);
    const { address, port } = endOf(row, 'dst');
    const turned = ownPorts.has(endOf(row, 'reply-src').port) && webPorts.has(port) && !own.has(address);
    if (guest === undefined || !turned) continue;
    const attempt = found.get(`${address}:${port}`) ?? { address, port, guests: new Set() };
    attempt.guests.add(guest);
    found.set(`${address}:${port}`, attempt);
  }
  return [...found.values()];
}

function payingGuests(
  garden: readonly string[],
  rows: readonly RouterOsRow[],
  guestAt: ReadonlyMap<string, string>,
  namesOf: NamesOf,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const row of rows) {
    const guest = guestAt.get(endOf(row, 'src').address);
    const { address, port } = endOf(row, 'dst');
    if (guest === undefined || ownPorts.has(endOf(row, 'reply-src').port)) continue;
    if (isOpenAddress(garden, address) || namesOf(address).some((name) => isOpen(garden, name, port))) found.add(guest);
  }
  return found;
}

/** One end of a connection: `10.5.50.10` and a port of its own, or `10.5.50.10:49153` as older versions write it. */
function endOf(
  row: RouterOsRow,
  end: 'src' | 'dst' | 'reply-src',
): { readonly address: string; readonly port: string } {
  const [address = '', port = row[`${end}-port`] ?? ''] = (row[`${end}-address`] ?? '').split(':');
  return { address, port };
}

function byInterest(a: TriedHost, b: TriedHost): number {
  return (
    b.paying - a.paying || b.guests - a.guests || Number(a.shared) - Number(b.shared) || (a.host < b.host ? -1 : 1)
  );
}

/** Patterns are in the half of the garden that TLS does not see. */
function isOpen(garden: readonly string[], name: string, port: string): boolean {
  return garden.includes(name) || (port === '80' && patternFor(garden, name) !== undefined);
}

function patternFor(garden: readonly string[], name: string): string | undefined {
  return garden.find((entry) => entry.startsWith('*.') && name.endsWith(entry.slice(1)));
}

function isOpenAddress(garden: readonly string[], address: string): boolean {
  return isWithinAny(address, garden.filter((entry) => /^[\d./]+$/.test(entry)).join(',')) === true;
}

/** The names that were asked for, by address: at the beginning of the aliases that lead there. */
function nameIndex(cache: readonly RouterOsRow[]): (address: string) => readonly string[] {
  const ahead = new Map<string, Set<string>>();
  for (const { name = '', type, data = '' } of cache) {
    if (type !== 'A' && type !== 'CNAME') continue;
    const target = plainName(data);
    ahead.set(target, (ahead.get(target) ?? new Set()).add(plainName(name)));
  }
  return (address) => askedFor(address, ahead).filter(isHost).sort();
}

function askedFor(address: string, ahead: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const found = new Set([address]);
  for (const name of found) for (const alias of ahead.get(name) ?? []) found.add(alias);
  return [...found].filter((name) => name !== address && !ahead.has(name));
}

function plainName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

/** What guests ask for is theirs to choose: only what could be declared is told. */
function isHost(name: string): boolean {
  return (
    name.length <= 253 && /[a-z].*\.|\..*[a-z]/.test(name) && !name.includes('*') && 'host' in readWalledHost(name)
  );
}
