import { yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { settingsRow } from './rows.ts';

/**
 * Whether and where the router takes CoA and Disconnect. RouterOS: RADIUS > Incoming. Off by default, and the default
 * port differs between sources (1700, 3799), so both are always told.
 */
export const radiusIncoming = {
  path: '/radius/incoming',
  identity: 'settings',
  comment: false,
  fields: { accept: { canonical: yesNo }, port: {} },
  rows: (_model, router) =>
    router.radius === undefined
      ? []
      : [settingsRow('/radius/incoming', router, { accept: 'yes', port: String(router.radius.coaPort) })],
} satisfies Menu;
