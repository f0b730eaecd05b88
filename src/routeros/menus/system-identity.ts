import type { Menu } from './menu.ts';
import { settingsRow } from './rows.ts';

/** Name of the device; RouterOS sends it as NAS-Identifier. RouterOS: System > Identity. */
export const systemIdentity = {
  path: '/system/identity',
  identity: 'settings',
  comment: false,
  fields: { name: {} },
  rows: (_model, router) =>
    router.identity === undefined ? [] : [settingsRow('/system/identity', router, { name: router.identity })],
} satisfies Menu;
