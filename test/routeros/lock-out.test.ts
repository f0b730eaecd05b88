import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { judgeAccess } from '../../src/routeros/lock-out/judge.ts';
import { access, added, type Case, changed, row, taken, verdictOn } from '../support/lock-out.ts';
import { ReachLab } from '../support/reach-lab.ts';

const me = row('/user', { name: 'lastmile', group: 'lm', disabled: 'no', address: '' });
const other = row('/user', { name: 'anna', group: 'full', disabled: 'no', address: '' });
const ours = row('/user/group', { name: 'lm', policy: 'api,read,sensitive,write' });
const api = row('/ip/service', { name: 'api', port: '8728', disabled: 'no', address: '' });
const ssl = row('/ip/service', { name: 'api-ssl', port: '8729', disabled: 'no', certificate: 'web' });
const own = row('/ip/address', { address: '192.0.2.1/24', interface: 'ether1', disabled: 'no' });
const far = row('/ip/address', { address: '10.9.0.1/24', interface: 'ether5', disabled: 'no' });
const route = row('/ip/route', { 'dst-address': '0.0.0.0/0', gateway: '192.0.2.254', disabled: 'no' });
const ether1 = row('/interface/ethernet', { name: 'ether1', disabled: 'no' });
const ether5 = row('/interface/ethernet', { name: 'ether5', disabled: 'no' });
const accept = row(
  '/ip/firewall/filter',
  { chain: 'input', action: 'accept', protocol: 'tcp', 'dst-port': '8728' },
  'a',
);
const drop = { chain: 'input', action: 'drop' };

