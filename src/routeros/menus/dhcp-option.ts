import type { DhcpServer, Hotspot, Router } from '../../model/kinds/router.ts';
import type { Model } from '../../model/model.ts';
import { landingUrl } from './hotspot-site.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/**
 * What DHCP clients are told beside the usual. RouterOS: IP > DHCP Server > Options. Ours tells devices where to ask
 * whether they are captive (option 114, RFC 8910): at a hotspot that shows a portal's pages under a name and a certificate,
 * for such questions go by HTTPS alone.
 */
export const dhcpOption = {
  path: '/ip/dhcp-server/option',
  identity: ['name'],
  comment: true,
  fields: { name: {}, code: {}, value: {} },
  rows: (model, router) =>
    router.hotspots.flatMap((hotspot) => {
      const url = captiveApi(model, router, hotspot);
      const asked = router.dhcp.some((server) => isInFront(server, hotspot));
      if (url === undefined || !asked) return [];
      const name = optionName(hotspot);
      return [
        {
          menu: '/ip/dhcp-server/option',
          identity: name,
          owner: ownerOf(router, 'captive-portal', hotspot.name),
          source: hotspot.origin,
          fields: { name, code: '114', value: `'${url}'` },
        },
      ];
    }),
} satisfies Menu;

/** The option for clients of this server, and whether it stands in front of such a hotspot. */
export function portalOption(
  model: Model,
  router: Router,
  server: DhcpServer,
): { readonly name: string; readonly wanted: boolean } {
  const hotspot = router.hotspots.find((each) => isInFront(server, each));
  if (hotspot === undefined) return { name: optionName(server), wanted: false };
  return { name: optionName(hotspot), wanted: captiveApi(model, router, hotspot) !== undefined };
}

function captiveApi(model: Model, router: Router, hotspot: Hotspot): string | undefined {
  const { dnsName, certificate, loginBy } = hotspot;
  const secure = dnsName !== undefined && certificate !== undefined && loginBy.includes('https');
  return secure && landingUrl(model, router, hotspot) !== undefined ? `https://${dnsName}/api` : undefined;
}

function isInFront(server: DhcpServer, hotspot: Hotspot): boolean {
  return server.interface === hotspot.interface && server.network !== undefined;
}

function optionName({ name }: Pick<Hotspot, 'name'>): string {
  return `lastmile-${name}`;
}
