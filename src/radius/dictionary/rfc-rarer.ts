import { definitions, extendedDefinitions } from './definition.ts';
import {
  eapLowerLayer,
  fragStatus,
  framedManagement,
  ipPortAlloc,
  locationInfo,
  managementTransport,
  requestedLocation,
} from './rfc-values.ts';

/** HTTP Digest and SIP (RFC 5090). */
const digest = definitions(undefined, [
  [103, 'Digest-Response', 'text'],
  [104, 'Digest-Realm', 'text'],
  [105, 'Digest-Nonce', 'text'],
  [106, 'Digest-Response-Auth', 'text'],
  [107, 'Digest-Nextnonce', 'text'],
  [108, 'Digest-Method', 'text'],
  [109, 'Digest-URI', 'text'],
  [110, 'Digest-Qop', 'text'],
  [111, 'Digest-Algorithm', 'text'],
  [112, 'Digest-Entity-Body-Hash', 'text'],
  [113, 'Digest-CNonce', 'text'],
  [114, 'Digest-Nonce-Count', 'text'],
  [115, 'Digest-Username', 'text'],
  [116, 'Digest-Opaque', 'text'],
  [117, 'Digest-Auth-Param', 'text'],
  [118, 'Digest-AKA-Auts', 'text'],
  [119, 'Digest-Domain', 'text'],
  [120, 'Digest-Stale', 'text'],
  [121, 'Digest-HA1', 'text'],
  [122, 'SIP-AOR', 'text'],
]);

/** Where somebody is (RFC 5580). */
const location = definitions(undefined, [
  [126, 'Operator-Name', 'text'],
  [127, 'Location-Information', 'string'],
  [128, 'Location-Data', 'string'],
  [129, 'Basic-Location-Policy-Rules', 'string'],
  [130, 'Extended-Location-Policy-Rules', 'text'],
  [131, 'Location-Capable', 'integer', { values: locationInfo }],
  [132, 'Requested-Location-Info', 'integer', { values: requestedLocation }],
]);

/** Management of a NAS by people (RFC 5607). */
const management = definitions(undefined, [
  [133, 'Framed-Management', 'integer', { values: framedManagement }],
  [134, 'Management-Transport-Protection', 'integer', { values: managementTransport }],
  [135, 'Management-Policy-Id', 'text'],
  [136, 'Management-Privilege-Level', 'integer'],
]);

/** Mobile IPv6 and its proxies (RFC 5447, 6572). */
const mobility = definitions(undefined, [
  [124, 'MIP6-Feature-Vector', 'integer64'],
  [125, 'MIP6-Home-Link-Prefix', 'string'],
  [145, 'Mobile-Node-Identifier', 'string'],
  [146, 'Service-Selection', 'text'],
  [147, 'PMIP6-Home-LMA-IPv6-Address', 'ipv6'],
  [148, 'PMIP6-Visited-LMA-IPv6-Address', 'ipv6'],
  [149, 'PMIP6-Home-LMA-IPv4-Address', 'ipv4'],
  [150, 'PMIP6-Visited-LMA-IPv4-Address', 'ipv4'],
  [151, 'PMIP6-Home-HN-Prefix', 'ipv6-prefix'],
  [152, 'PMIP6-Visited-HN-Prefix', 'ipv6-prefix'],
  [153, 'PMIP6-Home-Interface-ID', 'interface-id'],
  [154, 'PMIP6-Visited-Interface-ID', 'interface-id'],
  [155, 'PMIP6-Home-IPv4-HoA', 'ipv4-prefix'],
  [156, 'PMIP6-Visited-IPv4-HoA', 'ipv4-prefix'],
  [157, 'PMIP6-Home-DHCP4-Server-Address', 'ipv4'],
  [158, 'PMIP6-Visited-DHCP4-Server-Address', 'ipv4'],
  [159, 'PMIP6-Home-DHCP6-Server-Address', 'ipv6'],
  [160, 'PMIP6-Visited-DHCP6-Server-Address', 'ipv6'],
  [161, 'PMIP6-Home-IPv4-Gateway', 'ipv4'],
  [162, 'PMIP6-Visited-IPv4-Gateway', 'ipv4'],
]);

/** EAP beneath, GSS and wireless LANs (RFC 6677, 7055, 7268). */
const wireless = definitions(undefined, [
  [163, 'EAP-Lower-Layer', 'integer', { values: eapLowerLayer }],
  [164, 'GSS-Acceptor-Service-Name', 'text'],
  [165, 'GSS-Acceptor-Host-Name', 'text'],
  [166, 'GSS-Acceptor-Service-Specifics', 'text'],
  [167, 'GSS-Acceptor-Realm-Name', 'text'],
  [174, 'Allowed-Called-Station-Id', 'text'],
  [175, 'EAP-Peer-Id', 'string'],
  [176, 'EAP-Server-Id', 'string'],
  [177, 'Mobility-Domain-Id', 'integer'],
  [178, 'Preauth-Timeout', 'integer'],
  [179, 'Network-Id-Name', 'string'],
  [180, 'EAPoL-Announcement', 'string', { split: true }],
  [181, 'WLAN-HESSID', 'text'],
  [182, 'WLAN-Venue-Info', 'integer'],
  [183, 'WLAN-Venue-Language', 'string', { size: 3 }],
  [184, 'WLAN-Venue-Name', 'text'],
  [185, 'WLAN-Reason-Code', 'integer'],
  [186, 'WLAN-Pairwise-Cipher', 'integer'],
  [187, 'WLAN-Group-Cipher', 'integer'],
  [188, 'WLAN-AKM-Suite', 'integer'],
  [189, 'WLAN-Group-Mgmt-Cipher', 'integer'],
  [190, 'WLAN-RF-Band', 'integer'],
]);

/** Inside of RFC 8045's three: which ports of an address a subscriber has. */
const ipPortFields = definitions(undefined, [
  [1, 'IP-Port-Type', 'integer'],
  [2, 'IP-Port-Limit', 'integer'],
  [3, 'IP-Port-Ext-IPv4-Addr', 'ipv4'],
  [4, 'IP-Port-Int-IPv4-Addr', 'ipv4'],
  [5, 'IP-Port-Int-IPv6-Addr', 'ipv6'],
  [6, 'IP-Port-Int-Port', 'integer'],
  [7, 'IP-Port-Ext-Port', 'integer'],
  [8, 'IP-Port-Alloc', 'integer', { values: ipPortAlloc }],
  [9, 'IP-Port-Range-Start', 'integer'],
  [10, 'IP-Port-Range-End', 'integer'],
  [11, 'IP-Port-Local-Id', 'text'],
]);

/** Attribute 241 (RFC 7499, 7930, 8045, 8559). */
const extended = extendedDefinitions(241, [
  [1, 'Frag-Status', 'integer', { values: fragStatus }],
  [2, 'Proxy-State-Length', 'integer'],
  [3, 'Response-Length', 'integer'],
  [4, 'Original-Packet-Code', 'integer'],
  [5, 'IP-Port-Limit-Info', 'tlv', { fields: ipPortFields }],
  [6, 'IP-Port-Range', 'tlv', { fields: ipPortFields }],
  [7, 'IP-Port-Forwarding-Map', 'tlv', { fields: ipPortFields }],
  [8, 'Operator-NAS-Identifier', 'string'],
]);

/** Attributes of the RFCs that few networks use. */
export const rarerAttributes = [...digest, ...location, ...management, ...mobility, ...wireless, ...extended];
