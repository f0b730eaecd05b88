import { describe, expect, it } from 'vitest';
import { type Prints, printedRouter } from './printed-router.ts';
import { Desk } from './support.ts';

const settings: Prints = new Map([
  ['/system/identity', [{ name: 'Tower 3' }]],
  ['/ip/dns', [{ servers: '', 'dynamic-servers': '10.0.0.1', 'allow-remote-requests': 'false', 'cache-size': '2048' }]],
  ['/system/ntp/client', [{ enabled: 'true', mode: 'unicast', servers: '192.0.2.4', status: 'synchronized' }]],
  ['/ppp/aaa', [{ accounting: 'true', 'interim-update': '0s', 'use-radius': 'false' }]],
]);

/** As routers were seen to print them: fields that are not set are left out, dates are of their version. */
const people: Prints = new Map([
  ['/ip/pool', [{ '.id': '*2', name: 'dyn', ranges: '192.168.77.2-192.168.77.254' }]],
  [
    '/ppp/profile',
    [
      { '.id': '*0', default: 'true', name: 'default', 'use-compression': 'default', 'use-encryption': 'default' },
      { '.id': '*1', default: 'false', name: 'vpn', 'local-address': '192.168.77.1', 'remote-address': '*2F' },
      { '.id': '*5', name: '100Megas', 'remote-address': 'dyn', 'rate-limit': '100M/100M', 'use-later': 'anything' },
    ],
  ],
  [
    '/ppp/secret',
    [
      { '.id': '*1', name: 'user1', password: '1', profile: '100Megas', service: 'pppoe', 'caller-id': '' },
      {
        '.id': '*2',
        name: 'user2',
        password: '2',
        profile: '*7',
        service: 'pppoe',
        'last-logged-out': 'may/01/2023 20:52:13',
      },
      { '.id': '*3', name: 'user3', password: '3', profile: 'vpn', service: 'ovpn', 'limit-bytes-in': '0' },
    ],
  ],
  [
    '/ip/dhcp-server/lease',
    [
      {
        '.id': '*2A5C',
        address: '192.168.6.95',
        'mac-address': 'B8:88:E3:39:EF:E6',
        server: 'User',
        'client-id': '1:b8:88:e3:39:ef:e6',
        'expires-after': '14:40:26',
        dynamic: 'true',
      },
      {
        '.id': '*3',
        address: '192.168.6.96',
        'mac-address': '0C:42:A1:00:00:01',
        server: '*1',
        'client-id': 'ff:35:0:bd',
        status: 'waiting',
      },
    ],
  ],
  [
    '/ip/hotspot/user',
    [{ '.id': '*1', name: 'guest', password: '9', 'limit-uptime': '1m', uptime: '0s', dynamic: 'false' }],
  ],
  [
    '/queue/simple',
    [{ '.id': '*1', name: 'q', target: '10.0.0.5/32', 'max-limit': '1000000/5000000', parent: 'none', rate: '0/0' }],
  ],
  [
    '/system/script',
    [{ '.id': '*1', name: 's', source: ':log info "TEST";\r\n', policy: 'read,write', owner: 'admin' }],
  ],
  [
    '/user/group',
    [
      { '.id': '*1', name: 'read', policy: 'read,!write' },
      { '.id': '*9', name: 'noc', policy: 'read,!write,!ftp', skin: 'default' },
    ],
  ],
]);

const takes = new Map([['/routing/ospf/instance', ['name', 'router-id', 'comment', 'disabled']]]);

describe('a router that prints its rows in a way that nothing here was made for', () => {
  it.each(['6.49.17', '7.8', '7.15', '7.99'])(
    'is imported, and its next plan is empty (RouterOS %s)',
    async (version) => {
      await using router = await printedRouter(new Map([...settings, ...people]), { version });
      await using desk = await Desk.open();
      declare(desk, router.port);

      const told = await desk.import();
      const planned = await desk.plan();

      expect(told, told.err).toMatchObject({ code: 0 });
      expect(told.out).toContain('The next plan of it is empty.');
      expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
      expect(told.out).toContain('/ppp/secret: user2: its profile *7 was removed');
    },
  );

  it('has in config what it says it takes of a menu, and nothing else that it prints', async () => {
    const ospf = { '.id': '*1', name: 'core', 'router-id': '10.255.0.1', disabled: 'false', state: 'running' };
    const prints = new Map([...settings, ['/routing/ospf/instance', [ospf]] as const]);
    await using router = await printedRouter(prints, { version: '7.16', takes });
    await using desk = await Desk.open();
    declare(desk, router.port);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(desk.read('core-1.yaml')).toContain(
      '    /routing/ospf/instance:\n      - {name: core, router-id: 10.255.0.1}\n',
    );
    expect((await desk.plan()).code).toBe(0);
  });

  it('is told of menus that it cannot explain, with the number of rows', async () => {
    const prints = new Map([...settings, ['/routing/ospf/instance', [{ '.id': '*1', name: 'core' }]] as const]);
    await using router = await printedRouter(prints, { version: '6.49.17' });
    await using desk = await Desk.open();
    declare(desk, router.port);

    const told = await desk.import();

    expect(told.out).toContain('Not looked into: /routing/ospf/instance (1). config of the router takes any of them.');
  });
});

describe('a menu that RouterOS of this version has not, by what is known, and that is full all the same', () => {
  it('is left out whole, and the next plan is empty', async () => {
    const rows = Array.from({ length: 90 }, (_, at) => ({
      '.id': `*${at + 1}`,
      'mac-address': `0C:42:A1:00:00:${at.toString(16).toUpperCase().padStart(2, '0')}`,
      passphrase: 'pass-1234',
    }));
    const prints = new Map([...settings, ['/interface/wifi/access-list', rows] as const]);
    await using router = await printedRouter(prints, { version: '7.9' });
    await using desk = await Desk.open();
    declare(desk, router.port);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(told.out).toContain('The next plan of it is empty.');
    expect(told.out).toContain('/interface/wifi/access-list: 0C:42:A1:00:00:00');
    expect((await desk.plan()).code).toBe(0);
  });
});

function declare(desk: Desk, port: number): void {
  desk.write(
    'core-1.yaml',
    `apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1}
spec:
  address: 127.0.0.1
  api: {port: ${port}, username: lastmile, password: {env: LASTMILE_SECRET_API}}
`,
  );
}
