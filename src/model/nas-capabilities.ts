import type { Declared, ServiceSpec } from './declarations.ts';
import type { Operator } from './kinds/operator.ts';
import type { RadiusClient } from './kinds/radius.ts';
import type { ServicePlan } from './kinds/service.ts';
import { type Resolving, warning } from './resolve/resolving.ts';

/** A limit of a service, and the NAS that no attribute tells of it. */
interface Limit {
  readonly path: readonly string[];
  readonly isSet: (service: ServicePlan) => boolean;
  readonly lacks: (nas: RadiusClient, service: ServicePlan) => boolean;
  readonly otherwise: string;
}

const notMikrotik = ({ profile }: RadiusClient): boolean => profile !== 'mikrotik';
const isOmada = ({ profile }: RadiusClient): boolean => profile === 'omada';

/** What `radius/vendor-words.ts` says to nobody but RouterOS, or not to Omada. */
const limits: readonly Limit[] = [
  {
    path: ['rate', 'burst'],
    isSet: ({ rate }) => rate?.burst !== undefined,
    lacks: notMikrotik,
    otherwise: 'only RouterOS has bursts',
  },
  {
    path: ['rate', 'priority'],
    isSet: ({ rate }) => rate?.priority !== undefined,
    lacks: notMikrotik,
    otherwise: 'only RouterOS has priorities',
  },
  {
    path: ['rate', 'guaranteed'],
    isSet: ({ rate }) => rate?.guaranteed !== undefined,
    lacks: isOmada,
    otherwise: 'Omada has no guaranteed rates',
  },
  {
    path: ['connections'],
    isSet: ({ connections }) => connections !== undefined,
    lacks: notMikrotik,
    otherwise: 'connections are counted by a rule of RouterOS',
  },
  {
    path: ['address', 'pool'],
    isSet: ({ pool }) => pool !== undefined,
    lacks: isOmada,
    otherwise: 'Omada gives addresses by itself',
  },
  {
    path: ['address', 'ipv6'],
    isSet: ({ ipv6 }) => ipv6 !== undefined,
    lacks: isOmada,
    otherwise: 'Omada gives addresses by itself',
  },
  {
    path: ['onSuspend', 'redirect'],
    isSet: ({ onSuspend }) => onSuspend !== undefined,
    lacks: (nas, { onSuspend }) => notMikrotik(nas) && !keepsToPage(nas, onSuspend?.site),
    otherwise: 'somebody suspended is rejected there',
  },
];

/** Warns of limits that a client which is no declared router cannot be told. A service that names its routers is not asked for there. */
export function checkNasCapabilities(
  to: Resolving,
  { radius }: Operator,
  services: ReadonlyMap<string, ServicePlan>,
  declared: ReadonlyMap<string, Declared<ServiceSpec>>,
): void {
  for (const service of services.values()) {
    const place = declared.get(service.name);
    if (place === undefined || service.routers !== undefined || service.auth === 'local') continue;
    const asking = radius.clients.filter((nas) => asksFor(nas, service));
    for (const { path, isSet, lacks, otherwise } of limits) {
      const [first, ...more] = isSet(service) ? asking.filter((nas) => lacks(nas, service)) : [];
      if (first === undefined) continue;
      const others = more.length === 0 ? '' : ` and ${more.length} more`;
      const message = `"${path.join('.')}" of "${service.name}" cannot be told to the NAS "${first.name}" (${first.profile})${others}: ${otherwise}`;
      warning(to, 'LM_NAS_CANNOT', message, place, ['spec', ...path], hintFor(path, first));
    }
  }
}

/** Access points and gateways of Omada have no PPPoE or DHCP that asks. */
function asksFor(nas: RadiusClient, { access }: ServicePlan): boolean {
  return !isOmada(nas) || access.includes('hotspot') || access.includes('wireless');
}

function keepsToPage({ redirect }: RadiusClient, site: string | undefined): boolean {
  return redirect === 'filter' || (redirect !== undefined && site !== undefined);
}

function hintFor([field]: readonly string[], { redirect }: RadiusClient): string {
  if (field !== 'onSuspend') return 'name the routers of the service, if it is not offered there';
  return redirect === undefined
    ? 'redirect of the client, when it is set up for that'
    : 'name the site, so that its page has an address';
}
