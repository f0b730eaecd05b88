import { ipPool } from './menus/ip-pool.ts';
import type { Menu } from './menus/menu.ts';
import { pppAaa } from './menus/ppp-aaa.ts';
import { pppProfile } from './menus/ppp-profile.ts';
import { pppSecret } from './menus/ppp-secret.ts';
import { pppoeServer } from './menus/pppoe-server.ts';
import { radius } from './menus/radius.ts';
import { radiusIncoming } from './menus/radius-incoming.ts';
import { systemIdentity } from './menus/system-identity.ts';

/** Every menu we manage. The order here is only the order of reading: the order of changes comes from references. */
export const allMenus: readonly Menu[] = [
  systemIdentity,
  ipPool,
  pppProfile,
  pppoeServer,
  radius,
  radiusIncoming,
  pppAaa,
  pppSecret,
];
