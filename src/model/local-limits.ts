import type { Declared, ServiceSpec } from './declarations.ts';
import type { AccessKind, ServicePlan } from './kinds/service.ts';
import type { LocalGroups } from './local-groups.ts';
import { error, type Resolving, warning } from './resolve/resolving.ts';

type Declaration = Declared<ServiceSpec>;

/** A field of a service, and the ways of connecting for which a router holds to it without RADIUS. */
interface LocalAbility {
  readonly path: readonly string[];
  readonly isSet: (spec: ServiceSpec) => boolean;
  readonly ways: readonly AccessKind[];
  readonly otherwise: string;
  readonly hint: string;
}

const byLease = 'access: [wireless, dhcp]: a lease of the same devices has it';

/**
 * RouterOS manual: PPP and hotspot user profiles, DHCP leases (`lease-time`, which Session-Timeout is in RADIUS). Access lists
 * of neither wireless driver know a rate, a time or an address, but for `ap-tx-limit` of the older one, which is half a rate.
 */
const abilities: readonly LocalAbility[] = [
  {
    path: ['spec', 'rate'],
    isSet: ({ rate }) => rate !== undefined,
    ways: ['pppoe', 'hotspot', 'dhcp'],
    otherwise: 'no access list, be it of the driver wifi or wireless, holds a device to a rate',
    hint: byLease,
  },
  {
    path: ['spec', 'sessions', 'timeout'],
    isSet: ({ sessions }) => sessions?.timeout !== undefined,
    ways: ['pppoe', 'hotspot', 'dhcp'],
    otherwise: 'no access list, be it of the driver wifi or wireless, ends a session',
    hint: byLease,
  },
  {
    path: ['spec', 'sessions', 'idleTimeout'],
    isSet: ({ sessions }) => sessions?.idleTimeout !== undefined,
    ways: ['pppoe', 'hotspot'],
    otherwise: 'leases and access lists do not know who is idle',
    hint: 'sessions.timeout, which is the time of a lease',
  },
  {
    path: ['spec', 'address', 'pool'],
    isSet: ({ address }) => address?.pool !== undefined,
    ways: ['pppoe', 'hotspot', 'dhcp'],
    otherwise: 'no access list, be it of the driver wifi or wireless, gives addresses',
    hint: byLease,
  },
  {
    path: ['spec', 'windows'],
    isSet: ({ windows = [] }) => windows.some(({ rate }) => rate === undefined),
    ways: [],
    otherwise: 'it lets nobody in and out by the time of day',
    hint: 'windows with a rate, or auth: radius',
  },
  {
    path: ['spec', 'sessions', 'whenExceeded'],
    isSet: ({ sessions }) => sessions?.whenExceeded === 'replace-oldest',
    ways: [],
    otherwise: 'it refuses the session that is one too many',
    hint: 'whenExceeded: refuse, or auth: radius',
  },
  {
    path: ['spec', 'devices'],
    isSet: ({ devices }) => devices !== undefined,
    ways: [],
    otherwise: 'it does not remember devices',
    hint: 'auth: radius',
  },
];

/** What a service asks for that a router alone cannot do: told once for each service kept on routers. */
export function checkLocalLimits(to: Resolving, groups: LocalGroups, declared: ReadonlyMap<string, Declaration>): void {
  const [kept, firm, alone] = [new Set<ServicePlan>(), new Set<ServicePlan>(), new Set<ServicePlan>()];
  for (const { subscription } of groups.values()) {
    const { service, fallback, radius } = subscription;
    kept.add(service);
    if (fallback !== true) firm.add(service);
    if (!radius) alone.add(service);
  }
  for (const service of kept) {
    const place = declared.get(service.name);
    if (place === undefined) continue;
    checkSessions(to, service, place, !firm.has(service));
    for (const ability of abilities) checkAbility(to, service, place, ability, !firm.has(service));
    if (alone.has(service)) checkRadiusAlone(to, service, place);
  }
}

/** RouterOS: PPP > Profiles, only-one: there is one, or any number. */
function checkSessions(to: Resolving, { access, name, sessions }: ServicePlan, place: Declaration, fallback: boolean) {
  const { max } = sessions;
  if (max === undefined || max === 1 || !access.includes('pppoe')) return;
  const message = `"${name}" allows ${max} sessions: a router that lets subscribers in by itself knows one, or any number`;
  const path = ['spec', 'sessions', 'max'];
  if (fallback) {
    warning(to, 'LM_NO_EFFECT_LOCALLY', `${message}, so while it is without us they are not counted`, place, path);
  } else error(to, 'LM_NOT_POSSIBLE', message, place, path, 'max: 1, none at all, or auth: radius');
}

function checkAbility(
  to: Resolving,
  { access, name }: ServicePlan,
  place: Declaration,
  { path, isSet, ways, otherwise, hint }: LocalAbility,
  fallback: boolean,
): void {
  if (!isSet(place.spec) || access.some((way) => ways.includes(way))) return;
  const field = path.slice(1).join('.');
  const message = `a router that lets subscribers of "${name}" in by itself cannot keep "${field}": ${otherwise}`;
  if (fallback) warning(to, 'LM_NO_EFFECT_LOCALLY', message, place, path, hint);
  else error(to, 'LM_NOT_POSSIBLE', message, place, path, hint);
}

/** What only a RADIUS answer says, of a service that some get without any. */
function checkRadiusAlone(to: Resolving, { access, name, attributes }: ServicePlan, place: Declaration): void {
  if (place.spec.sessions?.interim !== undefined) {
    const message = `sessions of "${name}" on routers that let them in by themselves report nothing: their counters are read over the API`;
    const path = ['spec', 'sessions', 'interim'];
    const hint = 'accounting.collect of the Operator, or reconcile.collect of a Router, says how often';
    warning(to, 'LM_NO_EFFECT_LOCALLY', message, place, path, hint);
  }
  const listed = access.some((way) => way !== 'wireless');
  for (const [index, attribute] of attributes.entries()) {
    if (listed && attribute.name === 'Mikrotik-Address-List') continue;
    const message = `no RADIUS answer carries ${attribute.name} of "${name}" where a router lets its subscribers in by itself`;
    const hint = 'of the attributes, local profiles and leases know Mikrotik-Address-List alone';
    warning(to, 'LM_NO_EFFECT_LOCALLY', message, place, ['spec', 'attributes', index], hint);
  }
}
