import type { AccountingEvent } from '../accounting/event.ts';
import { toHex } from '../base/bytes.ts';
import { attributeNumbered } from './dictionary/dictionary.ts';
import type { NasContext } from './nas-context.ts';
import { attribute, headerLength } from './packet/codes.ts';
import { type Frame, firstValue, offsetOf } from './packet/framing.ts';
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
  const statusNumber = numberOf(packet, frame, context, attribute.acctStatusType);
  if (statusNumber === undefined) return undefined;
  const status = statusNames.get(statusNumber) ?? 'other';
  const sentSessionId = textOf(packet, frame, context, attribute.acctSessionId);
  const sessionId = normalSessionId(sentSessionId);
  if (sessionId === undefined && status !== 'on' && status !== 'off') return undefined;
  const swapped = context.nas.swapOctets === true;
  const up = swapped ? sent : received;
  const down = swapped ? received : sent;
  // What is absent is `undefined`, so that all have one shape: a copy without it costs more than all the rest of this.
  const event: { [K in keyof Required<AccountingEvent>]: AccountingEvent[K] } = {
    status,
    statusNumber,
    nas: context.nas.name,
    sourceAddress,
    receivedAt,
    sessionId,
    sentSessionId: sentSessionId === sessionId ? undefined : sentSessionId,
    eventTimestamp: numberOf(packet, frame, context, attribute.eventTimestamp),
    delaySeconds: numberOf(packet, frame, context, attribute.acctDelayTime),
    username: textOf(packet, frame, context, attribute.userName),
    framedIpAddress: textOf(packet, frame, context, attribute.framedIpAddress),
    framedIpv6Address: textOf(packet, frame, context, attribute.framedIpv6Address),
    framedIpv6Prefix: textOf(packet, frame, context, attribute.framedIpv6Prefix),
    delegatedIpv6Prefix: textOf(packet, frame, context, attribute.delegatedIpv6Prefix),
    callingStationId: textOf(packet, frame, context, attribute.callingStationId),
    calledStationId: repeatedText(packet, frame, context, attribute.calledStationId),
    nasIdentifier: repeatedText(packet, frame, context, attribute.nasIdentifier),
    nasIpAddress:
      repeatedText(packet, frame, context, attribute.nasIpAddress) ??
      textOf(packet, frame, context, attribute.nasIpv6Address),
    nasPort: numberOf(packet, frame, context, attribute.nasPort),
    nasPortId: repeatedText(packet, frame, context, attribute.nasPortId),
    nasPortType: numberOf(packet, frame, context, attribute.nasPortType),
    serviceType: numberOf(packet, frame, context, attribute.serviceType),
    framedProtocol: numberOf(packet, frame, context, attribute.framedProtocol),
    connectInfo: textOf(packet, frame, context, attribute.connectInfo),
    multiSessionId: textOf(packet, frame, context, attribute.acctMultiSessionId),
    class: hexOf(packet, frame, attribute.class),
    sessionSeconds: numberOf(packet, frame, context, attribute.acctSessionTime),
    inputOctets: numberOf(packet, frame, context, up.octets),
    inputGigawords: numberOf(packet, frame, context, up.gigawords),
    outputOctets: numberOf(packet, frame, context, down.octets),
    outputGigawords: numberOf(packet, frame, context, down.gigawords),
    terminateCause: numberOf(packet, frame, context, attribute.acctTerminateCause),
    clockSet: undefined,
    raw: rawAttributes(packet, frame),
  };
  return event as AccountingEvent;
}

/** Counters of what a NAS received from the subscriber, and of what it sent. */
const received = { octets: attribute.acctInputOctets, gigawords: attribute.acctInputGigawords };
const sent = { octets: attribute.acctOutputOctets, gigawords: attribute.acctOutputGigawords };

function numberOf(packet: Buffer, frame: Frame, context: NasContext, type: number): number | undefined {
  if (offsetOf(frame, type) === 0) return undefined;
  return plainNumber(packet, frame, type) ?? asType(decodedOf(packet, frame, context, type), 'number');
}

function textOf(packet: Buffer, frame: Frame, context: NasContext, type: number): string | undefined {
  if (offsetOf(frame, type) === 0) return undefined;
  return plainText(packet, frame, type) ?? asType(decodedOf(packet, frame, context, type), 'string');
}

/** What packets of a NAS nearly always have the same of: the very text of the one before, if it is. */
function repeatedText(packet: Buffer, frame: Frame, context: NasContext, type: number): string | undefined {
  const at = offsetOf(frame, type);
  if (at === 0) return undefined;
  const known = context.repeated.get(type);
  if (known !== undefined && isAt(packet, at, known.octets)) return known.text;
  const text = textOf(packet, frame, context, type);
  if (text !== undefined) {
    const octets = Uint8Array.from(packet.subarray(at, at + (packet[at + 1] as number)));
    context.repeated.set(type, { octets, text });
  }
  return text;
}

/** @param octets of an attribute with its type and length */
function isAt(packet: Buffer, at: number, octets: Uint8Array): boolean {
  for (let index = 1; index < octets.length; index += 1) if (packet[at + index] !== octets[index]) return false;
  return true;
}

function hexOf(packet: Buffer, frame: Frame, type: number): string | undefined {
  const octets = firstValue(packet, frame, type);
  return octets === undefined ? undefined : toHex(octets);
}

function decodedOf(packet: Buffer, frame: Frame, context: NasContext, type: number) {
  const octets = firstValue(packet, frame, type);
  if (octets === undefined) return undefined;
  const definition = attributeNumbered(undefined, type);
  const decoded = decodeValue(definition?.type ?? 'string', octets);
  if (decoded === undefined) context.counters.add('attr-invalid', definition?.name ?? String(type));
  return decoded;
}

/** As `decodeValue` reads it, without a view of its own for each value: by far the most are such. */
function plainNumber(packet: Buffer, frame: Frame, type: number): number | undefined {
  const at = offsetOf(frame, type);
  if (at === 0 || packet[at + 1] !== 6) return undefined;
  const form = attributeNumbered(undefined, type)?.type;
  return form === 'integer' || form === 'time' ? packet.readUInt32BE(at + 2) : undefined;
}

function plainText(packet: Buffer, frame: Frame, type: number): string | undefined {
  const at = offsetOf(frame, type);
  if (at === 0) return undefined;
  const end = at + (packet[at + 1] as number);
  const form = attributeNumbered(undefined, type)?.type;
  if (form === 'ipv4' && end - at === 6) {
    return `${packet[at + 2]}.${packet[at + 3]}.${packet[at + 4]}.${packet[at + 5]}`;
  }
  if (form !== 'text' || end - at === 2) return undefined;
  const text = packet.toString('utf8', at + 2, end);
  return text.includes('\u{fffd}') ? undefined : text;
}

function asType(value: unknown, wanted: 'number'): number | undefined;
function asType(value: unknown, wanted: 'string'): string | undefined;
function asType(value: unknown, wanted: string): unknown {
  return typeof value === wanted ? value : undefined;
}

/** Our key, and ours alone. Lower case, without `0x`: the same session is spelt differently by a router's API and its packets. */
function normalSessionId(sent: string | undefined): string | undefined {
  const lower = sent?.toLowerCase();
  const normal = lower?.startsWith('0x') === true ? lower.slice(2) : lower;
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
