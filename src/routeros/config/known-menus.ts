import { accessMenus } from './known-access.ts';
import { addressMenus } from './known-addresses.ts';
import { firewallMenus } from './known-firewall.ts';
import { interfaceMenus } from './known-interfaces.ts';
import type { KnownMenu } from './known-menu.ts';
import { queueMenus } from './known-queues.ts';
import { systemMenus, userMenus } from './known-system.ts';

/**
 * Menus whose rows may be declared in `config` and of which something is known beforehand, by path: what tells rows
 * apart, in which forms a value is the same, what is left out of prints, and what is secret. Names and defaults are
 * RouterOS's own (7.22, and 6.49 where it differs).
 */
export const knownMenus: ReadonlyMap<string, KnownMenu> = new Map(
  [
    ...firewallMenus,
    ...queueMenus,
    ...interfaceMenus,
    ...addressMenus,
    ...systemMenus,
    ...userMenus,
    ...accessMenus,
  ].map((menu) => [menu.path, menu]),
);
