import { macFormats } from '../../../base/mac.ts';
import type { Menu, Property, Values } from '../menu.ts';
import { tableVerbs } from '../menu.ts';
import { named } from '../network-values.ts';
import { failure } from '../trap.ts';
import { address, boolean, listOf, reference, someOf, text, time } from '../value-types.ts';
import { flag, name } from './common.ts';

const withRadius = (values: Values): boolean => values.get('use-radius') === 'true';
const withLoginBy = (method: string) => (values: Values) => listOf(values.get('login-by') ?? '').includes(method);
const radius = (property: Property): Property => ({ ...property, shownWhen: withRadius });
const mac = (property: Property): Property => ({ ...property, shownWhen: withLoginBy('mac') });
const trial = (property: Property): Property => ({ ...property, shownWhen: withLoginBy('trial') });

/** How a hotspot lets people in. What has no use under `login-by` and `use-radius` is left out of prints. */
export const hotspotProfile: Menu = {
  path: '/ip/hotspot/profile',
  kind: 'table',
  nameProperty: 'name',
  verbs: tableVerbs,
  unique: [{ properties: ['name'], message: 'profile with the same name already exists' }],
  keep: (values) => (values.get('default') === 'true' ? failure('can not remove default profile') : undefined),
  properties: {
    name,
    'hotspot-address': { type: address(), default: '0.0.0.0' },
    'dns-name': { type: text, default: '' },
    'html-directory': { type: text, default: 'hotspot' },
    'html-directory-override': { type: text, default: '' },
    'install-hotspot-queue': { type: boolean, default: 'no' },
    'rate-limit': { type: text, leftOutAt: '' },
    'http-proxy': { type: text, default: '0.0.0.0:0' },
    'smtp-server': { type: address(), default: '0.0.0.0' },
    'login-by': {
      type: someOf('mac', 'cookie', 'http-chap', 'https', 'http-pap', 'trial', 'mac-cookie'),
      default: 'cookie,http-chap',
    },
    'http-cookie-lifetime': { type: time(), default: '3d' },
    'ssl-certificate': { type: reference('/certificate', 'none'), default: 'none', leftOutAt: 'none' },
    'split-user-domain': { type: boolean, default: 'no' },
    'mac-auth-mode': mac({
      type: named('mac-as-username', 'mac-as-username-and-password'),
      default: 'mac-as-username',
    }),
    'mac-auth-password': mac({ type: text, default: '' }),
    'trial-uptime-limit': trial({ type: time(), default: '30m' }),
    'trial-uptime-reset': trial({ type: time(), default: '1d' }),
    'trial-user-profile': trial({ type: reference('/ip/hotspot/user/profile'), default: 'default' }),
    'use-radius': { type: boolean, default: 'no' },
    'radius-default-domain': radius({ type: text, default: '' }),
    'radius-location-id': radius({ type: text, default: '' }),
    'radius-location-name': radius({ type: text, default: '' }),
    'radius-accounting': radius({ type: boolean, default: 'yes' }),
    'radius-interim-update': radius({ type: time('received'), default: 'received' }),
    'radius-mac-format': radius({ type: named(...macFormats), default: macFormats[0] }),
    'nas-port-type': radius({ type: named('ethernet', 'cable', 'wireless-802.11'), default: 'wireless-802.11' }),
    default: { ...flag, leftOutAt: 'false' },
  },
  initial: [{ id: 0, values: { name: 'default', default: 'true' } }],
};
