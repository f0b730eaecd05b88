import { describe, expect, it } from 'vitest';
import { overlooked } from '../../src/adopt/overlooked.ts';
import { takePicture } from '../../src/adopt/picture.ts';
import { factsOf } from '../../src/routeros/config/facts.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { TableReader } from '../../src/routeros/table-reader.ts';
import { routerOf } from '../fixtures/routers/fixture.ts';
import { Desk } from './support.ts';

describe('a router that does more than let people in', () => {
  it('is declared whole: what the router tells of a menu goes into config, though nothing here is known of it', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.16.2',
      rows: [
        ['/interface/bridge', [{ name: 'br', 'vlan-filtering': 'yes', pvid: '5' }]],
        [
          '/interface/bridge/port',
          [
            {
              bridge: 'br',
              interface: 'ether2',
              pvid: '100',
              'frame-types': 'admit-only-untagged-and-priority-tagged',
            },
            { bridge: 'br', interface: 'ether3' },
          ],
        ],
        ['/interface/vrrp', [{ name: 'vrrp1', interface: 'br', vrid: '7', password: 'vr-pass', comment: 'gw' }]],
        ['/interface/gre', [{ name: 'gre1', 'remote-address': '203.0.113.1', 'ipsec-secret': 'gre-pass' }]],
        ['/routing/ospf/instance', [{ name: 'core', 'router-id': '10.255.0.1' }]],
        ['/routing/ospf/area', [{ name: 'backbone', instance: 'core' }]],
        [
          '/routing/ospf/interface-template',
          [
            { area: 'backbone', interfaces: 'br', auth: 'md5', 'auth-key': 'ospf-pass' },
            { area: 'backbone', networks: '10.0.0.0/8', passive: 'yes', comment: 'all: the rest' },
          ],
        ],
        [
          '/routing/bgp/connection',
          [
            {
              name: 'up',
              'remote.address': '203.0.113.9',
              as: '65001',
              'local.role': 'ebgp',
              'tcp-md5-key': 'bgp-pass',
            },
          ],
        ],
        ['/routing/filter/rule', [{ chain: 'out', rule: 'if (dst in 10.0.0.0/8) { accept; } else { reject; }' }]],
        ['/ip/ipsec/profile', [{ name: 'strong', 'enc-algorithm': 'aes-256' }]],
        ['/ip/ipsec/peer', [{ name: 'hq', address: '198.51.100.1/32', profile: 'strong' }]],
        ['/ip/ipsec/identity', [{ peer: 'hq', secret: 'psk-hq' }]],
        ['/tool/netwatch', [{ host: '10.0.0.9', 'down-script': '/log error "down: x"' }]],
      ],
      settings: [
        ['/interface/l2tp-server/server', undefined, { enabled: 'yes', 'use-ipsec': 'yes', 'ipsec-secret': 'l2-pass' }],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect(told.out).toContain('The next plan of it is empty.');
    expect(told.out).not.toMatch(/Not looked into: .*(?:routing|ipsec|vrrp)/);
    const yaml = desk.read('core-1.yaml');
    for (const part of [
      'pvid: 100',
      'pvid: 5',
      'vrid: 7',
      'router-id: 10.255.0.1',
      'rule: "if (dst in 10.0.0.0/8) { accept; } else { reject; }"',
      'down-script: "/log error \\"down: x\\""',
      'password: {env: LASTMILE_SECRET_CORE_1_INTERFACE_VRRP_VRRP1_PASSWORD}',
      'ipsec-secret: {env: LASTMILE_SECRET_CORE_1_INTERFACE_L2TP_SERVER_SERVER_IPSEC_SECRET}',
      'comment: "all: the rest"',
    ])
      expect(yaml).toContain(part);
    for (const secret of ['vr-pass', 'gre-pass', 'ospf-pass', 'bgp-pass', 'psk-hq', 'l2-pass']) {
      expect(yaml).not.toContain(secret);
      expect(desk.read('.lastmile.env')).toContain(secret);
    }
    const planned = await desk.plan();
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });

    desk.takeOver();
    const applied = await desk.apply();
    expect(applied, applied.out + applied.err).toMatchObject({ code: 0 });
    router.set('/interface/bridge/port', String(router.rows('/interface/bridge/port')[0]?.['.id']), { pvid: '1' });
    const drifted = await desk.plan({ state: desk.state });
    expect(drifted.out).toContain('~ /interface/bridge/port ether2');
    expect(drifted.code).toBe(2);
  });
});

