import type {
  Declared,
  OmadaControllerSpec,
  OperatorSpec,
  PolicySpec,
  PortalSiteSpec,
  RouterSpec,
  ScenarioSpec,
  ServiceSpec,
  SubscriberSpec,
} from '../model/declarations.ts';
import type { DefaultsLayer } from './defaults.ts';
import type { Issue } from './issue.ts';

/** Everything declared so far, filled file by file. */
export interface Collected {
  readonly operators: Declared<OperatorSpec>[];
  readonly routers: Declared<RouterSpec>[];
  readonly services: Declared<ServiceSpec>[];
  readonly subscribers: Declared<SubscriberSpec>[];
  readonly portalSites: Declared<PortalSiteSpec>[];
  readonly omadaControllers: Declared<OmadaControllerSpec>[];
  readonly policies: Declared<PolicySpec>[];
  readonly scenarios: Declared<ScenarioSpec>[];
  readonly lists: Declared<undefined>[];
  /** Of a `_defaults.yaml`: what it says. */
  readonly defaults: DefaultsLayer[];
  /** Known by name only: the schema was not met. */
  readonly broken: {
    readonly router: Set<string>;
    readonly service: Set<string>;
    readonly omadaController: Set<string>;
    readonly portalSite: Set<string>;
  };
  /** Something of the kind is declared that could not be read or used. */
  readonly incomplete: { operator: boolean; router: boolean };
  /** Names in texts that could not be read, and the file of each. */
  readonly unread: Map<string, string>;
  readonly issues: Issue[];
}

export function nothingCollected(): Collected {
  const broken = {
    router: new Set<string>(),
    service: new Set<string>(),
    omadaController: new Set<string>(),
    portalSite: new Set<string>(),
  };
  return {
    operators: [],
    routers: [],
    services: [],
    subscribers: [],
    portalSites: [],
    omadaControllers: [],
    policies: [],
    scenarios: [],
    lists: [],
    defaults: [],
    broken,
    incomplete: { operator: false, router: false },
    unread: new Map(),
    issues: [],
  };
}

/** Adds what was collected elsewhere, which stays as it is. */
export function addCollected(into: Collected, part: Collected): void {
  for (const list of declaredLists) {
    const target: unknown[] = into[list];
    for (const each of part[list]) target.push(each);
  }
  for (const kind of ['router', 'service', 'omadaController', 'portalSite'] as const) {
    for (const name of part.broken[kind]) into.broken[kind].add(name);
  }
  for (const [name, file] of part.unread) into.unread.set(name, file);
  into.incomplete.operator ||= part.incomplete.operator;
  into.incomplete.router ||= part.incomplete.router;
}

const declaredLists = [
  ...(['operators', 'routers', 'services', 'subscribers', 'portalSites', 'omadaControllers'] as const),
  ...(['policies', 'scenarios', 'lists', 'issues'] as const),
] as const;
