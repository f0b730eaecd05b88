import { definitions } from './definition.ts';

export const ciscoVendor = 9;

/** Cisco: the pairs of text that say nearly everything, and policies by name. */
export const ciscoAttributes = definitions(ciscoVendor, [
  [1, 'Cisco-AVPair', 'text'],
  [2, 'Cisco-NAS-Port', 'text'],
  [37, 'Cisco-Policy-Up', 'text'],
  [38, 'Cisco-Policy-Down', 'text'],
  [46, 'Cisco-Relay-Information-Option', 'text'],
  [47, 'Cisco-DHCP-User-Class', 'text'],
  [48, 'Cisco-DHCP-Vendor-Class', 'text'],
  [50, 'Cisco-DHCP-Relay-GiAddr', 'text'],
  [51, 'Cisco-Service-Name', 'text'],
  [52, 'Cisco-Parent-Session-Id', 'text'],
  [55, 'Cisco-Sub-QoS-Pol-In', 'text'],
  [56, 'Cisco-Sub-QoS-Pol-Out', 'text'],
  [57, 'Cisco-In-ACL', 'text'],
  [58, 'Cisco-Out-ACL', 'text'],
  [59, 'Cisco-Sub-PBR-Policy-In', 'text'],
  [60, 'Cisco-Sub-Activate-Service', 'text'],
  [61, 'Cisco-IPv6-In-ACL', 'text'],
  [62, 'Cisco-IPv6-Out-ACL', 'text'],
  [63, 'Cisco-Sub-Deactivate-Service', 'text'],
  [65, 'Cisco-DHCP-Subscriber-Id', 'text'],
  [66, 'Cisco-DHCPv6-Link-Address', 'text'],
  [250, 'Cisco-Account-Info', 'text'],
  [251, 'Cisco-Service-Info', 'text'],
  [252, 'Cisco-Command-Code', 'text'],
  [253, 'Cisco-Control-Info', 'text'],
]);
