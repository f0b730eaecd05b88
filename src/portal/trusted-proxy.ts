import ipaddr from 'ipaddr.js';

/** Is this the address of a proxy that is declared, by address or prefix? */
export function isTrusted(address: string, proxies: readonly string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const from = ipaddr.process(address);
  return proxies.some((proxy) => {
    const [base, bits] = proxy.includes('/') ? ipaddr.parseCIDR(proxy) : ([ipaddr.process(proxy), undefined] as const);
    if (base.kind() !== from.kind()) return false;
    return from.match(base, bits ?? (from.kind() === 'ipv4' ? 32 : 128));
  });
}
