import { parseMac } from '../base/mac.ts';
import type { VendorProfile } from '../model/kinds/radius.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import { mikrotikHostIp, mikrotikVendor } from './dictionary/mikrotik.ts';
import { attribute } from './packet/codes.ts';
import { type Frame, nextOffset, offsetOf } from './packet/framing.ts';

/** First octet of a RouterOS session id: the service that made it. */
const services: Readonly<Record<string, AccessKind>> = { 80: 'hotspot', 81: 'pppoe', 82: 'dhcp' };
const routerosId = /^(8[0-2])[0-9a-f]{6}$/;
const framedProtocolPpp = 1;
const serviceType = { login: 1, framed: 2 };
const portType = { ethernet: 15, wireless: 19 };
/** In place of a value that is none of these. */
const other = 256;

/**
 * The way somebody came who sent this Access-Request; `undefined` where it cannot be told for certain. RouterOS says so by
 * Service-Type: PPP is Framed, a hotspot Login, and a DHCP server sends none. An access point's is Framed from a wireless port. A hotspot gives itself away by Mikrotik-Host-IP
 * as well, whatever its guests add to their login form.
 *
 * @param packet without a `requestFlaw`
 */
export function doorOf(packet: Buffer, frame: Frame, profile: VendorProfile): AccessKind | undefined {
  const service = wordAt(packet, frame, attribute.serviceType);
  const isMikrotik = profile === 'mikrotik';
  const isLogin = service === serviceType.login;
  // Other makes say Login for much else.
  if (isMikrotik ? isLogin || hasHostIp(packet, frame) : isLogin && hasHostIp(packet, frame)) return 'hotspot';
  if (wordAt(packet, frame, attribute.framedProtocol) === framedProtocolPpp) return 'pppoe';
  if (!isMikrotik) return undefined;
  const port = wordAt(packet, frame, attribute.nasPortType);
  // An access point asks about its stations with the same Service-Type; about their users with a name that is no MAC.
  if (service === serviceType.framed && port === portType.wireless) {
    return namesMac(packet, frame) ? 'wireless' : undefined;
  }
  if (service === serviceType.framed) return 'pppoe';
  return service === undefined && port === portType.ethernet && namesMac(packet, frame) ? 'dhcp' : undefined;
}

/** The same of a login by EAP: no hotspot and no DHCP server speaks it. `undefined` for switches and VPN. */
export function doorOfEap(packet: Buffer, frame: Frame): AccessKind | undefined {
  if (wordAt(packet, frame, attribute.framedProtocol) === framedProtocolPpp) return 'pppoe';
  return wordAt(packet, frame, attribute.nasPortType) === portType.wireless ? 'wireless' : undefined;
}

/** The way somebody came who is online, by the Acct-Session-Id of RouterOS; `undefined` where it does not tell. */
export function doorOfSession(sessionId: string, profile: VendorProfile | undefined): AccessKind | undefined {
  const [, service] = profile === 'mikrotik' ? (routerosId.exec(sessionId) ?? []) : [];
  return service === undefined ? undefined : services[service];
}

/** An enumerated value, all of which are small; `undefined` when there is none. Octet by octet: every login passes here. */
function wordAt(packet: Buffer, frame: Frame, type: number): number | undefined {
  const at = offsetOf(frame, type);
  if (at === 0) return undefined;
  const high = (packet[at + 2] as number) | (packet[at + 3] as number) | (packet[at + 4] as number);
  return high === 0 ? (packet[at + 5] as number) : other;
}

function namesMac(packet: Buffer, frame: Frame): boolean {
  const at = offsetOf(frame, attribute.userName);
  return at !== 0 && parseMac(packet.toString('latin1', at + 2, at + (packet[at + 1] as number))) !== undefined;
}

/** Mikrotik-Host-IP: only a hotspot sends it. Nothing is allocated: MS-CHAP comes in attributes of the same sort. */
function hasHostIp(packet: Buffer, frame: Frame): boolean {
  for (let at = offsetOf(frame, attribute.vendorSpecific); at !== 0; at = nextOffset(packet, frame, at)) {
    const end = at + (packet[at + 1] as number);
    if (end < at + 8 || packet.readUInt32BE(at + 2) !== mikrotikVendor) continue;
    for (let inside = at + 6; inside + 1 < end; inside += Math.max(2, packet[inside + 1] as number)) {
      if (packet[inside] === mikrotikHostIp) return true;
    }
  }
  return false;
}
