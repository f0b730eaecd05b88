import type { Menu } from '../menu.ts';
import { switchVerbs } from '../menu.ts';
import { integer, oneOf, prefixes } from '../value-types.ts';
import { enabled, shown } from './common.ts';

const services: readonly (readonly [string, string, string])[] = [
  ['telnet', '23', 'yes'],
  ['ftp', '21', 'yes'],
  ['www', '80', 'no'],
  ['ssh', '22', 'no'],
  ['www-ssl', '443', 'yes'],
  ['api', '8728', 'no'],
  ['winbox', '8291', 'no'],
  ['api-ssl', '8729', 'no'],
];

/** Ways to manage the router: fixed rows. */
export const ipServices: Menu = {
  path: '/ip/service',
  kind: 'table',
  nameProperty: 'name',
  verbs: ['print', 'get', 'listen', 'set', ...switchVerbs],
  properties: {
    name: shown,
    port: { type: integer(1, 65_535) },
    address: { type: prefixes, default: '' },
    certificate: { type: oneOf('none'), default: 'none', leftOutAt: 'none' },
    'tls-version': { type: oneOf('any', 'only-1.2'), leftOutAt: 'any' },
    vrf: { type: oneOf('main'), default: 'main' },
    'max-sessions': { type: integer(1, 1000), default: '20', since: '7.16' },
    proto: { ...shown, default: 'tcp' },
    dynamic: { ...enabled, readonly: true },
    invalid: { ...enabled, readonly: true },
    disabled: enabled,
  },
  initial: services.map(([service, port, disabled], id) => ({ id, values: { name: service, port, disabled } })),
};
