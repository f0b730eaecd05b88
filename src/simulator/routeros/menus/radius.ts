import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { address, boolean, integer, oneOf, reference, someOf, text, time } from '../value-types.ts';
import { comment, enabled } from './common.ts';

/** RADIUS servers in the order they are asked. Duplicates are allowed. */
export const radius: Menu = {
  path: '/radius',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'comment', 'monitor', 'reset-counters'],
  properties: {
    service: { type: someOf('ppp', 'login', 'hotspot', 'wireless', 'dhcp', 'ipsec', 'dot1x'), default: '' },
    'called-id': { type: text, default: '' },
    domain: { type: text, default: '' },
    address: { type: address({ vrf: true }), mandatory: true },
    secret: { type: text, default: '', sensitive: true },
    'authentication-port': { type: integer(0, 65_535), default: '1812' },
    'accounting-port': { type: integer(0, 65_535), default: '1813' },
    timeout: { type: time(), default: '300ms' },
    'accounting-backup': { type: boolean, default: 'no' },
    realm: { type: text, default: '' },
    protocol: { type: oneOf('udp', 'radsec'), default: 'udp' },
    certificate: { type: reference('/certificate', 'none'), default: 'none' },
    'src-address': { type: address({ vrf: true }), default: '0.0.0.0' },
    'require-message-auth': {
      type: oneOf('no', 'yes-for-request-resp'),
      default: 'yes-for-request-resp',
      since: '7.15',
    },
    'radsec-timeout': { type: time(), default: '3300ms', since: '7.19.3' },
    disabled: enabled,
    comment,
  },
};
