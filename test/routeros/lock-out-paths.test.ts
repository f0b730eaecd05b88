import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/reconcile/target.ts';
import { added, type Case, changed, type Fields, row, taken, verdictOn } from '../support/lock-out.ts';

type Cases = readonly (readonly [what: string, changes: readonly Change[], given?: Case])[];

const at = (address: string, name: string) => ({ id: '*1', address, interface: name, disabled: false });
const port = (name: string) => ({ name, type: 'ether', below: [] });
const off = (menu: string, fields: Fields) => changed(row(menu, { ...fields, disabled: 'no' }), { disabled: 'yes' });
const ethernet = (name: string) => off('/interface/ethernet', { name });

const bridged: Case = {
  access: {
    addresses: [at('192.0.2.1/24', 'lan')],
    interfaces: [
      { name: 'lan', type: 'bridge', below: ['ether1', 'ether2'] },
      ...['ether1', 'ether2', 'ether3'].map(port),
    ],
  },
};
const tagged: Case = {
  access: {
    addresses: [at('192.0.2.1/24', 'mgmt')],
    interfaces: [
      { name: 'mgmt', type: 'vlan', below: ['trunk'] },
      { name: 'trunk', type: 'bond', below: ['ether1', 'ether2'] },
      ...['ether1', 'ether2', 'ether3'].map(port),
    ],
  },
};
/** We are on a WireGuard network of the router, whose packets come to it by a port. */
const tunnelled: Case = {
  address: '10.8.0.2',
  access: {
    ...{ source: '10.8.0.1', routerAddress: '10.8.0.2', host: '10.8.0.2' },
    addresses: [at('10.8.0.2/24', 'wg1'), at('203.0.113.5/24', 'ether1')],
    interfaces: [{ name: 'wg1', type: 'wg', below: [] }, port('ether1'), port('ether5')],
  },
};
const six: Case = {
  address: '2001:db8::1',
  access: {
    ...{ source: '2001:db8:9::7', routerAddress: '2001:db8::1', host: '2001:db8::1' },
    addresses: [at('2001:db8::1/64', 'ether1'), at('192.0.2.1/24', 'ether1')],
  },
};
const own6 = row('/ipv6/address', { address: '2001:db8:0::1/64', interface: 'ether1', disabled: 'no' });
const default6 = row('/ipv6/route', { 'dst-address': '::/0', gateway: 'fe80::1', disabled: 'no' });
const drop = { chain: 'input', action: 'drop' };
const onLink: Case = { access: { source: '192.0.2.7' } };

function expectEach(verdict: 'refused' | 'risk' | 'free', cases: Cases): void {
  it.each(cases.map(([what, changes, given]) => [what, changes, given] as const))(
    `is ${verdict}: %s`,
    (_, changes, given) => {
      expect(verdictOn(changes, given)).toBe(verdict);
    },
  );
}

describe('what carries the interface that we come by', () => {
  expectEach('refused', [
    ['the parent of its VLAN', [off('/interface/bonding', { name: 'trunk' })], tagged],
    ['itself', [off('/interface/vlan', { name: 'mgmt' })], tagged],
  ]);
  expectEach('risk', [
    ['one of the ports of its bridge', [ethernet('ether1')], bridged],
    ['all ports of its bridge', [ethernet('ether1'), ethernet('ether2')], bridged],
    ['one of the slaves below its VLAN', [ethernet('ether2')], tagged],
    [
      'a slave that the rows show',
      [ethernet('ether4')],
      {
        access: { addresses: [at('192.0.2.1/24', 'bond1')] },
        rows: [row('/interface/bonding', { name: 'bond1', slaves: 'ether3,ether4' })],
      },
    ],
    [
      'any port, where nothing tells what carries it',
      [ethernet('ether5')],
      { access: { interfaces: undefined as never } },
    ],
    [
      'the radio that we come by',
      [changed(row('/interface/wireless', { name: 'wlan1' }), { frequency: '5180' })],
      {
        access: { addresses: [at('192.0.2.1/24', 'wlan1')], interfaces: [{ name: 'wlan1', type: 'wlan', below: [] }] },
      },
    ],
    [
      'the power that a port of ours gives',
      [changed(row('/interface/ethernet/poe', { name: 'ether1' }), { 'poe-out': 'off' })],
    ],
    [
      'another port with an address, while we come over a gateway',
      [ethernet('ether5')],
      {
        access: { addresses: [at('192.0.2.1/24', 'ether1'), at('198.18.0.2/30', 'ether5')] },
      },
    ],
  ]);
  expectEach('free', [
    ['a port that carries it not', [ethernet('ether3')], bridged],
    ['a port beside its bond', [ethernet('ether3')], tagged],
    ['a new VLAN on its bridge', [added('/interface/vlan', { name: 'v9', interface: 'lan' })], bridged],
    ['a remark on it', [changed(row('/interface/ethernet', { name: 'ether1' }), { comment: 'uplink' })], bridged],
    [
      'a port of another bridge',
      [taken(row('/interface/bridge/port', { interface: 'ether3', bridge: 'guests' }))],
      bridged,
    ],
  ]);
});

