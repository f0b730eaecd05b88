import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/reconcile/target.ts';
import { added, type Case, changed, type Fields, row, taken, verdictOn } from '../support/lock-out.ts';
import { ReachLab } from '../support/reach-lab.ts';

type Cases = readonly (readonly [what: string, changes: readonly Change[], given?: Case])[];

const filter = (fields: Fields, name = 'r') => row('/ip/firewall/filter', fields, name);
const added4 = (table: string, fields: Fields) => added(`/ip/firewall/${table}`, fields);
const input = { chain: 'input', action: 'drop' };
const output = { chain: 'output', action: 'drop' };
const listed = row('/ip/firewall/address-list', { list: 'late', address: '10.0.0.9' });
const accepting = row(
  '/ip/firewall/filter',
  { chain: 'input', action: 'accept', protocol: 'tcp', 'dst-port': '8728' },
  'ours',
);
const known: Case = { rows: [listed] };
const jump = (menu: string, from: string, to: string) =>
  row(`/ip/firewall/${menu}`, { chain: from, action: 'jump', 'jump-target': to }, 'jump');

/** The address is one of ours, the group may only read. */
const readers = `/user/group:
  - {name: readers, policy: "read"}
/user:
  - {name: lastmile, group: readers, address: 127.0.0.0/8}`;

function expectEach(verdict: 'refused' | 'risk' | 'free', cases: Cases): void {
  it.each(cases.map(([what, changes, given]) => [what, changes, given] as const))(
    `is ${verdict}: %s`,
    (_, changes, given) => {
      expect(verdictOn(changes, given)).toBe(verdict);
    },
  );
}

