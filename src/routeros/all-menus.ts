import { certificate } from './menus/certificate.ts';
import { dhcpLease } from './menus/dhcp-lease.ts';
import { dhcpNetwork } from './menus/dhcp-network.ts';
import { dhcpOption } from './menus/dhcp-option.ts';
import { dhcpServer } from './menus/dhcp-server.ts';
import { systemScheduler } from './menus/fallback-scheduler.ts';
import { file } from './menus/file.ts';
import { firewallAddressList } from './menus/firewall-address-list.ts';
import { firewallFilter } from './menus/firewall-filter.ts';
import { firewallNat } from './menus/firewall-nat.ts';
import { hotspotProfile } from './menus/hotspot-profile.ts';
import { hotspotServer } from './menus/hotspot-server.ts';
import { hotspotUser } from './menus/hotspot-user.ts';
import { hotspotUserProfile } from './menus/hotspot-user-profile.ts';
import { ipDns } from './menus/ip-dns.ts';
import { ipPool } from './menus/ip-pool.ts';
import { ipService } from './menus/ip-service.ts';
import { ipv6Pool } from './menus/ipv6-pool.ts';
import type { Menu } from './menus/menu.ts';
import { ntpClient } from './menus/ntp-client.ts';
import { pppAaa } from './menus/ppp-aaa.ts';
import { pppProfile } from './menus/ppp-profile.ts';
import { pppSecret } from './menus/ppp-secret.ts';
import { pppoeServer } from './menus/pppoe-server.ts';
import { radius } from './menus/radius.ts';
import { radiusIncoming } from './menus/radius-incoming.ts';
import { systemIdentity } from './menus/system-identity.ts';
import { walledGarden } from './menus/walled-garden.ts';
import { walledGardenIp } from './menus/walled-garden-ip.ts';
import { wifiAccessList } from './menus/wifi-access-list.ts';
import { wirelessAccessList } from './menus/wireless-access-list.ts';

/** Every menu we manage. The order here is only the order of reading: the order of changes comes from references. */
export const allMenus: readonly Menu[] = [
  systemIdentity,
  ipPool,
  ipv6Pool,
  pppProfile,
  pppoeServer,
  radius,
  radiusIncoming,
  pppAaa,
  pppSecret,
  ipDns,
  ntpClient,
  ipService,
  dhcpOption,
  dhcpServer,
  dhcpNetwork,
  dhcpLease,
  file,
  certificate,
  hotspotProfile,
  hotspotServer,
  hotspotUserProfile,
  hotspotUser,
  walledGarden,
  walledGardenIp,
  firewallAddressList,
  firewallFilter,
  firewallNat,
  wifiAccessList,
  wirelessAccessList,
  systemScheduler,
];
