import type { Rate } from '../model/kinds/limits.ts';
import type { AccessKind, ServicePlan } from '../model/kinds/service.ts';
import { rateLimitText } from '../model/rate-limit.ts';
import { address, rateLimit, timeMs, wordSet, yesNo } from '../routeros/canonical.ts';
import { addressListsOf, profileName } from '../routeros/menus/rows.ts';
import type { Names } from './names.ts';
import { commentOf, type PictureRow } from './picture.ts';
import { rateNode, rateOf } from './rates.ts';
import { mapOf, type Node, type NodeMap } from './yaml-text.ts';

/** What those of one profile, or with the same lease, get. */
export interface Tariff {
  /** RouterOS's name of its profile; absent for leases, which have none. */
  readonly profile?: string;
  readonly access: AccessKind;
  readonly rate?: Rate;
  readonly pool?: string;
  readonly ipv6?: { readonly prefixPool?: string; readonly delegatedPool?: string };
  /** Sessions at once. */
  readonly max?: number;
  readonly timeoutSeconds?: number;
  readonly idleSeconds?: number;
  /** Address lists, sorted. */
  readonly lists: readonly string[];
  /** For people. */
  readonly note?: string;
}

/** Pools of the router that are declared. */
export interface DeclaredPools {
  readonly ipv4: ReadonlySet<string>;
  readonly ipv6: ReadonlySet<string>;
}

/** RouterOS: PPP > Profiles. */
export function tariffOfPppProfile(row: PictureRow, pools: DeclaredPools): Tariff {
  const one = yesNo(row['only-one'] ?? 'default');
  return {
    ...common(row, pools, row['remote-address']),
    access: 'pppoe',
    ...ipv6Of(row, pools),
    ...(one === 'yes' ? { max: 1 } : {}),
  };
}

/** RouterOS: IP > Hotspot > User Profiles. */
export function tariffOfHotspotProfile(row: PictureRow, pools: DeclaredPools): Tariff {
  const shared = row['shared-users'] ?? '1';
  return {
    ...common(row, pools, row['address-pool']),
    access: 'hotspot',
    ...(/^[1-9]\d{0,3}$/.test(shared) ? { max: Number(shared) } : {}),
  };
}

/** What a lease has of its own. RouterOS: IP > DHCP Server > Leases. */
export function tariffOfLease(row: PictureRow, pools: DeclaredPools): Tariff {
  const { profile: _none, note: _person, ...rest } = common(row, pools, row['address']);
  const timeoutSeconds = secondsOf(row['lease-time']);
  const lists = listsOf(row['address-lists']);
  return { ...rest, access: 'dhcp', ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }), lists };
}

function common(row: PictureRow, pools: DeclaredPools, pool: string | undefined): Omit<Tariff, 'access'> {
  const rate = rateOf(row['rate-limit'] ?? '');
  const [timeoutSeconds, idleSeconds] = [secondsOf(row['session-timeout']), secondsOf(row['idle-timeout'])];
  const { text } = commentOf(row);
  return {
    profile: row['name'] ?? '',
    ...(rate === undefined ? {} : { rate }),
    ...(pool !== undefined && pools.ipv4.has(pool) ? { pool } : {}),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(idleSeconds === undefined ? {} : { idleSeconds }),
    lists: listsOf(row['address-list']),
    ...(text === undefined ? {} : { note: text }),
  };
}

function ipv6Of(row: PictureRow, pools: DeclaredPools): Pick<Tariff, 'ipv6'> {
  const known = (name: string | undefined) => (name !== undefined && pools.ipv6.has(name) ? name : undefined);
  const prefixPool = known(row['remote-ipv6-prefix-pool']);
  const delegatedPool = known(row['dhcpv6-pd-pool']);
  if (prefixPool === undefined && delegatedPool === undefined) return {};
  return {
    ipv6: {
      ...(prefixPool === undefined ? {} : { prefixPool }),
      ...(delegatedPool === undefined ? {} : { delegatedPool }),
    },
  };
}

