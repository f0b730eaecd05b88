import type { Secret } from '../../base/secret.ts';
import type { Declared, OperatorSpec, Placed, RouterSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import type { NasSigning } from '../kinds/radius.ts';
import type { Router } from '../kinds/router.ts';
import { checkLearning } from '../nas-signing.ts';
import { error, placeOf, type Resolving, warning } from '../resolve/resolving.ts';
import { checkPublicRadius } from './check-public-radius.ts';

/** A router or client as RADIUS sees it. */
interface NasView {
  readonly name: string;
  readonly clientAddress: string;
  readonly nasIdentifier?: string;
  readonly secret: Secret;
  readonly messageAuthenticator: NasSigning['messageAuthenticator'];
  /** It talks RADIUS over TLS. */
  readonly tunnelled: boolean;
  /** Absent: a client of another make. */
  readonly router?: Router;
  readonly place: Placed;
  readonly path: readonly (string | number)[];
}

/** Rules between all NAS: names, addresses told apart, shared secrets worth the name, APIs in clear text. */
export function checkNas(
  to: Resolving,
  operator: Operator,
  declaredOperator: Declared<OperatorSpec> | undefined,
  routers: readonly Router[],
  declaredRouters: ReadonlyMap<string, Declared<RouterSpec>>,
): void {
  const views = [...routerViews(routers, declaredRouters), ...clientViews(operator, declaredOperator)];
  checkNames(to, operator, declaredOperator, declaredRouters);
  checkAddresses(to, views);
  checkLearning(to, views);
  checkSecrets(to, views);
  checkPublicRadius(to, views, operator.radius.servers);
  checkApi(to, routers, declaredRouters);
  checkServers(to, operator, declaredOperator, routers);
}

function routerViews(
  routers: readonly Router[],
  declared: ReadonlyMap<string, Declared<RouterSpec>>,
): readonly NasView[] {
  return routers.flatMap((router) => {
    const { name, radius } = router;
    const place = declared.get(name);
    if (radius?.clientAddress === undefined || place === undefined) return [];
    const { clientAddress, nasIdentifier, secret, messageAuthenticator } = radius;
    const tunnelled = radius.radsec !== undefined;
    const view = { name, clientAddress, nasIdentifier, secret, messageAuthenticator, tunnelled, router };
    return [{ ...view, place, path: ['spec', 'radius'] }];
  });
}

function clientViews(operator: Operator, place: Declared<OperatorSpec> | undefined): readonly NasView[] {
  if (place === undefined) return [];
  return operator.radius.clients.map((client, index) => {
    const { name, clientAddress, nasIdentifier, secret, messageAuthenticator } = client;
    const path = ['spec', 'radius', 'clients', index];
    const view = { name, clientAddress, secret, messageAuthenticator, tunnelled: client.radsec !== undefined };
    return { ...view, place, path, ...(nasIdentifier === undefined ? {} : { nasIdentifier }) };
  });
}

function checkNames(
  to: Resolving,
  operator: Operator,
  place: Declared<OperatorSpec> | undefined,
  routers: ReadonlyMap<string, Declared<RouterSpec>>,
): void {
  for (const [index, { name }] of operator.radius.clients.entries()) {
    const router = routers.get(name);
    if (router === undefined || place === undefined) continue;
    const message = `"${name}" is also the name of a Router, at ${placeOf(router)}`;
    error(to, 'LM_DUPLICATE_NAME', message, place, ['spec', 'radius', 'clients', index, 'name']);
  }
}

function checkAddresses(to: Resolving, views: readonly NasView[]): void {
  const byAddress = new Map<string, NasView[]>();
  for (const view of views) byAddress.set(view.clientAddress, [...(byAddress.get(view.clientAddress) ?? []), view]);
  for (const [address, group] of byAddress) {
    const identifiers = new Map<string | undefined, NasView>();
    for (const view of group) {
      const alike =
        identifiers.get(view.nasIdentifier) ??
        (view.nasIdentifier === undefined ? group.find((other) => other !== view) : undefined);
      identifiers.set(view.nasIdentifier, view);
      if (alike === undefined) continue;
      const message = `"${view.name}" and "${alike.name}" (${placeOf(alike.place)}) both send RADIUS from ${address} and cannot be told apart`;
      error(
        to,
        'LM_DUPLICATE_CLIENT_ADDRESS',
        message,
        view.place,
        view.path,
        'give each its own nasIdentifier or clientAddress',
      );
    }
  }
}

const wellKnown = new Set([
  'secret',
  'testing123',
  'radius',
  'mikrotik',
  'password',
  'changeme',
  'sharedsecret',
  '1234567890123456',
]);

function checkSecrets(to: Resolving, views: readonly NasView[]): void {
  const weak = views.filter(({ secret }) => {
    const text = secret.reveal();
    return !to.secrets.unknown(secret) && (Buffer.byteLength(text) < 16 || wellKnown.has(text.toLowerCase()));
  });
  const [first] = weak;
  if (first === undefined) return;
  const of =
    weak.length === 1 ? `the shared secret of "${first.name}" is` : `the shared secrets of ${weak.length} NAS are`;
  const hint = 'use {derive: 1}, which makes 32 random characters';
  warning(
    to,
    'LM_SHARED_SECRET_WEAK',
    `${of} shorter than 16 octets or well known`,
    first.place,
    [...first.path, 'secret'],
    hint,
  );
}

function checkApi(
  to: Resolving,
  routers: readonly Router[],
  declared: ReadonlyMap<string, Declared<RouterSpec>>,
): void {
  const plain = routers.filter(
    ({ api, address }) => api !== undefined && api.tls === undefined && !isLoopback(address),
  );
  const place = declared.get(plain[0]?.name ?? '');
  if (place === undefined) return;
  const count = plain.length === 1 ? 'the API of 1 router is' : `the APIs of ${plain.length} routers are`;
  const hint = 'api.tls with a fingerprint, or keep it on a management network or in a tunnel';
  warning(
    to,
    'LM_PLAIN_API',
    `${count} used without TLS: passwords cross the network as they are`,
    place,
    ['spec', 'api'],
    hint,
  );
}

/** What is said to ourselves crosses no network. */
function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
}

function checkServers(
  to: Resolving,
  operator: Operator,
  declaredOperator: Declared<OperatorSpec> | undefined,
  routers: readonly Router[],
): void {
  const asking = routers.filter((router) => router.radius !== undefined && router.api !== undefined);
  if (asking.length === 0 || operator.radius.servers.length > 0 || declaredOperator === undefined) return;
  const message = `${asking.length} ${asking.length === 1 ? 'router uses' : 'routers use'} RADIUS, but no server is declared for them to ask`;
  warning(
    to,
    'LM_NO_RADIUS_SERVER',
    message,
    declaredOperator,
    ['spec', 'radius'],
    'set radius.servers: [{name, address}]',
  );
}
