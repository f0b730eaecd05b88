import type { AccountingEvent } from '../accounting/event.ts';
import { toHex } from '../base/bytes.ts';
import { compact } from '../base/compact.ts';
import { attributeNumbered } from './dictionary/dictionary.ts';
import type { NasContext } from './nas-context.ts';
import { attribute, headerLength } from './packet/codes.ts';
import { type Frame, firstValue } from './packet/framing.ts';
import { decodeValue } from './packet/value.ts';

const statusNames = new Map<number, AccountingEvent['status']>([
  [1, 'start'],
  [2, 'stop'],
  [3, 'interim'],
  [7, 'on'],
  [8, 'off'],
  [15, 'failed'],
]);

/**
 * Reads a verified Accounting-Request. A value that does not fit its type is left out and counted. Input is what came from
 * the subscriber (RFC 2866 §5.3): upload. A NAS that counts from its own side is declared so.
 *
 * @param receivedAt wall time of arrival, milliseconds since 1970
 * @returns nothing when there is nothing to store: no Acct-Status-Type, or no Acct-Session-Id though the status needs one
 */
export function accountingEvent(
  packet: Buffer,
  frame: Frame,
  context: NasContext,
  sourceAddress: string,
  receivedAt: number,
): AccountingEvent | undefined {
  const read = reader(packet, frame, context);
  const statusNumber = read.number(attribute.acctStatusType);
  if (statusNumber === undefined) return undefined;
  const status = statusNames.get(statusNumber) ?? 'other';
  const sentSessionId = read.text(attribute.acctSessionId);
  const sessionId = normalSessionId(sentSessionId);
  if (sessionId === undefined && status !== 'on' && status !== 'off') return undefined;
  const swapped = context.nas.swapOctets === true;
  const up = swapped ? sent : received;
  const down = swapped ? received : sent;
  return compact({
    status,
    statusNumber,
    nas: context.nas.name,
    sourceAddress,
    receivedAt,
    sessionId,
    sentSessionId: sentSessionId === sessionId ? undefined : sentSessionId,
    eventTimestamp: read.number(attribute.eventTimestamp),
    delaySeconds: read.number(attribute.acctDelayTime),
    username: read.text(attribute.userName),
    framedIpAddress: read.text(attribute.framedIpAddress),
    framedIpv6Address: read.text(attribute.framedIpv6Address),
    framedIpv6Prefix: read.text(attribute.framedIpv6Prefix),
    delegatedIpv6Prefix: read.text(attribute.delegatedIpv6Prefix),
    callingStationId: read.text(attribute.callingStationId),
    calledStationId: read.text(attribute.calledStationId),
    nasIdentifier: read.text(attribute.nasIdentifier),
    nasIpAddress: read.text(attribute.nasIpAddress) ?? read.text(attribute.nasIpv6Address),
    nasPort: read.number(attribute.nasPort),
    nasPortId: read.text(attribute.nasPortId),
    nasPortType: read.number(attribute.nasPortType),
    serviceType: read.number(attribute.serviceType),
    framedProtocol: read.number(attribute.framedProtocol),
    connectInfo: read.text(attribute.connectInfo),
    multiSessionId: read.text(attribute.acctMultiSessionId),
    class: read.hex(attribute.class),
    sessionSeconds: read.number(attribute.acctSessionTime),
    inputOctets: read.number(up.octets),
    inputGigawords: read.number(up.gigawords),
    outputOctets: read.number(down.octets),
    outputGigawords: read.number(down.gigawords),
    terminateCause: read.number(attribute.acctTerminateCause),
    raw: rawAttributes(packet, frame),
  });
}

/** Counters of what a NAS received from the subscriber, and of what it sent. */
const received = { octets: attribute.acctInputOctets, gigawords: attribute.acctInputGigawords };
const sent = { octets: attribute.acctOutputOctets, gigawords: attribute.acctOutputGigawords };

interface AttributeReader {
  number(type: number): number | undefined;
  text(type: number): string | undefined;
  hex(type: number): string | undefined;
}

function reader(packet: Buffer, frame: Frame, context: NasContext): AttributeReader {
  const value = (type: number): number | string | Uint8Array | bigint | undefined => {
    const octets = firstValue(packet, frame, type);
    if (octets === undefined) return undefined;
    const definition = attributeNumbered(undefined, type);
    const decoded = decodeValue(definition?.type ?? 'string', octets);
    if (decoded === undefined) context.counters.add('attr-invalid', definition?.name ?? String(type));
    return decoded;
  };
  return {
    number: (type) => asType(value(type), 'number'),
    text: (type) => asType(value(type), 'string'),
    hex: (type) => {
      const octets = firstValue(packet, frame, type);
      return octets === undefined ? undefined : toHex(octets);
    },
  };
}

function asType(value: unknown, wanted: 'number'): number | undefined;
function asType(value: unknown, wanted: 'string'): string | undefined;
function asType(value: unknown, wanted: string): unknown {
  return typeof value === wanted ? value : undefined;
}

/** Our key, and ours alone. Lower case, without `0x`: the same session is spelt differently by a router's API and its packets. */
function normalSessionId(sent: string | undefined): string | undefined {
  const normal = sent?.toLowerCase().replace(/^0x/, '');
  return normal === '' ? undefined : normal;
}

/** All attributes as they came but passwords, which have no business in accounting (RFC 2866 §5). */
function rawAttributes(packet: Buffer, frame: Frame): string {
  const { count } = frame;
  if (count[attribute.userPassword] === 0 && count[attribute.chapPassword] === 0) {
    return packet.toString('base64', headerLength, frame.length);
  }
  const kept: Buffer[] = [];
  for (let at = headerLength; at < frame.length; at += packet[at + 1] as number) {
    const type = packet[at];
    if (type === attribute.userPassword || type === attribute.chapPassword) continue;
    kept.push(packet.subarray(at, at + (packet[at + 1] as number)));
  }
  return Buffer.concat(kept).toString('base64');
}
