import type { Row } from '../../reconcile/row.ts';
import { address, yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { rowIdentity } from './rows.ts';
import { ownerOfHost, type WalledHost, walledHosts } from './walled-hosts.ts';

/**
 * Where guests may send packets before they are let in. RouterOS: IP > Hotspot > Walled Garden IP List. RouterOS resolves
 * `dst-host` itself; it must be a whole name, so what has a `*` is in `/ip/hotspot/walled-garden` alone. The action is
 * called `accept` here, and `allow` there.
 */
export const walledGardenIp = {
  path: '/ip/hotspot/walled-garden/ip',
  identity: ['server', 'dst-host', 'dst-address', 'protocol', 'dst-port'],
  comment: true,
  ordered: true,
  refuses: ({ action, disabled }) => action !== 'accept' && disabled === 'no',
  narrowing: ['src-address', 'src-address-list', 'dst-address-list'],
  fields: {
    server: { references: '/ip/hotspot' },
    'dst-host': {},
    'dst-address': { canonical: address },
    protocol: {},
    'dst-port': {},
    'src-address': { canonical: address, clear: 'unset' },
    'src-address-list': { clear: 'unset' },
    'dst-address-list': { clear: 'unset' },
    action: { default: 'accept' },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) =>
    walledHosts(model, router)
      .filter(({ kind }) => kind !== 'pattern')
      .map(hostRow),
} satisfies Menu;

function hostRow(walled: WalledHost): Row {
  const { hotspot, kind, port = '' } = walled;
  const host = kind === 'name' ? walled.host : '';
  const target = kind === 'name' ? '' : address(walled.host);
  const protocol = port === '' ? '' : 'tcp';
  return {
    menu: '/ip/hotspot/walled-garden/ip',
    identity: rowIdentity(hotspot.name, host, target, protocol, port),
    owner: ownerOfHost(walled),
    source: walled.site.origin,
    fields: {
      server: hotspot.name,
      'dst-host': host,
      'dst-address': target,
      protocol,
      'dst-port': port,
      'src-address': '',
      'src-address-list': '',
      'dst-address-list': '',
      action: 'accept',
      disabled: 'no',
    },
  };
}
