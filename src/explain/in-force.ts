import { Secret } from '../base/secret.ts';
import { formatDuration } from '../base/units.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';
import type { Value } from '../reconcile/row.ts';
import type { Made } from './outcome.ts';
import type { ScopedObject } from './scope.ts';

/** Parts of objects that are objects of their own, or places, or are shown by rows. */
const elsewhere: ReadonlySet<string> = new Set(['name', 'origin', 'origins', 'entries', 'config', 'labels', 'service']);
/** Values of one object at most. */
const mostValues = 500;

/** The object as it is in force, a value for each field, whoever said so. */
export function inForce(model: Model, { kind, name }: ScopedObject): readonly Made[] {
  const made = (identity: string, found: object): Made => ({
    ...{ type: 'object', target: '', menu: kind, identity, owner: `${kind}/${name}`, fields: valuesOf(found) },
  });
  const one = (found: object | undefined) => (found === undefined ? [] : [made(name, found)]);
  const named = <T extends { readonly name: string }>(all: readonly T[]) => one(all.find((each) => each.name === name));
  switch (kind) {
    case 'Operator': {
      const { webhooks = [] } = model;
      const { admin, ...rest } = model.operator;
      const tokens = admin.tokens.map(({ name: token, role }) => ({ name: token, role }));
      return one({
        ...rest,
        admin: { ...admin, tokens },
        notify: webhooks.map(({ name: webhook, events }) => ({ webhook, events })),
      });
    }
    case 'Router':
      return named(model.routers);
    case 'Service':
      return named(model.services);
    case 'PortalSite':
      return named(model.portalSites);
    case 'OmadaController':
      return named(model.omadaControllers);
    case 'Subscriber':
      return model.subscriptions
        .filter(({ subscriber }) => subscriber === name)
        .map((each) => made(each.id, subscriptionFields(each)));
  }
}

/** In the words of a declaration. */
function subscriptionFields({ radius, fallback, localOn, expires, service, ...rest }: Subscription): object {
  const { state, reason, username, password, macs, address } = rest;
  const auth = !radius ? 'local' : fallback === true || localOn.length > 0 ? 'hybrid' : 'radius';
  const ends = expires === undefined ? undefined : new Date(expires).toISOString();
  return {
    state,
    reason,
    username,
    password,
    mac: macs,
    address,
    auth,
    router: localOn,
    expires: ends,
    access: service.access,
  };
}

/** `radius.timeout`: `1500ms`. */
function valuesOf(object: object): Readonly<Record<string, Value>> {
  const found: Record<string, Value> = {};
  collect('', object, found);
  return found;
}

function collect(path: string, value: unknown, found: Record<string, Value>): void {
  if (value === undefined || value === null || Object.keys(found).length >= mostValues) return;
  if (value instanceof Secret) found[path] = value;
  else if (typeof value !== 'object') found[nameOf(path)] = inWords(path, value as string | number | boolean | bigint);
  else if (Array.isArray(value)) for (const [at, each] of value.entries()) collect(`${path}[${at}]`, each, found);
  else if (!(value instanceof Map || value instanceof Set || value instanceof Uint8Array)) {
    for (const [key, each] of Object.entries(value))
      if (!elsewhere.has(key)) collect(path === '' ? key : `${path}.${key}`, each, found);
  }
}

/** As it is declared: without the unit that it is kept in. */
function nameOf(path: string): string {
  return path.replace(/(?:Ms|Seconds|Bps)$/, '');
}

function inWords(path: string, value: string | number | boolean | bigint): string {
  if (typeof value === 'number' && path.endsWith('Ms'))
    return value % 1000 === 0 ? formatDuration(value) : `${value}ms`;
  if (typeof value === 'number' && path.endsWith('Seconds')) return formatDuration(value * 1000);
  return String(value);
}