describe('a plan that would cut our own access', () => {
  it.each<[string, readonly Change[], Case?]>([
    ['removes our user', [taken(me)]],
    ['disables our user', [changed(me, { disabled: 'yes' })]],
    ['renames our user', [changed(me, { name: 'other' })]],
    ['lets our user in from elsewhere only', [changed(me, { address: '10.0.0.0/8' })]],
    [
      'moves our user to a group that may not write',
      [changed(me, { group: 'readers' })],
      { rows: [row('/user/group', { name: 'readers', policy: 'api,read' })] },
    ],
    ['removes our group', [taken(ours)]],
    ['takes a right from our group', [changed(ours, { policy: 'read,write' })]],
    ['switches our service off', [changed(api, { disabled: 'yes' })]],
    ['moves our service to another port', [changed(api, { port: '18728' })]],
    ['lets our service be used from elsewhere only', [changed(api, { address: '10.0.0.0/8,192.0.2.0/24' })]],
    [
      'takes the certificate we know it by',
      [changed(ssl, { certificate: 'none' })],
      { tls: { mode: 'ca' }, port: 8729 },
    ],
    [
      'removes the certificate of our service',
      [taken(row('/certificate', { name: 'web' }))],
      {
        tls: { mode: 'ca' },
        port: 8729,
        access: { services: [{ name: 'api-ssl', port: 8729, disabled: false, addresses: [], certificate: 'web' }] },
      },
    ],
    ['removes our address', [taken(own)], { rows: [own] }],
    ['disables our address', [changed(own, { disabled: 'yes' })], { rows: [own] }],
    ['removes the only route to us', [taken(route)], { rows: [route] }],
    ['disables the interface we come by', [changed(ether1, { disabled: 'yes' })], { rows: [ether1] }],
    [
      'removes the last port of the bridge we come by',
      [taken(row('/interface/bridge/port', { interface: 'ether1', bridge: 'lan' }))],
      { access: { addresses: [{ id: '*1', address: '192.0.2.1/24', interface: 'lan', disabled: false }] } },
    ],
    [
      'removes the WireGuard peer we come through',
      [taken(row('/interface/wireguard/peers', { interface: 'wg', 'allowed-address': '198.51.100.0/24' }))],
      { access: { addresses: [{ id: '*1', address: '192.0.2.1/24', interface: 'wg', disabled: false }] } },
    ],
    [
      'drops everything before anything is let in',
      [added('/ip/firewall/filter', drop, { placeRow: accept })],
      { rows: [accept] },
    ],
    [
      'drops just what we send',
      [
        added('/ip/firewall/filter', {
          ...drop,
          protocol: 'tcp',
          'dst-port': '8700-8800',
          'src-address': '!10.0.0.0/8',
        }),
      ],
    ],
    ['rejects in the raw table', [added('/ip/firewall/raw', { chain: 'prerouting', action: 'drop' })]],
  ])('is refused: it %s', (_, changes, given) => {
    expect(verdictOn(changes, given)).toBe('refused');
  });

  it.each<[string, readonly Change[], Case?]>([
    ['changes the password of our user', [{ ...changed(me, {}), set: { password: new Secret('new') } }]],
    [
      'renames our user, as is declared',
      [changed(row('/user', { name: 'lm-old' }), { name: 'lastmile' })],
      { access: { username: 'lm-old' } },
    ],
    ['moves our service to the port that is declared', [changed(api, { port: '18728' })], { port: 18_728 }],
    [
      'lets our service be used from somewhere, and we do not know where we come from',
      [changed(api, { address: '10.0.0.0/8' })],
      { access: { source: undefined as never } },
    ],
    [
      'moves our address to another interface',
      [taken(own), added('/ip/address', { address: '192.0.2.1/24', interface: 'lan' })],
      { rows: [own] },
    ],
    [
      'changes our address on its interface',
      [taken(own), added('/ip/address', { address: '192.0.2.9/24', interface: 'ether1' })],
      { rows: [own] },
    ],
    [
      'removes the address we came to, no longer the declared one',
      [taken(own)],
      { rows: [own], address: '203.0.113.1' },
    ],
    ['changes the gateway to us', [changed(route, { gateway: '192.0.2.253' })], { rows: [route] }],
    [
      'removes one of two routes to us',
      [taken(route)],
      { rows: [route, row('/ip/route', { 'dst-address': '198.51.100.0/24' })] },
    ],
    ['adds a narrower route to us', [added('/ip/route', { 'dst-address': '198.51.100.0/25', gateway: '192.0.2.9' })]],
    ['changes the interface we come by', [changed(ether1, { mtu: '1400' })]],
    [
      'changes an interface, and we do not know ours',
      [changed(ether5, { disabled: 'yes' })],
      { access: { addresses: [] } },
    ],
    [
      'makes a port of the interface we come by',
      [added('/interface/bridge/port', { interface: 'ether1', bridge: 'lan' })],
    ],
    ['drops behind a rule that may let us in', [added('/ip/firewall/filter', drop)], { rows: [accept] }],
    ['drops by what we cannot judge', [added('/ip/firewall/filter', { ...drop, 'src-address-list': 'bad' })]],
    ['removes a rule that lets us in', [taken(accept)], { rows: [accept] }],
    [
      'drops in a chain that input jumps to',
      [added('/ip/firewall/filter', { chain: 'mgmt', action: 'drop' })],
      { rows: [row('/ip/firewall/filter', { chain: 'input', action: 'jump', 'jump-target': 'mgmt' }, 'j')] },
    ],
    [
      'sends our packets elsewhere',
      [added('/ip/firewall/nat', { chain: 'dstnat', action: 'dst-nat', protocol: 'tcp', 'to-addresses': '10.0.0.2' })],
    ],
    [
      'takes us from an address list',
      [taken(row('/ip/firewall/address-list', { list: 'mgmt', address: '198.51.100.0/24' }))],
    ],
    ['makes a hotspot of the interface we come by', [added('/ip/hotspot', { name: 'h', interface: 'ether1' })]],
  ])('is tried under the eye of the router: it %s', (_, changes, given) => {
    expect(verdictOn(changes, given)).toBe('risk');
  });

  it.each<[string, readonly Change[], Case?]>([
    ['another user', [taken(other)]],
    ['a comment of ours', [changed(me, { comment: 'the machine' })]],
    ['a group that gains a right', [changed(ours, { policy: 'api,ftp,read,sensitive,write' })]],
    ['another service', [changed(row('/ip/service', { name: 'telnet', disabled: 'no' }), { disabled: 'yes' })]],
    ['our service, open to us as well', [changed(api, { address: '198.51.100.0/24' })]],
    ['a new network', [added('/ip/address', { address: '10.20.0.1/24', interface: 'ether7' })]],
    [
      'a far network, while we are on one of the router',
      [taken(far)],
      { rows: [far], access: { source: '192.0.2.7' } },
    ],
    ['a route elsewhere', [added('/ip/route', { 'dst-address': '10.0.0.0/8', gateway: '192.0.2.9' })]],
    ['a new interface', [added('/interface/vlan', { name: 'vlan10', interface: 'ether1' })]],
    ['another interface', [changed(ether5, { disabled: 'yes' })]],
    ['a rule that lets somebody in', [added('/ip/firewall/filter', { chain: 'input', action: 'accept' })]],
    ['a rule for what is forwarded', [added('/ip/firewall/filter', { chain: 'forward', action: 'drop' })]],
    ['a rule for another port', [added('/ip/firewall/filter', { ...drop, protocol: 'tcp', 'dst-port': '53' })]],
    ['a rule for another protocol', [added('/ip/firewall/filter', { ...drop, protocol: 'udp' })]],
    ['somebody else on an address list', [added('/ip/firewall/address-list', { list: 'late', address: '10.0.0.9' })]],
    [
      'a redirect of who is late',
      [added('/ip/firewall/nat', { chain: 'dstnat', action: 'redirect', protocol: 'tcp', 'dst-port': '80' })],
    ],
    ['masquerading', [added('/ip/firewall/nat', { chain: 'srcnat', action: 'masquerade' })]],
    ['a subscriber', [added('/ppp/secret', { name: 'anna' })]],
  ])('is another matter: %s', (_, changes, given) => {
    expect(verdictOn(changes, given)).toBe('free');
  });

  it('is refused in the words of the row, with what to do', () => {
    const us = {
      access,
      declared: { address: '192.0.2.1', api: { port: 8728, username: 'lastmile', password: new Secret('') } },
      rows: [],
      changes: [changed(api, { port: '18728' })],
    };

    expect(judgeAccess(us).objections).toEqual([
      {
        code: 'LM_LOCK_OUT',
        message:
          '/ip/service api: moves the service api to port 18728, and we dial 8728. We would not get in again: declare api.port: 18728 with it',
      },
    ]);
  });
});

