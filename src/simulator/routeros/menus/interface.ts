import type { Menu } from '../menu.ts';
import { switchVerbs } from '../menu.ts';
import { integer } from '../value-types.ts';
import { comment, enabled, flag, name, shown } from './common.ts';

/** Rows of all interface kinds. Session interfaces are dynamic; rx is what came from the subscriber. */
export const interfaces: Menu = {
  path: '/interface',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', 'set', ...switchVerbs, 'comment', 'reset-counters'],
  unique: [{ properties: ['name'], message: 'already have interface with such name' }],
  properties: {
    name,
    'default-name': shown,
    type: shown,
    mtu: { type: integer(68, 65_535, 'auto'), default: '1500' },
    'actual-mtu': shown,
    l2mtu: { type: integer(0, 65_535) },
    'max-l2mtu': shown,
    'mac-address': shown,
    'last-link-up-time': shown,
    'link-downs': { ...shown, default: '0' },
    'rx-byte': { ...shown, default: '0' },
    'tx-byte': { ...shown, default: '0' },
    'rx-packet': { ...shown, default: '0' },
    'tx-packet': { ...shown, default: '0' },
    'rx-drop': { ...shown, default: '0' },
    'tx-drop': { ...shown, default: '0' },
    'tx-queue-drop': { ...shown, default: '0' },
    'rx-error': { ...shown, default: '0' },
    'tx-error': { ...shown, default: '0' },
    'fp-rx-byte': { ...shown, default: '0' },
    'fp-tx-byte': { ...shown, default: '0' },
    'fp-rx-packet': { ...shown, default: '0' },
    'fp-tx-packet': { ...shown, default: '0' },
    dynamic: { ...flag, leftOutAt: 'false' },
    running: flag,
    disabled: enabled,
    comment,
  },
  initial: Array.from({ length: 5 }, (_, index) => ({
    id: index + 1,
    values: {
      name: `ether${index + 1}`,
      'default-name': `ether${index + 1}`,
      type: 'ether',
      'actual-mtu': '1500',
      'mac-address': `02:00:5E:10:00:0${index + 1}`,
      running: 'true',
    },
  })),
};
