import type { Menu } from '../menu.ts';
import { flag, shown } from './common.ts';

/** Devices that come back without typing a password. A removal of their session does not take these away. */
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
