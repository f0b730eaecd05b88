import type { Declared, RouterSpec, ServiceSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import type { Router } from '../kinds/router.ts';
import type { AccessKind } from '../kinds/service.ts';
import type { Subscription } from '../kinds/subscription.ts';
import type { LocalGroups } from '../local-groups.ts';
import { error, type Resolving, warning } from '../resolve/resolving.ts';

/** A router asked to hold logins must have an API, one that must ask RADIUS its settings: said once per router. */
export function checkRoutersUsed(
  to: Resolving,
  operator: Operator,
  groups: LocalGroups,
  routers: ReadonlyMap<string, Router>,
  declared: ReadonlyMap<string, Declared<RouterSpec>>,
): void {
  const local = new Map<string, number>();
  const waiting = new Map<string, Subscription[]>();
  for (const { subscription, count } of groups.values()) {
    for (const name of subscription.localOn) {
      local.set(name, (local.get(name) ?? 0) + count);
      if (subscription.fallback === true) waiting.set(name, appended(waiting.get(name), subscription));
    }
  }
  for (const router of routers.values()) {
    const place = declared.get(router.name);
    const count = local.get(router.name) ?? 0;
    if (place === undefined) continue;
    if (count > 0 && router.api === undefined) {
      const message = `${count} ${count === 1 ? 'login is' : 'logins are'} to be kept on "${router.name}", which has no api`;
      error(to, 'LM_ROUTER_WITHOUT_API', message, place, ['metadata', 'name'], 'set spec.api, or use auth: radius');
    }
    checkHybridRouter(to, operator, router, waiting.get(router.name) ?? [], place);
    if (
      (router.ppp !== undefined || router.hotspots.length > 0) &&
      router.radius === undefined &&
      router.auth === 'radius'
    ) {
      const message = `"${router.name}" has auth: radius but no radius settings`;
      warning(to, 'LM_ROUTER_WITHOUT_RADIUS', message, place, ['metadata', 'name'], 'set spec.radius, or auth: local');
    }
  }
}

function appended<Item>(list: Item[] | undefined, item: Item): Item[] {
  if (list === undefined) return [item];
  list.push(item);
  return list;
}

/** Who only looks at a router cannot tell it that he is there: rows it has from before are enabled when their time is over. */
function checkPutOff(to: Resolving, operator: Operator, router: Router, place: Declared<RouterSpec>): void {
  const only = [router.mode, operator.reconcile.mode].find((mode) => mode !== 'apply');
  if (only === undefined) return;
  const message =
    `"${router.name}" has mode: ${only}, so it is never told that lastmile is there: where it has rows that wait ` +
    '(auth: hybrid), it lets subscribers in by them';
  const path = router.mode === 'apply' ? ['metadata', 'name'] : ['spec', 'mode'];
  warning(to, 'LM_HYBRID_NOT_PUT_OFF', message, place, path, 'mode: apply, or auth: radius');
}

/**
 * A router that keeps rows for the time without us asks us by RADIUS the rest of the time.
 *
 * @param kept of the subscriptions that have such rows there, one of each sort
 */
function checkHybridRouter(
  to: Resolving,
  operator: Operator,
  router: Router,
  kept: readonly Subscription[],
  place: Declared<RouterSpec>,
): void {
  const [first] = kept;
  if (first === undefined && router.auth !== 'hybrid') return;
  const path = router.auth === 'hybrid' ? ['spec', 'auth'] : ['metadata', 'name'];
  const who = first === undefined ? '' : `, and "${first.subscriber}" is hybrid there`;
  if (first !== undefined) checkPutOff(to, operator, router, place);
  if (router.radius === undefined) {
    const message = `"${router.name}" does not ask RADIUS: "radius" is missing${who}`;
    error(to, 'LM_ROUTER_WITHOUT_RADIUS', message, place, path, 'set spec.radius, or auth: local');
    return;
  }
  if (operator.radius.servers.length === 0 && !to.declarations.incomplete.operator) {
    const message = `"${router.name}" is told of no RADIUS server: radius.servers of the Operator is missing${who}`;
    error(to, 'LM_NO_RADIUS_SERVER', message, place, path, 'set radius.servers: [{name, address}], or auth: local');
  }
  const wanted = new Set(kept.flatMap(({ service }) => service.access).map((way) => radiusService[way]));
  const missing = [...wanted].filter((service) => !(router.radius?.services.includes(service) ?? false));
  const served = kept.some(({ service }) => service.access.some((way) => !missing.includes(radiusService[way])));
  if (first === undefined || served) return;
  const message = `"${router.name}" does not ask RADIUS about ${missing.join(' and ')}${who}`;
  error(
    to,
    'LM_ROUTER_WITHOUT_RADIUS',
    message,
    place,
    ['spec', 'radius'],
    'add it to radius.services, or auth: local',
  );
}

/** RouterOS words of `/radius service`. */
const radiusService: Readonly<Record<AccessKind, string>> = {
  pppoe: 'ppp',
  hotspot: 'hotspot',
  dhcp: 'dhcp',
  wireless: 'wireless',
};

/** A login kept on a router takes its address and its prefixes from pools of that router. */
export function checkPoolsUsed(
  to: Resolving,
  groups: LocalGroups,
  routers: ReadonlyMap<string, Router>,
  declared: ReadonlyMap<string, Declared<ServiceSpec>>,
): void {
  const checked = new Set<string>();
  for (const { subscription } of groups.values()) {
    const { localOn, service } = subscription;
    const place = declared.get(service.name);
    for (const { pool, path, poolsOf } of place === undefined ? [] : poolsOfLogin(subscription)) {
      for (const name of localOn) {
        const key = [service.name, name, ...path].join('\0');
        const router = routers.get(name);
        if (place === undefined || checked.has(key) || router === undefined) continue;
        checked.add(key);
        if (poolsOf(router).some((each) => each.name === pool)) continue;
        const message = `no pool is called "${pool}" on "${name}", which keeps logins of this service`;
        error(to, 'LM_UNKNOWN_REFERENCE', message, place, ['spec', 'address', ...path]);
      }
    }
  }
}

interface PoolOfLogin {
  readonly pool: string;
  readonly path: readonly string[];
  readonly poolsOf: (router: Router) => readonly { readonly name: string }[];
}

/** What a login takes from pools: nothing for which it has something fixed. */
function poolsOfLogin({ localOn, service, address, ipv6 }: Subscription): readonly PoolOfLogin[] {
  const { pool, ipv6: pools } = service;
  if (localOn.length === 0 || (pool === undefined && pools === undefined)) return [];
  const sixes = (router: Router) => router.ipv6Pools ?? [];
  const { prefixPool, delegatedPool } = pools ?? {};
  return [
    ...(pool === undefined || address !== undefined
      ? []
      : [{ pool, path: ['pool'], poolsOf: (router: Router) => router.pools }]),
    ...(prefixPool === undefined || ipv6?.prefix !== undefined
      ? []
      : [{ pool: prefixPool, path: ['ipv6', 'prefixPool'], poolsOf: sixes }]),
    ...(delegatedPool === undefined || ipv6?.delegated !== undefined
      ? []
      : [{ pool: delegatedPool, path: ['ipv6', 'delegatedPool'], poolsOf: sixes }]),
  ];
}
