import { compact } from '../base/compact.ts';
import type { PortalBridge, PortalSite } from '../model/kinds/portal-site.ts';
import type { DhcpServer, Hotspot, PppoeServer, Router } from '../model/kinds/router.ts';

/** A router in the words of its declaration, defaults filled in. */
export function routerWords({ name: _name, origin: _origin, ...router }: Router): object {
  const { identity, dns, radius, ppp, ...spec } = router;
  const system = compact({ identity, dns });
  return compact({
    ...spec,
    radius: radius === undefined ? undefined : radiusWords(radius),
    pools: spec.pools.map(({ origin: _place, ...pool }) => pool),
    ppp: ppp === undefined ? undefined : { ...ppp, servers: ppp.servers.map(pppoeWords) },
    dhcp: spec.dhcp.map(dhcpWords),
    hotspots: spec.hotspots.map(hotspotWords),
    system: Object.keys(system).length === 0 ? undefined : system,
  });
}

function radiusWords({ timeoutMs, ...radius }: NonNullable<Router['radius']>): object {
  return { ...radius, timeout: written(timeoutMs) };
}

function pppoeWords({ keepaliveSeconds, ...server }: PppoeServer): object {
  return compact({ ...server, keepalive: duration(keepaliveSeconds) });
}

function dhcpWords({ leaseSeconds, radius: _asks, origin: _origin, ...server }: DhcpServer): object {
  return compact({ ...server, leaseTime: duration(leaseSeconds) });
}

function hotspotWords({ keepaliveSeconds, idleSeconds, macAuth, origin: _origin, ...hotspot }: Hotspot): object {
  return compact({
    ...hotspot,
    keepalive: duration(keepaliveSeconds),
    idleTimeout: duration(idleSeconds),
    macAuth: macAuth === undefined ? undefined : macAuthWords(macAuth),
  });
}

function macAuthWords({ format, password }: NonNullable<Hotspot['macAuth']>): object {
  if (password === 'none') return { format };
  return password === 'mac' ? { format, sendMac: true } : { format, password };
}

/** A portal site in the words of its declaration, defaults filled in, without the key that signs for it. */
export function siteWords({ name: _name, origin: _origin, key: _key, ...site }: PortalSite): object {
  const { bridges, clickThrough, aliases, ...spec } = site;
  return compact({
    ...spec,
    aliases: Object.keys(aliases).length === 0 ? undefined : aliases,
    bridge: bridges.map(bridgeWords),
    services: clickThrough === undefined ? undefined : { clickThrough: clickThrough.name },
  });
}

function bridgeWords(bridge: PortalBridge): object {
  if (bridge.type === 'omada') {
    return { omada: { controller: bridge.controller, site: bridge.site.name, mode: 'external-portal' } };
  }
  const { router, hotspot, method, loginUrl } = bridge;
  return { mikrotik: { router, hotspot, method, loginUrl } };
}

function duration(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : written(seconds * 1000);
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** To the millisecond, unlike what is shown to people. */
function written(ms: number): string {
  const [unit, factor] = units.find(([, each]) => ms > 0 && ms % each === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}
