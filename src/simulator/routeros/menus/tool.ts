import type { Menu } from '../menu.ts';

/** Commands that try the network. Devices in a session and the router's own addresses answer a ping, nobody else. */
export const tool: Menu = {
  path: '/tool',
  kind: 'settings',
  verbs: ['ping'],
  verbPolicies: { ping: 'test' },
  properties: {},
  initial: [],
};
