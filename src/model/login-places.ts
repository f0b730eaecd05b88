import type { Declared, SubscriberSpec } from './declarations.ts';
import type { Router } from './kinds/router.ts';
import type { AuthMethod, ServicePlan } from './kinds/service.ts';
import type { Subscription } from './kinds/subscription.ts';
import { error, type Resolving } from './resolve/resolving.ts';

/** What decides where a subscriber can log in. */
export interface LoginQuestion {
  readonly router: Router | undefined;
  readonly auth: AuthMethod | undefined;
  readonly service: ServicePlan;
  readonly path: readonly (string | number)[];
  readonly context: { readonly routers: ReadonlyMap<string, Router>; readonly foreignNas: boolean };
}

/**
 * Where a subscription is kept: the routers that hold a local row, and whether RADIUS admits it. `auth` is that of the
 * subscriber, else of the service, else of each router it may come in on, else RADIUS.
 */
export function loginPlaces(
  to: Resolving,
  declared: Declared<SubscriberSpec>,
  question: LoginQuestion,
): Pick<Subscription, 'localOn' | 'fallback' | 'radius'> {
  const { router, auth, service, path, context } = question;
  const named = router === undefined ? service.routers : [router.name];
  const explicit = auth ?? service.auth;
  const candidates = (named ?? []).flatMap((name) => context.routers.get(name) ?? []);
  const by = (method: AuthMethod): readonly Router[] =>
    candidates.filter((candidate) => (explicit ?? candidate.auth) === method);
  const [local, hybrid] = [by('local'), by('hybrid')];
  if (nowhere(to, explicit, named, question)) {
    const message = `the subscriber "${declared.name}" has no router to hold its login: "router" is missing`;
    error(
      to,
      'LM_NO_ROUTER',
      message,
      declared,
      path.length === 1 ? [] : path,
      'set router here, or routers of the service',
    );
  }
  if (hybrid.length > 0) checkHybrid(to, declared, local, hybrid, path);
  return {
    localOn: local.length + hybrid.length === 0 ? noRouters : [...local, ...hybrid].map(({ name }) => name).sort(),
    ...(hybrid.length === 0 ? {} : { fallback: true }),
    radius: explicit !== 'local' && (candidates.length === 0 || local.length < candidates.length),
  };
}

const noRouters: readonly string[] = [];

/** Rows of one subscription are either how it gets in or for the time without us: not each on another router. */
function checkHybrid(
  to: Resolving,
  declared: Declared<SubscriberSpec>,
  [local]: readonly Router[],
  [hybrid]: readonly Router[],
  path: readonly (string | number)[],
): void {
  if (local === undefined || hybrid === undefined) return;
  const message = `"${declared.name}" is local on "${local.name}" and hybrid on "${hybrid.name}": it cannot be both`;
  error(to, 'LM_MIXED_AUTH', message, declared, path.length === 1 ? [] : path, 'set auth here, or of the service');
}

/** True when it would be kept on a router, and none is known. */
function nowhere(
  to: Resolving,
  explicit: AuthMethod | undefined,
  named: readonly string[] | undefined,
  question: LoginQuestion,
): boolean {
  if (explicit === 'radius' || to.declarations.incomplete.router) return false;
  if (explicit !== undefined) return named === undefined;
  const { routers, foreignNas } = question.context;
  return (
    named === undefined &&
    !foreignNas &&
    routers.size > 0 &&
    [...routers.values()].every(({ auth }) => auth !== 'radius')
  );
}
