import type { Menu, Values } from '../menu.ts';
import { switchVerbs } from '../menu.ts';
import { integer, oneOf, prefixes, reference } from '../value-types.ts';
import { enabled, flag, shown } from './common.ts';

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

const overTls = (values: Values): boolean => ['www-ssl', 'api-ssl'].includes(values.get('name') ?? '');

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
    certificate: { type: reference('/certificate', 'none'), default: 'none', shownWhen: overTls },
    'tls-version': { type: oneOf('any', 'only-1.2'), default: 'any', shownWhen: overTls },
    vrf: { type: oneOf('main'), default: 'main', since: '7' },
    'max-sessions': { type: integer(1, 1000), default: '20', since: '7.16' },
    proto: { ...shown, default: 'tcp', since: '7.18' },
    // Of live connections, which stand among the services since 7.18.
    local: { ...shown, since: '7.18' },
    remote: { ...shown, since: '7.18' },
    connection: { ...flag, leftOutAt: 'false', since: '7.18' },
    dynamic: { ...enabled, readonly: true, since: '7.18' },
    invalid: { ...enabled, readonly: true },
    disabled: enabled,
  },
  initial: services.map(([service, port, disabled], id) => ({ id, values: { name: service, port, disabled } })),
};
