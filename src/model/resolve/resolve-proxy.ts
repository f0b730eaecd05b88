import { compact } from '../../base/compact.ts';
import { nearest } from '../../base/nearest.ts';
import { parseDuration } from '../../base/units.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import { normaliseIp } from '../ipv4.ts';
import type { HomeServerSettings, ProxyRealm, ProxySettings } from '../kinds/proxy-settings.ts';
import type { ServicePlan } from '../kinds/service.ts';
import { error, type Resolving, uniqueEntries, unknownReference, warning } from './resolving.ts';

type Spec = NonNullable<NonNullable<OperatorSpec['radius']>['proxy']>;

const path = ['spec', 'radius', 'proxy'];
const shortestTimeoutMs = 200;
const longestTimeoutMs = 30_000;

/** `radius.proxy` of the Operator; `undefined` when it is not declared. */
export function resolveProxy(
  to: Resolving,
  declared: Declared<OperatorSpec> | undefined,
  services: ReadonlyMap<string, ServicePlan>,
): ProxySettings | undefined {
  const spec = declared?.spec.radius?.proxy;
  if (declared === undefined || spec === undefined) return undefined;
  uniqueEntries(to, spec.homeServers, ({ name }) => name, declared, [...path, 'homeServers'], 'name');
  uniqueEntries(to, spec.realms, ({ realm }) => realm.toLowerCase(), declared, [...path, 'realms'], 'realm');
  return {
    homeServers: spec.homeServers.map((_, index) => homeServer(to, declared, spec, index)),
    realms: spec.realms.map((_, index) => realmOf(to, declared, { spec, index, services })),
  };
}

function homeServer(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { homeServers }: Spec,
  index: number,
): HomeServerSettings {
  const entry = homeServers[index] as Spec['homeServers'][number];
  const at = [...path, 'homeServers', index];
  const address = normaliseIp(entry.address);
  if (address === undefined) {
    error(to, 'LM_ADDRESS', `"${entry.address}" is no address`, declared, [...at, 'address']);
  }
  const accountingPort = entry.accountingPort ?? 1813;
  const own = declared.spec.radius?.servers?.find(({ address: ours }) => normaliseIp(ours) === address);
  if (own !== undefined && (own.authPort ?? 1812) === (entry.authPort ?? 1812)) {
    const message = `home server "${entry.name}" is ${own.name} of radius.servers: its people would come back to us`;
    error(to, 'LM_PROXY', message, declared, [...at, 'address']);
  }
  const secret = to.secrets.read(entry.secret, {
    place: declared,
    kind: 'Operator',
    firstName: declared.previousNames[0] ?? declared.name,
    field: `radius.proxy.${entry.name}.secret`,
    path: ['radius', 'proxy', 'homeServers', index, 'secret'],
    symbols: 32,
  });
  return {
    name: entry.name,
    address: address ?? entry.address,
    authPort: entry.authPort ?? 1812,
    accountingPort,
    secret,
    statusServer: entry.statusServer ?? true,
    messageAuthenticator: entry.messageAuthenticator ?? 'require',
    timeoutMs: timeoutMs(to, declared, entry.timeout, [...at, 'timeout']),
  };
}

function timeoutMs(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  text: string | undefined,
  at: readonly (string | number)[],
): number {
  const ms = parseDuration(text ?? '2s') ?? 0;
  if (ms >= shortestTimeoutMs && ms <= longestTimeoutMs) return ms;
  error(to, 'LM_PROXY', `"${text}" is no time to wait for a home server`, declared, at, 'from 200ms to 30s');
  return 2_000;
}

function realmOf(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  {
    spec,
    index,
    services,
  }: { readonly spec: Spec; readonly index: number; readonly services: ReadonlyMap<string, ServicePlan> },
): ProxyRealm {
  const entry = spec.realms[index] as Spec['realms'][number];
  const at = [...path, 'realms', index];
  const known = spec.homeServers.map(({ name }) => name);
  for (const [nth, name] of entry.servers.entries()) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const hint = meant === undefined ? undefined : `did you mean ${meant}?`;
    error(to, 'LM_UNKNOWN_REFERENCE', `no home server is called "${name}"`, declared, [...at, 'servers', nth], hint);
  }
  const service = entry.service === undefined ? undefined : services.get(entry.service);
  if (entry.service !== undefined && service === undefined) {
    unknownReference(to, { what: 'Service', name: entry.service, from: declared, path: [...at, 'service'] }, services);
  }
  checkAllowed(to, declared, entry, [...at, 'allow']);
  checkStrip(to, declared, entry, [...at, 'strip']);
  return compact({
    realm: entry.realm.toLowerCase(),
    servers: entry.servers,
    strip: entry.strip ?? false,
    service,
    allow: entry.allow ?? [],
  });
}

/** A name that no dictionary knows would let nothing pass. */
function checkAllowed(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { allow = [] }: Spec['realms'][number],
  at: readonly (string | number)[],
): void {
  for (const [index, name] of allow.entries()) {
    const wrong = to.attributeCheck?.(name, '');
    if (wrong?.startsWith('unknown RADIUS attribute') === true) {
      error(to, 'LM_ATTRIBUTE', wrong, declared, [...at, index]);
    }
  }
}

function checkStrip(
  to: Resolving,
  declared: Declared<OperatorSpec>,
  { realm, strip }: Spec['realms'][number],
  at: readonly (string | number)[],
): void {
  if (strip !== true || realm !== '*') return;
  const message = 'a home server of many realms cannot tell their people apart without them';
  warning(to, 'LM_PROXY_STRIP', message, declared, at);
}
