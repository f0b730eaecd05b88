import type { Menu } from '../menu.ts';
import { comment, flag, shown } from './common.ts';

/** Every device a hotspot has seen, logged in or not. */
export const hotspotHosts: Menu = {
  path: '/ip/hotspot/host',
  kind: 'table',
  verbs: ['print', 'get', 'listen', 'remove', 'make-binding'],
  properties: {
    'mac-address': shown,
    address: shown,
    'to-address': shown,
    server: shown,
    'bridge-port': shown,
    'vlan-id': shown,
    uptime: shown,
    'idle-time': shown,
    'idle-timeout': shown,
    'keepalive-timeout': shown,
    'host-dead-time': shown,
    'http-proxy': shown,
    'bytes-in': shown,
    'bytes-out': shown,
    'packets-in': shown,
    'packets-out': shown,
    'found-by': shown,
    static: flag,
    DHCP: flag,
    dynamic: flag,
    authorized: flag,
    bypassed: flag,
    comment: { ...comment, readonly: true },
  },
};