describe('a repository that would lock us out', () => {
  it.each([
    ['service', '/ip/service:\n  - {name: api, disabled: yes}'],
    ['user', '/user:\n  - {name: lastmile, disabled: yes}'],
    ['rights', '/user/group:\n  - {name: full, policy: "read,winbox"}'],
    ['firewall', '/ip/firewall/filter:\n  - {chain: input, action: drop}'],
  ])('is refused, and nothing is written: %s', async (_, config) => {
    await using lab = await ReachLab.start();
    const model = lab.model(config.replace(/: yes/g, ': "yes"'));
    const target = lab.target(model);

    const outcome = await lab.reconcile(target, model);

    expect(outcome).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_LOCK_OUT' }] });
    expect(lab.switches()).toEqual([]);
    expect(lab.router.rows('/ip/firewall/filter')).toEqual([]);
  });
});

describe('a rule that is left as it is', () => {
  const origin = { file: 'operator.yaml', line: 1, column: 1 };
  const ignore = [{ menu: '/ip/firewall/filter', match: { comment: 'noc' }, origin }];
  const model = (lab: ReachLab) => lab.model('/ip/firewall/filter:\n  - {chain: input, action: drop}');

  it('lets us in for all that: what drops behind it is tried under the eye of the router', async () => {
    await using lab = await ReachLab.start();
    const port = String(lab.router.apiPort);
    lab.router.add('/ip/firewall/filter', {
      ...{ chain: 'input', action: 'accept', protocol: 'tcp', 'dst-port': port, comment: 'noc' },
    });

    const outcome = await lab.reconcile(lab.target(model(lab)), model(lab), { ignore });

    expect(outcome).toMatchObject({ result: 'applied', failed: [] });
    expect(lab.router.rows('/ip/firewall/filter').map(({ action }) => action)).toEqual(['accept', 'drop']);
    expect(lab.switches()).toEqual([]);
  });

  it('leads to a chain for all that: what is refused there is no other matter', async () => {
    await using lab = await ReachLab.start();
    const jump = { chain: 'input', action: 'jump', 'jump-target': 'mgmt', comment: 'noc' };
    lab.router.add('/ip/firewall/filter', jump);
    const config =
      '/ip/firewall/filter:\n  - {chain: mgmt, action: reject, reject-with: tcp-reset, connection-state: new, protocol: tcp}';
    const target = lab.target(lab.model(config));

    const outcome = lab.reconcile(target, lab.model(config), { ignore });

    await expect(outcome).rejects.toMatchObject({ code: 'LM_REVERTED' });
    expect(lab.router.rows('/ip/firewall/filter').map(({ action }) => action)).toEqual(['jump']);
  });
});
