import { parseMac } from '../base/mac.ts';
import { ranges } from '../routeros/canonical.ts';
import { type Doubts, menuTag } from './doubts.ts';
import type { Names } from './names.ts';
import { commentOf, holderOf, isSet, type Picture, type PictureRow, rowsOf, tagOf } from './picture.ts';
import {
  addressIn,
  contentOf,
  type DeclaredPools,
  type Tariff,
  tariffOfHotspotProfile,
  tariffOfLease,
  tariffOfPppProfile,
} from './tariffs.ts';

/** Somebody whom the router lets in by itself. */
export interface Person {
  readonly tag: string;
  readonly name: string;
  readonly tariff: Tariff;
  readonly username?: string;
  readonly password?: string;
  readonly mac?: string;
  readonly address?: string;
  readonly routes?: readonly Route[];
  readonly prefix?: string;
  readonly disabled: boolean;
  readonly notes?: string;
}

export interface Route {
  readonly destination: string;
  readonly gateway?: string;
  readonly metric?: number;
}

export interface LeftOut {
  readonly menu: string;
  readonly row: PictureRow;
  readonly why: string;
}

export interface People {
  readonly persons: readonly Person[];
  /** Rows that no Subscriber can be, and `config` perhaps. */
  readonly rest: readonly LeftOut[];
  /** Rows that are somebody else's, or of somebody who is declared. */
  readonly leftOut: readonly LeftOut[];
}

/** Where people are. */
export const peopleMenus: readonly string[] = ['/ppp/secret', '/ip/hotspot/user', '/ip/dhcp-server/lease'];

/** What people are looked for with. */
export interface PeopleSettings {
  readonly operator: string;
  readonly names: Names;
  /** Usernames that are taken by others; fills up. */
  readonly usernames: Set<string>;
  /** MACs that are; fills up. */
  readonly macs: Set<string>;
  readonly addresses: Set<string>;
  readonly pools: DeclaredPools;
  readonly doubts: Doubts;
  /** Names of hotspots that are declared and let devices in by their MAC. */
  readonly macHotspots: readonly string[];
  /** True where a hotspot is declared. */
  readonly hotspots: boolean;
  /** True where a DHCP server is. */
  readonly dhcp: boolean;
}

/** Why a row is no Subscriber; `final`: nor anything else. */
type Left = string | { readonly final: string };

type Found = Person | Left;

/** All of them, and the rows that are left to the router, each with the reason. */
export function peopleOf(picture: Picture, settings: PeopleSettings): People {
  const persons: Person[] = [];
  const rest: LeftOut[] = [];
  const leftOut: LeftOut[] = [];
  const look = (menu: string, find: (row: PictureRow) => Found): void => {
    for (const row of rowsOf(picture, menu)) {
      const found = doubted(menu, row, settings) ?? find(row);
      if (typeof found === 'string') rest.push({ menu, row, why: found });
      else if ('final' in found) leftOut.push({ menu, row, why: found.final });
      else persons.push(found);
    }
  };
  const tariffs = tariffsOf(picture, settings);
  look('/ppp/secret', (row) => pppPerson(row, tariffs.ppp, settings));
  look('/ip/hotspot/user', (row) => hotspotPerson(row, tariffs.hotspot, settings));
  look('/ip/dhcp-server/lease', (row) => leasePerson(row, settings));
  return { persons, rest, leftOut };
}

function doubted(menu: string, row: PictureRow, { doubts, operator }: PeopleSettings): Left | undefined {
  const holder = holderOf(row, operator);
  if (holder !== undefined) return { final: `it is held by ${holder}` };
  return doubts.out.get(tagOf(menu, row)) ?? doubts.out.get(menuTag(menu));
}

/** Tariffs by the name of their profile; a name that stands twice is none. */
type ByProfile = ReadonlyMap<string, Tariff | string>;

function tariffsOf(
  picture: Picture,
  { pools, doubts, operator }: PeopleSettings,
): { readonly ppp: ByProfile; readonly hotspot: ByProfile } {
  const by = (menu: string, make: (row: PictureRow, pools: DeclaredPools) => Tariff): ByProfile =>
    new Map(
      rowsOf(picture, menu).map((row) => {
        const tariff = make(row, pools);
        const holder = holderOf(row, operator);
        if (holder !== undefined) return [row['name'] ?? '', `its profile is held by ${holder}`];
        return [row['name'] ?? '', doubts.out.get(`tariff ${contentOf(tariff)}`) ?? tariff];
      }),
    );
  return {
    ppp: by('/ppp/profile', tariffOfPppProfile),
    hotspot: by('/ip/hotspot/user/profile', tariffOfHotspotProfile),
  };
}

const dialIn: ReadonlySet<string> = new Set(['any', 'pppoe']);

function pppPerson(row: PictureRow, tariffs: ByProfile, settings: PeopleSettings): Found {
  const { name = '', service = 'any', profile = 'default' } = row;
  if (!dialIn.has(service)) return `${service} is no way in that is sold`;
  const tariff = tariffNamed(tariffs, profile);
  if (typeof tariff === 'string') return tariff;
  const login = loginOf(name, row['password'], settings);
  if (typeof login === 'string' || 'final' in login) return login;
  const routes = routesOf(row['routes']);
  const prefix = row['remote-ipv6-prefix'];
  return {
    ...personOf('/ppp/secret', row, tariff, name, settings),
    ...login,
    ...addressOf(row['remote-address'], settings),
    ...(routes === undefined ? {} : { routes }),
    ...(prefix === undefined || prefix === '' || prefix === '::/0' ? {} : { prefix }),
  };
}

