import { document, operator } from './manifest.ts';

/** Documents of a network with a hotspot, DHCP and a portal: whole and valid, to be changed by tests. */
export const hotspotNetwork = {
  'operator.yaml': `${operator}  portal: {publicUrl: "https://portal.example"}\n`,
  'edge.yaml': document(
    'Router',
    'edge-1',
    `address: 192.0.2.21
api: {username: lastmile, password: {derive: 1}}
radius: {secret: {derive: 1}}
pools:
  - {name: guests, ranges: [10.5.50.10-10.5.50.250]}
  - {name: homes, ranges: [10.30.0.100-10.30.0.199], static: [10.30.0.2-10.30.0.99]}
  - {name: fake, ranges: [10.30.0.200-10.30.0.250]}
dhcp:
  - {name: dhcp-guests, interface: bridge-guests, pool: guests, leaseTime: 1h, network: {address: 10.5.50.0/24, gateway: 10.5.50.1}}
  - {name: dhcp-homes, interface: ether3, pool: homes, network: {address: 10.30.0.0/24, gateway: 10.30.0.1}}
hotspots:
  - {name: lobby, interface: bridge-guests, address: 10.5.50.1, pool: guests, dnsName: login.cafe.example}`,
  ),
  'guest.yaml': document('Service', 'guest', 'access: [hotspot]\nrate: {down: 5M, up: 1M}'),
  'fibre.yaml': document('Service', 'fibre-dhcp', 'access: [dhcp]\nrate: {down: 50M, up: 10M}'),
  'lobby.yaml': document(
    'PortalSite',
    'lobby',
    'bridge: {mikrotik: {router: edge-1, hotspot: lobby}}\nmethods: [login]',
  ),
};

type Changes = Partial<Record<keyof typeof hotspotNetwork, readonly [from: string | RegExp, to: string]>>;

/** The network with one text in each of these documents replaced by another. */
export function changed(
  changes: Changes,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const files = Object.entries(hotspotNetwork).map(([path, text]) => {
    const [from, to] = changes[path as keyof typeof hotspotNetwork] ?? ['', ''];
    if (typeof from === 'string' ? !text.includes(from) : !from.test(text))
      throw new Error(`${String(from)} is not in ${path}`);
    return [path, text.replace(from, to)];
  });
  return { ...Object.fromEntries(files), ...more };
}
