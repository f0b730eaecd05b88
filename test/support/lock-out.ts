import { compact } from '../../src/base/compact.ts';
import { Secret } from '../../src/base/secret.ts';
import type { RouterTls } from '../../src/model/kinds/router.ts';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { judgeAccess } from '../../src/routeros/lock-out/judge.ts';
import type { OwnAccess } from '../../src/routeros/own-access.ts';

/** We come over a gateway to the address of a port. */
export const access: OwnAccess = {
  username: 'lastmile',
  group: 'lm',
  policies: new Set(['read', 'write', 'api', 'sensitive']),
  userAddresses: [],
  service: 'api',
  host: '192.0.2.1',
  port: 8728,
  routerAddress: '192.0.2.1',
  source: '198.51.100.7',
  services: [{ name: 'api', port: 8728, disabled: false, addresses: [] }],
  addresses: [{ id: '*1', address: '192.0.2.1/24', interface: 'ether1', disabled: false }],
  interfaces: [
    { name: 'ether1', type: 'ether', below: [] },
    { name: 'ether5', type: 'ether', below: [] },
  ],
};

export type Fields = Readonly<Record<string, string>>;

export function row(menu: string, fields: Fields, identity = fields['name'] ?? ''): ObservedRow {
  return { menu, identity, fields, ownership: 'marker', handle: '*1' };
}

export const taken = (of: ObservedRow): Change => ({
  action: 'delete',
  menu: of.menu,
  identity: of.identity,
  owner: 'Router/core-1',
  set: {},
  before: of,
});
export const changed = (of: ObservedRow, set: Fields): Change => ({ ...taken(of), action: 'update', set });
export const added = (menu: string, set: Fields, more: Partial<Change> = {}): Change => ({
  action: 'create',
  menu,
  identity: set['name'] ?? 'new',
  owner: 'Router/core-1',
  set,
  ...more,
});

export interface Case {
  readonly rows?: readonly ObservedRow[];
  readonly access?: Partial<OwnAccess>;
  readonly port?: number;
  readonly tls?: RouterTls;
  readonly address?: string;
}

/** `refused`, `risk` or `free`: what comes of changes. */
export function verdictOn(changes: readonly Change[], { rows = [], access: other = {}, ...declared }: Case = {}) {
  const { port = 8728, tls, address = '192.0.2.1' } = declared;
  const api = compact({ port, username: 'lastmile', password: new Secret('api'), tls });
  const us = { access: { ...access, ...other }, declared: { address, api }, rows, changes };
  const { objections, risks } = judgeAccess(us);
  return objections.length > 0 ? 'refused' : risks.length > 0 ? 'risk' : 'free';
}
