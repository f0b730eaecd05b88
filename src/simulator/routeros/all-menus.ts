import type { Menu } from './menu.ts';
import { addressLists } from './menus/address-list.ts';
import { interfaces } from './menus/interface.ts';
import { ipPool } from './menus/ip-pool.ts';
import { ipPoolUsed } from './menus/ip-pool-used.ts';
import { ipServices } from './menus/ip-service.ts';
import { log } from './menus/log.ts';
import { pppAaa } from './menus/ppp-aaa.ts';
import { pppActive } from './menus/ppp-active.ts';
import { pppProfile } from './menus/ppp-profile.ts';
import { pppSecret } from './menus/ppp-secret.ts';
import { pppoeServers } from './menus/pppoe-server.ts';
import { pppoeSessions } from './menus/pppoe-session.ts';
import { radius } from './menus/radius.ts';
import { radiusIncoming } from './menus/radius-incoming.ts';
import { simpleQueues } from './menus/simple-queue.ts';
import { systemIdentity } from './menus/system-identity.ts';
import { systemResource } from './menus/system-resource.ts';
import { users } from './menus/user.ts';
import { userGroups } from './menus/user-group.ts';

/** Menus of the simulated router. Where one refers to another at start, that one stands before it. */
export const allMenus: readonly Menu[] = [
  systemIdentity,
  systemResource,
  interfaces,
  ipPool,
  ipPoolUsed,
  simpleQueues,
  addressLists,
  pppProfile,
  pppSecret,
  pppActive,
  pppAaa,
  pppoeServers,
  pppoeSessions,
  radius,
  radiusIncoming,
  userGroups,
  users,
  ipServices,
  log,
];
