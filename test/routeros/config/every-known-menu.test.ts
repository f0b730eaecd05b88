import { describe, expect, it } from 'vitest';
import { knownMenus } from '../../../src/routeros/config/known-menus.ts';
import { settle } from '../menus/support.ts';
import { configured, configuredLab } from './support.ts';

/** Rows, or settings, as people write them, in other spellings than RouterOS prints where there are any. */
const samples: Readonly<Record<string, string>> = {
  '/ip/firewall/filter': `
    - {chain: input, action: accept, connection-state: 'established,related', comment: what we asked for}
    - {chain: input, protocol: tcp, dst-port: 8291, src-address: 10.0.0.5/32, action: accept}
    - {chain: forward, action: drop, log: true, log-prefix: in}`,
  '/ip/firewall/nat': `
    - {chain: srcnat, action: masquerade, out-interface: ether1}
    - {chain: dstnat, protocol: tcp, dst-port: 80, action: dst-nat, to-addresses: 10.0.0.9, to-ports: 8080}`,
  '/ip/firewall/mangle': `
    - {chain: prerouting, src-address: 10.0.0.0/24, action: mark-packet, new-packet-mark: home, passthrough: false}`,
  '/ip/firewall/raw': '[{chain: prerouting, protocol: udp, dst-port: 1900, action: drop}]',
  '/ipv6/firewall/filter': '[{chain: input, protocol: icmpv6, action: accept}, {chain: input, action: drop}]',
  '/ip/firewall/address-list': '[{list: staff, address: 10.9.0.0/24}, {list: staff, address: 10.8.0.1/32}]',
  '/ipv6/firewall/address-list': "[{list: staff, address: '2001:db8::/32'}]",
  '/queue/simple': `
    - {name: office, target: 10.0.0.7, max-limit: 10M/50M, priority: 3/3}
    - {name: all, target: '10.0.0.0/24,10.0.1.0/24', max-limit: 100M, burst-time: 8s/8s}`,
  '/queue/type': '[{name: fair, kind: pcq, pcq-rate: 5M, pcq-classifier: dst-address}]',
  '/queue/tree': '[{name: down, parent: global, packet-mark: home, max-limit: 50M}]',
  '/ip/address': '[{address: 10.77.0.1/24, interface: ether3}]',
  '/ipv6/address': "[{address: '2001:DB8:0:1::1/64', interface: ether3, advertise: false}]",
  '/ip/route': '[{dst-address: 10.99.0.0/16, gateway: 10.0.0.254, distance: 5}]',
  '/ip/dns/static':
    '[{name: nas.example, address: 10.0.0.3, ttl: 1h}, {name: x.example, type: CNAME, cname: nas.example}]',
  '/ip/dns': '{cache-size: 4096, servers: 9.9.9.9}',
  '/ip/dhcp-client': '[{interface: ether5, use-peer-dns: false}]',
  '/ip/dhcp-server/option': `[{name: portal, code: 114, value: "'https://portal.example/api'"}]`,
  '/ip/dhcp-server/config': '{store-leases-disk: 00:10:00}',
  '/ipv6/pool': "[{name: v6, prefix: '2001:DB8:10::/44', prefix-length: 56}]",
  '/ipv6/nd': '[{interface: ether3, managed-address-configuration: true, ra-lifetime: 00:30:00}]',
  '/interface/bridge': '[{name: br-lan, protocol-mode: none}]',
  '/interface/vlan': '[{name: vlan20, vlan-id: 20, interface: ether3}]',
  '/interface/list': '[{name: WAN}]',
  '/interface/ethernet': '[{name: ether5, comment: to the roof}]',
  '/interface/wireguard': '[{name: wg-lastmile, listen-port: 13231}]',
  '/ip/service': '[{name: telnet, disabled: true}, {name: www, address: "10.0.0.0/8,192.0.2.1"}]',
  '/ip/settings': '{rp-filter: loose}',
  '/ip/ssh': '{strong-crypto: true}',
  '/ip/neighbor/discovery-settings': '{discover-interface-list: "!dynamic"}',
  '/ip/cloud': '{update-time: false}',
  '/ip/hotspot/ip-binding': '[{mac-address: "0c-42-a1-00-00-99", type: bypassed}]',
  '/system/clock': '{time-zone-name: Africa/Nairobi}',
  '/system/ntp/client': '{enabled: true, servers: 192.0.2.123}',
  '/system/note': '{note: "ask before you touch"}',
  '/system/logging': '[{topics: "radius,!debug", action: memory, prefix: R}]',
  '/system/script': '[{name: hello, source: ":log info hello"}]',
  '/system/scheduler': '[{name: nightly, interval: 24:00:00, on-event: hello, start-time: "3:15"}]',
  '/user': '[{name: noc, group: read, address: 10.0.0.0/8, password: {derive: 1}}]',
  '/user/group': '[{name: noc, policy: "winbox,read,api,!ftp"}]',
  '/user/aaa': '{use-radius: true, default-group: read}',
  '/snmp': '{enabled: true, contact: noc@isp.example}',
  '/ppp/profile': '[{name: default, only-one: true}, {name: vip, use-encryption: required, on-up: ":log info up"}]',
  '/ip/hotspot/user/profile': '[{name: guests, add-mac-cookie: false}]',
};

describe.each(Object.entries(samples))('%s in config', (path, yaml) => {
  it('is in step after one apply, and left alone once nobody declares it', async () => {
    const model = configured(`{${path}: ${yaml.startsWith('\n') ? `[${flow(yaml)}]` : yaml}}`);
    await using lab = await configuredLab(model);
    const { inventory } = lab;

    const { plan } = await settle(lab, model, inventory);

    expect(plan.changes.filter(({ menu }) => menu === path).length).toBeGreaterThan(0);
    const { plan: back } = await settle(lab, configured('{}'), inventory, { allowDeletes: 20 });
    expect(back.changes.every(({ action, menu }) => menu === path && action === 'delete')).toBe(true);
  });
});

describe('settings of IPv6', () => {
  it('are there in RouterOS 6, too', async () => {
    const model = configured('{/ipv6/settings: {forward: false}}');
    await using lab = await configuredLab(model, { version: '6.49.17' });

    const { plan } = await settle(lab, model, lab.inventory);

    expect(plan.changes.map(({ menu, set }) => [menu, set])).toEqual([['/ipv6/settings', { forward: 'no' }]]);
  });
});

/** A block list of flow maps as one flow list. */
function flow(yaml: string): string {
  return yaml
    .split('\n')
    .map((line) => line.trim().replace(/^- /, ''))
    .filter((line) => line !== '')
    .join(', ');
}

describe('the table of known menus', () => {
  const fields = [...knownMenus.values()].flatMap((menu) =>
    Object.entries(menu.fields).map(([name, field]) => ({ path: menu.path, name, field })),
  );

  it('has no field whose default is not in canonical form twice over', () => {
    for (const { path, name, field } of fields) {
      const once = field.canonical?.(field.default ?? '') ?? '';
      expect(field.canonical?.(once) ?? once, `${path} ${name}`).toBe(once);
    }
  });

  it('knows the fields that tell rows apart', () => {
    for (const { path, identity, fields: known } of knownMenus.values()) {
      if (typeof identity === 'string') continue;
      for (const name of identity) expect(known[name], `${path} ${name}`).toBeDefined();
    }
  });
});
