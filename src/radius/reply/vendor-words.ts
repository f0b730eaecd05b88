import { parseRate } from '../../base/units.ts';
import type { LoginLimits } from '../../directory/reader.ts';
import type { RedirectRecipe, VendorProfile } from '../../model/kinds/radius.ts';
import type { NamedAttribute } from '../dictionary/encode-named.ts';

/** How a kind of NAS is told what a login is granted. What it cannot be told is not said to it. */
export interface VendorWords {
  readonly rate: (limits: LoginLimits) => readonly NamedAttribute[];
  readonly sessions: (limits: LoginLimits) => readonly NamedAttribute[];
  readonly address: (limits: LoginLimits) => readonly NamedAttribute[];
  readonly ipv6: (limits: LoginLimits) => readonly NamedAttribute[];
  /** Beside any of the same name that the operator declares: a client can be on several lists. */
  readonly lists: (limits: LoginLimits) => readonly NamedAttribute[];
}

const highest = 0xffffffff;
const longestIdle = 0x7fffffff;
const nothing = (): readonly NamedAttribute[] => [];

/** RouterOS (manual: RADIUS, attributes by service). */
const mikrotik: VendorWords = {
  rate: ({ rateLimit }) => optional('Mikrotik-Rate-Limit', rateLimit),
  // RouterOS: sessions of one username, whatever RFC 2865 §5.42 calls ports.
  sessions: (limits) => [...optional('Port-Limit', limits.sessions), ...times(limits)],
  // No netmask: RouterOS would add a route for it, and routers know their own.
  address: (limits) => [...optional('Framed-IP-Address', limits.address), ...poolAndRoutes(limits)],
  ipv6: (limits) => ipv6(limits, 'Mikrotik-Delegated-IPv6-Pool'),
  lists: ({ addressLists = [] }) => addressLists.map((value) => ({ name: 'Mikrotik-Address-List', value })),
};

/** What RFCs say, with rates as hotspots and access points of many makes take them. */
const generic: VendorWords = {
  rate: (limits) => [...wisprRate(limits), ...wisprGuaranteed(limits), ...chillispotRate(limits)],
  // No Port-Limit: elsewhere it is the links of one session (RFC 2865 §5.42).
  sessions: times,
  address: (limits) => [
    ...optional('Framed-IP-Address', limits.address),
    ...(limits.address === undefined ? [] : [{ name: 'Framed-IP-Netmask', value: '255.255.255.255' }]),
    ...poolAndRoutes(limits),
  ],
  ipv6: (limits) => ipv6(limits, 'Delegated-IPv6-Prefix-Pool'),
  lists: nothing,
};

/** Access points and gateways of TP-Link: rates as WISPr has them, bit/s (RADIUSdesk/rdcore#129); no addresses. */
const omada: VendorWords = { rate: wisprRate, sessions: times, address: nothing, ipv6: nothing, lists: nothing };

const words: Readonly<Record<VendorProfile, VendorWords>> = { mikrotik, generic, omada };

export function vendorWords(profile: VendorProfile): VendorWords {
  return words[profile];
}

/** What keeps somebody suspended to a page, where the NAS is set up for it: a filter it has by that name, or the page's address. */
export function redirectAttributes(
  page: NonNullable<LoginLimits['page']>,
  profile: VendorProfile,
  recipe: RedirectRecipe,
): readonly NamedAttribute[] {
  const url = page.url === undefined ? [] : pageAttributes(page.url, profile, recipe);
  if (recipe === 'url') return url;
  if (recipe === 'filter') return [{ name: 'Filter-Id', value: page.list }, ...url];
  return [...url, { name: 'Cisco-AVPair', value: `url-redirect-acl=${page.list}` }];
}

/** Octets that a session may still move; absent where there is no limit. */
export interface OctetsLeft {
  readonly up?: bigint;
  readonly down?: bigint;
  readonly total?: bigint;
}

