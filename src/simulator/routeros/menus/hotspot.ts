import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { integer, reference, text, time } from '../value-types.ts';
import { enabled, flag, shown } from './common.ts';

/** Hotspot servers: one for each interface. */
export const hotspotServers: Menu = {
  path: '/ip/hotspot',
  kind: 'table',
  nameProperty: 'name',
  nameStem: 'hotspot',
  verbs: [...tableVerbs, ...switchVerbs, 'reset-html'],
  unique: [
    { properties: ['name'], message: 'server with such name already exists' },
    // Routers refuse it; in which words is not known.
    { properties: ['interface'], message: 'already have hotspot on this interface' },
  ],
  properties: {
    name: { type: text },
    interface: { type: reference('/interface'), mandatory: true },
    'address-pool': { type: reference('/ip/pool', 'none'), default: 'none', leftOutAt: 'none' },
    profile: { type: reference('/ip/hotspot/profile'), default: 'default' },
    'idle-timeout': { type: time('none'), default: '5m' },
    'keepalive-timeout': { type: time('none'), default: 'none' },
    'login-timeout': { type: time('none'), default: 'none' },
    'addresses-per-mac': { type: integer(1, 65_535, 'unlimited'), default: '2' },
    'ip-of-dns-name': shown,
    'proxy-status': { ...shown, default: 'running' },
    HTTPS: flag,
    invalid: flag,
    disabled: enabled,
  },
};
