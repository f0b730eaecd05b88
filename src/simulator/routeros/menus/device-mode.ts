import type { Menu } from '../menu.ts';
import { boolean, oneOf, text } from '../value-types.ts';

/** What `mode` leaves out of reach, by feature (RouterOS manual, Device-mode). */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  home: [
    ...['scheduler', 'fetch', 'bandwidth-test', 'traffic-gen', 'sniffer', 'romon', 'proxy', 'hotspot', 'email'],
    ...['zerotier', 'container', 'socks', 'install-any-version', 'partitions', 'routerboard'],
  ],
  advanced: ['container', 'traffic-gen', 'install-any-version', 'partitions', 'routerboard'],
};

const features = [
  ...['scheduler', 'socks', 'fetch', 'pptp', 'l2tp', 'bandwidth-test', 'traffic-gen', 'sniffer', 'ipsec', 'romon'],
  ...['proxy', 'hotspot', 'smb', 'email', 'zerotier', 'container', 'install-any-version', 'partitions', 'routerboard'],
];

/** What the maker lets the router do. Only somebody who stands in front of it can change that. */
export const deviceMode: Menu = {
  path: '/system/device-mode',
  kind: 'settings',
  verbs: ['print', 'get'],
  properties: {
    mode: { type: oneOf('home', 'basic', 'rose', 'advanced', 'enterprise'), readonly: true },
    'allowed-versions': { type: text, readonly: true, since: '7.17' },
    flagged: { type: boolean, readonly: true, default: 'no' },
    'flagging-enabled': { type: boolean, readonly: true, default: 'yes' },
    ...Object.fromEntries(
      features.map((feature) => [feature, { type: boolean, readonly: true, default: 'yes' }] as const),
    ),
    'attempt-count': { type: text, readonly: true, default: '0' },
  },
};

/** The row of a router in that mode. */
export function deviceModeRow(mode: string): Readonly<Record<string, string>> {
  const off = forbidden[mode] ?? [];
  const told = features.map((feature) => [feature, off.includes(feature) ? 'false' : 'true'] as const);
  return { mode, 'allowed-versions': '7.13+,6.49.8+', ...Object.fromEntries(told) };
}