describe('what may carry the tunnel that we come by', () => {
  const wan = row('/ip/address', { address: '203.0.113.5/24', interface: 'ether1', disabled: 'no' });
  expectEach('refused', [
    ['the tunnel itself', [off('/interface/wireguard', { name: 'wg1' })], tunnelled],
    [
      'our peer',
      [taken(row('/interface/wireguard/peers', { interface: 'wg1', 'allowed-address': '10.8.0.1/32' }))],
      tunnelled,
    ],
  ]);
  expectEach('risk', [
    ['the port to the outside', [ethernet('ether1')], tunnelled],
    ['any other port', [ethernet('ether5')], tunnelled],
    ['its address', [taken(wan)], tunnelled],
    ['the default route', [taken(row('/ip/route', { 'dst-address': '0.0.0.0/0', gateway: '203.0.113.1' }))], tunnelled],
    ['a DHCP client', [taken(row('/ip/dhcp-client', { interface: 'ether1', disabled: 'no' }))], tunnelled],
    [
      'a rule for its packets',
      [added('/ip/firewall/filter', { ...drop, protocol: 'udp', 'dst-port': '13231' })],
      tunnelled,
    ],
    [
      'a rule for its answers',
      [added('/ip/firewall/raw', { chain: 'output', action: 'drop', protocol: 'udp' })],
      tunnelled,
    ],
    ['a protocol of routes', [taken(row('/routing/bgp/connection', { name: 'up' }))], tunnelled],
    ['a rule of IPv6, which may carry it', [added('/ipv6/firewall/filter', drop)], tunnelled],
  ]);
  expectEach('free', [
    ['a subscriber', [added('/ppp/secret', { name: 'anna' })], tunnelled],
    ['a new network', [added('/ip/address', { address: '10.20.0.1/24', interface: 'ether5' })], tunnelled],
    ['a rule for what is forwarded', [added('/ip/firewall/filter', { chain: 'forward', action: 'drop' })], tunnelled],
    [
      'a rule within the tunnel',
      [added('/ip/firewall/filter', { ...drop, protocol: 'icmp', 'in-interface': 'wg1' })],
      tunnelled,
    ],
    [
      'another peer',
      [added('/interface/wireguard/peers', { interface: 'wg1', 'allowed-address': '10.8.0.9/32' })],
      tunnelled,
    ],
  ]);
});

describe('the way by IPv6', () => {
  expectEach('refused', [
    ['a rule that drops all that comes', [added('/ipv6/firewall/filter', drop)], six],
    ['a rule in front of all', [added('/ipv6/firewall/raw', { chain: 'prerouting', action: 'drop' })], six],
    ['our address, however it is written', [taken(own6)], { ...six, rows: [own6] }],
    ['the only route to us', [taken(default6)], { ...six, rows: [default6] }],
    ['IPv6 as a whole', [changed(row('/ipv6/settings', { 'disable-ipv6': 'no' }, ''), { 'disable-ipv6': 'yes' })], six],
    ['the port we come by', [ethernet('ether1')], six],
  ]);
  expectEach('risk', [
    ['a setting', [changed(row('/ipv6/settings', {}, ''), { 'accept-router-advertisements': 'no' })], six],
    [
      'a list that we are on',
      [taken(row('/ipv6/firewall/address-list', { list: 'noc', address: '2001:db8:9::/48' }))],
      six,
    ],
    ['a black hole for us', [added('/ipv6/route', { 'dst-address': '2001:db8:9::/64', type: 'blackhole' })], six],
    ['a DHCP client', [taken(row('/ipv6/dhcp-client', { interface: 'ether1' }))], six],
    [
      'a rule, where nothing tells how we come',
      [added('/ipv6/firewall/filter', drop)],
      {
        address: 'core-1.example.net',
        access: { source: undefined as never, routerAddress: undefined as never, addresses: [] },
      },
    ],
  ]);
  expectEach('free', [
    ['a rule of IPv4', [added('/ip/firewall/filter', drop)], six],
    ['an address of IPv4', [taken(row('/ip/address', { address: '192.0.2.1/24', interface: 'ether1' }))], six],
    ['a pool', [added('/ipv6/pool', { name: 'homes', prefix: '2001:db8:100::/40' })], six],
    [
      'the prefix of a subscriber',
      [added('/ipv6/route', { 'dst-address': '2001:db8:100::/56', gateway: 'fe80::9' })],
      six,
    ],
    ['a rule of IPv6, while we come by IPv4', [added('/ipv6/firewall/filter', drop)]],
    ['an address of IPv6, while we come by IPv4', [taken(own6)]],
    ['IPv6 as a whole, while we come by IPv4', [changed(row('/ipv6/settings', {}, ''), { 'disable-ipv6': 'yes' })]],
  ]);
});

