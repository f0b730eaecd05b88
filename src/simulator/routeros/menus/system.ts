import type { Menu } from '../menu.ts';
import { text } from '../value-types.ts';
import { shown } from './common.ts';

/** The router's name: NAS-Identifier in RADIUS. */
export const systemIdentity: Menu = {
  path: '/system/identity',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: { name: { type: text, default: 'MikroTik' } },
};

export const systemResource: Menu = {
  path: '/system/resource',
  kind: 'settings',
  verbs: ['print', 'get', 'monitor'],
  properties: {
    uptime: shown,
    version: shown,
    'build-time': shown,
    'factory-software': shown,
    'free-memory': shown,
    'total-memory': shown,
    cpu: shown,
    'cpu-count': shown,
    'cpu-frequency': shown,
    'cpu-load': shown,
    'free-hdd-space': shown,
    'total-hdd-space': shown,
    'architecture-name': shown,
    'board-name': shown,
    platform: shown,
  },
  initial: [],
};
