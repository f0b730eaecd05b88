import { compact } from '../../base/compact.ts';
import { parseDuration } from '../../base/units.ts';
import { certificateIn } from '../certificates.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import type { AuthorizeHook } from '../kinds/operator.ts';
import type { ServicePlan } from '../kinds/service.ts';
import { isLoopback, webUrl } from '../web-url.ts';
import { error, type Resolving, unknownReference, warning } from './resolving.ts';

type Spec = NonNullable<OperatorSpec['authorize']>;

const path = ['spec', 'authorize'];
const shortestTimeoutMs = 50;
const longestTimeoutMs = 5_000;

/** `authorize` of the Operator; `undefined` when it is not declared. */
export function resolveAuthorize(
  to: Resolving,
  declared: Declared<OperatorSpec> | undefined,
  services: ReadonlyMap<string, ServicePlan>,
): AuthorizeHook | undefined {
  const spec = declared?.spec.authorize;
  if (declared === undefined || spec === undefined) return undefined;
  checkUrl(to, declared, spec);
  if (spec.ca !== undefined && certificateIn(spec.ca) === undefined) {
    error(to, 'LM_AUTHORIZE', 'this is no certificate in PEM', declared, [...path, 'ca'], pemHint);
  }
  return compact({
    url: spec.url,
    asks: spec.for ?? 'unknown',
    secret: secretOf(to, declared, spec),
    ca: spec.ca,
    sendPassword: spec.sendPassword ?? false,
    timeoutMs: timeoutMs(to, declared, spec),
    cacheMs: spec.cache === undefined ? 0 : (parseDuration(spec.cache) ?? 0),
    whenDown: spec.whenDown ?? 'silent',
    service: serviceOf(to, declared, spec, services),
  });
}

const pemHint = 'text that begins with -----BEGIN CERTIFICATE-----';

function checkUrl(to: Resolving, declared: Declared<OperatorSpec>, { url, sendPassword, ca }: Spec): void {
  const parsed = webUrl(url);
  if (parsed === undefined) {
    const hint = 'http:// or https://, without a username in it (a secret goes into authorize.secret)';
    error(to, 'LM_AUTHORIZE', `"${url}" is no address of a program`, declared, [...path, 'url'], hint);
    return;
  }
  if (parsed.protocol === 'https:' || isLoopback(url)) return;
  if (ca !== undefined) error(to, 'LM_AUTHORIZE', 'http:// shows no certificate', declared, [...path, 'ca']);
  const what = sendPassword === true ? 'passwords of subscribers' : 'who logs in where';
  const message = `whoever stands between reads ${what}`;
  warning(to, 'LM_AUTHORIZE_PLAIN', message, declared, [...path, 'url'], 'use https://');
}

function secretOf(to: Resolving, declared: Declared<OperatorSpec>, { secret }: Spec): AuthorizeHook['secret'] {
  if (secret === undefined) return undefined;
  return to.secrets.read(secret, {
    place: declared,
    kind: 'Operator',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'authorize.secret',
    path: ['authorize', 'secret'],
    symbols: 32,
  });
}

function timeoutMs(to: Resolving, declared: Declared<OperatorSpec>, { timeout = '800ms' }: Spec): number {
  const ms = parseDuration(timeout) ?? 800;
  if (ms >= shortestTimeoutMs && ms <= longestTimeoutMs) return ms;
  const hint = 'from 50ms to 5s: a router asks again, or another server, after 1.5s';
  error(to, 'LM_AUTHORIZE', `"${timeout}" is no time to wait for an answer`, declared, [...path, 'timeout'], hint);
  return 800;
}

function serviceOf(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { service: name }: Spec,
  services: ReadonlyMap<string, ServicePlan>,
): ServicePlan | undefined {
  if (name === undefined) return undefined;
  const service = services.get(name);
  if (service === undefined) {
    unknownReference(to, { what: 'Service', name, from: declared, path: [...path, 'service'] }, services);
  }
  return service;
}
