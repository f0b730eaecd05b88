import ipaddr from 'ipaddr.js';
import type { Nas } from '../directory/reader.ts';

/** A UDP source as it is declared: an IPv4 address in IPv6 clothes is an IPv4 address, and a zone is left out. */
export function foldAddress(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice(7);
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
}

/** The declared NAS whose address or prefix has most leading bits in common with a source, to name in a log line. */
export function nearestNas(source: string, declared: readonly Nas[]): Nas | undefined {
  const octets = octetsOf(source);
  let nearest: Nas | undefined;
  let most = -1;
  for (const nas of declared) {
    const bits = commonBits(octets, octetsOf(nas.clientAddress.replace(/\/.*$/, '')));
    if (bits <= most) continue;
    nearest = nas;
    most = bits;
  }
  return nearest;
}

function octetsOf(address: string): readonly number[] {
  return ipaddr.isValid(address) ? ipaddr.parse(address).toByteArray() : [];
}

/** -1 for addresses of two families. */
function commonBits(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return -1;
  const at = a.findIndex((octet, index) => octet !== b[index]);
  if (at === -1) return a.length * 8;
  return at * 8 + Math.clz32((a[at] ?? 0) ^ (b[at] ?? 0)) - 24;
}
