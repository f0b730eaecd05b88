import { configMenus } from './config-menus.ts';
import type { Menu } from './menu.ts';
import { addressLists, addressLists6 } from './menus/address-list.ts';
import { certificates } from './menus/certificate.ts';
import { deviceMode } from './menus/device-mode.ts';
import { dhcpConfig } from './menus/dhcp-config.ts';
import { dhcpLeases } from './menus/dhcp-lease.ts';
import { dhcpNetworks } from './menus/dhcp-network.ts';
import { dhcpServers } from './menus/dhcp-server.ts';
import { files } from './menus/file.ts';
import { firewallFilter, firewallMangle, firewallNat, firewallRaw } from './menus/firewall-rules.ts';
import { hotspotServers } from './menus/hotspot.ts';
import { hotspotActive } from './menus/hotspot-active.ts';
import { hotspotCookies } from './menus/hotspot-cookie.ts';
import { hotspotHosts } from './menus/hotspot-host.ts';
import { hotspotIpBindings } from './menus/hotspot-ip-binding.ts';
import { hotspotProfile } from './menus/hotspot-profile.ts';
import { hotspotUser } from './menus/hotspot-user.ts';
import { hotspotUserProfile } from './menus/hotspot-user-profile.ts';
import { hotspotWalledGarden } from './menus/hotspot-walled-garden.ts';
import { hotspotWalledGardenIp } from './menus/hotspot-walled-garden-ip.ts';
import { interfaces } from './menus/interface.ts';
import { interfaceListMembers, interfaceLists } from './menus/interface-list.ts';
import { ipDns } from './menus/ip-dns.ts';
import { ipPool } from './menus/ip-pool.ts';
import { ipPoolUsed } from './menus/ip-pool-used.ts';
import { ipServices } from './menus/ip-service.ts';
import { ipv6Pool, ipv6PoolUsed } from './menus/ipv6-pool.ts';
import { log } from './menus/log.ts';
import { pppAaa } from './menus/ppp-aaa.ts';
import { pppActive } from './menus/ppp-active.ts';
import { pppProfile } from './menus/ppp-profile.ts';
import { pppSecret } from './menus/ppp-secret.ts';
import { pppoeServers } from './menus/pppoe-server.ts';
import { pppoeSessions } from './menus/pppoe-session.ts';
import { radius } from './menus/radius.ts';
import { radiusIncoming } from './menus/radius-incoming.ts';
import { simpleQueues } from './menus/simple-queue.ts';
import { systemIdentity } from './menus/system-identity.ts';
import { systemResource } from './menus/system-resource.ts';
import { systemScheduler, systemScripts } from './menus/system-scheduler.ts';
import { users } from './menus/user.ts';
import { userGroups } from './menus/user-group.ts';
import { wifiAccessList, wirelessAccessList } from './menus/wireless-access.ts';

/** Menus of the simulated router. Where one refers to another at start, that one stands before it. */
export const allMenus: readonly Menu[] = [
  systemIdentity,
  systemResource,
  deviceMode,
  interfaces,
  interfaceLists,
  interfaceListMembers,
  ipPool,
  ipPoolUsed,
  simpleQueues,
  addressLists,
  addressLists6,
  firewallFilter,
  firewallNat,
  firewallMangle,
  firewallRaw,
  ipv6Pool,
  ipv6PoolUsed,
  wirelessAccessList,
  wifiAccessList,
  dhcpServers,
  dhcpLeases,
  dhcpNetworks,
  dhcpConfig,
  ipDns,
  certificates,
  files,
  pppProfile,
  pppSecret,
  pppActive,
  pppAaa,
  pppoeServers,
  pppoeSessions,
  hotspotUserProfile,
  hotspotProfile,
  hotspotServers,
  hotspotUser,
  hotspotActive,
  hotspotHosts,
  hotspotCookies,
  hotspotIpBindings,
  hotspotWalledGarden,
  hotspotWalledGardenIp,
  radius,
  radiusIncoming,
  userGroups,
  users,
  systemScripts,
  systemScheduler,
  ipServices,
  ...configMenus,
  log,
];
