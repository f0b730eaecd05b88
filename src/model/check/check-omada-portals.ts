import type { Declared, OmadaControllerSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import type { PortalSite } from '../kinds/portal-site.ts';
import { error, type Resolving, warning } from '../resolve/resolving.ts';

type Declaration = Declared<OmadaControllerSpec>;
type Path = readonly (string | number)[];

/** Portals that we set up on controllers: whether their guests get to a page of ours, and in. */
export function checkOmadaPortals(
  to: Resolving,
  controllers: ReadonlyMap<string, Declaration>,
  sites: readonly PortalSite[],
  { portal: { publicUrl } }: Operator,
): void {
  for (const declared of controllers.values()) {
    for (const [index, { name, portals = [] }] of (declared.spec.sites ?? []).entries()) {
      for (const [at, { name: portal, site: wanted, type = 'external-portal' }] of portals.entries()) {
        const path = ['spec', 'sites', index, 'portals', at];
        const site = sites.find((each) => each.name === wanted);
        if (site === undefined || type !== 'external-portal') continue;
        checkUrl(to, declared, portal, publicUrl, path);
        checkBridge(to, declared, site, name, path);
      }
    }
  }
}

function checkUrl(
  to: Resolving,
  declared: Declaration,
  portal: string,
  publicUrl: string | undefined,
  path: Path,
): void {
  const { incomplete, operators } = to.declarations;
  if (incomplete.operator || operators[0]?.spec.portal?.publicUrl !== undefined) return;
  const hint = 'set portal.publicUrl of the Operator, as in https://portal.example';
  if (publicUrl === undefined) {
    const message = `guests of the portal "${portal}" cannot be sent to a page: nothing says under which address they reach it`;
    error(to, 'LM_NO_PUBLIC_URL', message, declared, path, hint);
    return;
  }
  const message = `nothing says under which address guests of the portal "${portal}" reach its page: ${publicUrl} is assumed`;
  warning(to, 'LM_PUBLIC_URL_ASSUMED', message, declared, path, hint);
}

/** The page takes guests of the sites it is bridged to. */
function checkBridge(to: Resolving, declared: Declaration, site: PortalSite, omadaSite: string, path: Path): void {
  const bridged = site.bridges.some(
    (bridge) => bridge.type === 'omada' && bridge.controller === declared.name && bridge.site.name === omadaSite,
  );
  if (bridged) return;
  const message = `guests who are sent to "${site.name}" from here are turned away: it has no bridge to site "${omadaSite}" of "${declared.name}"`;
  const hint = `add omada: {controller: ${declared.name}, site: ${omadaSite}} to bridge of PortalSite/${site.name}`;
  warning(to, 'LM_NO_BRIDGE', message, declared, [...path, 'site'], hint);
}
