import type { Row } from '../../reconcile/row.ts';
import { yesNo } from '../canonical.ts';
import type { Menu } from './menu.ts';
import { rowIdentity } from './rows.ts';
import { ownerOfHost, type WalledHost, walledHosts } from './walled-hosts.ts';

/**
 * What guests may ask for over HTTP, by name, before they are let in. RouterOS: IP > Hotspot > Walled Garden. The first
 * row that matches counts. HTTPS gets through by the other half alone, `/ip/hotspot/walled-garden/ip`, so every host is in
 * both; a prefix has no name, and is only there.
 */
export const walledGarden = {
  path: '/ip/hotspot/walled-garden',
  identity: ['server', 'dst-host', 'dst-port'],
  comment: true,
  ordered: true,
  refuses: ({ action, disabled }) => action !== 'allow' && disabled === 'no',
  narrowing: ['src-address', 'method', 'path'],
  fields: {
    server: { references: '/ip/hotspot' },
    'dst-host': {},
    'dst-port': {},
    'src-address': { clear: 'unset' },
    method: { clear: 'unset' },
    path: { clear: 'unset' },
    action: { default: 'allow' },
    disabled: { default: 'no', canonical: yesNo },
  },
  rows: (model, router) =>
    walledHosts(model, router)
      .filter(({ kind }) => kind !== 'prefix')
      .map(hostRow),
} satisfies Menu;

function hostRow(walled: WalledHost): Row {
  const { hotspot, host, kind, port = '' } = walled;
  return {
    menu: '/ip/hotspot/walled-garden',
    identity: rowIdentity(hotspot.name, host, port),
    owner: ownerOfHost(walled),
    source: walled.site.origin,
    ...(kind === 'pattern' ? { note: 'by name only: no addresses are known of a pattern' } : {}),
    fields: {
      server: hotspot.name,
      'dst-host': host,
      'dst-port': port,
      'src-address': '',
      method: '',
      path: '',
      action: 'allow',
      disabled: 'no',
    },
  };
}
