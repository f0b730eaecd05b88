import type { Menu } from '../menu.ts';
import { switchVerbs } from '../menu.ts';
import { portRanges } from '../network-values.ts';
import { enabled, flag, shown } from './common.ts';

const verbs: Menu['verbs'] = ['print', 'get', 'listen', 'set', ...switchVerbs];

/** Protocols whose packets NAT has to look into: fixed rows. */
export const firewallServicePorts: Menu = {
  path: '/ip/firewall/service-port',
  kind: 'table',
  nameProperty: 'name',
  verbs,
  properties: { name: shown, ports: { type: portRanges }, disabled: enabled, invalid: flag },
  initial: [
    ['ftp', '21'],
    ['tftp', '69'],
    ['irc', '6667'],
    ['h323', ''],
    ['sip', '5060,5061'],
    ['pptp', ''],
  ].map(([name = '', ports = ''], id) => ({ id, values: { name, ...(ports === '' ? {} : { ports }) } })),
};

/** The same for guests of a hotspot. */
export const hotspotServicePorts: Menu = {
  path: '/ip/hotspot/service-port',
  kind: 'table',
  nameProperty: 'name',
  verbs,
  properties: { name: shown, ports: { type: portRanges }, disabled: enabled },
  initial: [{ id: 1, values: { name: 'ftp', ports: '21' } }],
};
