import { compact } from '../../base/compact.ts';
import { parseDuration, parseRate } from '../../base/units.ts';
import type { Declared, ServiceSpec } from '../declarations.ts';
import type { Redirect, Speed } from '../generated/documents.ts';
import { checkInterim } from '../interim.ts';
import type { Rate, SuspendRedirect } from '../kinds/limits.ts';
import type { Router } from '../kinds/router.ts';
import type { ServicePlan, ServiceWindow } from '../kinds/service.ts';
import { checkPossible } from '../service-limits.ts';
import { resolveQuotas } from './resolve-quotas.ts';
import { timeWindow } from './resolve-safety.ts';
import { checkedAttributes, checkSite, error, type Resolving, unknownReference } from './resolving.ts';

type Declaration = Declared<ServiceSpec>;

/** What a service is checked against. */
export interface ServiceContext {
  readonly routers: ReadonlyMap<string, Router>;
  /** Used where the service does not say. */
  readonly interimSeconds: number;
  /** Some NAS are known only as RADIUS clients, so a pool may be on one of them. */
  readonly foreignNas: boolean;
}

/** One tariff with units parsed and its routers selected. */
export function resolveService(to: Resolving, declared: Declaration, context: ServiceContext): ServicePlan {
  const { spec } = declared;
  const routers = offeredOn(to, declared, context.routers);
  checkPool(to, declared, routers, context, addressPool(spec.address?.pool));
  for (const field of ['prefixPool', 'delegatedPool'] as const) {
    checkPool(to, declared, routers, context, ipv6Pool(field, spec.address?.ipv6?.[field]));
  }
  checkPossible(to, declared);
  return compact({
    name: declared.name,
    previousNames: declared.previousNames.length === 0 ? undefined : declared.previousNames,
    title: spec.title,
    labels: declared.labels,
    access: spec.access,
    auth: spec.auth,
    routers,
    rate: rate(to, declared, spec.rate, ['spec', 'rate']),
    windows: windows(to, declared),
    graceSeconds: seconds(spec.grace),
    validity:
      spec.validity === undefined
        ? undefined
        : { from: spec.validity.from, lastsMs: parseDuration(spec.validity.lasts) ?? 0 },
    sessions: sessions(to, declared, context.interimSeconds),
    devices: spec.devices === undefined ? undefined : { max: spec.devices.max, lock: spec.devices.lock ?? false },
    quotas: resolveQuotas(to, declared, {
      rate: (speed, path) => rate(to, declared, speed, path),
      redirect: (redirect, path) => redirected(to, declared, redirect, path),
      pool: (name, path) => checkPool(to, declared, routers, context, { ...addressPool(name), path }),
    }),
    pool: spec.address?.pool,
    ipv6: spec.address?.ipv6,
    connections: spec.connections,
    onSuspend: onSuspend(to, declared),
    profile: spec.profile,
    attributes: checkedAttributes(to, spec.attributes, declared, ['spec', 'attributes']),
    origin: declared.origin,
  });
}

function offeredOn(
  to: Resolving,
  declared: Declaration,
  routers: ReadonlyMap<string, Router>,
): readonly string[] | undefined {
  const wanted = declared.spec.routers;
  if (wanted === undefined) return undefined;
  const path = ['spec', 'routers'];
  if ('matchLabels' in wanted) return selected(to, declared, wanted.matchLabels, routers);
  return wanted.filter((name, index) => {
    if (!routers.has(name))
      unknownReference(to, { what: 'Router', name, from: declared, path: [...path, index] }, routers);
    return routers.has(name) && wanted.indexOf(name) === index;
  });
}

function selected(
  to: Resolving,
  declared: Declaration,
  labels: Readonly<Record<string, string>>,
  routers: ReadonlyMap<string, Router>,
): readonly string[] {
  const all = Object.entries(labels);
  const names = [...routers.values()]
    .filter((router) => all.every(([key, value]) => Object.hasOwn(router.labels, key) && router.labels[key] === value))
    .map((router) => router.name);
  if (names.length === 0 && !to.declarations.incomplete.router) {
    error(to, 'LM_NO_ROUTER_SELECTED', 'no router has these labels', declared, ['spec', 'routers', 'matchLabels']);
  }
  return names;
}

/** A pool that a service names, and where routers declare such pools. */
interface PoolUse {
  readonly pool: string | undefined;
  readonly path: readonly (string | number)[];
  readonly what: string;
  readonly poolsOf: (router: Router) => readonly { readonly name: string }[];
}

function addressPool(pool: string | undefined): PoolUse {
  return { pool, path: ['spec', 'address', 'pool'], what: 'pool', poolsOf: handedOut };
}

/** Pools that the router knows. */
function handedOut({ pools }: Router): Router['pools'] {
  return pools.filter(({ ranges }) => ranges.length > 0);
}

