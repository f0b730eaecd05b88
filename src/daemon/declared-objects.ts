import type { DeclaredObject } from '../admin/service.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';
import { isOverdue, nextChanges } from '../model/next-change.ts';
import type { Origin } from '../model/origin.ts';
import { rateLimitText } from '../model/rate-limit.ts';
import { routerWords, siteWords } from './declared-words.ts';

const kinds = ['operator', 'router', 'service', 'subscriber', 'portalsite', 'omadacontroller'] as const;

/** The kind that a word of the command line means: `routers`, `Router` and `router` are one. */
export function kindOf(word: string): (typeof kinds)[number] | undefined {
  const singular = word.toLowerCase().replace(/s$/, '');
  return kinds.find((kind) => kind === singular);
}

/**
 * Declared objects as they are in force, in order of name, secrets hidden. Pure.
 *
 * @param now predicts what changes by itself after it, of subscribers. Absent: nothing is predicted
 * @returns `undefined` for an unknown kind, or when no object has the name
 */
export function declaredObjects(
  model: Model,
  word: string,
  name?: string,
  now?: number,
): readonly DeclaredObject[] | undefined {
  const kind = kindOf(word);
  if (kind === undefined) return undefined;
  const all = objectsOf(model, kind, now);
  if (name === undefined) return all;
  const found = all.filter((object) => object.name === name || object.spec['subscriber'] === name);
  return found.length === 0 ? undefined : found;
}

function objectsOf(model: Model, kind: (typeof kinds)[number], now: number | undefined): readonly DeclaredObject[] {
  switch (kind) {
    case 'operator': {
      const { name, origin, admin, ...spec } = model.operator;
      // Whose tokens there are, not what they digest to: that could be guessed from.
      const tokens = admin.tokens.map((token) => ({ name: token.name, role: token.role }));
      return [object('Operator', name, origin, { ...spec, admin: { ...admin, tokens } })];
    }
    case 'router':
      return model.routers.map((router) => object('Router', router.name, router.origin, routerWords(router)));
    case 'service':
      return model.services.map(({ name, origin, ...spec }) =>
        object('Service', name, origin, {
          ...spec,
          ...(spec.rate === undefined ? {} : { rateText: rateLimitText(spec.rate) }),
        }),
      );
    case 'portalsite':
      return model.portalSites.map((site) => object('PortalSite', site.name, site.origin, siteWords(site)));
    case 'omadacontroller':
      return model.omadaControllers.map(({ name, origin, ...spec }) => object('OmadaController', name, origin, spec));
    default:
      return subscriberObjects(model, now);
  }
}

function subscriberObjects({ operator, subscriptions }: Model, now: number | undefined): readonly DeclaredObject[] {
  const predict = now === undefined ? () => undefined : nextChanges(operator.timezone, now);
  return subscriptions.map((each) => {
    const next = predict(each);
    return subscriberObject(each, {
      ...(now !== undefined && isOverdue(each, now) ? { overdue: true } : {}),
      ...(next === undefined ? {} : { next: { at: new Date(next.at).toISOString(), what: next.what } }),
    });
  });
}

function subscriberObject({ id, origin, service, ...spec }: Subscription, predicted: object): DeclaredObject {
  const expires = spec.expires === undefined ? {} : { expires: new Date(spec.expires).toISOString() };
  return object('Subscriber', id, origin, { ...spec, service: service.name, ...expires, ...predicted });
}

function object(kind: string, name: string, origin: Origin | undefined, spec: object): DeclaredObject {
  const source = origin === undefined ? 'defaults' : `${origin.file}:${origin.line}`;
  return { kind, name, source, spec: JSON.parse(JSON.stringify(spec)) as Readonly<Record<string, unknown>> };
}
