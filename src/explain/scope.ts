import type { Declarations, Declared } from '../model/declarations.ts';

/** An object whose fields are looked at. */
export type ScopedObject = Declared<unknown> & { readonly kind: ExplainedKind };

export const explainedKinds = [
  ...(['Operator', 'Router', 'Service', 'Subscriber', 'PortalSite', 'OmadaController'] as const),
] as const;

export type ExplainedKind = (typeof explainedKinds)[number];

/** The part of a repository that one object hangs together with. */
export interface Scope {
  readonly objects: readonly ScopedObject[];
}

/** Of each kind: whatever is left out of these is said with a note. */
const mostOfKind = 8;

const lists = {
  Operator: 'operators',
  Router: 'routers',
  Service: 'services',
  Subscriber: 'subscribers',
  PortalSite: 'portalSites',
  OmadaController: 'omadaControllers',
} as const;

/** The object of this kind and name. Of an Operator there is one, whatever it is called. */
export function objectNamed(all: Declarations, kind: ExplainedKind, name: string): ScopedObject | undefined {
  const declared = all[lists[kind]] as readonly ScopedObject[];
  return declared.find((each) => each.name === name);
}

/**
 * An object with what it is made of: whatever it names, what those name, and the routers on which its services are offered.
 * Of a router, a site and a controller, also the services and sites that are offered there: they say what it must have.
 *
 * @param routers those to look at, in place of some of many
 */
export function scopeOf(
  all: Declarations,
  object: ScopedObject,
  routers?: readonly string[],
): { readonly scope: Scope; readonly leftOut: number } {
  const taken = new Set<ScopedObject>([object, ...(all.operators as readonly ScopedObject[]).slice(0, 1)]);
  let leftOut = 0;
  const take = (found: readonly ScopedObject[]): void => {
    for (const each of found) {
      const before = [...taken].filter(({ kind }) => kind === each.kind).length;
      if (taken.has(each)) continue;
      if (before < mostOfKind) taken.add(each);
      else leftOut += 1;
    }
  };
  const byName = index(all);
  const grow = (): void => {
    for (const each of taken) take(named(each, byName));
  };
  const services = (): readonly ScopedObject[] => [...taken].filter(({ kind }) => kind === 'Service');
  if (routers !== undefined)
    take((all.routers as readonly ScopedObject[]).filter(({ name }) => routers.includes(name)));
  grow();
  if (object.kind === 'Router' || object.kind === 'OmadaController') {
    take((all.portalSites as readonly ScopedObject[]).filter((each) => names(each.spec).has(object.name)));
    take((all.services as readonly ScopedObject[]).filter((each) => isOfferedOn(each, object)));
    grow();
  }
  const needRouters = object.kind === 'Subscriber' || object.kind === 'Service';
  if (needRouters && routers === undefined) {
    const offered = (all.routers as readonly ScopedObject[]).filter((router) =>
      services().some((each) => isOfferedOn(each, router)),
    );
    take(offered);
    grow();
  }
  return { scope: { objects: [...taken] }, leftOut: routers === undefined ? leftOut : 0 };
}

/** As declarations are resolved: whatever is not in the scope may be declared elsewhere. */
export function declarationsOf({ objects }: Scope): Declarations {
  const of = (kind: ExplainedKind) => objects.filter((each) => each.kind === kind) as never[];
  const none = new Set<string>();
  return {
    operators: of('Operator'),
    routers: of('Router'),
    services: of('Service'),
    subscribers: of('Subscriber'),
    portalSites: of('PortalSite'),
    omadaControllers: of('OmadaController'),
    policies: [],
    scenarios: [],
    lists: [],
    broken: { router: none, service: none, omadaController: none, portalSite: none },
    incomplete: { operator: false, router: false },
    maybeDeclared: () => true,
  };
}

/** By name, whatever names it: of each name a few kinds at most have an object. */
function index(all: Declarations): ReadonlyMap<string, readonly ScopedObject[]> {
  const byName = new Map<string, ScopedObject[]>();
  for (const kind of ['Router', 'Service', 'PortalSite', 'OmadaController'] as const) {
    for (const each of all[lists[kind]] as readonly ScopedObject[]) {
      const same = byName.get(each.name);
      if (same === undefined) byName.set(each.name, [each]);
      else same.push(each);
    }
  }
  return byName;
}

function named(object: ScopedObject, byName: ReadonlyMap<string, readonly ScopedObject[]>): readonly ScopedObject[] {
  // An Operator names services of whom nobody declared: they matter to it alone, and there is one of it in every scope.
  if (object.kind === 'Operator') return [];
  return [...names(object.spec)].flatMap((name) => byName.get(name) ?? []);
}

/** All texts in a value: names of other objects are among them. */
function names(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') found.add(value);
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) names(each, found);
  return found;
}

/** By `routers` of a service: names, labels, or any. */
function isOfferedOn({ spec }: ScopedObject, router: ScopedObject): boolean {
  const { routers } = spec as { readonly routers?: readonly string[] | Readonly<Record<string, unknown>> };
  if (routers === undefined) return true;
  if (Array.isArray(routers)) return routers.includes(router.name);
  const { matchLabels = routers } = routers as { matchLabels?: Readonly<Record<string, unknown>> };
  return Object.entries(matchLabels).every(([label, value]) => router.labels[label] === value);
}
