import { compact } from '../base/compact.ts';
import type { Finding } from '../reconcile/target.ts';
import { RouterTrapError } from './errors.ts';
import { isWithin } from './network-match.ts';
import { type InterfaceRow, type Print, readInterfaces } from './own-interfaces.ts';
import type { DialledAt, RouterOsSession } from './session.ts';
import { isOfSwitch, switchNames } from './switch-names.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** How we are on a router, as far as it tells. What it does not tell is absent. */
export interface OwnAccess {
  readonly username: string;
  readonly group?: string;
  /** Rights we have: those of the group, as they are now. */
  readonly policies?: ReadonlySet<string>;
  /** Rights of every group, by its name. */
  readonly groups?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Prefixes our user may come from; empty: any. */
  readonly userAddresses: readonly string[];
  readonly service: 'api' | 'api-ssl';
  /** Where the connection goes: the address as dialled, and the one it came to. */
  readonly host: string;
  readonly port: number;
  /** True where that is not where it is declared. */
  readonly elsewhere?: boolean;
  readonly routerAddress?: string;
  /** The address we come from, as the router sees it: there may be a NAT between us. */
  readonly source?: string;
  readonly services: readonly ServiceRow[];
  /** Addresses of the router that somebody gave it, of IPv4 and IPv6. */
  readonly addresses: readonly AddressRow[];
  /** What its interfaces are made of; absent: not known. */
  readonly interfaces?: readonly InterfaceRow[];
  /** Which of them have routes of their own; absent: none. */
  readonly vrfs?: readonly Vrf[];
  /** Rules of any table of its firewall, of our version of IP, that put addresses on lists, as it prints them. */
  readonly fed?: readonly RouterOsRow[];
  /** Address lists that our address is on by itself, also for a while. */
  readonly lists?: readonly string[];
  /** True where packets to it may be tracked as no connection. */
  readonly untracked?: boolean;
  /** True where a policy of IPsec leads to us: other packets carry ours, by whatever interface. */
  readonly encrypted?: boolean;
  /** A dead-man's switch, or part of one, that an earlier connection of ours left. */
  readonly armed?: { readonly nextRun?: string };
  /** Such a switch has taken our changes back, and we have not said that we saw it. */
  readonly reverted?: boolean;
}

/** A row of /ip/service. */
export interface ServiceRow {
  readonly name: string;
  readonly port: number;
  readonly disabled: boolean;
  /** Prefixes; empty: any. */
  readonly addresses: readonly string[];
  readonly certificate?: string;
  readonly vrf?: string;
  readonly maxSessions?: number;
}

export interface Vrf {
  readonly name: string;
  readonly interfaces: readonly string[];
}

export interface AddressRow {
  readonly id: string;
  /** `192.0.2.1/24`. */
  readonly address: string;
  readonly interface: string;
  readonly disabled: boolean;
}

/** Rights without which a router cannot be kept, and what each is for (docs/routeros.md). */
const needed: readonly (readonly [policy: string, use: string])[] = [
  ['read', 'to look at the router'],
  ['write', 'to change it'],
  ['api', 'to log in'],
  ['sensitive', 'to compare secrets'],
];

/** Who we are: on a router, and among those who keep routers. */
export interface Account {
  readonly username: string;
  readonly operator: string;
}

/**
 * Reads by which user, group, service and address we are on a router. Menus that it does not show us are left out.
 *
 * @throws the errors of the connection
 */
