import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/reconcile/target.ts';
import { added, type Case, changed, type Fields, row, taken, verdictOn } from '../support/lock-out.ts';

type Cases = readonly (readonly [what: string, changes: readonly Change[], given?: Case])[];

const at = (address: string, name: string) => ({ id: '*1', address, interface: name, disabled: false });
const port = (name: string) => ({ name, type: 'ether', below: [] });
const off = (menu: string, fields: Fields) => changed(row(menu, { ...fields, disabled: 'no' }), { disabled: 'yes' });
const filter = (fields: Fields, more: Partial<Change> = {}) => added('/ip/firewall/filter', fields, more);
const drop = { chain: 'input', action: 'drop' };
const rule = (table: string, fields: Fields, name: string) => row(`/ip/firewall/${table}`, fields, name);

/** We dial the address of the LAN, and come in by WireGuard. */
const roundabout: Case = {
  address: '192.168.88.1',
  access: {
    ...{ source: '10.8.0.1', routerAddress: '192.168.88.1', host: '192.168.88.1' },
    addresses: [at('192.168.88.1/24', 'lan'), at('10.8.0.2/24', 'wg1'), at('203.0.113.5/24', 'ether1')],
    interfaces: [
      { name: 'lan', type: 'bridge', below: ['ether2'] },
      { name: 'wg1', type: 'wg', below: [] },
      ...['ether1', 'ether2', 'ether5'].map(port),
    ],
  },
};
/** We dial a loopback, and come in by a VLAN for those who keep the network. */
const loopback: Case = {
  address: '10.255.0.1',
  access: {
    ...{ source: '10.0.9.7', routerAddress: '10.255.0.1', host: '10.255.0.1' },
    addresses: [at('10.255.0.1/32', 'lo0'), at('10.0.9.1/24', 'mgmt')],
    interfaces: [
      { name: 'lo0', type: 'bridge', below: ['ether9'] },
      { name: 'mgmt', type: 'vlan', below: ['ether1'] },
      ...['ether1', 'ether2', 'ether9'].map(port),
    ],
  },
};
/** We dial the address of the LAN over a gateway: by which port we come in, nothing tells. */
const routed: Case = {
  access: {
    addresses: [at('192.0.2.1/24', 'lan'), at('198.18.0.2/30', 'ether1')],
    interfaces: [
      { name: 'lan', type: 'bridge', below: ['ether2'] },
      { name: 'out', type: 'pppoe-out', below: ['ether5'] },
      ...['ether1', 'ether2', 'ether5', 'ether6'].map(port),
    ],
  },
};
/** Others hand our packets on to the router, at another address and port. */
const translated: Case = {
  address: '203.0.113.80',
  port: 18728,
  access: { host: '203.0.113.80', port: 18728, routerAddress: '203.0.113.80' },
};

function expectEach(verdict: 'refused' | 'risk' | 'free', cases: Cases): void {
  it.each(cases.map(([what, changes, given]) => [what, changes, given] as const))(
    `is ${verdict}: %s`,
    (_, changes, given) => {
      expect(verdictOn(changes, given)).toBe(verdict);
    },
  );
}

describe('an address of another interface than the one that we come in by', () => {
  const peer = row('/interface/wireguard/peers', { interface: 'wg1', 'allowed-address': '10.8.0.1/32' });
  expectEach('refused', [
    ['the tunnel that we come in by', [off('/interface/wireguard', { name: 'wg1' })], roundabout],
    ['our peer of it', [taken(peer)], roundabout],
    ['the VLAN that we come in by', [off('/interface/vlan', { name: 'mgmt' })], loopback],
    ['the port below it', [off('/interface/ethernet', { name: 'ether1' })], loopback],
    ['the interface with the address', [off('/interface/bridge', { name: 'lan' })], roundabout],
  ]);
  expectEach('risk', [
    ['what may carry the tunnel', [off('/interface/ethernet', { name: 'ether1' })], roundabout],
    ['a rule for what carries it', [filter({ ...drop, protocol: 'udp', 'dst-port': '13231' })], roundabout],
    [
      'a rule for what carries us encrypted, where no interface shows it',
      [filter({ ...drop, protocol: 'udp', 'dst-port': '500' })],
      { access: { encrypted: true } },
    ],
    ['what does not come by the interface with the address', [filter({ ...drop, 'in-interface': '!lan' })], roundabout],
    ['the same over a gateway', [filter({ ...drop, 'in-interface': '!lan' })], routed],
    [
      'the interface list that we come in by',
      [taken(row('/interface/list/member', { list: 'noc', interface: 'mgmt' }))],
      loopback,
    ],
    ['the same over a gateway', [taken(row('/interface/list/member', { list: 'noc', interface: 'ether1' }))], routed],
    [
      'the port of a bridge for the way in',
      [added('/interface/bridge/port', { bridge: 'x', interface: 'ether1' })],
      routed,
    ],
    [
      'a tag of the interface with the way in',
      [changed(row('/interface/vlan', { name: 'mgmt' }), { 'vlan-id': '9' })],
      loopback,
    ],
  ]);
  expectEach('free', [
    ['a port that carries neither', [off('/interface/ethernet', { name: 'ether2' })], loopback],
    ['a port without an address, over a gateway', [off('/interface/ethernet', { name: 'ether6' })], routed],
    ['what comes by another interface', [filter({ ...drop, 'in-interface': '!mgmt' })], loopback],
  ]);
});

