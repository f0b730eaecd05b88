import type { Menu } from '../menu.ts';
import { reference } from '../value-types.ts';
import { shown } from './common.ts';

export const ipPoolUsed: Menu = {
  path: '/ip/pool/used',
  kind: 'table',
  verbs: ['print', 'get', 'listen'],
  properties: { pool: { ...shown, type: reference('/ip/pool') }, address: shown, owner: shown, info: shown },
};