describe('rules of routing of which some are off, and words without a value', () => {
  it('are declared each, and come back as they were', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.16.2',
      rows: [
        [
          '/routing/filter/rule',
          [
            { chain: 'in', rule: 'set bgp-local-pref 200; accept;' },
            { chain: 'in', rule: 'reject;', disabled: 'yes' },
          ],
        ],
        ['/routing/ospf/instance', [{ name: 'v2' }]],
        ['/routing/ospf/area', [{ name: 'bb', instance: 'v2', 'no-summaries': '' }]],
        [
          '/routing/ospf/interface-template',
          [
            { area: 'bb', interfaces: 'ether1' },
            { area: 'bb', interfaces: 'ether2', passive: '' },
            { area: 'bb', interfaces: 'ether3', disabled: 'yes' },
          ],
        ],
        ['/routing/table', [{ name: 'isp2', fib: '' }, { name: 'marks' }]],
        ['/ipv6/route', [{ 'dst-address': '2001:db8::/32', blackhole: '' }]],
        ['/ip/route', [{ 'dst-address': '203.0.113.0/24', blackhole: '' }]],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect(told.out).not.toContain('Left to the router');
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    const yaml = desk.read('core-1.yaml');
    for (const part of [
      '{chain: in, rule: "set bgp-local-pref 200; accept;"}',
      '{chain: in, rule: "reject;", disabled: true}',
      '{name: isp2, fib: true}',
      '{name: marks}',
      '{dst-address: 203.0.113.0/24, routing-table: main, blackhole: true}',
    ])
      expect(yaml).toContain(part);
    expect(yaml.match(/passive: true/g)).toHaveLength(1);
    expect(yaml.match(/no-summaries: true/g)).toHaveLength(1);
    expect(yaml.match(/blackhole: true/g)).toHaveLength(2);
    desk.takeOver();
    await desk.apply();
    for (const menu of ['/ip/route', '/routing/table', '/routing/filter/rule'])
      for (const row of router.rows(menu))
        if (row['dynamic'] !== 'true' && row['default'] !== 'true') router.remove(menu, String(row['.id']));
    router.add('/routing/table', { name: 'marks', fib: '' });
    desk.write('core-1.yaml', desk.read('core-1.yaml').replace('{name: marks}', '{name: marks, fib: false}'));

    const healed = await desk.apply();
    const after = await desk.plan({ state: desk.state });

    expect(healed, healed.out + healed.err).toMatchObject({ code: 0 });
    expect(after, after.out + after.err).toMatchObject({ code: 0 });
    expect(router.rows('/ip/route').find((row) => row['dst-address'] === '203.0.113.0/24')).toMatchObject({
      blackhole: '',
    });
    const tables = router.rows('/routing/table').map(({ name, fib }) => [name, fib]);
    expect(tables).toEqual(
      expect.arrayContaining([
        ['isp2', ''],
        ['marks', undefined],
      ]),
    );
  });
});

describe('names that look like flags', () => {
  it('are names, and rows without one are told by what they say', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.18.2',
      rows: [
        ['/system/scheduler', [{ name: 'true', interval: '5s', 'on-event': ':log info x' }]],
        ['/interface/wifi/configuration', [{ name: '12', ssid: 'false' }]],
        [
          '/ip/firewall/filter',
          [{ chain: 'forward', action: 'drop', 'dst-address': '10.9.0.1', comment: 'lm:other/x' }],
        ],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect(told.out).toContain('/ip/firewall/filter: forward 10.9.0.1 (*1): it is held by lm:other/x');
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    expect(desk.read('core-1.yaml')).toContain('name: "true"');
    expect(desk.read('core-1.yaml')).toContain('{name: "12", ssid: "false"}');
  });
});

