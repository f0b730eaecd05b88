import type { Menu } from '../menu.ts';
import { text } from '../value-types.ts';

/** The router's name: NAS-Identifier in RADIUS. */
export const systemIdentity: Menu = {
  path: '/system/identity',
  kind: 'settings',
  verbs: ['print', 'get', 'set'],
  properties: { name: { type: text, default: 'MikroTik' } },
};