describe('what may lead the answers to us elsewhere, or carry them not at all', () => {
  const ospf = row('/routing/ospf/instance', { name: 'default' });
  expectEach('risk', [
    [
      'a black hole for us, next to the router',
      [added('/ip/route', { 'dst-address': '192.0.2.7/32', blackhole: 'yes' })],
      onLink,
    ],
    ['half of our network', [added('/ip/route', { 'dst-address': '192.0.2.0/25', gateway: '10.0.0.1' })], onLink],
    [
      'a black hole for us, behind a gateway',
      [added('/ip/route', { 'dst-address': '198.51.100.7/32', blackhole: 'yes' })],
    ],
    ['a protocol of routes', [taken(ospf)]],
    ['one that is switched off', [changed(ospf, { disabled: 'yes' })]],
    ['who may log in by RADIUS', [changed(row('/user/aaa', { 'use-radius': 'yes' }, ''), { 'use-radius': 'no' })]],
    ['the RADIUS server of logins', [taken(row('/radius', { service: 'login,ppp', address: '10.0.0.2' }))]],
    ['how bridges forward', [changed(row('/interface/bridge/settings', {}, ''), { 'use-ip-firewall': 'yes' })]],
    ['a rule of bridges', [added('/interface/bridge/nat', { chain: 'dstnat', action: 'drop' })]],
    ['a rule of a switch', [added('/interface/ethernet/switch/rule', { switch: 'switch1', ports: 'ether1' })]],
    ['the end of connection tracking', [changed(row('/ip/firewall/connection/tracking', {}, ''), { enabled: 'no' })]],
    ['a client with a default route', [added('/interface/pppoe-client', { name: 'out', 'add-default-route': 'yes' })]],
    ['a service for few', [changed(row('/ip/service', { name: 'api' }), { 'max-sessions': '1' })]],
  ]);
  expectEach('free', [
    ['the default route, next to the router', [taken(row('/ip/route', { 'dst-address': '0.0.0.0/0' }))], onLink],
    ['a protocol of routes, next to the router', [taken(ospf)], onLink],
    ['the RADIUS server of subscribers', [added('/radius', { service: 'ppp,hotspot', address: '10.0.0.2' })]],
    ['how long tracking waits', [changed(row('/ip/firewall/connection/tracking', {}, ''), { 'udp-timeout': '10s' })]],
    ['a pool', [added('/ip/pool', { name: 'homes', ranges: '10.0.0.2-10.0.0.9' })]],
    ['a queue', [added('/queue/simple', { name: 'anna', target: '10.0.0.2/32' })]],
  ]);
});

describe('what an interface goes by', () => {
  const by = (type: string): Case => ({
    access: { addresses: [at('192.0.2.1/24', 'up')], interfaces: [{ name: 'up', type, below: [] }] },
  });
  const set = (menu: string, more: Fields = {}) => changed(row(menu, { name: 'x', ...more }), { mode: 'none' });
  const loopback = by('bridge');

  expectEach('risk', [
    ['the security of the wireless link that we come by', [set('/interface/wireless/security-profiles')], by('wlan')],
    ['the same of version 7', [set('/interface/wifi/security')], by('wifi')],
    ['the APN of the modem that we come by', [set('/interface/lte/apn')], by('lte')],
    ['a spanning tree of the bridge that we come by', [added('/interface/bridge/msti', { bridge: 'lan' })], bridged],
    ['802.1X on the port that we come by', [added('/interface/dot1x/server', { interface: 'up' })], by('ether')],
    ['a server of tunnels, where one may carry us', [set('/interface/l2tp-server/server')], loopback],
    ['ZeroTier, where it may carry us', [set('/zerotier/interface')], loopback],
    ['where no interface is known', [set('/interface/wifi/security')], { access: { addresses: [] } }],
  ]);
  expectEach('free', [
    ['the security of wireless links, where we come by a cable', [set('/interface/wifi/security')]],
    ['a new profile, which nothing names yet', [added('/interface/wifi/security', { name: 'x' })], by('wifi')],
    ['devices of subscribers', [added('/interface/wifi/access-list', { action: 'accept' })], by('wifi')],
    ['a server of tunnels, where we come by a cable', [set('/interface/l2tp-server/server')]],
    ['ZeroTier, where we come by a cable', [set('/zerotier/interface')]],
    ['802.1X on another port', [added('/interface/dot1x/server', { interface: 'ether5' })]],
  ]);
});

