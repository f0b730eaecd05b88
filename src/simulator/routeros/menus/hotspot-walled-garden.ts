import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { addressRange, named, negatable, portRanges } from '../network-values.ts';
import { oneOf, reference, text } from '../value-types.ts';
import { comment, enabled, flag, optional, shown } from './common.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'CONNECT', 'OPTIONS', 'DELETE', 'TRACE'];

/** What a guest who is not logged in may ask for over HTTP, by name. The first match counts. */
export const hotspotWalledGarden: Menu = {
  path: '/ip/hotspot/walled-garden',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'unset', 'comment', 'reset-counters', 'reset-counters-all'],
  properties: {
    server: optional(negatable(reference('/ip/hotspot'))),
    'src-address': optional(negatable(addressRange)),
    method: optional(negatable(named(...methods))),
    'dst-host': optional(text),
    'dst-port': optional(negatable(portRanges)),
    path: optional(text),
    action: { type: oneOf('allow', 'deny'), default: 'allow' },
    'dst-address': shown,
    hits: { ...shown, default: '0' },
    dynamic: flag,
    disabled: enabled,
    comment,
  },
};
