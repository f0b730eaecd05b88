import { compact } from '../../base/compact.ts';
import { parseDuration } from '../../base/units.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import type { TimeWindows } from '../generated/documents.ts';
import { normaliseIp, parseIpv4, parseIpv4Range } from '../ipv4.ts';
import type { Operator } from '../kinds/operator.ts';
import type { AddressPool, PppoeServer, Router, RouterPpp, RouterRadius } from '../kinds/router.ts';
import { resolveSigning } from '../nas-signing.ts';
import { checkPoolsLeaveRouter } from '../pool-addresses.ts';
import { resolveCertificates } from './resolve-certificates.ts';
import { resolveConfig } from './resolve-config.ts';
import { behindHotspot, resolveDhcp } from './resolve-dhcp.ts';
import { resolveHotspots } from './resolve-hotspots.ts';
import { resolveNat } from './resolve-nat.ts';
import { resolveRouterRadsec } from './resolve-radsec.ts';
import { resolveApi, resolveApiAccess, resolveDns, resolveIpv6Pools, resolveNtp } from './resolve-router-system.ts';
import { routerSafety } from './resolve-safety.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<RouterSpec>;

const shortestWaitSeconds = 60;
const longestWaitSeconds = 86_400;

/** One router, from its own declaration and the Operator's defaults. @param windows of the Operator, as declared */
export function resolveRouter(
  to: Resolving,
  declared: Declaration,
  operator: Operator,
  windows: TimeWindows | undefined,
): Router {
  const { spec } = declared;
  const asks = radius(to, declared, operator.radius);
  checkPoolsLeaveRouter(to, declared);
  return compact({
    name: declared.name,
    previousNames: declared.previousNames.length === 0 ? undefined : declared.previousNames,
    labels: declared.labels,
    address: host(to, declared),
    api: resolveApi(to, declared),
    mode: spec.mode ?? 'apply',
    auth: spec.auth ?? 'radius',
    radius: asks,
    fallbackAfterSeconds: fallbackAfter(to, declared),
    assumeFallthrough: spec.hybrid?.assumeFallthrough,
    pools: pools(to, declared),
    ipv6Pools: resolveIpv6Pools(to, declared),
    nat: resolveNat(to, declared),
    ppp: ppp(to, declared),
    dhcp: resolveDhcp(to, declared, asks?.services),
    hotspots: resolveHotspots(to, declared),
    certificates: resolveCertificates(to, declared),
    dns: resolveDns(to, declared),
    identity: spec.system?.identity,
    ntp: resolveNtp(to, declared),
    apiAccess: resolveApiAccess(to, declared),
    config: resolveConfig(to, declared),
    reconcile: routerSafety(to, declared, operator.reconcile, windows),
    origin: declared.origin,
  });
}

function host(to: Resolving, declared: Declaration): string {
  const { address } = declared.spec;
  const literal = /^[\d.]+$|:/.test(address);
  if (literal && normaliseIp(address) === undefined) {
    error(to, 'LM_ADDRESS', `"${address}" is no address`, declared, ['spec', 'address']);
  }
  return normaliseIp(address) ?? address;
}

function fallbackAfter(to: Resolving, declared: Declaration): number | undefined {
  const text = declared.spec.hybrid?.after;
  if (text === undefined) return undefined;
  const seconds = (parseDuration(text) ?? 0) / 1000;
  if (seconds >= shortestWaitSeconds && seconds <= longestWaitSeconds) return seconds;
  const message = `"${text}" is no time for a router to wait`;
  error(to, 'LM_INTERVAL', message, declared, ['spec', 'hybrid', 'after'], 'from 1m to 24h');
  return undefined;
}

function radius(to: Resolving, declared: Declaration, operator: Operator['radius']): RouterRadius | undefined {
  const spec = declared.spec.radius;
  if (spec === undefined) return undefined;
  const secret = to.secrets.read(spec.secret, {
    place: declared,
    kind: 'Router',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'radius.secret',
    path: ['radius', 'secret'],
    symbols: 32,
  });
  const sourceAddress = ip(to, declared, 'sourceAddress', spec.sourceAddress);
  const clientAddress =
    ip(to, declared, 'clientAddress', spec.clientAddress) ?? sourceAddress ?? normaliseIp(declared.spec.address);
  if (clientAddress === undefined) {
    const message = `RADIUS packets of "${declared.name}" will not be recognised: its address is a name`;
    warning(
      to,
      'LM_NO_CLIENT_ADDRESS',
      message,
      declared,
      ['spec', 'radius'],
      'set radius.sourceAddress or radius.clientAddress',
    );
  }
  return compact({
    secret,
    sourceAddress,
    clientAddress,
    nasIdentifier: spec.nasIdentifier ?? declared.spec.system?.identity ?? declared.name,
    ...resolveSigning(to, declared, ['spec', 'radius'], spec, operator.messageAuthenticator),
    services: spec.services ?? servicesOf(declared.spec),
    coaPort: spec.coaPort ?? 3799,
    timeoutMs: parseDuration(spec.timeout ?? '1500ms') ?? 1500,
    radsec: resolveRouterRadsec(to, declared, operator),
  });
}

