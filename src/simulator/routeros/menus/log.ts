import type { Menu } from '../menu.ts';
import { shown } from './common.ts';

/** The last 1000 lines the router wrote. */
export const log: Menu = {
  path: '/log',
  kind: 'table',
  verbs: ['print', 'get', 'listen'],
  properties: { time: shown, topics: shown, message: shown, buffer: { ...shown, default: 'memory' } },
};