describe('rules of a firewall and our way through them', () => {
  expectEach('refused', [
    [
      'what we send after the first packet',
      [added4('filter', { ...input, 'connection-state': 'established,related' })],
    ],
    ['what the router answers', [added4('filter', output)]],
    ['what it answers, by port', [added4('filter', { ...output, protocol: 'tcp', 'src-port': '8728' })]],
    ['what it answers us', [added4('filter', { ...output, 'dst-address': '198.51.100.0/24' })]],
    ['what it answers, in front of all', [added4('raw', { ...output, 'src-address': '192.0.2.1' })]],
    [
      'later packets, behind a rule for first ones',
      [added4('filter', input)],
      { rows: [filter({ chain: 'input', action: 'accept', 'connection-state': 'new' })] },
    ],
    [
      'the rule that lets us in, in front of one that drops all',
      [taken(accepting)],
      { rows: [accepting, filter({ chain: 'input', action: 'drop' }, 'rest')] },
    ],
    [
      'the same where it is switched off',
      [changed(accepting, { disabled: 'yes' })],
      { rows: [accepting, filter({ chain: 'input', action: 'drop' }, 'rest')] },
    ],
    ['an accepting rule that is to drop', [changed(filter({ chain: 'input', action: 'accept' }), { action: 'drop' })]],
  ]);

  expectEach('risk', [
    ['the rule that lets us in, where nothing drops', [taken(accepting)], { rows: [accepting] }],
    [
      'the same where another may let us in',
      [taken(accepting)],
      { rows: [accepting, filter({ ...accepting.fields, 'src-address-list': 'noc' }, 'noc'), filter(input, 'rest')] },
    ],
    [
      'the same where another comes for it',
      [taken(accepting), added4('filter', { chain: 'input', action: 'accept', 'src-address': '198.51.100.0/24' })],
      { rows: [accepting, filter(input, 'rest')] },
    ],
    [
      'later packets, behind a rule that lets in some',
      [added4('filter', { ...input, 'connection-state': 'established' })],
      { rows: [filter({ chain: 'input', action: 'accept', protocol: 'tcp', 'dst-port': '8728' })] },
    ],
    ['answers behind what cannot be told', [added4('filter', { ...output, 'out-interface-list': 'WAN' })]],
    ['no tracking of what we send', [added4('raw', { chain: 'prerouting', action: 'notrack' })]],
    [
      'another way for answers',
      [added4('mangle', { chain: 'output', action: 'mark-routing', 'new-routing-mark': 'b' })],
    ],
    [
      'another way for what comes',
      [added4('mangle', { chain: 'prerouting', action: 'mark-routing', 'new-routing-mark': 'b' })],
    ],
    ['another hop', [added4('mangle', { chain: 'prerouting', action: 'route', 'route-dst': '10.0.0.1' })]],
    [
      'a mark that leads another way',
      [added4('mangle', { chain: 'prerouting', action: 'mark-connection', 'new-connection-mark': 'isp2' })],
      {
        rows: [
          row('/ip/firewall/mangle', {
            chain: 'output',
            action: 'mark-routing',
            'connection-mark': 'isp2',
            'new-routing-mark': 'b',
          }),
        ],
      },
    ],
    [
      'a NAT chain that dstnat jumps to',
      [added4('nat', { chain: 'custom', action: 'dst-nat', 'to-addresses': '10.0.0.9' })],
      { rows: [jump('nat', 'dstnat', 'custom')] },
    ],
    [
      'a list that drops whoever connects',
      [
        added4('filter', {
          chain: 'input',
          protocol: 'tcp',
          'dst-port': '8728',
          action: 'add-src-to-address-list',
          'address-list': 'black',
        }),
      ],
      { rows: [listed, filter({ ...input, 'src-address-list': 'black' })] },
    ],
    [
      'a drop of who was put on a list',
      [added4('filter', { ...input, 'src-address-list': 'black' })],
      { rows: [listed, filter({ chain: 'input', action: 'add-src-to-address-list', 'address-list': 'black' })] },
    ],
    ['a name on a list', [added('/ip/firewall/address-list', { list: 'black', address: 'noc.example.net' })]],
    [
      'a name that leaves a list',
      [taken(row('/ip/firewall/address-list', { list: 'mgmt', address: 'noc.example.net' }))],
    ],
    [
      'a drop of a list with a name',
      [added4('filter', { ...input, 'src-address-list': 'black' })],
      { rows: [row('/ip/firewall/address-list', { list: 'black', address: 'noc.example.net' })] },
    ],
    ['fewer that are let in', [changed(filter({ chain: 'input', action: 'accept' }), { 'src-address': '10.0.0.0/8' })]],
  ]);

  expectEach('free', [
    ['invalid packets', [added4('filter', { ...input, 'connection-state': 'invalid' })]],
    ['answers by another service', [added4('filter', { ...output, protocol: 'tcp', 'src-port': '23' })]],
    ['answers to others', [added4('filter', { ...output, 'dst-address': '10.0.0.0/8' })]],
    [
      'a forwarded connection that is established',
      [added4('filter', { chain: 'forward', action: 'drop', 'connection-state': 'established' })],
    ],
    ['who is late, in input', [added4('filter', { ...input, 'src-address-list': 'late' })], known],
    [
      'who is late, redirected',
      [added4('nat', { chain: 'dstnat', action: 'redirect', 'src-address-list': 'late', protocol: 'tcp' })],
      known,
    ],
    ['the first one who is late', [added('/ip/firewall/address-list', { list: 'late', address: '10.0.0.9' })]],
    [
      'a redirect with its first entry',
      [
        added('/ip/firewall/address-list', { list: 'late', address: '10.0.0.9' }),
        added4('nat', { chain: 'dstnat', action: 'redirect', 'src-address-list': 'late' }),
      ],
    ],
    [
      'a mark for a queue',
      [added4('mangle', { chain: 'prerouting', action: 'mark-packet', 'new-packet-mark': 'voip' })],
    ],
    [
      'another segment size',
      [added4('mangle', { chain: 'postrouting', action: 'change-mss', 'new-mss': 'clamp-to-pmtu' })],
    ],
    ['a drop that goes', [taken(filter(input))]],
    ['a rule for others that goes', [taken(filter({ chain: 'input', action: 'accept', protocol: 'udp' }))]],
    [
      'a list of who scans forwarded ports',
      [added4('filter', { chain: 'forward', action: 'add-src-to-address-list', 'address-list': 'scan' })],
    ],
    [
      'a list that nothing goes by',
      [added4('filter', { chain: 'input', action: 'add-src-to-address-list', 'address-list': 'seen' })],
    ],
  ]);

  it('is never free, whatever else a rule says, if it drops all that we send or that answers us', () => {
    const where = fc.constantFrom(['filter', 'input'], ['filter', 'output'], ['raw', 'prerouting'], ['raw', 'output']);
    const matcher = fc.record(
      {
        'connection-state': fc.constantFrom('new', 'established', 'new,established', '!invalid'),
        protocol: fc.constantFrom('tcp', '!udp', '6'),
        'src-address-list': fc.constant('!late'),
        limit: fc.constant('10,5:packet'),
        'in-interface-list': fc.constant('WAN'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(where, matcher, fc.boolean(), ([table = '', chain = ''], more, behind) => {
        const isAnswer = chain === 'output';
        const { 'connection-state': state = '', ...others } = more;
        const fits = isAnswer && state === 'new' ? {} : { 'connection-state': state };
        const rows = behind ? [filter({ chain, action: 'accept', 'src-address': '10.0.0.0/8' })] : [];
        expect(verdictOn([added4(table, { chain, action: 'drop', ...others, ...fits })], { rows })).not.toBe('free');
      }),
    );
  });

  it('is always free, whatever else a rule says, in the chain of what is forwarded', () => {
    const action = fc.constantFrom(
      'drop',
      'reject',
      'accept',
      'fasttrack-connection',
      'jump',
      'add-src-to-address-list',
    );
    const matcher = fc.dictionary(
      fc.constantFrom('protocol', 'src-address', 'dst-port', 'src-address-list'),
      fc.string(),
    );
    fc.assert(
      fc.property(action, matcher, (does, more) => {
        const rule = { ...more, chain: 'forward', action: does, 'jump-target': 'shop', 'address-list': 'shop' };
        expect(verdictOn([added4('filter', rule)])).toBe('free');
      }),
    );
  });
});

describe('a router that would hear us no more, or answer no more', () => {
  it.each([
    [
      'later packets',
      '/ip/firewall/filter:\n  - {chain: input, action: drop, connection-state: "established,related"}',
    ],
    ['answers', '/ip/firewall/filter:\n  - {chain: output, action: drop}'],
    ['answers, in front of all', '/ip/firewall/raw:\n  - {chain: output, action: drop}'],
    ['a user of another group, by the same address', readers],
  ])('is not made so: %s', async (_, config) => {
    await using lab = await ReachLab.start();
    const model = lab.model(config);
    const target = lab.target(model);

    expect(await lab.reconcile(target, model)).toMatchObject({
      result: 'refused',
      refusals: [{ code: 'LM_LOCK_OUT' }],
    });
  });
});
