import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { address, octets, oneOf, reference, text } from '../value-types.ts';
import { comment, enabled, name, optional, shown } from './common.ts';

/** Subscribers the router knows by itself. `service` does not make a name unique. */
export const pppSecret: Menu = {
  path: '/ppp/secret',
  kind: 'table',
  nameProperty: 'name',
  verbs: [...tableVerbs, ...switchVerbs, 'unset', 'comment'],
  unique: [{ properties: ['name'], message: 'secret with the same name already exists' }],
  properties: {
    name,
    service: { type: oneOf('any', 'async', 'pptp', 'pppoe', 'l2tp', 'ovpn', 'sstp'), default: 'any' },
    'caller-id': { type: text, default: '' },
    password: { type: text, default: '', sensitive: true },
    profile: { type: reference('/ppp/profile'), default: 'default' },
    'local-address': optional(address()),
    'remote-address': optional(address()),
    'remote-ipv6-prefix': optional(text),
    routes: { type: text, default: '', clearable: true },
    'ipv6-routes': { type: text, default: '' },
    'limit-bytes-in': { type: octets, default: '0' },
    'limit-bytes-out': { type: octets, default: '0' },
    'last-logged-out': {
      ...shown,
      default: '1970-01-01 00:00:00',
      before: ['7.10', { default: 'jan/01/1970 00:00:00' }],
    },
    'last-caller-id': { ...shown, default: '' },
    'last-disconnect-reason': { ...shown, default: '' },
    disabled: enabled,
    comment,
  },
};
