import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pppSecret } from '../../src/routeros/menus/ppp-secret.ts';
import { defconf } from '../fixtures/routers/defconf.ts';
import { type RouterFixture, routerOf } from '../fixtures/routers/fixture.ts';
import { pppoeConcentrator } from '../fixtures/routers/pppoe-concentrator.ts';
import { vouchers } from '../fixtures/routers/vouchers.ts';
import { Desk } from './support.ts';

const passwords = ['pa55-anna', '007', "it's", '1e9'];

describe('a router that is declared nowhere', () => {
  it('is imported by how it is reached: no password stands in a YAML file, and the file with them is private', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    desk.env['ROUTER_PASSWORD'] = 'api';
    const reached = {
      address: `${router.apiHost}:${router.apiPort}`,
      username: 'lastmile',
      passwordEnv: 'ROUTER_PASSWORD',
    };

    const told = await desk.import('bras-1', reached);
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0, err: '' });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0, err: '' });
    const yaml = Object.values(desk.files()).join('\n');
    for (const password of passwords.slice(0, 1)) expect(yaml + told.out).not.toContain(password);
    expect(desk.files()['routers/bras-1.yaml']).toContain('password: {env: LASTMILE_SECRET_BRAS_1_API}');
    expect(statSync(join(desk.dir, '.lastmile.env')).mode & 0o777).toBe(0o600);
    expect(desk.read('.lastmile.env')).toContain("LASTMILE_SECRET_CARLA='it'\\''s'\n");
    expect(desk.read('.gitignore')).toBe('.lastmile.env\n');
  });

  it('needs to be said how it is reached, and a name that can be one', async () => {
    await using desk = await Desk.open();

    expect(await desk.import('core-1')).toMatchObject({ code: 64, err: expect.stringContaining('--address') });
    expect(await desk.import('Core 1', { address: '127.0.0.1', username: 'x' })).toMatchObject({ code: 64 });
    expect(await desk.import('core-1', { address: '127.0.0.1' })).toMatchObject({
      code: 64,
      err: expect.stringContaining('--username'),
    });
    expect(await desk.import('core-1', { address: '127.0.0.1', username: 'x' })).toMatchObject({
      code: 64,
      err: expect.stringContaining('--password-env'),
    });
    for (const passwordEnv of ['ROUTER_PASSWORD', 'LASTMILE_SECRET_ROUTER'])
      expect(await desk.import('core-1', { address: '127.0.0.1', username: 'x', passwordEnv })).toMatchObject({
        code: 64,
        err: expect.stringContaining(`--password-env names ${passwordEnv}`),
      });
  });
});

describe('secrets of an import', () => {
  it('go to files below a folder when that is asked for', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    desk.declare(router);
    const secrets = join(desk.folder.path, 'secrets');

    const told = await desk.import('core-1', { secretsAs: 'file', secrets });
    const planned = await desk.plan({ secrets });

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    expect(statSync(join(secrets, 'subscribers/carla')).mode & 0o777).toBe(0o600);
    expect(() => desk.read('.lastmile.env')).toThrow('ENOENT');
  });

  it('are not invented: of a router that hides them, or shows asterisks, nothing is written', async () => {
    await using desk = await Desk.open();
    for (const secretsUnasked of ['placeholder', 'omitted'] as const) {
      const users = [{ name: 'lastmile', password: 'api', policies: ['read', 'api'] }];
      await using router = await routerOf(pppoeConcentrator, { users, secretsUnasked });
      desk.declare(router);

      const told = await desk.import().catch((error: unknown) => ({ code: -1, out: '', err: String(error) }));

      expect(told.err).toContain('sensitive');
      expect(Object.keys(desk.files())).toEqual(['core-1.yaml']);
    }
  });
});