function listsOf(text: string | undefined): readonly string[] {
  return wordSet(text ?? '')
    .split(',')
    .filter((list) => list !== '');
}

function secondsOf(text: string | undefined): number | undefined {
  const ms = timeMs(text ?? '');
  return ms === undefined || ms === 0 || ms % 1000 !== 0 ? undefined : ms / 1000;
}

/** What two tariffs have in common that are one: all that a router or a customer can tell. */
export function contentOf(tariff: Tariff): string {
  const { profile, access, rate, pool, ipv6, max, timeoutSeconds, idleSeconds, lists } = tariff;
  const speed = rate === undefined ? '' : rateLimit(rateLimitText(rate));
  return JSON.stringify([profile ?? '', access, speed, pool, ipv6, max, timeoutSeconds, idleSeconds, lists]);
}

/** The same of a tariff that is declared already; absent when it is sold otherwise than ours would be. */
export function contentOfPlan(plan: ServicePlan): string | undefined {
  const { access, auth, rate, pool, ipv6, connections, onSuspend, routers, sessions } = plan;
  const [kind, ...more] = access;
  if (kind === undefined || more.length > 0 || auth !== 'local' || routers !== undefined) return undefined;
  if (connections !== undefined || onSuspend !== undefined) return undefined;
  const { max, timeoutSeconds, idleTimeoutSeconds: idleSeconds } = sessions;
  return contentOf({
    ...(kind === 'dhcp' ? {} : { profile: profileName(plan) }),
    access: kind,
    ...(rate === undefined ? {} : { rate }),
    ...(pool === undefined ? {} : { pool }),
    ...(ipv6 === undefined ? {} : { ipv6 }),
    ...(max === undefined ? {} : { max }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    ...(idleSeconds === undefined ? {} : { idleSeconds }),
    lists: listsOf(addressListsOf(plan)),
  });
}

/** A name for it: that of its profile, or of its speed. */
export function nameOfTariff(tariff: Tariff, names: Names): string {
  const { profile, access, rate } = tariff;
  if (profile !== undefined) return names.take(profile, access);
  return names.take(
    rate === undefined ? access : `${access} ${rateLimitText(rate).split(' ', 1)[0]?.replace('/', '-')}`,
  );
}

/** The `spec` of its Service. */
export function tariffSpec(tariff: Tariff, name: string): NodeMap {
  const { access, rate, pool, ipv6, max, timeoutSeconds, idleSeconds, lists, profile } = tariff;
  return {
    access: [access],
    auth: 'local',
    // What the service would be called on the router anyway need not be said.
    profile: profile === undefined || profile === profileName({ name }) ? undefined : profile,
    rate: rate === undefined ? undefined : rateNode(rate),
    sessions: mapOf({ max, timeout: durationNode(timeoutSeconds), idleTimeout: durationNode(idleSeconds) }),
    address: mapOf({ pool, ipv6: ipv6 === undefined ? undefined : mapOf({ ...ipv6 }) }),
    attributes: lists.length === 0 ? undefined : lists.map((list) => ({ name: 'Mikrotik-Address-List', value: list })),
  };
}

/** Seconds as a document says them, in the largest unit that is whole. */
export function durationNode(seconds: number | undefined): Node | undefined {
  if (seconds === undefined) return undefined;
  for (const [unit, length] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const) {
    if (seconds > 0 && seconds % length === 0) return `${seconds / length}${unit}`;
  }
  return `${seconds}s`;
}

/** An IPv4 address of a row, where it has one and not a pool's name or nothing. */
export function addressIn(text: string | undefined): string | undefined {
  const canonical = address(text ?? '');
  return /^\d+\.\d+\.\d+\.\d+$/.test(canonical) && canonical !== '0.0.0.0' ? canonical : undefined;
}
