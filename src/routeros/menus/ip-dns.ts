import { wordList, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { settingsRow } from './rows.ts';

/** The router's name servers, and whether it answers its clients: a hotspot needs that. RouterOS: IP > DNS. */
export const ipDns = {
  path: '/ip/dns',
  identity: 'settings',
  comment: false,
  fields: { servers: { canonical: wordList }, 'allow-remote-requests': { default: 'no', canonical: yesNo } },
  rows: (_model, router) => {
    const { servers, allowRemoteRequests } = router.dns ?? {};
    if (servers === undefined && allowRemoteRequests === undefined) return [];
    const fields = {
      ...(servers === undefined ? {} : { servers: servers.join(',') }),
      ...(allowRemoteRequests === undefined ? {} : { 'allow-remote-requests': allowRemoteRequests ? 'yes' : 'no' }),
    };
    return [settingsRow('/ip/dns', router, fields)];
  },
} satisfies Menu;