/** The same for the NAS, which ends the session by itself when they are gone. Never 0, which NAS read as no limit. */
export function octetLimits(left: OctetsLeft, profile: VendorProfile): readonly NamedAttribute[] {
  if (profile === 'mikrotik') {
    return [
      ...gigawords('Mikrotik-Recv-Limit', left.up),
      ...gigawords('Mikrotik-Xmit-Limit', left.down),
      ...gigawords('Mikrotik-Total-Limit', left.total),
    ];
  }
  if (profile !== 'generic') return [];
  return [
    ...optional('ChilliSpot-Max-Input-Octets', low(left.up)),
    ...optional('ChilliSpot-Max-Output-Octets', low(left.down)),
    ...optional('ChilliSpot-Max-Total-Octets', low(left.total)),
  ];
}

function optional(name: string, value: string | number | undefined): readonly NamedAttribute[] {
  return value === undefined ? [] : [{ name, value }];
}

function times({ idleTimeoutSeconds: idle, interimSeconds }: LoginLimits): readonly NamedAttribute[] {
  return [
    ...optional('Idle-Timeout', idle === undefined ? undefined : Math.min(idle, longestIdle)),
    { name: 'Acct-Interim-Interval', value: interimSeconds },
  ];
}

function poolAndRoutes({ pool, routes = [] }: LoginLimits): readonly NamedAttribute[] {
  return [...optional('Framed-Pool', pool), ...routes.map((value) => ({ name: 'Framed-Route', value }))];
}

function ipv6({ ipv6: given = {} }: LoginLimits, poolName: string): readonly NamedAttribute[] {
  return [
    ...optional('Framed-IPv6-Prefix', given.prefix),
    ...optional('Framed-IPv6-Pool', given.prefixPool),
    ...optional('Delegated-IPv6-Prefix', given.delegated),
    ...optional(poolName, given.delegatedPool),
  ];
}

function wisprRate({ rate }: LoginLimits): readonly NamedAttribute[] {
  if (rate === undefined) return [];
  return [
    { name: 'WISPr-Bandwidth-Max-Up', value: Math.min(rate.up, highest) },
    { name: 'WISPr-Bandwidth-Max-Down', value: Math.min(rate.down, highest) },
  ];
}

/** The last pair of MikroTik's text, when all six parts are there. */
function wisprGuaranteed({ rateLimit = '' }: LoginLimits): readonly NamedAttribute[] {
  const [up, down] = (rateLimit.split(' ')[5] ?? '').split('/').map(parseRate);
  if (up === undefined || down === undefined) return [];
  return [
    { name: 'WISPr-Bandwidth-Min-Up', value: Math.min(up, highest) },
    { name: 'WISPr-Bandwidth-Min-Down', value: Math.min(down, highest) },
  ];
}

/** CoovaChilli takes these over WISPr's: kbit/s, so that fast lines fit as well. Not 0, which is no limit. */
function chillispotRate({ rate }: LoginLimits): readonly NamedAttribute[] {
  if (rate === undefined) return [];
  const kilobits = (bits: number) => Math.min(Math.max(1, Math.round(bits / 1000)), highest);
  return [
    { name: 'ChilliSpot-Bandwidth-Max-Up', value: kilobits(rate.up) },
    { name: 'ChilliSpot-Bandwidth-Max-Down', value: kilobits(rate.down) },
  ];
}

function pageAttributes(url: string, profile: VendorProfile, recipe: RedirectRecipe): readonly NamedAttribute[] {
  if (recipe === 'cisco') return [{ name: 'Cisco-AVPair', value: `url-redirect=${url}` }];
  return [{ name: profile === 'omada' ? 'TPLink-Redirect-Url' : 'WISPr-Redirection-URL', value: url }];
}

/** RouterOS counts octets in two words of 32 bits; the high one is only said when there is one. */
function gigawords(name: string, octets: bigint | undefined): readonly NamedAttribute[] {
  if (octets === undefined) return [];
  const all = octets < 1n ? 1n : octets;
  const high = Number(all >> 32n);
  const lower = { name, value: Number(all & 0xffffffffn) };
  return high === 0 ? [lower] : [lower, { name: `${name}-Gigawords`, value: Math.min(high, highest) }];
}

function low(octets: bigint | undefined): number | undefined {
  if (octets === undefined) return undefined;
  return octets < 1n ? 1 : octets > BigInt(highest) ? highest : Number(octets);
}