describe('an import into a repository', () => {
  it('adds to the document of the router what it lacks, and leaves its text as it is', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    const api = `{port: ${router.apiPort}, username: lastmile, password: {env: LASTMILE_SECRET_API}}`;
    desk.write(
      'net.yaml',
      `# our network
apiVersion: lastmile/v1
kind: Router
metadata: {name: core-1, labels: {site: north}} # the old one
spec: {address: 127.0.0.1,
  api: ${api},
  pools: [{name: mine, static: [203.0.113.0/24]}]}
---
apiVersion: lastmile/v1
kind: Operator
metadata: {name: acme}
spec: {timezone: Africa/Nairobi}
`,
    );

    const told = await desk.import();
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    const text = desk.read('net.yaml');
    expect(
      text.startsWith(
        '# our network\napiVersion: lastmile/v1\nkind: Router\nmetadata: {name: core-1, labels: {site: north}} # the old one\nspec:\n  address: 127.0.0.1\n',
      ),
    ).toBe(true);
    expect(text).toContain('  pools: [{name: mine, static: [203.0.113.0/24]}]\n  mode: observe\n');
    expect(text).toContain('\n---\napiVersion: lastmile/v1\nkind: Operator\n');
  });

  it('uses a service that is declared already and sells the same, and gives another of its name a suffix', async () => {
    await using one = await routerOf(pppoeConcentrator);
    const other: RouterFixture = {
      title: '',
      version: '7.22.3',
      rows: [
        ['/ip/pool', [{ name: 'pool-home', ranges: '10.20.0.10-10.20.3.254' }]],
        [
          '/ppp/profile',
          [
            { name: 'business', 'rate-limit': '100000k/100M' },
            { name: 'home-50', 'rate-limit': '10M/50M', 'remote-address': 'pool-home' },
          ],
        ],
        [
          '/ppp/secret',
          [
            { name: 'zoe', password: 'z', profile: 'business', service: 'pppoe' },
            { name: 'yan', password: 'y', profile: 'home-50', service: 'pppoe' },
            { name: 'ben', password: 'elsewhere', profile: 'home-50', service: 'pppoe' },
          ],
        ],
      ],
    };
    await using two = await routerOf(other);
    await using desk = await Desk.open();
    desk.declare(one);
    desk.declare(two, 'core-2', '  mode: observe\n');
    await desk.import('core-1');
    const before = desk.files();

    const told = await desk.import('core-2');
    const planned = await desk.plan();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    const { 'core-2.yaml': _router, ...after } = desk.files();
    const fresh = Object.keys(after).filter((path) => !(path in before));
    expect(fresh).toEqual([
      'services/home-50-2.yaml',
      'subscribers/core-2-business.yaml',
      'subscribers/core-2-home-50-2.yaml',
    ]);
    for (const [path, text] of Object.entries(before)) if (path !== 'core-2.yaml') expect(after[path], path).toBe(text);
    expect(told.out).toContain('/ppp/secret: ben: the username ben is declared already');
  });

  it('twice finds nothing more', async () => {
    await using router = await routerOf(defconf);
    await using desk = await Desk.open();
    desk.declare(router);
    await desk.import();
    const before = desk.files();

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(desk.files()).toEqual(before);
  });

  it('is refused while the router would be changed at once', async () => {
    await using router = await routerOf(defconf);
    await using desk = await Desk.open();
    desk.declare(router, 'core-1', '  mode: apply\n');

    expect(await desk.import()).toMatchObject({ code: 4, err: expect.stringContaining('mode: observe') });
  });

  it('goes elsewhere with the Operator, as a repository of its own', async () => {
    await using router = await routerOf(pppoeConcentrator);
    await using desk = await Desk.open();
    desk.declare(router);
    desk.write(
      'operator.yaml',
      'apiVersion: lastmile/v1\nkind: Operator\nmetadata: {name: acme}\nspec: {timezone: UTC}\n',
    );
    const out = join(desk.folder.path, 'adopted');
    // The password of the router is in the file beside its declaration alone.
    delete desk.env['LASTMILE_SECRET_API'];
    writeFileSync(join(desk.dir, '.lastmile.env'), "LASTMILE_SECRET_API='api'\n", { mode: 0o600 });

    const told = await desk.import('core-1', { out });
    const planned = await desk.plan({ dir: out });

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    expect(Object.keys(desk.files())).toEqual(['core-1.yaml', 'operator.yaml']);
  });
});

const people = (count: number, more: (at: number) => Readonly<Record<string, string>>) =>
  Array.from({ length: count }, (_, at) => ({
    name: `user-${at}`,
    password: `p${at}`,
    service: 'pppoe',
    profile: 'fast',
    ...more(at),
  }));

