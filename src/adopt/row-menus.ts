import { knownMenus } from '../routeros/config/known-menus.ts';

/** Menus of rows in which an operator may have set up something, though no table of ours says more of them. */
const further: readonly string[] = [
  '/caps-man/access-list',
  '/caps-man/configuration',
  '/caps-man/provisioning',
  '/interface/bonding',
  '/interface/eoip',
  '/interface/gre',
  '/interface/ipip',
  '/interface/l2tp-client',
  '/interface/lte/apn',
  '/interface/ovpn-client',
  '/interface/pppoe-client',
  '/interface/sstp-client',
  '/interface/vrrp',
  '/interface/vxlan',
  '/interface/wifi/configuration',
  '/interface/wifi/security',
  '/interface/wireless/security-profiles',
  '/ip/ipsec/identity',
  '/ip/ipsec/peer',
  '/ip/ipsec/policy',
  '/ip/ipsec/profile',
  '/ip/ipsec/proposal',
  '/ip/proxy/access',
  '/ipv6/dhcp-client',
  '/ipv6/firewall/mangle',
  '/ipv6/firewall/nat',
  '/ipv6/firewall/raw',
  '/ipv6/route',
  '/routing/bfd/configuration',
  '/routing/bgp/connection',
  '/routing/bgp/template',
  '/routing/filter/rule',
  '/routing/ospf/area',
  '/routing/ospf/instance',
  '/routing/ospf/interface-template',
  '/routing/rip/instance',
  '/routing/rule',
  '/routing/table',
  '/snmp/community',
  '/tool/traffic-generator/stream',
  '/user-manager/profile',
  '/user-manager/router',
  '/user-manager/user',
];

/** Of these the router alone makes rows, or all of them come from the factory. */
const routersOwn: ReadonlySet<string> = new Set([
  '/interface/ethernet',
  '/interface/pppoe-server',
  '/ip/firewall/service-port',
  '/ip/hotspot/service-port',
  '/queue/interface',
  '/system/logging',
  '/system/logging/action',
]);

/** Every menu with rows that people make, as far as we know. */
export const rowMenus: readonly string[] = [
  ...new Set([
    ...[...knownMenus.values()].flatMap(({ identity, path }) => (identity === 'settings' ? [] : [path])),
    ...further,
  ]),
]
  .filter((path) => !routersOwn.has(path))
  .sort();

/** Rows that every router has, though not every print says so, by name. */
export const stock: Readonly<Record<string, readonly string[]>> = {
  '/interface/list': ['all', 'none', 'dynamic', 'static'],
  '/ip/vrf': ['main'],
  '/user/group': ['read', 'write', 'full'],
};
