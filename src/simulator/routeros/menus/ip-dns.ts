import type { Menu } from '../menu.ts';
import { addressList, boolean, integer, kibibytes, oneOf, text, time } from '../value-types.ts';
import { shown } from './common.ts';

/** The router's resolver. It answers clients only where `allow-remote-requests` says so. */
export const ipDns: Menu = {
  path: '/ip/dns',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: {
    servers: { type: addressList, default: '' },
    'dynamic-servers': { ...shown, default: '' },
    'use-doh-server': { type: text, default: '' },
    'verify-doh-cert': { type: boolean, default: 'no' },
    'doh-max-server-connections': { type: integer(1, 4_294_967_295), default: '5', since: '7.9' },
    'doh-max-concurrent-queries': { type: integer(1, 4_294_967_295), default: '50', since: '7.9' },
    'doh-timeout': { type: time(), default: '5s', since: '7.9' },
    'allow-remote-requests': { type: boolean, default: 'no' },
    'max-udp-packet-size': { type: integer(50, 65_507), default: '4096' },
    'query-server-timeout': { type: time(), default: '2s' },
    'query-total-timeout': { type: time(), default: '10s' },
    'max-concurrent-queries': { type: integer(1, 4_294_967_295), default: '100' },
    'max-concurrent-tcp-sessions': { type: integer(1, 4_294_967_295), default: '20' },
    'cache-size': {
      type: kibibytes,
      default: '2048KiB',
      // Seen as a bare number in early versions of 7; in which of them it changed is not known.
      before: ['7.10', { type: integer(64, 4_294_967_295), default: '2048' }],
    },
    'cache-max-ttl': { type: time(), default: '1w' },
    'address-list-extra-time': { type: time(), default: '0s', since: '7.10.2' },
    vrf: { type: oneOf('main'), default: 'main', since: '7.15' },
    'mdns-repeat-ifaces': { type: text, default: '', since: '7.16' },
    'cache-used': { ...shown, default: '48KiB', before: ['7.10', { default: '48' }] },
  },
};
