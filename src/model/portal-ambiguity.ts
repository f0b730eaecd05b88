import type { Declared, PortalSiteSpec } from './declarations.ts';
import type { PortalBridge } from './kinds/portal-site.ts';
import { error, placeOf, type Resolving } from './resolve/resolving.ts';

type Declaration = Declared<PortalSiteSpec>;
type Steps = readonly (string | number)[];

/** A bridge and where it stands in its document. */
export interface PlacedBridge {
  readonly bridge: PortalBridge;
  readonly path: Steps;
}

/** Sites seen so far; fills up. */
export interface OtherSites {
  readonly bridged: Map<string, Declaration>;
  readonly aliases: Declaration[];
}

/** Reports whatever would leave open where a guest belongs: to which site, or to which of its routers. */
export function checkToldApart(
  to: Resolving,
  declared: Declaration,
  bridges: readonly PlacedBridge[],
  others: OtherSites,
): void {
  for (const { bridge, path } of bridges) checkBridgedOnce(to, declared, bridge, path, others);
  checkRouters(to, declared, bridges);
  checkAliases(to, declared, others);
}

function checkBridgedOnce(
  to: Resolving,
  declared: Declaration,
  bridge: PortalBridge,
  path: Steps,
  { bridged }: OtherSites,
): void {
  const what =
    bridge.type === 'mikrotik'
      ? `the hotspot "${bridge.hotspot}" of "${bridge.router}"`
      : `the site "${bridge.site.name}" of "${bridge.controller}"`;
  const first = bridged.get(what);
  if (first === undefined) bridged.set(what, declared);
  else {
    const message = `${what} already leads to the site "${first.name}", at ${placeOf(first)}`;
    error(to, 'LM_DUPLICATE_BRIDGE', message, declared, [...path, bridge.type]);
  }
}

/** A page that sends the aliases of two sites means neither: as many match, and none speaks against the other. */
function checkAliases(to: Resolving, declared: Declaration, { aliases: others }: OtherSites): void {
  const { aliases: own } = declared.spec;
  if (own === undefined) return;
  const alike = others.find(
    ({ spec }) => spec.aliases !== undefined && sameSize(spec.aliases, own) && agree(spec.aliases, own),
  );
  others.push(declared);
  if (alike === undefined) return;
  const message = `pages of other platforms that mean "${declared.name}" can mean "${alike.name}", too, at ${placeOf(alike)}`;
  error(to, 'LM_DUPLICATE_ALIASES', message, declared, ['spec', 'aliases'], 'one alias in which the two differ');
}

type Aliases = NonNullable<PortalSiteSpec['aliases']>;

function sameSize(a: Aliases, b: Aliases): boolean {
  return Object.keys(a).length === Object.keys(b).length;
}

function agree(a: Aliases, b: Aliases): boolean {
  return (['domain', 'region', 'virtualId'] as const).every(
    (name) => a[name] === undefined || b[name] === undefined || a[name] === b[name],
  );
}

/** What a router's page says of itself must lead to one bridge: the host of its login page, its identity, its hotspot. */
function checkRouters(to: Resolving, declared: Declaration, bridges: readonly PlacedBridge[]): void {
  const seen = new Map<string, string>();
  for (const { bridge, path } of bridges) {
    if (bridge.type !== 'mikrotik') continue;
    const keys = bridge.loginHosts.map((host) => `${host}\0${bridge.identity}\0${bridge.hotspot}`);
    const other = keys.map((key) => seen.get(key)).find((router) => router !== undefined && router !== bridge.router);
    for (const key of keys) seen.set(key, bridge.router);
    if (other === undefined) continue;
    const message = `guests of "${bridge.router}" cannot be told from those of "${other}": both say "${bridge.identity}", "${bridge.hotspot}" and the same login page`;
    const hint = 'a system.identity, a hotspot name or a dnsName and address of its own';
    error(to, 'LM_BRIDGES_ALIKE', message, declared, [...path, 'mikrotik'], hint);
  }
}
