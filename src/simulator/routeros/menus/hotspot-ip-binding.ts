import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { addressRange, mac } from '../network-values.ts';
import { address, oneOf, reference } from '../value-types.ts';
import { comment, enabled, flag } from './common.ts';

/** Devices the hotspot lets through or keeps out by MAC or address: the first match counts. */
export const hotspotIpBindings: Menu = {
  path: '/ip/hotspot/ip-binding',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'comment'],
  properties: {
    'mac-address': { type: mac, leftOutAt: '00:00:00:00:00:00' },
    address: { type: addressRange, leftOutAt: '0.0.0.0' },
    'to-address': { type: address(), leftOutAt: '0.0.0.0' },
    server: { type: reference('/ip/hotspot', 'all'), default: 'all', leftOutAt: 'all' },
    type: { type: oneOf('regular', 'bypassed', 'blocked'), default: 'regular', leftOutAt: 'regular' },
    blocked: { ...flag, leftOutAt: 'false' },
    bypassed: { ...flag, leftOutAt: 'false' },
    disabled: enabled,
    comment,
  },
};
