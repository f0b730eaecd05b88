import type { Menu } from './menu.ts';
import { connections } from './menus/connection.ts';
import { dhcpClients, dhcpOptionSets, dhcpOptions } from './menus/dhcp-option.ts';
import { dnsCache, dnsCacheAll } from './menus/dns-cache.ts';
import { dnsStatic } from './menus/dns-static.ts';
import { furtherMenus } from './menus/further.ts';
import {
  bridgePorts,
  bridges,
  discovery,
  ethernets,
  vlans,
  wireguardPeers,
  wireguards,
} from './menus/interface-kinds.ts';
import { accountingSnapshot, accountingUncounted, accountingWebAccess, ipAccounting } from './menus/ip-accounting.ts';
import { arpTable, ipAddresses, ipRoutes, neighbors, vrfs } from './menus/ip-address.ts';
import {
  connectionTracking,
  ipCloud,
  ipSettings,
  ipSsh,
  layer7Protocols,
  snmp,
  snmpCommunities,
  trafficFlow,
  trafficFlowTargets,
} from './menus/ip-settings.ts';
import { dhcp6Servers, ipv6Addresses, ipv6Filter, ipv6Nd, ipv6Settings } from './menus/ipv6.ts';
import { queueTree } from './menus/queue-tree.ts';
import { queueTypes } from './menus/queue-type.ts';
import { firewallServicePorts, hotspotServicePorts } from './menus/service-ports.ts';
import {
  loggingActions,
  ntpClient,
  ntpServers,
  packageUpdate,
  routerboard,
  systemClock,
  systemLicense,
  systemLicense6,
  systemLogging,
  systemNote,
  systemPackages,
  userAaa,
  userSettings,
  usersActive,
} from './menus/system-settings.ts';
import { tool } from './menus/tool.ts';
import { userManager } from './menus/user-manager.ts';

/** The menus of a router that have nothing to do with subscribers, in an order in which each finds what it refers to. */
export const configMenus: readonly Menu[] = [
  ethernets,
  bridges,
  bridgePorts,
  vlans,
  wireguards,
  wireguardPeers,
  discovery,
  neighbors,
  vrfs,
  ipAddresses,
  arpTable,
  ipRoutes,
  ipSettings,
  ipCloud,
  ipSsh,
  connections,
  connectionTracking,
  layer7Protocols,
  firewallServicePorts,
  hotspotServicePorts,
  dnsStatic,
  dnsCache,
  dnsCacheAll,
  dhcpOptions,
  dhcpOptionSets,
  dhcpClients,
  queueTypes,
  queueTree,
  ipv6Addresses,
  ipv6Nd,
  dhcp6Servers,
  ipv6Settings,
  ipv6Filter,
  snmpCommunities,
  snmp,
  trafficFlow,
  trafficFlowTargets,
  ipAccounting,
  accountingSnapshot,
  accountingUncounted,
  accountingWebAccess,
  systemClock,
  ntpClient,
  ntpServers,
  systemLicense,
  systemLicense6,
  routerboard,
  systemPackages,
  packageUpdate,
  systemNote,
  loggingActions,
  systemLogging,
  userAaa,
  userSettings,
  usersActive,
  userManager,
  ...furtherMenus,
  tool,
];