describe('packets that are handed on to the router', () => {
  const own: Case = { ...translated, access: { ...translated.access, addresses: [at('10.0.0.1/24', 'ether1')] } };
  expectEach('risk', [
    ['the port that the router listens at', [filter({ ...drop, protocol: 'tcp', 'dst-port': '8728' })], own],
    ['the port that we dial', [filter({ ...drop, protocol: 'tcp', 'dst-port': '18728' })], own],
    ['all but the port that we dial', [filter({ ...drop, protocol: 'tcp', 'dst-port': '!18728' })], own],
    ['an address of the router', [filter({ ...drop, 'dst-address': '10.0.0.1' })], own],
    ['all but the address that we dial', [filter({ ...drop, 'dst-address': '!203.0.113.80' })], own],
  ]);
  expectEach('free', [['a port of others', [filter({ ...drop, protocol: 'tcp', 'dst-port': '22' })], own]]);
});

describe('what a rule stands on', () => {
  const diverting = rule(
    'mangle',
    { chain: 'output', action: 'mark-routing', 'connection-mark': 'isp1', 'new-routing-mark': 'a' },
    'divert',
  );
  const marking = rule('mangle', { chain: 'input', action: 'mark-connection', 'new-connection-mark': 'isp1' }, 'mark');
  const nothing = { chain: 'raw', action: 'notrack' };
  expectEach('risk', [
    ['the mark by which answers find their way', [taken(marking)], { rows: [marking, diverting] }],
    ['the same of another name', [changed(marking, { 'new-connection-mark': 'x' })], { rows: [marking, diverting] }],
    [
      'what passes in front of a rule that sends another way',
      [added('/ip/firewall/mangle', { chain: 'output', action: 'accept' })],
      { rows: [marking, diverting] },
    ],
    [
      'a mark, where only what has none is let in',
      [added('/ip/firewall/mangle', { chain: 'prerouting', action: 'mark-connection', 'new-connection-mark': 'x' })],
      { rows: [rule('filter', { chain: 'input', action: 'accept', 'connection-mark': 'no-mark' }, 'in')] },
    ],
    [
      'a shorter life of answers',
      [added('/ip/firewall/mangle', { chain: 'output', action: 'change-ttl', 'new-ttl': 'set:1' })],
    ],
    [
      'a list that answers put us on',
      [added('/ip/firewall/filter', { chain: 'output', action: 'add-dst-to-address-list', 'address-list': 'black' })],
      { rows: [rule('filter', { ...drop, 'src-address-list': 'black' }, 'black')] },
    ],
    [
      'a list that only others may be on',
      [added('/ip/firewall/filter', { chain: 'input', action: 'add-src-to-address-list', 'address-list': 'seen' })],
      { rows: [rule('filter', { chain: 'input', action: 'accept', 'src-address-list': '!seen' }, 'in')] },
    ],
    [
      'who is on a list that rules which nobody declared put us on',
      [filter({ ...drop, 'src-address-list': 'black' })],
      {
        rows: [row('/ip/firewall/address-list', { list: 'black', address: '10.0.0.9' })],
        access: { fed: [{ chain: 'prerouting', action: 'add-src-to-address-list', 'address-list': 'black' }] },
      },
    ],
    [
      'who is on a list that we are on for a while',
      [filter({ ...drop, 'src-address-list': 'black' })],
      {
        rows: [row('/ip/firewall/address-list', { list: 'black', address: '10.0.0.9' })],
        access: { lists: ['black'] },
      },
    ],
    [
      'what is not tracked, where nothing is',
      [filter({ ...drop, 'connection-state': 'untracked' })],
      { access: { untracked: true } },
    ],
    [
      'the same where a rule sees to it',
      [filter({ ...drop, 'connection-state': '!established,related,new' })],
      { rows: [rule('raw', { ...nothing, chain: 'prerouting' }, 'no')] },
    ],
    [
      'what a pattern means that rules go by',
      [changed(row('/ip/firewall/layer7-protocol', { name: 'x' }), { regexp: '.' })],
    ],
  ]);
  expectEach('free', [
    ['a mark that nothing goes by', [taken(marking)], { rows: [marking] }],
    ['what is not tracked, where all is', [filter({ ...drop, 'connection-state': 'untracked' })]],
    ['a pattern that no rule goes by yet', [added('/ip/firewall/layer7-protocol', { name: 'x', regexp: '.' })]],
  ]);
});

