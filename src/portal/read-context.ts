import type { PortalSite } from '../model/kinds/portal-site.ts';
import type { Answer } from './answer.ts';
import type { GuestContext } from './context.ts';
import { readToken } from './token.ts';
import { refuse, startAgain, type Visit } from './visit.ts';

/** The facts in a page of ours, as long as it may be sent; else the page to show. */
export function readContext(visit: Visit, token: string | undefined): GuestContext | Answer {
  const { portal, site, language } = visit;
  const context = token === undefined ? undefined : readToken(site.key, 'context', token);
  if (context?.site !== site.name) return refuse(portal, visit, { status: 400, message: 'page-invalid' });
  const bridge = bridgeOf(site, context);
  const again = startAgain(language, bridge?.type === 'mikrotik' ? bridge : undefined);
  if (bridge === undefined || context.expires <= portal.deps.clock.now()) {
    return refuse(portal, visit, { status: 410, message: 'page-expired', ...again });
  }
  if (portal.spent.has(context.nonce)) return refuse(portal, visit, { status: 409, message: 'page-used', ...again });
  return context;
}

/** The router of a guest, as it is declared now. */
export function bridgeOf(
  site: PortalSite,
  { door }: Pick<GuestContext, 'door'>,
): PortalSite['bridges'][number] | undefined {
  return site.bridges.find((bridge) =>
    bridge.type === 'mikrotik'
      ? door.type === 'mikrotik' && bridge.router === door.router && bridge.hotspot === door.hotspot
      : door.type === 'omada' &&
        bridge.controller === door.controller &&
        [bridge.site.name, bridge.site.id].includes(door.client.site),
  );
}
