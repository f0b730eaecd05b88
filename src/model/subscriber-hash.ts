import type { Secret } from '../base/secret.ts';
import type { Declared, SubscriberSpec } from './declarations.ts';
import type { Router } from './kinds/router.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { Subscription } from './kinds/subscription.ts';
import { error, type Resolving, warning } from './resolve/resolving.ts';

type Declaration = Declared<SubscriberSpec>;

interface HashUse {
  readonly service: ServicePlan;
  /** Named by the subscriber itself. */
  readonly router: Router | undefined;
  readonly places: Pick<Subscription, 'localOn'>;
  readonly path: readonly (string | number)[];
}

/** Reports where a login that is known by a hash alone cannot prove itself. */
export function checkHash(
  to: Resolving,
  declared: Declaration,
  hash: Secret,
  { service, router, places, path }: HashUse,
  { routers }: { readonly routers: ReadonlyMap<string, Router> },
): void {
  const isNt = hash.reveal().startsWith('{NT}');
  const at = [...path, isNt ? 'ntHash' : 'password'];
  if (places.localOn.length > 0) {
    const message = `a router that lets "${declared.name}" in by itself needs the password, not a hash of it`;
    error(to, 'LM_NOT_POSSIBLE', message, declared, at, 'auth: radius, or the password');
    return;
  }
  const offered = router === undefined ? (service.routers ?? []).flatMap((name) => routers.get(name) ?? []) : [router];
  const concerned = offered.length === 0 ? [...routers.values()] : offered;
  const shut = concerned.flatMap((each) => doorsWithout(each, service, isNt));
  const open = concerned.some((each) => hasDoor(each, service, isNt));
  if (shut.length === 0) return;
  const [first] = shut;
  const takes = isNt ? 'PAP or MS-CHAP' : 'PAP';
  const message = `${first} takes no password of which only a hash is known: that needs ${takes}`;
  const hint = isNt ? 'pap or mschap2 among its methods, or the password' : 'pap among its methods, or the password';
  if (open) warning(to, 'LM_NO_EFFECT', message, declared, at, hint);
  else error(to, 'LM_NOT_POSSIBLE', message, declared, at, hint);
}

const byPap = { ppp: ['pap'], hotspot: ['http-pap', 'https'] };
const byNt = { ppp: ['pap', 'mschap1', 'mschap2'], hotspot: byPap.hotspot };

/** Doors of a router, of those the service is sold for, that take no hash, in words. */
function doorsWithout(router: Router, { access }: ServicePlan, isNt: boolean): readonly string[] {
  const able = isNt ? byNt : byPap;
  const ppp = (router.ppp?.servers ?? []).filter(({ authentication }) => !meets(authentication, able.ppp));
  const hotspots = router.hotspots.filter(({ loginBy }) => asksPassword(loginBy) && !meets(loginBy, able.hotspot));
  return [
    ...(access.includes('pppoe') ? ppp.map(({ name }) => `the PPPoE server "${name}" of ${router.name}`) : []),
    ...(access.includes('hotspot') ? hotspots.map(({ name }) => `the hotspot "${name}" of ${router.name}`) : []),
  ];
}

function hasDoor(router: Router, { access }: ServicePlan, isNt: boolean): boolean {
  const able = isNt ? byNt : byPap;
  const ppp = (router.ppp?.servers ?? []).some(({ authentication }) => meets(authentication, able.ppp));
  const hotspot = router.hotspots.some(({ loginBy }) => meets(loginBy, able.hotspot));
  return (access.includes('pppoe') && ppp) || (access.includes('hotspot') && hotspot);
}

function asksPassword(loginBy: readonly string[]): boolean {
  return meets(loginBy, ['http-chap', 'http-pap', 'https']);
}

function meets(a: readonly string[], b: readonly string[]): boolean {
  return a.some((each) => b.includes(each));
}
