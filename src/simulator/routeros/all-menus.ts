import type { Menu } from './menu.ts';
import { interfaces, pppoeServers, pppoeSessions } from './menus/interfaces.ts';
import { addressLists, ipPool, ipPoolUsed, ipServices } from './menus/ip.ts';
import { log } from './menus/log.ts';
import { pppAaa, pppActive, pppProfile, pppSecret } from './menus/ppp.ts';
import { simpleQueues } from './menus/queue.ts';
import { radius, radiusIncoming } from './menus/radius.ts';
import { systemIdentity, systemResource } from './menus/system.ts';
import { userGroups, users } from './menus/user.ts';

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