describe('what takes an interface or a route of ours for itself', () => {
  const uplink = row('/ip/route', { 'dst-address': '0.0.0.0/0', gateway: '9.9.9.9' }, 'default');
  const recursive = row('/ip/route', { 'dst-address': '9.9.9.9/32', gateway: '192.0.2.254', scope: '10' }, 'probe');
  expectEach('risk', [
    ['a new bond', [added('/interface/bonding', { name: 'bond1', slaves: 'ether1,ether5' })]],
    [
      'a bond that grows',
      [changed(row('/interface/bonding', { name: 'b', slaves: 'ether5' }), { slaves: 'ether5,ether1' })],
    ],
    ['the route to the gateway of our route', [taken(recursive)], { rows: [uplink, recursive] }],
    ['a route for it', [added('/ip/route', { 'dst-address': '9.9.9.0/24', blackhole: 'yes' })], { rows: [uplink] }],
    [
      'a second network over that of the gateway',
      [added('/ip/address', { address: '192.0.2.129/25', interface: 'ether5' })],
    ],
    [
      'a network of one, which is us',
      [added('/ip/address', { address: '10.0.0.1/32', network: '198.51.100.7', interface: 'ether5' })],
    ],
    [
      'another client, switched on',
      [
        changed(row('/interface/pppoe-client', { name: 'out', disabled: 'yes', 'add-default-route': 'yes' }), {
          disabled: 'no',
        }),
      ],
    ],
    [
      'another client, which is to bring the default route',
      [
        changed(row('/interface/pppoe-client', { name: 'out', 'add-default-route': 'no' }), {
          'add-default-route': 'yes',
        }),
      ],
    ],
    [
      'interfaces that find their lists',
      [changed(row('/interface/detect-internet', {}, ''), { 'lan-interface-list': 'all' })],
    ],
    ['packing on our port', [added('/ip/packing', { interface: 'ether1', packing: 'simple' })]],
    [
      'a host whose silence restarts the router',
      [changed(row('/system/watchdog', {}, ''), { 'watch-address': '10.0.0.9' })],
    ],
    ['a queue for us', [added('/queue/simple', { name: 'noc', target: '198.51.100.0/24', 'max-limit': '1k/1k' })]],
    ['a queue for our port', [added('/queue/simple', { name: 'noc', target: 'ether1', 'max-limit': '1k/1k' })]],
    [
      'the account of a tunnel that gives us our address',
      [taken(row('/ppp/secret', { name: 'noc', 'remote-address': '198.51.100.7' }))],
    ],
  ]);
  expectEach('refused', [
    [
      'the name that we dial',
      [changed(row('/ip/cloud', { 'ddns-enabled': 'yes' }, ''), { 'ddns-enabled': 'no' })],
      { address: 'abcdef.sn.mynetname.net' },
    ],
  ]);
  expectEach('free', [
    ['a bond of others', [added('/interface/bonding', { name: 'bond1', slaves: 'ether5,ether6' })]],
    [
      'a route of subscribers',
      [added('/ip/route', { 'dst-address': '10.9.0.0/16', gateway: '192.0.2.9' })],
      { rows: [uplink] },
    ],
    ['a network of subscribers', [added('/ip/address', { address: '10.9.0.1/16', interface: 'ether5' })]],
    ['the account of a subscriber', [taken(row('/ppp/secret', { name: 'anna', 'remote-address': '10.9.0.2' }))]],
    [
      'a VRF with our network, for others',
      [added('/ip/firewall/filter', { chain: 'forward', action: 'drop' })],
      { access: { vrfs: [{ name: 'x', interfaces: ['ether5'] }] } },
    ],
  ]);

  it('counts no network of another VRF as the one that we are in', () => {
    const overlapping: Case = {
      access: {
        addresses: [at('192.0.2.1/24', 'ether1'), at('198.51.100.1/24', 'ether5')],
        vrfs: [{ name: 'customer', interfaces: ['ether5'] }],
      },
      rows: [uplink],
    };

    expect(verdictOn([taken(uplink)], overlapping)).toBe('refused');
  });
});
