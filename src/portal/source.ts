import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that a provider gives a customer: the rest are the customer's own to choose. */
const networkBits = 64;

/** What stands for a source of requests: an IPv4 address, or the network of an IPv6 address. */
export function sourceOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const from = ipaddr.process(address);
  if (from.kind() === 'ipv4') return from.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${from.toString()}/${networkBits}`).toString()}/${networkBits}`;
}
