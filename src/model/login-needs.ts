import type { Declared, SubscriberSpec } from './declarations.ts';
import type { AccessKind, Router, ServicePlan } from './model.ts';
import { error, type Resolving } from './resolving.ts';

type Declaration = Declared<SubscriberSpec>;
type Steps = readonly (string | number)[];

/** How a subscriber can be known. */
export interface KnownBy {
  /** By a username with its password. */
  readonly login: boolean;
  /** By the MAC of a device. */
  readonly mac: boolean;
}

const kindNames: Readonly<Record<AccessKind, string>> = { pppoe: 'PPPoE', hotspot: 'hotspot', dhcp: 'DHCP' };

/** Reports a subscriber who could use its service in no way, naming the fields that are missing. */
export function checkNeeds(
  to: Resolving,
  declared: Declaration,
  service: ServicePlan,
  known: KnownBy,
  path: Steps,
): boolean {
  if (usableKinds(service, known).length > 0) return true;
  const is = `service "${service.name}" is ${service.access.map((kind) => kindNames[kind]).join(' and ')}`;
  const message = `${neededBy(service.access, declared.name)}: ${is}`;
  error(to, 'LM_MISSING_KEY', message, declared, path);
  return false;
}

function neededBy(access: readonly AccessKind[], name: string): string {
  if (access.every((kind) => kind === 'pppoe'))
    return `"username" and "password" of the subscriber "${name}" are missing`;
  const field = access.every((kind) => kind === 'dhcp') ? '"mac"' : '"username" or "mac"';
  return `${field} of the subscriber "${name}" is missing`;
}

/** Ways of connecting that a service is sold for and a subscriber is known by. */
function usableKinds({ access }: ServicePlan, { login, mac }: KnownBy): readonly AccessKind[] {
  const usable = { pppoe: login, hotspot: login || mac, dhcp: mac };
  return access.filter((kind) => usable[kind]);
}

/** Reports routers that are to hold a login and have nothing that could use it. */
export function checkLocalRows(
  to: Resolving,
  declared: Declaration,
  service: ServicePlan,
  known: KnownBy,
  routers: readonly Router[],
  path: Steps,
): void {
  const kinds = usableKinds(service, known);
  for (const router of routers) {
    if (kinds.some((kind) => serves(router, kind))) continue;
    const lacks = kinds.map((kind) => (kind === 'dhcp' ? 'DHCP server' : 'hotspot')).join(' and no ');
    const message = `"${declared.name}" is to be kept on "${router.name}", which has no ${lacks}`;
    const code = kinds.includes('hotspot') ? 'LM_NO_HOTSPOT' : 'LM_NO_DHCP_SERVER';
    error(to, code, message, declared, path, 'another router, or declare it there');
  }
  if (known.login || !kinds.includes('hotspot') || kinds.includes('dhcp')) return;
  for (const { name, hotspots } of routers) {
    if (hotspots.length === 0 || hotspots.some(({ macAuth }) => macAuth !== undefined)) continue;
    const message = `"${declared.name}" is known by "mac" alone, and no hotspot of "${name}" lets devices in by their MAC`;
    error(to, 'LM_NO_MAC_AUTH', message, declared, path, 'macAuth: {} of the hotspot');
  }
}

function serves(router: Router, kind: AccessKind): boolean {
  switch (kind) {
    case 'dhcp':
      return router.dhcp.length > 0;
    case 'hotspot':
      return router.hotspots.length > 0;
    default:
      return true;
  }
}
