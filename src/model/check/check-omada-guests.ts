import type { Declared, ServiceSpec } from '../declarations.ts';
import type { PortalSite } from '../kinds/portal-site.ts';
import type { ServicePlan } from '../kinds/service.ts';
import { type Resolving, warning } from '../resolve/resolving.ts';

/** A rule that is held to by what RADIUS counts, or is told. */
interface Counted {
  readonly path: readonly string[];
  readonly isSet: (service: ServicePlan) => boolean;
}

const counted: readonly Counted[] = [
  { path: ['sessions', 'max'], isSet: ({ sessions }) => sessions.max !== undefined },
  { path: ['devices'], isSet: ({ devices }) => devices !== undefined },
  // A block is carried out by the controller.
  {
    path: ['quotas'],
    isSet: ({ quotas = [] }) => quotas.some(({ steps }) => steps.some(({ effect }) => effect.type !== 'block')),
  },
];

/**
 * Warns of rules of services that guests have whom only Omada controllers let in: RADIUS neither counts there nor is told anything. A service that
 * names its routers is not sold there.
 */
export function checkOmadaGuests(
  to: Resolving,
  sites: readonly PortalSite[],
  services: ReadonlyMap<string, ServicePlan>,
  declared: ReadonlyMap<string, Declared<ServiceSpec>>,
): void {
  const omadaSites = sites.filter(({ bridges }) => bridges.every(({ type }) => type === 'omada'));
  if (omadaSites.length === 0) return;
  for (const service of services.values()) {
    const place = declared.get(service.name);
    const [first, ...more] = omadaSites.filter((site) => isSoldAt(site, service));
    if (place === undefined || first === undefined) continue;
    for (const { path, isSet } of counted) {
      if (!isSet(service)) continue;
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      const message = `"${path.join('.')}" of "${service.name}" is not held to at the portal site "${first.name}"${others}: an Omada controller lets guests in there without RADIUS, which ${path[0] === 'quotas' ? 'carries out any step but a block' : 'counts'}`;
      warning(to, 'LM_SITE_CANNOT', message, place, ['spec', ...path], hintFor(service));
    }
  }
}

function isSoldAt({ methods, clickThrough }: PortalSite, { name, access, auth, routers }: ServicePlan): boolean {
  if (clickThrough?.name === name) return true;
  return methods.includes('login') && access.includes('hotspot') && auth !== 'local' && routers === undefined;
}

function hintFor({ sessions }: ServicePlan): string {
  const elsewhere = 'name the routers of the service, if it is not offered there';
  return sessions.timeoutSeconds === undefined ? `a short sessions.timeout; or ${elsewhere}` : elsewhere;
}
