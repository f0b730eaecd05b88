import type { PortalSite } from '../../model/kinds/portal-site.ts';
import type { Hotspot, Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';

/** The portal site whose pages this hotspot shows. */
export function siteOf(model: Model, router: Router, hotspot: Hotspot): PortalSite | undefined {
  return model.portalSites.find(({ bridges }) =>
    bridges.some(
      (bridge) => bridge.type === 'mikrotik' && bridge.router === router.name && bridge.hotspot === hotspot.name,
    ),
  );
}

/** Where this hotspot's pages send guests; absent when no site has it, or nobody said where guests reach the portal. */
export function landingUrl(model: Model, router: Router, hotspot: Hotspot): string | undefined {
  const site = siteOf(model, router, hotspot);
  const { publicUrl } = model.operator.portal;
  return site === undefined || publicUrl === undefined ? undefined : `${publicUrl}/p/${encodeURIComponent(site.name)}`;
}
