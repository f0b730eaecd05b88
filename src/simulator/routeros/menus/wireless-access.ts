import { shaped } from '../firewall-values.ts';
import type { Menu } from '../menu.ts';
import { switchVerbs, tableVerbs } from '../menu.ts';
import { mac } from '../network-values.ts';
import { boolean, integer, oneOf, reference, someOf, text, time } from '../value-types.ts';
import { comment, enabled, optional, shown } from './common.ts';

const signalRange = shaped(/^-?\d{1,3}(?:\.\.-?\d{1,3})?$/);
const verbs: Menu['verbs'] = [...tableVerbs, ...switchVerbs, 'move', 'unset', 'comment'];

/** Stations of the drivers of version 6, the package `wireless` of today. The first row that matches decides. */
export const wirelessAccessList: Menu = {
  path: '/interface/wireless/access-list',
  kind: 'table',
  package: { name: 'wireless', since: '7.13' },
  verbs,
  properties: {
    'mac-address': { type: mac, default: '00:00:00:00:00:00' },
    interface: { type: reference('/interface', 'any'), default: 'any' },
    'signal-range': { type: signalRange, default: '-120..120' },
    'allow-signal-out-of-range': { type: time('always'), default: '10s' },
    authentication: { type: boolean, default: 'yes' },
    forwarding: { type: boolean, default: 'yes' },
    'ap-tx-limit': { type: integer(0, 4_294_967_295), default: '0' },
    'client-tx-limit': { type: integer(0, 4_294_967_295), default: '0' },
    'private-algo': { type: oneOf('none', '40bit-wep', '104bit-wep', 'aes-ccm', 'tkip'), default: 'none' },
    'private-key': { type: text, default: '', sensitive: true },
    'private-pre-shared-key': { type: text, default: '', sensitive: true },
    'management-protection-key': { type: text, default: '', sensitive: true },
    'vlan-mode': { type: oneOf('default', 'no-tag', 'use-tag', 'use-service-tag'), default: 'default' },
    'vlan-id': { type: integer(0, 4095), default: '1' },
    time: { type: text, clearable: true },
    disabled: enabled,
    comment,
  },
};

/** Stations of the drivers since 7.13. The first row that matches decides; without one, the station is let in. */
export const wifiAccessList: Menu = {
  path: '/interface/wifi/access-list',
  kind: 'table',
  since: '7.13',
  verbs,
  properties: {
    'mac-address': optional(mac),
    'mac-address-mask': optional(mac),
    interface: optional(reference('/interface', 'any')),
    'signal-range': optional(signalRange),
    'allow-signal-out-of-range': optional(time('always')),
    'ssid-regexp': optional(text),
    time: optional(text),
    days: optional(someOf('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'), '7.21'),
    action: { ...optional(oneOf('accept', 'reject', 'query-radius')), default: 'accept' },
    passphrase: { ...optional(text), sensitive: true },
    'multi-passphrase-group': optional(text, '7.17'),
    'radius-accounting': optional(boolean),
    'client-isolation': optional(boolean),
    'vlan-id': optional(integer(1, 4095, 'none')),
    'match-count': shown,
    'last-logged-in': shown,
    'last-logged-out': shown,
    disabled: enabled,
    comment,
  },
};
