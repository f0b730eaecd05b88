import { wordList, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { settingsRow } from './rows.ts';

/**
 * Where the router takes its time from: without it logs, certificates and RADIUS events are off, and a board without a
 * clock of its own starts in 1970. RouterOS: System > NTP Client, which had two addresses in place of the list in 6.
 */
export const ntpClient = {
  path: '/system/ntp/client',
  identity: 'settings',
  comment: false,
  fields: {
    enabled: { default: 'no', canonical: yesNo },
    servers: {
      canonical: wordList,
      parts: { goneSince: '7.0', names: ['primary-ntp', 'secondary-ntp'], none: '0.0.0.0' },
    },
  },
  rows: (_model, router) => {
    const servers = router.ntp?.servers;
    if (servers === undefined) return [];
    const enabled = servers.length > 0 ? 'yes' : 'no';
    return [settingsRow('/system/ntp/client', router, { enabled, servers: servers.join(',') })];
  },
} satisfies Menu;
