import type { Menu, Property } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { address, boolean, integer, oneOf, reference, someOf, text, time } from '../value-types.ts';
import { comment, enabled, flag } from './common.ts';

/** Shown only while it is something else than what the router does by itself. */
const unusual = (type: Property['type'], usual: string): Property => ({ type, leftOutAt: usual });

/** DHCP servers. `invalid` is told when it is read: an interface or a pool that is gone. */
export const dhcpServers: Menu = {
  path: '/ip/dhcp-server',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'dhcp',
  verbs: [...tableVerbs, ...switchVerbs, 'comment'],
  unique: [
    { properties: ['name'], message: 'server with such name already exists' },
    {
      properties: ['interface'],
      message: 'server with such interface and relay already exists',
      amongEnabled: true,
      apart: (one, other) => (one.get('relay') ?? '0.0.0.0') !== (other.get('relay') ?? '0.0.0.0'),
    },
  ],
  properties: {
    name: { type: text },
    interface: { type: reference('/interface'), mandatory: true },
    relay: unusual(address(), '0.0.0.0'),
    'lease-time': { type: time(), default: '10m' },
    'bootp-lease-time': { type: time('lease-time', 'forever'), default: 'forever' },
    'bootp-support': unusual(oneOf('none', 'static', 'dynamic'), 'static'),
    'address-pool': { type: reference('/ip/pool', 'static-only'), default: 'static-only' },
    'dynamic-lease-identifiers': {
      type: someOf('client-mac', 'client-id', 'opt-82'),
      default: 'client-mac,client-id',
      since: '7.21',
    },
    'address-lists': { type: text, default: '', since: '7.17' },
    'server-address': unusual(address(), '0.0.0.0'),
    authoritative: { type: oneOf('yes', 'no', 'after-2sec-delay', 'after-10sec-delay'), default: 'yes' },
    'delay-threshold': unusual(time('none'), 'none'),
    'always-broadcast': unusual(boolean, 'false'),
    'add-arp': unusual(boolean, 'false'),
    'use-radius': { type: oneOf('no', 'yes', 'accounting'), default: 'no' },
    'use-framed-as-classless': unusual(boolean, 'true'),
    'use-reconfigure': { type: boolean, default: 'no', since: '7.19' },
    'conflict-detection': unusual(boolean, 'true'),
    'client-mac-limit': unusual(integer(1, 4_294_967_295, 'unlimited'), 'unlimited'),
    'allow-dual-stack-queue': unusual(boolean, 'true'),
    'insert-queue-before': unusual(reference('/queue/simple', 'first', 'bottom'), 'first'),
    'parent-queue': unusual(reference('/queue/simple', 'none'), 'none'),
    'dhcp-option-set': unusual(reference('/ip/dhcp-server/option/sets', 'none'), 'none'),
    'lease-script': { type: text, default: '' },
    'support-broadband-tr101': { type: boolean, default: 'no', since: '7.21' },
    dynamic: flag,
    invalid: flag,
    disabled: enabled,
    comment,
  },
};
