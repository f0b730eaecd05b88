import type { Declared, ServiceSpec } from './declarations.ts';
import type { AccessKind, ServicePlan } from './kinds/service.ts';
import type { LocalGroups } from './local-groups.ts';
import { error, type Resolving } from './resolve/resolving.ts';

type Declaration = Declared<ServiceSpec>;

/** A field of a service, and the ways of connecting for which a router can do it, whoever lets the subscriber in. */
interface Ability {
  readonly path: readonly string[];
  readonly isSet: (spec: ServiceSpec) => boolean;
  readonly ways: readonly AccessKind[];
  readonly otherwise: string;
}

/** RouterOS manual: RADIUS (attributes by service), PPP AAA, Hotspot user profile, DHCP leases, wireless access lists. */
const abilities: readonly Ability[] = [
  {
    path: ['spec', 'sessions', 'max'],
    isSet: ({ sessions }) => sessions?.max !== undefined,
    ways: ['pppoe', 'hotspot'],
    otherwise: 'routers count sessions of PPPoE and hotspots only',
  },
  {
    path: ['spec', 'address', 'ipv6'],
    isSet: ({ address }) => address?.ipv6 !== undefined,
    ways: ['pppoe'],
    otherwise: 'routers give IPv6 prefixes to PPPoE sessions only',
  },
  {
    path: ['spec', 'connections'],
    isSet: ({ connections }) => connections !== undefined,
    ways: ['pppoe', 'hotspot', 'dhcp'],
    otherwise: 'a wireless device has no address by which connections could be counted',
  },
  {
    path: ['spec', 'onSuspend', 'redirect'],
    isSet: ({ onSuspend }) => onSuspend?.redirect !== undefined,
    ways: ['pppoe', 'hotspot', 'dhcp'],
    otherwise: 'a wireless device has no address that could be redirected',
  },
  {
    path: ['spec', 'profile'],
    isSet: ({ profile }) => profile !== undefined,
    ways: ['pppoe', 'hotspot'],
    otherwise: 'only PPP and hotspots have profiles',
  },
];

const names: Readonly<Record<AccessKind, string>> = {
  pppoe: 'PPPoE',
  hotspot: 'hotspot',
  dhcp: 'DHCP',
  wireless: 'wireless',
};

/** Reports what a service asks for and no router can do for any way it is sold for. */
export function checkPossible(to: Resolving, declared: Declaration): void {
  const { spec, name } = declared;
  for (const { path, isSet, ways, otherwise } of abilities) {
    if (!isSet(spec) || spec.access.some((way) => ways.includes(way))) continue;
    const is = spec.access.map((way) => names[way]).join(' and ');
    const message = `"${path.slice(1).join('.')}" is not possible for "${name}", which is ${is}: ${otherwise}`;
    error(to, 'LM_NOT_POSSIBLE', message, declared, path);
  }
}

/** Reports names of profiles that two services have on one router, where one of them says its own. */
export function checkProfiles(
  to: Resolving,
  services: readonly ServicePlan[],
  declared: ReadonlyMap<string, Declaration>,
  groups: LocalGroups,
): void {
  const places = placesOf(services, groups);
  const owners = new Map<string, ServicePlan[]>();
  for (const service of services) {
    const name = service.profile ?? service.name;
    owners.set(name, [...(owners.get(name) ?? []), service]);
  }
  for (const service of services) {
    const place = declared.get(service.name);
    if (service.profile === undefined || place === undefined) continue;
    const other = owners.get(service.profile)?.find((each) => each !== service && meet(each, service, places));
    if (other === undefined || (other.profile !== undefined && other.name > service.name)) continue;
    const message = `the profile "${service.profile}" is that of the service "${other.name}", too`;
    error(to, 'LM_DUPLICATE_PROFILE', message, place, ['spec', 'profile']);
  }
}

/** Routers a service has a profile on: where it is offered, and where its subscribers are kept. */
function placesOf(services: readonly ServicePlan[], groups: LocalGroups): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map(services.map(({ name, routers = [] }) => [name, new Set(routers)]));
  for (const { subscription } of groups.values())
    for (const router of subscription.localOn) places.get(subscription.service.name)?.add(router);
  return places;
}

/** Have both a profile on one router, in one menu? As long as nobody says where, they may. */
function meet(a: ServicePlan, b: ServicePlan, places: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  if (!a.access.some((kind) => b.access.includes(kind))) return false;
  const [here, there] = [places.get(a.name), places.get(b.name)];
  if (here === undefined || there === undefined || here.size === 0 || there.size === 0) return true;
  return [...here].some((router) => there.has(router));
}
