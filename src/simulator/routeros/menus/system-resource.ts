import type { Menu } from '../menu.ts';
import { shown } from './common.ts';

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
