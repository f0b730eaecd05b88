/** Flags of EAP-TLS, PEAP and TTLS (RFC 5216 §3.1, 5281 §9.1); the lower bits are a version, 0 in all. */
const flag = { length: 0x80, more: 0x40, start: 0x20 } as const;

/** A peer's flight of more than this is no handshake: a chain of a dozen certificates fits. */
const mostIncoming = 65_536;
/** Code, Identifier, Length, Type, flags, and the four octets of the total. */
const overhead = 10;

/** What follows the type of a Start. */
export const startData = Buffer.of(flag.start);
/** What follows the type where there is nothing to say: the next fragment is awaited, or the last was received. */
export const emptyData = Buffer.of(0);

/**
 * Cuts what TLS has to say into Requests. The first of several says how much it is in all; one alone must not (RFC 9190
 * §2.4).
 *
 * @param maxOctets the most an EAP packet may have
 * @returns what follows the type of each, one empty one for nothing
 */
export function fragmentsOf(octets: Buffer, maxOctets: number): Buffer[] {
  const size = maxOctets - overhead;
  if (octets.length <= size) return [Buffer.concat([emptyData, octets])];
  const fragments: Buffer[] = [];
  for (let at = 0; at < octets.length; at += size) {
    const body = octets.subarray(at, at + size);
    const more = at + size < octets.length ? flag.more : 0;
    fragments.push(Buffer.concat([at === 0 ? firstHeader(octets.length) : Buffer.of(more), body]));
  }
  return fragments;
}

function firstHeader(total: number): Buffer {
  const header = Buffer.of(flag.length | flag.more, 0, 0, 0, 0);
  header.writeUInt32BE(total, 1);
  return header;
}

/** Puts the fragments of a peer together. */
export interface FragmentReader {
  /**
   * @param data what follows the type of a Response
   * @returns the whole once it is there, `more` while it is not, nothing when the fragments do not fit together
   */
  add(data: Buffer): Buffer | 'more' | undefined;
}

export function fragmentReader(most = mostIncoming): FragmentReader {
  let parts: Buffer[] = [];
  let length = 0;
  let total: number | undefined;
  return {
    add(data) {
      const fragment = readFragment(data);
      if (fragment === undefined || (fragment.more && fragment.body.length === 0)) return undefined;
      // Some peers repeat it in every fragment.
      if (parts.length === 0) total = fragment.total;
      parts.push(Buffer.from(fragment.body));
      length += fragment.body.length;
      if (length > most || (total !== undefined && (total > most || length > total))) return undefined;
      if (fragment.more) return 'more';
      if (total !== undefined && total !== length) return undefined;
      const whole = Buffer.concat(parts);
      parts = [];
      length = 0;
      return whole;
    },
  };
}

function readFragment(data: Buffer): { more: boolean; total: number | undefined; body: Buffer } | undefined {
  const flags = data[0];
  if (flags === undefined || (flags & flag.start) !== 0) return undefined;
  const more = (flags & flag.more) !== 0;
  if ((flags & flag.length) === 0) return { more, total: undefined, body: data.subarray(1) };
  return data.length < 5 ? undefined : { more, total: data.readUInt32BE(1), body: data.subarray(5) };
}

/** Is this the Response of a peer that awaits the next fragment? */
export function isAcknowledgement(data: Buffer): boolean {
  return data.length === 1 && ((data[0] as number) & (flag.length | flag.more | flag.start)) === 0;
}