export async function readOwnAccess(
  session: RouterOsSession,
  { username, operator }: Account,
  signal?: AbortSignal,
): Promise<OwnAccess> {
  const at = session.at ?? { host: '', port: 8728, service: 'api' as const };
  const print = (menu: string, proplist: string, ...queries: readonly string[]) =>
    printed(session, menu, proplist, queries, signal);
  const [user] = await print('/user', 'name,group,address,disabled', `?name=${username}`);
  const online = (await print('/user/active', 'name,address,via,group')).filter(({ name }) => name === username);
  const group = user?.['group'] ?? online[0]?.['group'];
  const groups = new Map(
    (await print('/user/group', 'name,policy')).map(({ name = '', policy }) => [name, policy] as const),
  );
  const rights = group === undefined ? undefined : groups.get(group);
  const services = await print('/ip/service', 'name,port,disabled,address,certificate,vrf,max-sessions,dynamic');
  const source = sourceOf(online, at);
  const [v4, v6, leased, vrfs, interfaces, rules] = await Promise.all([
    print('/ip/address', '.id,address,interface,disabled', '?dynamic=false'),
    print('/ipv6/address', '.id,address,interface,disabled', '?dynamic=false'),
    print('/ip/dhcp-client', 'address,interface,disabled', '?status=bound'),
    readVrfs(print),
    readInterfaces(print),
    readStandingRules(print, source),
  ]);
  const schedulers = await print('/system/scheduler', 'name,next-run');
  const scripts = await print('/system/script', 'name');
  return compact({
    username,
    group,
    policies: rights === undefined ? undefined : grantedOf(rights),
    groups: new Map([...groups].flatMap(([name, policy]) => (policy === undefined ? [] : [[name, grantedOf(policy)]]))),
    userAddresses: listOf(user?.['address']),
    service: at.service,
    host: at.host,
    port: at.port,
    elsewhere: at.elsewhere,
    routerAddress: at.routerAddress,
    source,
    services: services.filter(({ dynamic }) => dynamic !== 'true').map(serviceOf),
    addresses: [...v4, ...v6, ...leased].map(addressOf),
    interfaces: interfaces.length === 0 ? undefined : interfaces,
    vrfs: vrfs.length === 0 ? undefined : vrfs,
    ...rules,
    armed: armedBy([...schedulers, ...scripts], operator),
    reverted: scripts.some(({ name }) => name === switchNames(operator).reverted) ? true : undefined,
  });
}

/** Of RouterOS 7, and of 6. */
async function readVrfs(print: Print): Promise<readonly Vrf[]> {
  const rows = [
    ...(await print('/ip/vrf', 'name,interfaces', '?disabled=false')),
    ...(await print('/ip/route/vrf', 'routing-mark,interfaces', '?disabled=false')),
  ];
  const named = rows.map((row) => ({
    name: row['name'] ?? row['routing-mark'] ?? '',
    interfaces: listOf(row['interfaces']),
  }));
  return named.filter(({ name, interfaces }) => name !== 'main' && interfaces.length > 0);
}

/** What rules do with us that nobody declares, and that are not read with those that are. */
async function readStandingRules(
  print: Print,
  source: string | undefined,
): Promise<Partial<Pick<OwnAccess, 'fed' | 'lists' | 'untracked' | 'encrypted'>>> {
  const folder = source?.includes(':') === true ? '/ipv6/firewall' : '/ip/firewall';
  const feeding = 'chain,action,address-list,disabled,protocol,dst-port,src-address,dst-address,connection-state';
  const byRule = ['filter', 'raw', 'mangle', 'nat'].flatMap((table) =>
    ['src', 'dst'].map((end) => print(`${folder}/${table}`, feeding, `?action=add-${end}-to-address-list`)),
  );
  const [fed, entries, notracked, tracking, policies] = await Promise.all([
    Promise.all(byRule),
    source === undefined ? [] : print(`${folder}/address-list`, 'list', `?address=${source}`),
    print(`${folder}/raw`, '.id', '?action=notrack', '?disabled=false'),
    print('/ip/firewall/connection/tracking', 'enabled'),
    print('/ip/ipsec/policy', 'dst-address', '?template=false', '?disabled=false'),
  ]);
  const rules = fed.flat();
  const lists = [...new Set(entries.flatMap(({ list }) => list ?? []))];
  const untracked = notracked.length > 0 || tracking.some(({ enabled }) => enabled === 'no' || enabled === 'false');
  return {
    ...(rules.length === 0 ? {} : { fed: rules }),
    ...(lists.length === 0 ? {} : { lists }),
    ...(untracked ? { untracked } : {}),
    ...(policies.some((each) => leadsTo(source, each)) ? { encrypted: true } : {}),
  };
}

