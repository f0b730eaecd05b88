import ipaddr from 'ipaddr.js';

/** An IPv6 prefix in its one spelling, `2001:db8:1000::/36`, and its length. */
export interface Ipv6Prefix {
  readonly text: string;
  readonly length: number;
}

/** The prefix a text stands for; `undefined` when it is none or has host bits. */
export function parseIpv6Prefix(text: string): Ipv6Prefix | undefined {
  const [address = '', bits = '', rest] = text.split('/');
  const length = Number(bits);
  if (rest !== undefined || !/^\d{1,3}$/.test(bits) || length > 128 || !ipaddr.IPv6.isValid(address)) return undefined;
  const parsed = ipaddr.IPv6.parse(address);
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${length}`);
  if (network.toString() !== parsed.toString()) return undefined;
  return { text: `${parsed.toString()}/${length}`, length };
}
