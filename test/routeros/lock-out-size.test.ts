import { describe, expect, it } from 'vitest';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { judgeAccess, judgeAccessInSteps } from '../../src/routeros/lock-out/judge.ts';
import { access, added, changed, type Fields, taken } from '../support/lock-out.ts';

/** The `at`th row of many. */
type Draft = (at: number) => Fields;

const octets = (at: number) => `${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
const rule =
  (more: Draft): Draft =>
  (at) => ({ chain: 'input', action: 'accept', disabled: 'no', ...more(at) });
const tables: readonly (readonly [what: string, menu: string, draft: Draft])[] = [
  ['rules for others', '/ip/firewall/filter', rule((at) => ({ 'src-address': `11.${octets(at)}`, protocol: 'tcp' }))],
  ['rules that drop us', '/ip/firewall/filter', rule(() => ({ action: 'drop', 'src-address': '198.51.100.7' }))],
  ['rules that each go by a list', '/ip/firewall/filter', rule((at) => ({ 'src-address-list': `l${at}` }))],
  [
    'rules that each feed a list',
    '/ip/firewall/filter',
    rule((at) => ({ action: 'add-src-to-address-list', 'address-list': `l${at}` })),
  ],
  ['rules that go by states', '/ip/firewall/filter', rule(() => ({ 'connection-state': 'established,related' }))],
  [
    'chains in a chain',
    '/ip/firewall/filter',
    (at) => ({ chain: at === 0 ? 'input' : `c${at}`, action: 'jump', 'jump-target': `c${at + 1}` }),
  ],
  [
    'rules that drop in raw',
    '/ip/firewall/raw',
    rule((at) => ({ chain: 'prerouting', action: 'drop', 'src-address-list': `l${at}` })),
  ],
  [
    'marks',
    '/ip/firewall/mangle',
    rule((at) => ({ chain: 'prerouting', action: 'mark-connection', 'new-connection-mark': `m${at}` })),
  ],
  ['translations', '/ip/firewall/nat', rule((at) => ({ chain: 'dstnat', action: 'dst-nat', 'dst-port': `${at}` }))],
  ['entries of lists', '/ip/firewall/address-list', (at) => ({ list: `l${at % 9}`, address: `40.${octets(at)}` })],
  [
    'default routes',
    '/ip/route',
    (at) => ({ 'dst-address': '0.0.0.0/0', gateway: `10.${octets(at)}`, disabled: 'no' }),
  ],
  ['routes to others', '/ip/route', (at) => ({ 'dst-address': `20.${octets(at)}/32`, gateway: `10.${octets(at)}` })],
  ['addresses', '/ip/address', (at) => ({ address: `30.${octets(at * 4 + 1)}/30`, interface: `vlan${at}` })],
  [
    'our own address, many times',
    '/ip/address',
    (at) => ({ address: `192.0.2.1/${24 + (at % 8)}`, interface: `vlan${at}` }),
  ],
  ['neighbours', '/ip/arp', (at) => ({ address: `30.${octets(at)}`, interface: `vlan${at}` })],
  ['VLANs', '/interface/vlan', (at) => ({ name: `vlan${at}`, interface: 'ether5' })],
  [
    'ports of one bridge',
    '/interface/bridge/port',
    (at) => ({ bridge: 'bridge1', interface: `vlan${at}`, disabled: 'no' }),
  ],
  ['members of a list', '/interface/list/member', (at) => ({ list: 'lan', interface: `vlan${at}` })],
  ['queues', '/queue/simple', (at) => ({ name: `q${at}`, target: `30.${octets(at)}/32` })],
  ['PPP secrets', '/ppp/secret', (at) => ({ name: `s${at}`, 'remote-address': `30.${octets(at)}` })],
];

/** A router with so many rows, of which a third goes, a third is switched off and a third comes besides. */
function madeOf(menu: string, draft: Draft, count: number, meter: { reads: number }) {
  const get = (of: Fields, name: string) => {
    meter.reads += 1;
    return of[name];
  };
  const metered = (fields: Fields): Fields => new Proxy(fields, { get } as ProxyHandler<Fields>);
  const rows = Array.from({ length: count }, (_, at): ObservedRow => {
    return { menu, identity: `${at}`, fields: metered(draft(at)), ownership: 'marker', handle: `*${at}` };
  });
  const changes = rows.map((row, at): Change => {
    if (at % 3 === 0) return taken(row);
    return at % 3 === 1 ? changed(row, { disabled: 'yes' }) : added(menu, metered(draft(count + at)));
  });
  const addresses = rows.map((_, at) => ({
    id: `*${at}`,
    address: `30.${octets(at * 4 + 1)}/30`,
    interface: `vlan${at}`,
    disabled: false,
  }));
  const declared = { address: '192.0.2.1', api: { port: 8728, username: 'lastmile', password: undefined as never } };
  return { access: { ...access, addresses: [...access.addresses, ...addresses] }, declared, rows, changes };
}

/** How often a field was looked at: the same each time, on whatever machine. */
function readsOf(menu: string, draft: Draft, count: number): number {
  const meter = { reads: 0 };
  judgeAccess(madeOf(menu, draft, count, meter));
  return meter.reads;
}

/** Some milliseconds' worth. */
const looksInAStep = 40_000;

describe('a change of many rows', () => {
  it.each(tables)('is judged with as many looks at each as if they were few: %s', (_, menu, draft) => {
    const [few, many] = [readsOf(menu, draft, 60), readsOf(menu, draft, 600)];

    expect(many).toBeLessThan(few * 11);
  });

  it.each(tables)('lets others in between: %s', (_, menu, draft) => {
    const meter = { reads: 0 };
    const steps = judgeAccessInSteps(madeOf(menu, draft, 3_000, meter));
    const inSteps: number[] = [];

    for (let done: boolean | undefined = false; done !== true; ) {
      const before = meter.reads;
      done = steps.next().done;
      inSteps.push(meter.reads - before);
    }

    expect(inSteps.length).toBeGreaterThan(40);
    expect(Math.max(...inSteps)).toBeLessThan(looksInAStep);
  });
});
