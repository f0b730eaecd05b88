import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { addressRange, named, negatable, portRanges } from '../network-values.ts';
import { oneOf, reference, text } from '../value-types.ts';
import { comment, enabled, flag, optional } from './common.ts';

/** What a guest who is not logged in may send packets to. The first match counts. */
export const hotspotWalledGardenIp: Menu = {
  path: '/ip/hotspot/walled-garden/ip',
  kind: 'table',
  verbs: [...tableVerbs, ...switchVerbs, 'move', 'unset', 'comment'],
  properties: {
    action: { type: oneOf('accept', 'drop', 'reject'), default: 'accept' },
    server: optional(negatable(reference('/ip/hotspot'))),
    'src-address': optional(negatable(addressRange)),
    'src-address-list': optional(negatable(text)),
    'dst-address': optional(negatable(addressRange)),
    'dst-address-list': optional(negatable(text)),
    // Resolved by the router; an address or list in the same row does not count then. `unset` does not know it.
    'dst-host': { type: text, leftOutAt: '', clearable: true },
    protocol: optional(negatable(named('tcp', 'udp', 'icmp', 'gre', 'ipsec-esp', 'ipsec-ah', 'l2tp', 'sctp'))),
    'dst-port': optional(negatable(portRanges)),
    invalid: flag,
    disabled: enabled,
    comment,
  },
};
