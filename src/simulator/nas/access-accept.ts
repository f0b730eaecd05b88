import radius from 'radius';
import { attributesOf, microsoft, mikrotik, type RawAttribute, vendorValues, wispr } from './packet.ts';

/** What an Access-Accept or -Reject says to a router. Absent: the profile decides. */
export interface AccessReply {
  readonly accepted: boolean;
  readonly framedIpAddress?: string;
  readonly framedPool?: string;
  readonly sessionTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
  readonly interimSeconds?: number;
  readonly portLimit?: number;
  readonly rateLimit?: string;
  readonly addressLists: readonly string[];
  readonly group?: string;
  readonly limitIn: bigint;
  readonly limitOut: bigint;
  readonly limitTotal: bigint;
  readonly classes: readonly Buffer[];
  readonly replyMessage?: string;
  /** `S=…` of MS-CHAP2-Success. */
  readonly msChap2Success?: string;
  /** WISPr-Redirection-URL. */
  readonly redirectionUrl?: string;
  /** All that came: a hotspot's pages can show them. */
  readonly attributes: readonly RawAttribute[];
}

/** @returns `undefined` for what is neither Accept nor Reject, or cannot be decoded */
export function decodeAccessReply(packet: Buffer, secret: string): AccessReply | undefined {
  const raw = attributesOf(packet);
  if (raw === undefined || (packet[0] !== 2 && packet[0] !== 3)) return undefined;
  const decoded = decodedAttributes(packet, secret);
  if (decoded === undefined) return undefined;
  const number = (name: string) => numberIn(decoded[name]);
  const words = (type: number) => vendorValues(raw, mikrotik, type).map((value) => value.toString('utf8'));
  const limit = (low: number, high: number) =>
    octetLimit(vendorValues(raw, mikrotik, low), vendorValues(raw, mikrotik, high));
  const success = vendorValues(raw, microsoft, 26)[0];
  return compact({
    accepted: packet[0] === 2,
    framedIpAddress: textIn(decoded['Framed-IP-Address']),
    framedPool: textIn(decoded['Framed-Pool']),
    sessionTimeoutSeconds: number('Session-Timeout'),
    idleTimeoutSeconds: number('Idle-Timeout'),
    interimSeconds: number('Acct-Interim-Interval'),
    portLimit: number('Port-Limit'),
    rateLimit: words(8)[0] ?? wisprRate(raw),
    addressLists: words(19),
    group: words(3)[0],
    limitIn: limit(1, 14),
    limitOut: limit(2, 15),
    limitTotal: limit(17, 18),
    classes: raw.filter(({ type }) => type === 25).map(({ value }) => value),
    replyMessage: textIn(decoded['Reply-Message']),
    msChap2Success: success?.subarray(1).toString('latin1'),
    redirectionUrl: vendorValues(raw, wispr, 4)[0]?.toString('utf8'),
    attributes: raw,
  });
}

/** WISPr-Bandwidth-Max-Up and -Down in bit/s, as a rate limit. */
function wisprRate(raw: readonly RawAttribute[]): string | undefined {
  const rate = (type: number) => vendorValues(raw, wispr, type)[0];
  const [up, down] = [rate(7), rate(8)];
  if (up === undefined && down === undefined) return undefined;
  return [up, down].map((value) => (value?.length === 4 ? value.readUInt32BE(0) : 0)).join('/');
}

function decodedAttributes(packet: Buffer, secret: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return radius.decode({ packet: Buffer.from(packet), secret }).attributes;
  } catch {
    return undefined;
  }
}

/** Low word + Gigawords · 2^32. */
function octetLimit(low: readonly Buffer[], high: readonly Buffer[]): bigint {
  const word = (value: Buffer | undefined) => (value?.length === 4 ? BigInt(value.readUInt32BE(0)) : 0n);
  return (word(high[0]) << 32n) + word(low[0]);
}

/** The package gives an array when an attribute comes twice; the first one counts. */
function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function textIn(value: unknown): string | undefined {
  const only = first(value);
  return typeof only === 'string' ? only : undefined;
}

function numberIn(value: unknown): number | undefined {
  const only = first(value);
  return typeof only === 'number' ? only : undefined;
}

function compact(reply: { [K in keyof AccessReply]: AccessReply[K] | undefined }): AccessReply {
  return Object.fromEntries(Object.entries(reply).filter(([, value]) => value !== undefined)) as unknown as AccessReply;
}
