import { compact } from '../base/compact.ts';
import { parseDuration } from '../base/units.ts';
import type { Declared, RouterSpec } from './declarations.ts';
import { normaliseIp, parseIpv4, parseIpv4Range } from './ipv4.ts';
import type {
  AddressPool,
  MessageAuthenticatorPolicy,
  PppoeServer,
  Router,
  RouterDns,
  RouterPpp,
  RouterRadius,
} from './model.ts';
import { checkPoolsLeaveRouter } from './pool-addresses.ts';
import { behindHotspot, resolveDhcp } from './resolve-dhcp.ts';
import { resolveHotspots } from './resolve-hotspots.ts';
import { error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<RouterSpec>;

/** One router, from its own declaration and the Operator's default. */
export function resolveRouter(to: Resolving, declared: Declaration, policy: MessageAuthenticatorPolicy): Router {
  const { spec } = declared;
  const asks = radius(to, declared, policy);
  checkPoolsLeaveRouter(to, declared);
  return compact({
    name: declared.name,
    labels: declared.labels,
    address: host(to, declared),
    api: api(to, declared),
    mode: spec.mode ?? 'apply',
    auth: spec.auth ?? 'radius',
    radius: asks,
    pools: pools(to, declared),
    ppp: ppp(to, declared),
    dhcp: resolveDhcp(to, declared, asks?.services),
    hotspots: resolveHotspots(to, declared),
    dns: dns(to, declared),
    identity: spec.system?.identity,
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

function api(to: Resolving, declared: Declaration): Router['api'] {
  const spec = declared.spec.api;
  if (spec === undefined) return undefined;
  const password = to.secrets.read(spec.password, {
    place: declared,
    kind: 'Router',
    firstName: declared.previousNames[0] ?? declared.name,
    field: 'api.password',
    path: ['api', 'password'],
    symbols: 32,
  });
  return { port: spec.port ?? 8728, username: spec.username, password };
}

function radius(to: Resolving, declared: Declaration, policy: MessageAuthenticatorPolicy): RouterRadius | undefined {
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
    messageAuthenticator: spec.messageAuthenticator ?? policy,
    services: spec.services ?? servicesOf(declared.spec),
    coaPort: spec.coaPort ?? 3799,
    timeoutMs: parseDuration(spec.timeout ?? '1500ms') ?? 1500,
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

function dns(to: Resolving, declared: Declaration): RouterDns | undefined {
  const spec = declared.spec.system?.dns;
  if (spec === undefined) return undefined;
  const servers = spec.servers?.map((text, index) => {
    const path = ['spec', 'system', 'dns', 'servers', index];
    const address = normaliseIp(text);
    if (address === undefined) error(to, 'LM_ADDRESS', `"${text}" is no address`, declared, path);
    return address ?? text;
  });
  return compact({ servers, allowRemoteRequests: spec.allowRemoteRequests });
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
  const next = new Map(list.map((pool) => [pool.name, pool.next]));
  return list.map((pool, index) => {
    checkRanges(to, declared, pool.ranges, [...path, index, 'ranges']);
    checkRanges(to, declared, pool.static ?? [], [...path, index, 'static']);
    checkNext(to, declared, pool.name, next, [...path, index, 'next']);
    return compact({
      name: pool.name,
      ranges: pool.ranges,
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
  });
}