describe('rows with a value that no declaration says', () => {
  it('are left so for that value alone: another that is set later by hand shows', async () => {
    const fixture: RouterFixture = {
      title: '',
      version: '7.22.3',
      rows: [
        ['/ip/pool', [{ name: 'p', ranges: '10.0.0.2-10.0.0.254' }]],
        ['/ppp/profile', [{ name: 'fast', 'rate-limit': '10M/50M', 'remote-address': 'p' }]],
        [pppSecret.path, people(12, (at) => (at < 8 ? { service: 'any' } : {}))],
      ],
    };
    await using router = await routerOf(fixture);
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();
    expect((await desk.plan()).code, told.err).toBe(0);
    router.set(pppSecret.path, 'user-3', { service: 'l2tp' });
    router.set(pppSecret.path, 'user-11', { service: 'l2tp' });
    await router.settled();
    const planned = await desk.plan();

    expect(desk.read('core-1.yaml')).toContain('match: {service: any}');
    expect(planned.code).toBe(2);
    expect(planned.out).toContain('~ /ppp/secret user-3 ');
    expect(planned.out).toContain('~ /ppp/secret user-11 ');
    expect(planned.out).toContain('Plan: 0 to create, 2 to update, 0 to delete.');
  });
});

describe('what a router has besides its subscribers', () => {
  it('is declared where its menu is known, and named where it is not', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        ['/interface/bridge', [{ name: 'lan' }]],
        ['/interface/vlan', [{ name: 'v100', 'vlan-id': '100', interface: 'ether2' }]],
        ['/interface/list', [{ name: 'LAN' }]],
        ['/interface/list/member', [{ list: 'LAN', interface: 'lan' }]],
        ['/ip/address', [{ address: '10.1.0.1/24', interface: 'lan' }]],
        ['/ip/route', [{ 'dst-address': '10.9.0.0/16', gateway: '10.1.0.2' }]],
        ['/user', [{ name: 'noc', group: 'read', password: 'x' }]],
      ],
      settings: [
        ['/snmp', undefined, { enabled: 'yes', location: 'tower 3' }],
        ['/system/clock', undefined, { 'time-zone-name': 'Africa/Nairobi' }],
        ['/ip/settings', undefined, { 'rp-filter': 'loose' }],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    const planned = await desk.plan();
    expect(planned, planned.out + planned.err).toMatchObject({ code: 0 });
    const text = desk.read('core-1.yaml');
    for (const part of [
      'name: v100',
      '{address: 10.1.0.1/24, interface: lan}',
      'dst-address: 10.9.0.0/16',
      'location: "tower 3"',
    ])
      expect(text).toContain(part);
    for (const part of ['time-zone-name: Africa/Nairobi', 'rp-filter: loose', '{list: LAN, interface: lan}'])
      expect(text).toContain(part);
    for (const part of ['name: dynamic', 'name: main', 'name: full', 'scope']) expect(text).not.toContain(part);
    expect(told.out).toMatch(/Not looked into: .*\/user \(\d\)/);
    expect((await desk.orphans()).out).not.toContain('/ip/address');
  });
});

describe('scripts with passwords in them', () => {
  it('are told with file and line before anybody commits them', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        [
          '/system/script',
          [
            { name: 'mail', source: '/tool e-mail send user=u password=MAILPASS\r\n:log info done' },
            { name: 'clean', source: ':local p [/file get x contents]; /login password=$p' },
          ],
        ],
        [
          '/system/scheduler',
          [{ name: 'up', interval: '1d', 'on-event': '/tool fetch url="https://x/?token=abc123"' }],
        ],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told.code).toBe(0);
    const lines = told.err.split('\n').filter((line) => line.includes('looks like a secret'));
    expect(lines).toHaveLength(2);
    const text = desk.read('core-1.yaml').split('\n');
    for (const line of lines) {
      const at = Number(/core-1\.yaml:(\d+):/.exec(line)?.[1]);
      expect(text[at - 1]).toMatch(/MAILPASS|abc123/);
    }
    expect(told.err).not.toMatch(/MAILPASS|abc123/);
  });
});

describe('a PPPoE server', () => {
  it('is declared with all that holds its clients', async () => {
    const server = {
      interface: 'ether2',
      'service-name': 'isp',
      'default-profile': 'default',
      disabled: 'no',
      'one-session-per-host': 'yes',
      'max-mtu': '1480',
      'max-mru': '1480',
      'keepalive-timeout': '30',
      'max-sessions': '500',
    };
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [['/interface/pppoe-server/server', [server]]],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();
    expect((await desk.plan()).code, told.err).toBe(0);
    const text = desk.read('core-1.yaml');
    for (const part of ['oneSessionPerHost: true', 'mtu: 1480', 'keepalive: 30s', 'maxSessions: 500'])
      expect(text).toContain(part);
  });
});