describe('to whom our answers are handed', () => {
  const entry = (address: string) =>
    added('/ip/arp', { address, interface: 'ether1', 'mac-address': '02:00:00:00:00:01' });
  const gateway = row('/ip/route', { 'dst-address': '0.0.0.0/0', gateway: '192.0.2.254' }, 'default');
  const elsewhere = row('/ip/route', { 'dst-address': '10.0.0.0/8', gateway: '192.0.2.254' }, 'far');
  const standing = (address: string, name = 'ether1') =>
    row('/ip/arp', { address, interface: name, 'mac-address': '02:00:00:00:00:01', disabled: 'no' }, address);
  const moved = { 'mac-address': '02:00:00:00:00:02' };
  const ospf = row('/routing/ospf/instance', { name: 'default' });
  const lease = row('/ip/dhcp-client', { interface: 'ether1' });
  const link = row('/ipv6/neighbor', { address: 'fe80::1', interface: 'ether1' }, 'fe80::1');
  const by6: Case = {
    rows: [row('/ipv6/route', { 'dst-address': '::/0', gateway: 'fe80::1%ether1' }, 'default')],
    access: { source: '2001:db8::7', routerAddress: '2001:db8:1::1' },
    address: '2001:db8:1::1',
  };

  expectEach('risk', [
    ['another entry for our own address', [changed(standing('192.0.2.7'), moved)], onLink],
    ['none any more', [taken(standing('192.0.2.7'))], onLink],
    ['one that is to be ours', [changed(standing('192.0.2.9'), { address: '192.0.2.7' })], onLink],
    ['one that was the gateway', [changed(standing('192.0.2.254'), { address: '192.0.2.9' })], { rows: [gateway] }],
    ['no more for the gateway', [taken(standing('192.0.2.254'))], { rows: [gateway] }],
    ['no more for a gateway that is not known', [taken(standing('192.0.2.9'))]],
    ['one for a gateway that no route that is known leads over', [entry('192.0.2.9')], { rows: [elsewhere] }],
    ['no more for the gateway, by its address of the link', [taken(link)], by6],
    ['no more for a gateway that OSPF may lead over', [taken(standing('192.0.2.9'))], { rows: [gateway, ospf] }],
    [
      'another for one that a lease may have brought',
      [changed(standing('192.0.2.9'), moved)],
      { rows: [gateway, lease] },
    ],
    [
      'no more where it is not known what we come by',
      [taken(standing('192.0.2.9'))],
      { rows: [gateway], access: { addresses: [] } },
    ],
    [
      'any that goes where we come by a tunnel',
      [taken(standing('10.0.0.9', 'ether5'))],
      { ...tunnelled, rows: [gateway] },
    ],
    ['an entry for our own address', [entry('192.0.2.7')], onLink],
    ['one for the gateway', [entry('192.0.2.254')], { rows: [gateway] }],
    ['one on the way to a gateway that is not known', [entry('192.0.2.254')]],
    ['a rule for routes of version 6', [added('/ip/route/rule', { 'dst-address': '198.51.100.0/24', action: 'drop' })]],
    ['a VRF of version 6', [added('/ip/route/vrf', { 'routing-mark': 'noc', interfaces: 'ether1' })]],
    [
      'the binding that lets us through a hotspot',
      [taken(row('/ip/hotspot/ip-binding', { address: '198.51.100.7', type: 'bypassed' }))],
    ],
    ['a binding that blocks us', [added('/ip/hotspot/ip-binding', { address: '198.51.100.7', type: 'blocked' })]],
  ]);
  expectEach('free', [
    ['an entry for a subscriber', [entry('192.0.2.9')], { ...onLink, rows: [gateway] }],
    ['another one', [changed(standing('192.0.2.9'), moved)], { ...onLink, rows: [gateway] }],
    ['none for him any more', [taken(standing('192.0.2.9'))], { ...onLink, rows: [gateway] }],
    [
      'none for him any more, of a router that learns routes',
      [taken(standing('192.0.2.9'))],
      { ...onLink, rows: [ospf] },
    ],
    ['none any more where we come over another gateway', [taken(standing('10.0.0.9'))], { rows: [gateway] }],
    ['the binding of another', [taken(row('/ip/hotspot/ip-binding', { address: '10.5.50.9', type: 'bypassed' }))]],
    ['one that blocks another', [added('/ip/hotspot/ip-binding', { address: '10.5.50.9', type: 'blocked' })]],
  ]);
});

describe('another group of our user', () => {
  const move = changed(row('/user', { name: 'lastmile', group: 'lm' }), { group: 'viewers' });
  const groups = (rights: readonly string[]): Case => ({ access: { groups: new Map([['viewers', new Set(rights)]]) } });

  expectEach('refused', [['one without the right to write', [move], groups(['read', 'api', 'sensitive'])]]);
  expectEach('risk', [['one with all we need', [move], groups(['read', 'write', 'api', 'sensitive'])]]);
});
