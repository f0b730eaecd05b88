import type { Menu } from '../menu.ts';
import { boolean, integer, oneOf } from '../value-types.ts';

/** CoA and Disconnect requests from the servers of `/radius`. Off until somebody says otherwise. */
export const radiusIncoming: Menu = {
  path: '/radius/incoming',
  kind: 'settings',
  verbs: ['print', 'get', 'set', 'monitor', 'reset-counters'],
  properties: {
    accept: { type: boolean, default: 'no' },
    port: { type: integer(1, 65_535), default: '3799' },
    vrf: { type: oneOf('main'), default: 'main', since: '7' },
  },
};