describe('rows that no Subscriber is', () => {
  it('are declared as they are, in config: vouchers of one hotspot, devices of any, VPN logins', async () => {
    await using router = await routerOf(vouchers);
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0 });
    const yaml = desk.read('core-1.yaml');
    expect(yaml).toContain(`    /ip/hotspot/user:
      - name: v1
        server: hs1
        password: {env: LASTMILE_SECRET_CORE_1_IP_HOTSPOT_USER_V1_HS1_PASSWORD}
        profile: 1h
        limit-uptime: 1h
        comment: vc-2025
`);
    expect(yaml).toContain('      - {name: "0C:42:A1:00:00:09", mac-address: "0C:42:A1:00:00:09"}\n');
    expect(yaml).toContain('service: l2tp');
    expect(yaml).toContain('caller-id: 192.0.2.7');
    expect(told.out).toContain(`In config of the router, as rows, since no Subscriber says what they are:
  /ppp/secret: vpn: l2tp is no way in that is sold
  /ip/hotspot/user: v1, v2: it is for the hotspot hs1 alone
  /ip/hotspot/user: 0C:42:A1:00:00:09: it has no password
`);
    expect(told.out).not.toContain('Left to the router');
  });

  it('have their neighbours’ properties counted and named that stay on the router alone', async () => {
    await using router = await routerOf(vouchers);
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told.out).toContain('Kept on the router as they are, and said in no YAML:\n');
    for (const line of [
      '/ppp/profile: use-encryption of 1 row: gold',
      '/ppp/profile: on-up of 1 row: gold',
      '/ppp/secret: caller-id of 1 row: anna',
      '/ppp/secret: limit-bytes-in of 1 row: ben',
      '/ip/hotspot/user: limit-bytes-in of 1 row: owner',
    ])
      expect(told.out).toContain(`  ${line}\n`);
  });

  it('are told by their number where a program keeps them', async () => {
    const codes = Array.from({ length: 2_001 }, (_, at) => ({ name: `v${at}`, password: `p${at}`, server: 'hs1' }));
    await using router = await routerOf({
      ...vouchers,
      rows: [...vouchers.rows, ['/ip/hotspot/user', codes.slice(3)]],
    });
    await using desk = await Desk.open();
    desk.declare(router);

    const told = await desk.import();

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(told.out).toContain('/ip/hotspot/user: 2,001 rows: too many to review: a program keeps them');
    expect(desk.read('core-1.yaml')).not.toContain('/ip/hotspot/user:');
    expect(told.out).toContain('The next plan of it is empty.');
  });
});

describe('ten thousand customers', () => {
  it('are imported in seconds', async () => {
    await using router = await routerOf({
      title: '',
      version: '7.22.3',
      rows: [
        ['/ip/pool', [{ name: 'p', ranges: '10.0.0.2-10.0.255.254' }]],
        ['/ppp/profile', [{ name: 'fast', 'rate-limit': '10M/50M', 'remote-address': 'p' }]],
        [
          pppSecret.path,
          Array.from({ length: 10_000 }, (_, at) => ({
            name: `user-${at}@isp.example`,
            password: `p${at}`,
            service: 'any',
            profile: 'fast',
            'remote-address': `10.9.${at >> 8}.${at & 255}`,
          })),
        ],
      ],
    });
    await using desk = await Desk.open();
    desk.declare(router);
    const started = process.cpuUsage();

    const told = await desk.import();
    const { user, system } = process.cpuUsage(started);

    expect(told, told.err).toMatchObject({ code: 0 });
    expect(told.out).toContain('10,000 subscribers');
    expect(told.out).toContain('The next plan of it is empty.');
    expect(desk.read('core-1.yaml')).toContain(
      'ignore: [{menu: /ppp/secret, match: {service: any}, fields: [service]}]',
    );
    // Of processor time, router and all: looking through all rows for each would take minutes.
    expect((user + system) / 1e6).toBeLessThan(30);
  });
});
