import { attribute } from './packet/codes.ts';
import { type Frame, offsetOf } from './packet/framing.ts';

/** Rejects for what a request is rather than for who it is about (RFC 2865 §4.1, 5080 §2.1.1). */
export type RequestFlaw = 'no-username' | 'ambiguous-request' | 'authorize-only';

/** Service-Type Authorize-Only. */
const authorizeOnly = 17;

/**
 * What keeps a request that has a User-Name from being decided at all. A router passes on what a guest adds to its login form, beside what it
 * says itself: whatever a decision rests on must stand there once, and be what it claims to be.
 */
export function requestFlaw(packet: Buffer, frame: Frame): RequestFlaw | undefined {
  const { count } = frame;
  if (repeats(count) || hasOddEnumeration(packet, frame)) return 'ambiguous-request';
  if (count[attribute.userPassword] !== 0 && count[attribute.chapPassword] !== 0) return 'ambiguous-request';
  const service = offsetOf(frame, attribute.serviceType);
  if (service === 0 || offsetOf(frame, attribute.state) !== 0) return undefined;
  return packet.readUInt32BE(service + 2) === authorizeOnly ? 'authorize-only' : undefined;
}

/** None above one, told by their bits: every login passes here. */
function repeats(count: Uint8Array): boolean {
  const all =
    (count[attribute.userName] as number) |
    (count[attribute.userPassword] as number) |
    (count[attribute.chapPassword] as number) |
    (count[attribute.chapChallenge] as number) |
    (count[attribute.state] as number) |
    (count[attribute.serviceType] as number) |
    (count[attribute.framedProtocol] as number) |
    (count[attribute.nasPortType] as number) |
    (count[attribute.nasPortId] as number) |
    (count[attribute.nasIdentifier] as number) |
    (count[attribute.calledStationId] as number) |
    (count[attribute.callingStationId] as number);
  return all > 1;
}

/** One that is not four octets long, by which a door is told. */
function hasOddEnumeration(packet: Buffer, frame: Frame): boolean {
  return (
    isOdd(packet, offsetOf(frame, attribute.serviceType)) ||
    isOdd(packet, offsetOf(frame, attribute.framedProtocol)) ||
    isOdd(packet, offsetOf(frame, attribute.nasPortType))
  );
}

function isOdd(packet: Buffer, at: number): boolean {
  return at !== 0 && packet[at + 1] !== 6;
}
