import ipaddr from 'ipaddr.js';

/** An inclusive range of IPv4 addresses as numbers. */
export interface Ipv4Range {
  readonly from: number;
  readonly to: number;
}

/** The number of a dotted quad without leading zeros; `undefined` when it is none. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** `10.0.0.2-10.0.0.9`, `10.0.0.0/24` or one address. `undefined` when it is none, ends before it begins, or has host bits. */
export function parseIpv4Range(text: string): Ipv4Range | undefined {
  const [first = '', second] = text.split('-');
  if (second !== undefined) return ordered(parseIpv4(first), parseIpv4(second));
  const [address = '', length] = text.split('/');
  const from = parseIpv4(address);
  if (length === undefined) return ordered(from, from);
  const bits = Number(length);
  if (from === undefined || !/^\d{1,2}$/.test(length) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  return from % size === 0 ? { from, to: from + size - 1 } : undefined;
}

export function contains(ranges: readonly Ipv4Range[], address: number): boolean {
  return ranges.some(({ from, to }) => from <= address && address <= to);
}

/** One spelling per address: IPv6 shortened, IPv4 in IPv6 unwrapped. `undefined` when it is no address. */
export function normaliseIp(text: string): string | undefined {
  if (parseIpv4(text) !== undefined) return text;
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.process(text).toString();
}

/** An address, or a prefix with its host bits cleared. `undefined` when it is neither. */
export function normalisePrefix(text: string): string | undefined {
  if (!text.includes('/')) return normaliseIp(text);
  if (!text.includes(':') && parseIpv4(text.slice(0, text.indexOf('/'))) === undefined) return undefined;
  if (!ipaddr.isValidCIDR(text)) return undefined;
  const [address, length] = ipaddr.parseCIDR(text);
  const network =
    address.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  const whole = length === (address.kind() === 'ipv4' ? 32 : 128);
  return whole ? network.toString() : `${network.toString()}/${length}`;
}

function ordered(from: number | undefined, to: number | undefined): Ipv4Range | undefined {
  return from === undefined || to === undefined || from > to ? undefined : { from, to };
}
