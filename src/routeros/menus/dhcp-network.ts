import type { DhcpServer, Router } from '../../model/kinds/router.ts';
import type { Row } from '../../reconcile/row.ts';
import { wordList } from '../canonical.ts';
import { portalOption } from './dhcp-option.ts';
import type { Menu } from './menu.ts';
import { ownerOf } from './rows.ts';

/** What DHCP clients of a subnet are told. RouterOS: IP > DHCP Server > Networks. Without a row they get no gateway. */
export const dhcpNetwork = {
  path: '/ip/dhcp-server/network',
  identity: ['address'],
  comment: true,
  fields: {
    address: {},
    gateway: { canonical: wordList },
    'dns-server': { canonical: wordList },
    'dhcp-option': { canonical: wordList, references: '/ip/dhcp-server/option' },
  },
  rows: (model, router) =>
    router.dhcp.flatMap((server) => networkRow(router, server, portalOption(model, router, server))),
} satisfies Menu;

function networkRow(
  router: Router,
  { network, name, origin }: DhcpServer,
  option: ReturnType<typeof portalOption>,
): readonly Row[] {
  if (network === undefined) return [];
  const { address, gateway, dns } = network;
  return [
    {
      menu: '/ip/dhcp-server/network',
      identity: address,
      owner: ownerOf(router, 'dhcp-network', name),
      source: origin,
      fields: {
        address,
        gateway: gateway ?? '',
        'dns-server': dns.join(','),
        ...(option.wanted ? { 'dhcp-option': option.name } : {}),
      },
      // What else clients are told is an operator's own.
      ...(option.wanted ? {} : { releases: { 'dhcp-option': option.name } }),
    },
  ];
}
