import ipaddr from 'ipaddr.js';
import { type Ipv4Range, parseIpv4 } from '../../model/ipv4.ts';

/** An address or a prefix as a key has it: keys of one length are in the order of their addresses. */
export interface AddressRange {
  readonly family: 4 | 6;
  /** Of the prefix; 32 or 128 for one address. */
  readonly length: number;
  /** The first address of it, 8 or 32 hexadecimal digits. */
  readonly first: string;
}

/** One spelling of `10.0.0.1`, `10.0.0.0/24`, `2001:db8::1`, `2001:db8::/48`, host bits cleared. `undefined` when it is none. */
export function parseAddressRange(text: string): AddressRange | undefined {
  const plain = parseIpv4(text);
  // By far the most.
  if (plain !== undefined) return { family: 4, length: 32, first: hex(plain) };
  const slash = text.indexOf('/');
  const [address, bits] = slash === -1 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)];
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const octets = octetsOf(address);
  if (octets === undefined) return undefined;
  const length = bits === undefined ? octets.length * 8 : Number(bits);
  if (length > octets.length * 8) return undefined;
  return masked({ family: octets.length === 4 ? 4 : 6, length, first: Buffer.from(octets).toString('hex') }, length);
}

/** Prefixes that are just these addresses, as few as can be. */
export function prefixesOf({ from, to }: Ipv4Range): readonly AddressRange[] {
  const prefixes: AddressRange[] = [];
  for (let at = from; at <= to; ) {
    let size = 1;
    while (at % (size * 2) === 0 && at + size * 2 - 1 <= to) size *= 2;
    prefixes.push({ family: 4, length: 32 - Math.log2(size), first: hex(at) });
    at += size;
  }
  return prefixes;
}

/** The prefix of that length which has this address in it. */
export function masked({ family, first }: AddressRange, length: number): AddressRange {
  return { family, length, first: kept(first, length, 0).padEnd(first.length, '0') };
}

/** The last address in it, as `first` has them. */
export function lastOf({ first, length }: AddressRange): string {
  return kept(first, length, 15).padEnd(first.length, 'f');
}

/** Whether one of them has the other in it, or is the same. */
export function overlap(a: AddressRange, b: AddressRange): boolean {
  if (a.family !== b.family) return false;
  const length = Math.min(a.length, b.length);
  return masked(a, length).first === masked(b, length).first;
}

function octetsOf(address: string): readonly number[] | undefined {
  if (parseIpv4(address) !== undefined) return ipaddr.IPv4.parse(address).toByteArray();
  if (!address.includes(':') || !ipaddr.IPv6.isValid(address)) return undefined;
  // IPv4 in IPv6 is IPv4.
  return ipaddr.process(address).toByteArray();
}

function hex(ipv4: number): string {
  return ipv4.toString(16).padStart(8, '0');
}

/** The digits that a prefix of this length fills, the last perhaps in part: what is left of it is of `filling`. */
function kept(digits: string, length: number, filling: 0 | 15): string {
  const whole = Math.floor(length / 4);
  const own = length % 4;
  if (own === 0) return digits.slice(0, whole);
  const mask = (15 << (4 - own)) & 15;
  const digit = (Number.parseInt(digits[whole] ?? '0', 16) & mask) | (filling & ~mask & 15);
  return digits.slice(0, whole) + digit.toString(16);
}
