import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { text } from '../value-types.ts';
import { comment, enabled, flag, shown } from './common.ts';

/** Running PPPoE sessions as interfaces. Removing a dynamic row ends the session. */
export const pppoeSessions: Menu = {
  path: '/interface/pppoe-server',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'comment', 'monitor'],
  properties: {
    name: { type: text },
    user: { type: text, mandatory: true },
    service: { type: text, mandatory: true },
    mtu: shown,
    mru: shown,
    'remote-address': shown,
    encoding: shown,
    uptime: shown,
    interface: shown,
    dynamic: { ...flag, leftOutAt: 'false' },
    running: flag,
    disabled: enabled,
    comment,
  },
};
