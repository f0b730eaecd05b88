import { compact } from '../../base/compact.ts';
import { parseDuration, parseRate } from '../../base/units.ts';
import type { Declared, RouterSpec } from '../declarations.ts';
import { contains, parseIpv4, parseIpv4Range } from '../ipv4.ts';
import type { DhcpServer } from '../kinds/router.ts';
import { checkPoolOfRouter } from '../router-pool-name.ts';
import { checkSite, error, type Resolving, uniqueEntries, warning } from './resolving.ts';

type Declaration = Declared<RouterSpec>;
type DhcpSpec = NonNullable<RouterSpec['dhcp']>[number];
type NetworkSpec = NonNullable<DhcpSpec['network']>;
type Steps = readonly (string | number)[];

/** The DHCP servers of a router. @param services RouterOS words of what asks RADIUS; absent: nothing does */
export function resolveDhcp(
  to: Resolving,
  declared: Declaration,
  services: readonly string[] | undefined,
): readonly DhcpServer[] {
  const list = declared.spec.dhcp ?? [];
  const path = ['spec', 'dhcp'];
  uniqueEntries(to, list, (server) => server.name, declared, path, 'name');
  uniqueEntries(to, list, (server) => server.interface, declared, path, 'interface');
  checkSubnets(to, declared, list);
  return list.map((server, index) => {
    const at = [...path, index];
    const radius = services?.includes('dhcp') === true && !behindHotspot(declared.spec, server.interface);
    if (server.pool !== undefined) {
      checkPoolOfRouter(to, declared, server.pool, [...at, 'pool']);
      checkPoolInNetwork(to, declared, server, [...at, 'pool']);
    }
    return compact({
      name: server.name,
      interface: server.interface,
      pool: server.pool,
      leaseSeconds: server.leaseTime === undefined ? undefined : (parseDuration(server.leaseTime) ?? 0) / 1000,
      network: server.network === undefined ? undefined : network(to, declared, server.network, [...at, 'network']),
      unknownClients: unknownClients(to, declared, server, radius, [...at, 'unknownClients']),
      radius,
      origin: declared.entries?.get(`dhcp/${index}`) ?? declared.origin,
    });
  });
}

/** DHCP tells a client its gateway by the network its address lies in. */
function checkPoolInNetwork(
  to: Resolving,
  declared: Declaration,
  { name, pool, network: own }: DhcpSpec,
  path: Steps,
): void {
  const subnet = own === undefined ? undefined : parseIpv4Range(own.address);
  const ranges = declared.spec.pools?.find((each) => each.name === pool)?.ranges ?? [];
  const outside = ranges.find((text) => {
    const range = parseIpv4Range(text);
    return subnet !== undefined && range !== undefined && (range.from < subnet.from || range.to > subnet.to);
  });
  if (outside === undefined) return;
  const message = `${outside} of the pool "${pool}" lies outside ${own?.address}: clients of "${name}" will be told no gateway`;
  warning(to, 'LM_POOL_OUTSIDE_NETWORK', message, declared, path);
}

/** True when a hotspot on the interface lets devices in: their leases then need no RADIUS. */
export function behindHotspot(spec: Pick<RouterSpec, 'hotspots'>, name: string): boolean {
  return spec.hotspots?.some((hotspot) => hotspot.interface === name) === true;
}

/** A router knows a subnet by its prefix, whichever server hands it out. */
function checkSubnets(to: Resolving, declared: Declaration, list: readonly DhcpSpec[]): void {
  const seen = new Map<string, string>();
  for (const [index, { name, network: subnet }] of list.entries()) {
    if (subnet === undefined) continue;
    const first = seen.get(subnet.address);
    if (first !== undefined) {
      const message = `the network ${subnet.address} is that of "${first}", too`;
      error(to, 'LM_DUPLICATE_ENTRY', message, declared, ['spec', 'dhcp', index, 'network', 'address']);
    }
    seen.set(subnet.address, first ?? name);
  }
}

function network(
  to: Resolving,
  declared: Declaration,
  spec: NetworkSpec,
  path: Steps,
): NonNullable<DhcpServer['network']> {
  const subnet = parseIpv4Range(spec.address);
  if (subnet === undefined) {
    const message = `"${spec.address}" is no IPv4 prefix without host bits`;
    error(to, 'LM_ADDRESS_RANGE', message, declared, [...path, 'address'], 'as in 10.30.0.0/24');
  }
  const gateway = spec.gateway === undefined ? undefined : parseIpv4(spec.gateway);
  if (spec.gateway !== undefined && gateway === undefined)
    error(to, 'LM_ADDRESS', `"${spec.gateway}" is no IPv4 address`, declared, [...path, 'gateway']);
  if (gateway !== undefined && subnet !== undefined && !contains([subnet], gateway)) {
    const message = `the gateway ${spec.gateway} lies outside ${spec.address}: its clients cannot reach it`;
    error(to, 'LM_GATEWAY_OUTSIDE_NETWORK', message, declared, [...path, 'gateway']);
  }
  for (const [index, dns] of (spec.dns ?? []).entries()) {
    if (parseIpv4(dns) === undefined)
      error(to, 'LM_ADDRESS', `"${dns}" is no IPv4 address`, declared, [...path, 'dns', index]);
  }
  return compact({ address: spec.address, gateway: spec.gateway, dns: spec.dns ?? [] });
}

function unknownClients(
  to: Resolving,
  declared: Declaration,
  { name, unknownClients: spec }: DhcpSpec,
  radius: boolean,
  path: Steps,
): DhcpServer['unknownClients'] {
  if (spec === undefined) return undefined;
  checkPoolOfRouter(to, declared, spec.pool, [...path, 'pool']);
  const { rate } = spec;
  if (rate !== undefined && !radius) {
    const message = `no RADIUS answer carries the rate of unknown clients of "${name}": it does not ask RADIUS`;
    warning(to, 'LM_NO_EFFECT_LOCALLY', message, declared, [...path, 'rate']);
  }
  if (spec.redirect !== undefined) checkSite(to, spec.redirect.site, declared, [...path, 'redirect', 'site']);
  return compact({
    pool: spec.pool,
    redirect: spec.redirect,
    rate: rate === undefined ? undefined : { down: bps(rate.down), up: bps(rate.up) },
  });
}

function bps(field: string | number): number {
  return typeof field === 'number' ? field : (parseRate(field) ?? 0);
}