function hotspotPerson(row: PictureRow, tariffs: ByProfile, settings: PeopleSettings): Found {
  const { name = '', server = 'all', profile = 'default' } = row;
  // The template of trial users is RouterOS's own.
  if (isSet(row['default']) || name === 'default-trial') return { final: 'it is from the factory' };
  if (!settings.hotspots) return 'the hotspot it is for is not declared';
  const tariff = tariffNamed(tariffs, profile);
  if (typeof tariff === 'string') return tariff;
  if (server !== 'all') return devicePerson(row, server, tariff, settings);
  const login = loginOf(name, row['password'], settings);
  if (typeof login === 'string' || 'final' in login) return login;
  return {
    ...personOf('/ip/hotspot/user', row, tariff, name, settings),
    ...login,
    ...addressOf(row['address'], settings),
  };
}

/** A user of one hotspot is declared as a device of it, where it is one and there is no other that takes devices. */
function devicePerson(row: PictureRow, server: string, tariff: Tariff, settings: PeopleSettings): Found {
  const mac = parseMac(row['name'] ?? '');
  const [only, ...others] = settings.macHotspots;
  if (mac === undefined || only !== server || others.length > 0) return `it is for the hotspot ${server} alone`;
  const taken = takeMac(mac, settings);
  if (taken !== undefined) return taken;
  const { text } = commentOf(row);
  return {
    ...personOf('/ip/hotspot/user', row, tariff, text ?? mac, settings),
    mac,
    ...addressOf(row['address'], settings),
  };
}

function leasePerson(row: PictureRow, settings: PeopleSettings): Found {
  if (!settings.dhcp) return 'the DHCP server it is for is not declared';
  const mac = parseMac(row['mac-address'] ?? '');
  if (mac === undefined) return { final: 'it has no MAC address' };
  if (isSet(row['disabled'])) return 'it is disabled';
  const tariff = tariffOfLease(row, settings.pools);
  const doubt = settings.doubts.out.get(`tariff ${contentOf(tariff)}`);
  if (doubt !== undefined) return doubt;
  const taken = takeMac(mac, settings);
  if (taken !== undefined) return taken;
  const { text } = commentOf(row);
  return {
    ...personOf('/ip/dhcp-server/lease', row, tariff, text ?? row['host-name'] ?? `device ${mac}`, settings),
    mac,
    ...addressOf(row['address'], settings),
    disabled: isSet(row['block-access']),
  };
}

/** @param called what a name is made of, unless an earlier mark of ours says what it was */
function personOf(
  menu: string,
  row: PictureRow,
  tariff: Tariff,
  called: string,
  { names }: PeopleSettings,
): Pick<Person, 'tag' | 'name' | 'tariff' | 'disabled' | 'notes'> {
  const { text, marker } = commentOf(row);
  const earlier = /^Subscriber\/([^#]+)/.exec(marker?.owner ?? '')?.[1];
  return {
    tag: tagOf(menu, row),
    name: names.take(earlier, called, 'subscriber'),
    tariff,
    disabled: isSet(row['disabled']),
    ...(text === undefined ? {} : { notes: text }),
  };
}

function tariffNamed(tariffs: ByProfile, profile: string): Tariff | string {
  const tariff = tariffs.get(profile);
  if (tariff === undefined)
    return profile.startsWith('*') ? `its profile ${profile} was removed` : `there is no profile ${profile}`;
  return tariff;
}

function loginOf(
  username: string,
  password: string | undefined,
  { usernames }: PeopleSettings,
): { readonly username: string; readonly password: string } | Left {
  if (password === undefined || password === '') return 'it has no password';
  if (username === '' || /\p{Cc}/u.test(username) || Buffer.byteLength(username) > 253)
    return 'its name cannot be a username';
  if (Buffer.byteLength(password) > 128) return 'its password is longer than 128 octets';
  if (usernames.has(username)) return { final: `the username ${username} is declared already` };
  usernames.add(username);
  return { username, password };
}

function takeMac(mac: string, { macs }: PeopleSettings): Left | undefined {
  if (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1 || mac === '00:00:00:00:00:00') return `${mac} is no device's`;
  if (macs.has(mac)) return { final: `the device ${mac} is declared already` };
  macs.add(mac);
  return undefined;
}

/** An address belongs to one only. Of others it stays as the router has it, which the next plan shows. */
function addressOf(text: string | undefined, { addresses }: PeopleSettings): Pick<Person, 'address'> {
  const address = addressIn(text);
  if (address === undefined || addresses.has(address)) return {};
  addresses.add(address);
  return { address };
}

/** `dst [gateway [metric]], …`. Absent when there is none, or one that cannot be declared. */
function routesOf(text: string | undefined): readonly Route[] | undefined {
  const parts = (text ?? '').split(',').map((part) => part.trim().split(/\s+/));
  const routes = parts.flatMap(([destination = '', gateway, metric]): readonly Route[] => {
    if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(destination)) return [];
    const via = gateway === undefined || gateway === '0.0.0.0' ? {} : { gateway };
    return [{ destination, ...via, ...(metric === undefined ? {} : { metric: Number(metric) }) }];
  });
  return routes.length === parts.length ? routes : undefined;
}

/** Ranges that hold these addresses and none of those that a router hands out by itself: runs of neighbours, as one text each. */
export function runsOf(addresses: readonly number[], text: (address: number) => string): readonly string[] {
  const sorted = [...new Set(addresses)].sort((one, other) => one - other);
  const runs: [number, number][] = [];
  for (const address of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && address <= run[1] + 1) run[1] = address;
    else runs.push([address, address]);
  }
  return runs.map(([from, to]) => ranges(from === to ? text(from) : `${text(from)}-${text(to)}`));
}