function ipv6Pool(field: string, pool: string | undefined): PoolUse {
  const path = ['spec', 'address', 'ipv6', field];
  return { pool, path, what: 'IPv6 pool', poolsOf: ({ ipv6Pools = [] }) => ipv6Pools };
}

function checkPool(
  to: Resolving,
  declared: Declaration,
  offered: readonly string[] | undefined,
  context: ServiceContext,
  { pool, path, what, poolsOf }: PoolUse,
): void {
  if (pool === undefined || (offered === undefined && (context.foreignNas || to.declarations.incomplete.router)))
    return;
  const routers =
    offered === undefined ? [...context.routers.values()] : offered.flatMap((name) => context.routers.get(name) ?? []);
  const without = routers.filter((router) => !poolsOf(router).some(({ name }) => name === pool));
  if (offered === undefined && routers.length > 0 && without.length < routers.length) return;
  if (without.length === 0 && offered !== undefined) return;
  const names = without.map(({ name }) => name).join(', ');
  const where = names === '' ? 'no router is declared' : `not on ${names}`;
  const known = [...new Set(routers.flatMap((router) => poolsOf(router).map(({ name }) => name)))].sort();
  const hint = known.length === 0 ? undefined : `${what}s there: ${known.slice(0, 12).join(', ')}`;
  error(to, 'LM_UNKNOWN_REFERENCE', `no ${what} is called "${pool}": ${where}`, declared, path, hint);
}

function windows(to: Resolving, declared: Declaration): readonly ServiceWindow[] | undefined {
  return declared.spec.windows?.map((window, index) =>
    compact({ ...timeWindow(window), rate: rate(to, declared, window.rate, ['spec', 'windows', index, 'rate']) }),
  );
}

function rate(
  to: Resolving,
  declared: Declaration,
  spec: Speed | undefined,
  path: readonly (string | number)[],
): Rate | undefined {
  if (spec === undefined) return undefined;
  const [down, up] = [bps(spec.down), bps(spec.up)];
  const { burst, guaranteed } = spec;
  const less = (field: string, low: number, high: number, message: string): void => {
    if (low < high) error(to, 'LM_RATE', message, declared, [...path, ...field.split('.')]);
  };
  if (burst !== undefined) {
    less('burst.down', bps(burst.down), down, 'a burst cannot be slower than the rate');
    less('burst.up', bps(burst.up), up, 'a burst cannot be slower than the rate');
  }
  if (guaranteed !== undefined) {
    less('guaranteed.down', down, bps(guaranteed.down), 'more cannot be guaranteed than the rate');
    less('guaranteed.up', up, bps(guaranteed.up), 'more cannot be guaranteed than the rate');
  }
  return compact({
    down,
    up,
    burst:
      burst === undefined
        ? undefined
        : compact({
            down: bps(burst.down),
            up: bps(burst.up),
            thresholdDown: burst.thresholdDown === undefined ? undefined : bps(burst.thresholdDown),
            thresholdUp: burst.thresholdUp === undefined ? undefined : bps(burst.thresholdUp),
            seconds: burst.seconds,
          }),
    guaranteed: guaranteed === undefined ? undefined : { down: bps(guaranteed.down), up: bps(guaranteed.up) },
    priority: spec.priority,
  });
}

function bps(field: string | number): number {
  return typeof field === 'number' ? field : (parseRate(field) ?? 0);
}

function sessions(to: Resolving, declared: Declaration, fallback: number): ServicePlan['sessions'] {
  const { max, whenExceeded, timeout, idleTimeout, interim } = declared.spec.sessions ?? {};
  const interimSeconds = seconds(interim) ?? fallback;
  if (interim !== undefined) checkInterim(to, declared, interim, ['spec', 'sessions', 'interim']);
  if (whenExceeded !== undefined && max === undefined) {
    const message = 'without "max" no session is one too many';
    error(to, 'LM_MISSING_KEY', message, declared, ['spec', 'sessions', 'whenExceeded'], 'set sessions.max beside it');
  }
  return compact({
    max,
    whenExceeded,
    timeoutSeconds: seconds(timeout),
    idleTimeoutSeconds: seconds(idleTimeout),
    interimSeconds,
  });
}

function onSuspend(to: Resolving, declared: Declaration): SuspendRedirect | undefined {
  const redirect = declared.spec.onSuspend?.redirect;
  return redirect === undefined ? undefined : redirected(to, declared, redirect, ['spec', 'onSuspend', 'redirect']);
}

function redirected(
  to: Resolving,
  declared: Declaration,
  { addressList = 'suspended', rate: slow, site }: Redirect,
  path: readonly (string | number)[],
): SuspendRedirect {
  if (site !== undefined) checkSite(to, site, declared, [...path, 'site']);
  return compact({
    addressList,
    rate: slow === undefined ? undefined : { down: bps(slow.down), up: bps(slow.up) },
    site,
  });
}

function seconds(field: string | undefined): number | undefined {
  return field === undefined ? undefined : (parseDuration(field) ?? 0) / 1000;
}