describe('settings that somebody changed', () => {
  it.each(['6.49.17', '7.19.4'])('%s: are declared, with what is secret in them moved out', async (version) => {
    await using router = await routerOf({
      title: '',
      version,
      rows: [['/interface/list', [{ name: 'LAN' }]]],
      settings: [
        ['/ip/firewall/connection/tracking', undefined, { 'udp-timeout': '30s', 'tcp-established-timeout': '1h' }],
        ['/ip/neighbor/discovery-settings', undefined, { 'discover-interface-list': 'LAN' }],
        ['/tool/mac-server', undefined, { 'allowed-interface-list': 'LAN' }],
        ['/tool/e-mail', undefined, { server: '10.0.0.25', user: 'noc', password: 'mail-pass' }],
        ['/ip/ssh', undefined, { 'strong-crypto': 'yes' }],
        ['/ip/proxy', undefined, { enabled: 'yes', port: '3128' }],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    const yaml = desk.read('core-1.yaml');
    for (const part of [
      '/ip/firewall/connection/tracking: {udp-timeout: 30s, tcp-established-timeout: 1h}',
      'discover-interface-list: LAN',
      '/tool/mac-server: {allowed-interface-list: LAN}',
      'password: {env: LASTMILE_SECRET_CORE_1_TOOL_E_MAIL_PASSWORD}',
      'strong-crypto: true',
    ])
      expect(yaml).toContain(part);
    // RouterOS 6 does not tell what it takes where nothing is known beforehand.
    if (version.startsWith('7.')) expect(yaml).toContain('port: 3128');
    else expect(told.out).toContain('/ip/proxy: 1 row: it is on, and RouterOS 6 does not tell');
  });
});

describe('a router that shows secrets to those who ask for them alone', () => {
  it.each(['placeholder', 'omitted'] as const)('%s: is asked in every menu', async (secretsUnasked) => {
    await using router = await routerOf(
      {
        title: '',
        version: '7.22.3',
        rows: [
          ['/snmp/community', [{ name: 'v3', security: 'private', 'authentication-password': 'snmp-pass' }]],
          ['/interface/gre', [{ name: 'gre1', 'remote-address': '203.0.113.1', 'ipsec-secret': 'gre-pass' }]],
          ['/ip/address', [{ address: '10.7.0.1/30', interface: 'gre1' }]],
        ],
      },
      { secretsUnasked },
    );
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect((await desk.plan()).code).toBe(0);
    for (const secret of ['snmp-pass', 'gre-pass']) expect(desk.read('.lastmile.env')).toContain(secret);
    expect(desk.read('core-1.yaml')).toContain('{address: 10.7.0.1/30, interface: gre1}');
  });
});

describe('a router that has learned a million routes', () => {
  it('is asked for the others alone, by an import, by what counts rows, and by every look', async () => {
    const asked: string[] = [];
    const session = {
      stream: async (command: string, _words: unknown, _row: unknown, { queries = [] }: { queries?: string[] }) =>
        void asked.push(`${command} ${queries.join(' ')}`),
      run: async () => ({ rows: [], ret: undefined }),
    } as unknown as RouterOsSession;
    const { signal } = new AbortController();
    const route = factsOf('/ip/route', undefined);

    await takePicture(session, 'core-1', ['/ip/route', '/ipv6/route'], signal);
    await overlooked(session, new Set(['/ip/route']), signal);
    await new TableReader().read(session, { ...route, rows: () => [] }, signal);

    const routes = asked.filter((each) => /^\/ip(?:v6)?\/route\/print/.test(each));
    expect(routes).toEqual(
      ['/ip/route', '/ipv6/route', '/ipv6/route', '/ip/route'].map((path) => `${path}/print ?dynamic=true ?#!`),
    );
  });
});

describe('a guest without a password, the only one', () => {
  it('is taken over as he is: his row is no sign of secrets that are kept from us', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [['/ip/hotspot/user', [{ name: 'open' }]]],
    });
    await using desk = await Desk.open();
    desk.declare(router);
    await desk.import();
    desk.takeOver();

    const applied = await desk.apply();
    const after = await desk.plan({ state: desk.state });

    expect(applied, applied.out + applied.err).toMatchObject({ code: 0 });
    expect(after, after.out + after.err).toMatchObject({ code: 0 });
  });
});

describe('a router with nothing on it', () => {
  it('is imported into the file that declares it', async () => {
    await using router = await routerOf({ title: '', version: '6.49.17', rows: [] });
    router.set('/ip/dns', undefined, { 'allow-remote-requests': 'no' });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect((await desk.plan()).code).toBe(0);
  });
});

describe('a DHCP server that no declaration says as it is', () => {
  it('is not taken for declared when the router is imported again', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        ['/ip/dhcp-server', [{ name: 'bad name', interface: 'ether2', disabled: 'no' }]],
        ['/ip/dhcp-server/lease', [{ 'mac-address': '0C:42:A1:00:00:11', address: '10.0.0.5', server: 'bad name' }]],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);
    await desk.import();
    const files = desk.files();

    const again = await desk.import();

    expect(again, again.err).toMatchObject({ code: 0 });
    expect(desk.files()).toEqual(files);
  });
});

describe('a router on which another operator holds a pool and a profile', () => {
  it('has neither declared, nor who depends on them taken for a Subscriber', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        [
          '/ip/pool',
          [{ name: 'theirs', ranges: '10.0.0.2-10.0.0.9', comment: 'x lm:other/Router/core-1#pool-theirs' }],
        ],
        ['/ppp/profile', [{ name: 'gold', 'remote-address': 'theirs', comment: 'lm:other/Service/gold' }]],
        ['/ppp/secret', [{ name: 'anna', password: 'a', profile: 'gold', service: 'pppoe' }]],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(told.out).toContain('/ppp/secret: anna: its profile is held by lm:other/Service/gold');
    expect(told.out).toContain('/ip/pool: theirs: it is held by lm:other/Router/core-1#pool-theirs');
    expect(planned, planned.out).toMatchObject({ code: 0 });
    expect(planned.out + planned.err).not.toContain('waits until that marker is removed');
  });
});