function leadsTo(source: string | undefined, policy: RouterOsRow): boolean {
  return source !== undefined && isWithin(source, policy['dst-address'] ?? '') === true;
}

/** Any part of a switch: one that was cut off while it was set or removed would go off some day. */
function armedBy(rows: readonly RouterOsRow[], operator: string): OwnAccess['armed'] {
  const left = rows.filter(({ name = '' }) => isOfSwitch(name, operator));
  if (left.length === 0) return undefined;
  const timed = left.find(({ name }) => name === switchNames(operator).confirm);
  return compact({ nextRun: timed?.['next-run'] });
}

/** Rights that only some menus need. */
const neededIn: readonly (readonly [menus: RegExp, policy: string, use: string])[] = [
  [/^\/(?:user|certificate)(?:\/|$)/, 'policy', 'to keep users, groups and certificates'],
];

/** An account that a person or another system uses as well: nobody could tell who did what. */
export function sharedAccount({ username }: OwnAccess): readonly Finding[] {
  if (username !== 'admin') return [];
  const message =
    'we log in as admin: give us an account of our own, in a group of its own (docs/routeros.md, The account)';
  return [{ code: 'LM_ACCOUNT_SHARED', message }];
}

/** What our account lacks for these menus: the finding names the rights and the command that gives them. */
export function missingRights(
  { username, group, policies }: OwnAccess,
  menus: readonly string[] = [],
): readonly Finding[] {
  if (policies === undefined || group === undefined) return [];
  const more = neededIn.filter(([wanted]) => menus.some((menu) => wanted.test(menu)));
  const all = [...needed, ...more.map(([, policy, use]) => [policy, use] as const)];
  const missing = all.filter(([policy]) => !policies.has(policy));
  if (missing.length === 0) return [];
  const words = missing.map(([policy, use]) => `"${policy}" (${use})`).join(', ');
  const names = missing.map(([policy]) => policy).join();
  return [
    {
      code: 'LM_RIGHTS_MISSING',
      message:
        `our account ${username} (group ${group}) lacks the right ${words}. ` +
        `On the router: /user/group/set ${group} policy=${names}; rights are given at the next login`,
    },
  ];
}

/** The policies a `policy` of /user/group grants: names without a `!`. */
export function grantedOf(policy: string): ReadonlySet<string> {
  return new Set(listOf(policy).filter((name) => !name.startsWith('!')));
}

export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

async function printed(
  session: RouterOsSession,
  menu: string,
  proplist: string,
  queries: readonly string[],
  signal: AbortSignal | undefined,
): Promise<readonly RouterOsRow[]> {
  try {
    const options = { queries, ...(signal === undefined ? {} : { signal }) };
    return (await session.run(`${menu}/print`, { '.proplist': proplist }, options)).rows;
  } catch (error) {
    if (error instanceof RouterTrapError) return [];
    throw error;
  }
}

/** Where several of ours are online from different addresses, the one our own socket shows, if it is among them. */
function sourceOf(online: readonly RouterOsRow[], { service, localAddress }: DialledAt): string | undefined {
  const seen = online.filter(({ via }) => via === undefined || via === service).flatMap(({ address }) => address ?? []);
  const different = new Set(seen);
  if (different.size === 1) return seen[0];
  return different.size === 0 || different.has(localAddress ?? '') ? localAddress : undefined;
}

function serviceOf(row: RouterOsRow): ServiceRow {
  const certificate = row['certificate'] === 'none' ? undefined : row['certificate'];
  const maxSessions = row['max-sessions'] === undefined ? undefined : Number(row['max-sessions']);
  return compact({
    name: row['name'] ?? '',
    port: Number(row['port'] ?? 0),
    disabled: row['disabled'] === 'true',
    addresses: listOf(row['address']),
    certificate,
    vrf: row['vrf'],
    maxSessions,
  });
}

function addressOf(row: RouterOsRow): AddressRow {
  return {
    id: row['.id'] ?? '',
    address: row['address'] ?? '',
    interface: row['interface'] ?? '',
    disabled: row['disabled'] === 'true',
  };
}
