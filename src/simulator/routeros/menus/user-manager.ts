import type { Menu } from '../menu.ts';
import { boolean, integer, oneOf, reference } from '../value-types.ts';

/** A RADIUS server on the router itself, the rival of any other: there with its package. */
export const userManager: Menu = {
  path: '/user-manager',
  kind: 'settings',
  since: '7.1',
  package: { name: 'user-manager' },
  verbs: ['print', 'get', 'set'],
  properties: {
    enabled: { type: boolean, default: 'no' },
    'authentication-port': { type: integer(1, 65_535), default: '1812' },
    'accounting-port': { type: integer(1, 65_535), default: '1813' },
    certificate: { type: reference('/certificate', 'none'), default: 'none' },
    'radsec-certificate': { type: reference('/certificate', 'none'), default: 'none', since: '7.21' },
    'use-profiles': { type: boolean, default: 'no' },
    'require-message-auth': { type: oneOf('no', 'yes-access-request'), default: 'yes-access-request', since: '7.15' },
  },
};
