import type { Row } from '../reconcile/row.ts';
import type { Finding, Objection } from '../reconcile/target.ts';
import { fallthrough } from './menus/fallback-scheduler.ts';
import { has, type RouterOsVersion, type Span } from './versions.ts';

/** What is known of a router when a plan is made for it. */
export interface RouterFacts {
  readonly router: string;
  /** Absent: it did not say. */
  readonly version?: RouterOsVersion;
  /** Menus it does not have. */
  readonly absent: readonly string[];
  /** Features that its device-mode forbids. */
  readonly forbidden: readonly string[];
}

/** Something a declaration may ask of a router, and what a router must be like to do it. */
export interface Capability {
  readonly name: string;
  /** Is this row of no use without it? */
  readonly needs: (row: Row) => boolean;
  readonly can: (facts: RouterFacts) => boolean;
  /** What a person does about it. */
  readonly mend: string;
}

/**
 * RouterOS versions of which somebody has seen that they ask RADIUS about a name whose own row is disabled. None: what
 * MikroTik writes (PPP AAA: RADIUS is asked for names that are not in the local database) leaves it open.
 */
const fallThrough: readonly Span[] = [];

const hasIpv6 = ({ absent }: RouterFacts): boolean => !absent.includes('/ipv6/pool');
const says =
  (menu: string, ...fields: readonly string[]) =>
  (row: Row): boolean =>
    row.menu === menu && fields.some((name) => row.fields[name] !== undefined && row.fields[name] !== '');

/** What not every router can do that a tariff or a subscriber may ask for. */
export const capabilities: readonly Capability[] = [
  {
    name: 'asking RADIUS about somebody whose own row is disabled (auth: hybrid)',
    needs: ({ needs }) => needs?.includes(fallthrough) === true,
    can: ({ version }) => version !== undefined && fallThrough.some((span) => has(version, span)),
    mend:
      'it is not known of its RouterOS. Disable the secret of a test login, dial with it, and if `lastmile why` shows the ' +
      'request, declare hybrid.assumeFallthrough: true for the router; else use auth: radius or local',
  },
  {
    name: 'running schedulers (auth: hybrid)',
    needs: ({ menu, owner }) => menu === '/system/scheduler' && owner.endsWith('#fallback'),
    can: ({ forbidden }) => !forbidden.includes('scheduler'),
    mend: 'its device-mode forbids them: /system/device-mode/update scheduler=yes, and confirm at the device',
  },
  {
    name: 'running hotspots',
    needs: ({ menu }) => menu === '/ip/hotspot',
    can: ({ forbidden }) => !forbidden.includes('hotspot'),
    mend: 'its device-mode forbids them: /system/device-mode/update hotspot=yes, and confirm at the device',
  },
  {
    name: 'IPv6 (pools and prefixes of subscribers)',
    needs: (row) =>
      row.menu === '/ipv6/pool' ||
      says('/ppp/secret', 'remote-ipv6-prefix', 'ipv6-routes')(row) ||
      says('/ppp/profile', 'remote-ipv6-prefix-pool', 'dhcpv6-pd-pool')(row),
    can: hasIpv6,
    mend: 'enable the package ipv6 on it (RouterOS 6), or declare no ipv6 for what is sold there',
  },
  {
    name: 'wireless devices (access: wireless)',
    needs: ({ menu }) => wirelessMenus.includes(menu),
    can: ({ absent }) => wirelessMenus.some((menu) => !absent.includes(menu)),
    mend: 'it has no wireless driver: /interface/wifi since 7.13, or the package wireless',
  },
];

/** Menus whose rows the device-mode of a router may make useless. */
export const subjectToDeviceMode: ReadonlySet<string> = new Set(['/system/scheduler', '/ip/hotspot']);

const wirelessMenus = ['/interface/wifi/access-list', '/interface/wireless/access-list'];

/** What is declared for a router that cannot do it: one objection for each capability that it lacks. Pure. */
export function incapable(rows: readonly Row[], facts: RouterFacts): readonly Objection[] {
  return capabilities.flatMap((capability) => {
    if (capability.can(facts)) return [];
    const asking = rows.filter(capability.needs);
    const [first] = asking;
    if (first === undefined) return [];
    const where = first.source === undefined ? first.owner : `${first.source.file}:${first.source.line}`;
    const more = asking.length > 1 ? ` and ${asking.length - 1} more` : '';
    const message = `${facts.router} is not capable of ${capability.name}, for ${where}${more}: ${capability.mend}`;
    return [{ code: 'LM_NOT_CAPABLE', message }];
  });
}

/** What is done otherwise than declared, for want of a way to do it. Pure. */
export function shortcomings(rows: readonly Row[], name: string): readonly Finding[] {
  const routed = rows.filter(says('/ppp/secret', 'ipv6-routes'));
  if (routed.length === 0) return [];
  const message = `${name}: RouterOS has no word for delegating a fixed IPv6 prefix by a PPP secret: ${routed.length} of them are routed to subscribers, whose routers must be told`;
  return [{ code: 'LM_PREFIX_ROUTED', message }];
}