/** What asks RADIUS when `services` does not say: everything declared that can. */
function servicesOf({ ppp: dialIn, hotspots = [], dhcp = [] }: RouterSpec): readonly string[] {
  const words = [
    ...(dialIn === undefined ? [] : ['ppp']),
    ...(hotspots.length === 0 ? [] : ['hotspot']),
    ...(dhcp.some((server) => !behindHotspot({ hotspots }, server.interface)) ? ['dhcp'] : []),
  ];
  return words.length === 0 ? ['ppp'] : words;
}

function ip(to: Resolving, declared: Declaration, field: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const address = normaliseIp(text);
  if (address === undefined) error(to, 'LM_ADDRESS', `"${text}" is no address`, declared, ['spec', 'radius', field]);
  return address ?? text;
}

function pools(to: Resolving, declared: Declaration): readonly AddressPool[] {
  const list = declared.spec.pools ?? [];
  const path = ['spec', 'pools'];
  uniqueEntries(to, list, (pool) => pool.name, declared, path, 'name');
  const next = new Map(
    list.flatMap(({ name, next: after, ranges }) => (ranges === undefined ? [] : [[name, after] as const])),
  );
  return list.map((pool, index) => {
    checkRanges(to, declared, pool.ranges ?? [], [...path, index, 'ranges']);
    checkRanges(to, declared, pool.static ?? [], [...path, index, 'static']);
    checkNext(to, declared, pool.name, next, [...path, index, 'next']);
    return compact({
      name: pool.name,
      ranges: pool.ranges ?? [],
      static: pool.static ?? [],
      next: pool.next,
      origin: declared.entries?.get(`pools/${index}`) ?? declared.origin,
    });
  });
}

function checkRanges(
  to: Resolving,
  declared: Declaration,
  ranges: readonly string[],
  path: readonly (string | number)[],
): void {
  for (const [index, text] of ranges.entries()) {
    if (parseIpv4Range(text) !== undefined) continue;
    const hint = 'an address, a range from low to high, or a prefix without host bits';
    error(to, 'LM_ADDRESS_RANGE', `"${text}" is no range of IPv4 addresses`, declared, [...path, index], hint);
  }
}

function checkNext(
  to: Resolving,
  declared: Declaration,
  name: string,
  next: ReadonlyMap<string, string | undefined>,
  path: readonly (string | number)[],
): void {
  const following = next.get(name);
  if (following === undefined) return;
  if (!next.has(following)) {
    const hint = `pools here: ${[...next.keys()].join(', ')}`;
    error(to, 'LM_UNKNOWN_REFERENCE', `no pool of this router is called "${following}"`, declared, path, hint);
    return;
  }
  const seen = new Set([name]);
  for (let pool: string | undefined = following; pool !== undefined; pool = next.get(pool)) {
    if (seen.has(pool)) {
      if (pool === name) error(to, 'LM_POOL_CYCLE', `the pools after "${name}" lead back to it`, declared, path);
      return;
    }
    seen.add(pool);
  }
}

function ppp(to: Resolving, declared: Declaration): RouterPpp | undefined {
  const spec = declared.spec.ppp;
  if (spec === undefined) return undefined;
  const list = spec.servers ?? [];
  const path = ['spec', 'ppp'];
  uniqueEntries(to, list, (server) => server.name, declared, [...path, 'servers'], 'name');
  const addresses = [
    [spec.localAddress, [...path, 'localAddress']] as const,
    ...(spec.dns ?? []).map((dns, index) => [dns, [...path, 'dns', index]] as const),
  ];
  for (const [address, at] of addresses) {
    if (address !== undefined && parseIpv4(address) === undefined)
      error(to, 'LM_ADDRESS', `"${address}" is no IPv4 address`, declared, at);
  }
  return compact({ servers: list.map(server), localAddress: spec.localAddress, dns: spec.dns ?? [] });
}

function server(spec: NonNullable<NonNullable<RouterSpec['ppp']>['servers']>[number]): PppoeServer {
  return compact({
    interface: spec.interface,
    name: spec.name,
    authentication: spec.authentication ?? ['pap', 'chap', 'mschap1', 'mschap2'],
    maxSessions: spec.maxSessions,
    oneSessionPerHost: spec.oneSessionPerHost,
    keepaliveSeconds: spec.keepalive === undefined ? undefined : (parseDuration(spec.keepalive) ?? 0) / 1000,
    mtu: spec.mtu,
    profile: spec.profile,
  });
}
