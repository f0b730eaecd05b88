import type { Menu } from '../menu.ts';
import { flag, shown } from './common.ts';

/** Devices and browsers that come back without a password typed. A removal of their session does not take these away. */
export const hotspotCookies: Menu = {
  path: '/ip/hotspot/cookie',
  kind: 'table',
  nameProperty: 'user',
  verbs: ['print', 'get', 'listen', 'remove'],
  properties: {
    user: shown,
    domain: shown,
    'mac-address': shown,
    'expires-in': shown,
    'mac-cookie': flag,
  },
};
