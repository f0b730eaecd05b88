import { describe, expect, it } from 'vitest';
import { checkGarden } from '../../src/doctor/check-garden.ts';
import type { RouterFacts } from '../../src/doctor/facts.ts';
import { readTries, type SomeRows } from '../../src/doctor/read-tries.ts';
import { type Garden, type GuestRows, type SiteTries, triedHosts } from '../../src/doctor/tried-hosts.ts';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { get, raw, website } from '../simulator/guest.ts';
import { cafe, everythingRouter, networkWith } from '../support/everything-network.ts';
import { Clinic, type ClinicOptions } from './clinic.ts';

const waits = 'walledGarden: [pay.example, "*.bank.example", 203.0.113.0/24]';

/** A hotspot that shows a site. */
function spec(garden: string): string {
  return `  pools: [{name: guests, ranges: [10.41.0.10-10.41.0.99]}]
  hotspots: [{name: lobby, interface: ether3, address: 10.41.0.1, pool: guests, loginBy: [http-pap]}]
---
apiVersion: lastmile/v1
kind: Service
metadata: {name: guest}
spec: {access: [hotspot]}
---
apiVersion: lastmile/v1
kind: PortalSite
metadata: {name: cafe}
spec: {bridge: [{mikrotik: {router: core-1, hotspot: lobby}}], methods: [login], ${garden}}
`;
}

async function open(garden = waits, options: ClinicOptions = {}): Promise<Clinic> {
  const clinic = await Clinic.open({ ...options, publicUrl: 'https://portal.example', spec: spec(garden) });
  await clinic.apply();
  return clinic;
}

/** A telephone at the hotspot, with hosts that it opens over TLS. @returns whether each of them opened */
async function phone(router: SimulatedRouterOs, last: number, resolve: Readonly<Record<string, string>> = {}) {
  const mac = `02:00:5E:00:53:${String(last).padStart(2, '0')}`;
  const device = await router.join({ mac, interface: 'ether3', resolve });
  if (!device.ok) throw new Error(`refused: ${device.reason}`);
  const tunnel = async (host: string) =>
    (await raw(device.gateway, `CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}\r\n\r\nGET / HTTP/1.0\r\n\r\n`)).endsWith(
      'hello',
    );
  return { mac, gateway: device.gateway, address: device.address, tunnel };
}

describe('guests who pay by card before they are let in', () => {
  it('IS-05: open a host of the walled garden, and are missing the bank’s, which the doctor names', async () => {
    await using clinic = await open();
    await using site = await website();
    const names = { 'pay.example': site.address, 'acs.other.example': site.address };
    const guest = await phone(clinic.router, 1, names);
    const another = await phone(clinic.router, 2, names);

    expect(await guest.tunnel('pay.example')).toBe(true);
    expect(await guest.tunnel('acs.other.example')).toBe(false);
    for (const host of ['social.example', 'push.example']) await another.tunnel(host);
    await guest.tunnel('social.example');
    const findings = await clinic.findings();

    expect(findings).toEqual([
      'LM_GARDEN_CLOSED guests of cafe who are not let in tried social.example (2 guests, 1 at a host of the garden), ' +
        'acs.other.example (1 guest, 1 at a host of the garden), push.example (1 guest) → those that a payment needs, ' +
        'to the PortalSite cafe: walledGarden: [social.example, acs.other.example, push.example]',
    ]);
    expect(findings.join()).not.toContain(guest.address);
    expect(findings.join()).not.toContain(guest.mac);
  });

  it('IS-05: open it once it is declared, and nothing is left to tell', async () => {
    await using clinic = await open('walledGarden: [pay.example, acs.bank.example]');
    await using site = await website();
    const guest = await phone(clinic.router, 1, { 'acs.bank.example': site.address });

    expect(await guest.tunnel('acs.bank.example')).toBe(true);

    expect(await clinic.findings()).toEqual([]);
  });

  it('IS-05: need the whole name where a pattern opens plain HTTP alone', async () => {
    await using clinic = await open();
    await using site = await website();
    const guest = await phone(clinic.router, 1, { 'acs.bank.example': site.address });

    expect((await get(guest.gateway, 'http://acs.bank.example/')).status).toBe(200);
    expect(await clinic.findings()).toEqual([]);
    expect(await guest.tunnel('acs.bank.example')).toBe(false);

    expect(await clinic.findings()).toEqual([
      expect.stringMatching(/acs\.bank\.example \(1 guest.*, \*\.bank\.example opens HTTP alone\) → .*\[acs\.bank/),
    ]);
  });

  it('IS-05: open addresses of the walled garden, whole prefixes too', async () => {
    await using clinic = await open();
    await using site = await website();
    const guest = await phone(clinic.router, 1, { '203.0.113.7': site.address });

    expect(await guest.tunnel('203.0.113.7')).toBe(true);
    expect(clinic.router.rows('/ip/hotspot/walled-garden/ip')).toContainEqual(
      expect.objectContaining({ server: 'lobby', 'dst-address': '203.0.113.0/24', action: 'accept' }),
    );
  });
});

describe('what the doctor leaves out of hosts for the walled garden', () => {
  it('IS-05: hosts by which devices look for a portal, the portal, and what devices that are let through open', async () => {
    await using clinic = await open();
    const guest = await phone(clinic.router, 1);
    await get(guest.gateway, 'http://connectivitycheck.gstatic.com/generate_204');
    await guest.tunnel('www.apple.com');
    await get(guest.gateway, 'http://portal.example/p/cafe');
    clinic.router.add('/ip/hotspot/ip-binding', { 'mac-address': '02:00:5E:00:53:02', type: 'bypassed' });
    await (await phone(clinic.router, 2)).tunnel('intranet.example');

    expect(await clinic.findings()).toEqual([]);
  });

  it('IS-05: changes no exit code', async () => {
    await using clinic = await open();
    await (await phone(clinic.router, 1)).tunnel('acs.other.example');

    expect(await clinic.doctor({ detailedExitcode: true })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^core-1, 7\.22\.3: 1 finding\ninfo core-1 LM_GARDEN_CLOSED: /),
    });
  });

  it('IS-05: works with the words of version 6', async () => {
    // Before 7.15 the pages of a hotspot are put there by hand, and here nobody did.
    await using clinic = await Clinic.open({
      version: '6.49.17',
      publicUrl: 'https://portal.example',
      spec: spec(waits),
    });
    clinic.router.add('/ip/pool', { name: 'guests', ranges: '10.41.0.10-10.41.0.99' });
    clinic.router.add('/ip/hotspot/profile', { name: 'lobby', 'hotspot-address': '10.41.0.1', 'login-by': 'http-pap' });
    const fields = { name: 'lobby', interface: 'ether3', profile: 'lobby', 'address-pool': 'guests' };
    clinic.router.add('/ip/hotspot', { ...fields, disabled: 'no' });
    await (await phone(clinic.router, 1)).tunnel('acs.other.example');

    expect(await clinic.findings()).toContainEqual(
      expect.stringMatching(/^LM_GARDEN_CLOSED .* tried acs\.other\.example \(1 guest\) → /),
    );
  });
});

describe('what is read of a router for that', () => {
  /** A router that answers with these rows, and all that it was asked. */
  async function asked(
    rows: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>,
    declared: string[],
  ) {
    const model = networkWith(everythingRouter, ...declared);
    const [router] = model.routers;
    if (router === undefined) throw new Error('no router');
    const questions: string[] = [];
    const some: SomeRows = async (menu, _fields, queries, most) => {
      questions.push(`${menu} ${queries.join(' ')} ${most}`);
      return rows[menu] ?? [];
    };
    const tries = await readTries(model, router, some);
    return { questions, tries };
  }

  const waiting = '/ip/hotspot/host ?authorized=true ?bypassed=true ?#|! 2000';
  const turned = '/ip/firewall/connection ?protocol=tcp ?dstnat=true 4000';

  it('IS-05: is nothing where no hotspot shows a site, and little where nobody waits or nobody was turned away', async () => {
    const host = { address: '10.41.41.7', server: 'lobby' };

    expect((await asked({}, [])).questions).toEqual([]);
    expect((await asked({}, [cafe(['pay.example'])])).questions).toEqual([waiting]);
    expect((await asked({ '/ip/hotspot/host': [host] }, [cafe(['pay.example'])])).questions).toEqual([waiting, turned]);
  });

  it('IS-05: has a bound, however many wait: connections of fifty who tried, and so many rows', async () => {
    const last = (at: number) => `10.41.${Math.floor(at / 200)}.${at % 200}`;
    const hosts = Array.from({ length: 300 }, (_, at) => ({ address: last(at), server: 'lobby' }));
    const connections = hosts.map(({ address }) => ({
      'src-address': address,
      'dst-address': '198.51.100.1',
      'dst-port': '443',
      'reply-src-port': '64875',
    }));
    const names = [{ name: 'acs.example', type: 'A', data: '198.51.100.1' }];
    const menus = { '/ip/hotspot/host': hosts, '/ip/firewall/connection': connections, '/ip/dns/cache/all': names };

    const { questions, tries } = await asked(menus, [cafe(['pay.example'])]);

    expect(questions).toHaveLength(4);
    expect(questions[2]?.match(/\?src-address=/g)).toHaveLength(50);
    expect(questions[2]?.match(/\?#\| /g)).toHaveLength(49);
    expect(questions[2]).toMatch(/ \?protocol=tcp \?dstnat=true \?#! 4000$/);
    expect(questions[3]).toBe('/ip/dns/cache/all ?type=A ?type=CNAME ?#| 20000');
    expect(tries).toEqual([
      { site: 'cafe', hosts: [{ host: 'acs.example', guests: 300, paying: 0, shared: false }], nameless: 0 },
    ]);
  });

  it('is told as menus that turned us away where our account may not read', async () => {
    await using clinic = await open();
    await (await phone(clinic.router, 1)).tunnel('acs.other.example');
    clinic.router.set('/user/group', 'lastmile-group', { policy: '!read' });

    expect(await clinic.findings()).toEqual([expect.stringMatching(/^LM_MENU_FORBIDDEN /)]);
  });
});

describe('rows of a hotspot', () => {
  const garden: Garden = {
    site: 'cafe',
    hotspot: 'lobby',
    address: '10.41.0.1',
    hosts: ['pay.example', '*.bank.example', '203.0.113.0/24'],
    portal: 'portal.example',
  };
  const guest = (last: number, server = 'lobby') => ({ address: `10.41.0.${last}`, server });
  const turned = (last: number, to: string, { port = '443', us = '64875' } = {}) => ({
    'src-address': `10.41.0.${last}`,
    'dst-address': to,
    'dst-port': port,
    'reply-src-address': '10.41.0.1',
    'reply-src-port': us,
  });
  const a = (name: string, data: string) => ({ name, type: 'A', data });
  const alias = (name: string, data: string) => ({ name, type: 'CNAME', data });
  const tries = (rows: Partial<GuestRows>) =>
    triedHosts([garden], { guests: [guest(10), guest(11), guest(12)], turned: [], passed: [], names: [], ...rows });
  const hosts = (rows: Partial<GuestRows>) => tries(rows).flatMap((site) => site.hosts.map(({ host }) => host));

  it('IS-05: give the name that was asked for, whatever it stands for', () => {
    const names = [
      a('e7.cdn.example', '198.51.100.1'),
      alias('edge.cdn.example', 'e7.cdn.example.'),
      alias('ACS.other.example', 'edge.cdn.example.'),
      alias('loop.example', 'loop2.example'),
      alias('loop2.example', 'loop.example'),
      a('loop2.example', '198.51.100.2'),
      { type: 'NS', data: '198.51.100.1', name: 'ns.example' },
    ];

    expect(hosts({ turned: [turned(10, '198.51.100.1'), turned(10, '198.51.100.2')], names })).toEqual([
      'acs.other.example',
    ]);
  });

  it('IS-05: say where several names lead to one address, and count those of which nobody knows', () => {
    const many = Array.from({ length: 5 }, (_, at) => a(`h${at}.example`, '198.51.100.3'));
    const names = [a('one.example', '198.51.100.1'), a('two.example', '198.51.100.1'), ...many];
    const found = tries({
      turned: [turned(10, '198.51.100.1'), turned(10, '198.51.100.3'), turned(11, '198.51.100.9')],
      names: [...names, a('two.example', '198.51.100.2')],
    });

    expect(found).toEqual([
      {
        site: 'cafe',
        hosts: [
          { host: 'one.example', guests: 1, paying: 0, shared: true },
          { host: 'two.example', guests: 1, paying: 0, shared: true },
        ],
        nameless: 2,
      },
    ]);
    const surely = tries({
      turned: [turned(10, '198.51.100.1'), turned(10, '198.51.100.2')],
      names: [...names, a('two.example', '198.51.100.2')],
    });
    expect(surely[0]?.hosts.map(({ host, shared }) => [host, shared])).toEqual([
      ['two.example', false],
      ['one.example', true],
    ]);
  });

  it('IS-05: put hosts of guests in the middle of a payment first, then those of most guests', () => {
    const names = [
      a('acs.example', '198.51.100.1'),
      a('push.example', '198.51.100.2'),
      a('news.example', '198.51.100.3'),
      a('pay.example', '198.51.100.4'),
      a('portal.example', '198.51.100.5'),
    ];
    const passed = (last: number, to: string) => ({
      ...turned(last, to),
      'reply-src-address': to,
      'reply-src-port': '443',
    });
    const found = hosts({
      turned: [
        ...[10, 11].map((last) => turned(last, '198.51.100.2')),
        turned(10, '198.51.100.2'),
        turned(11, '198.51.100.3'),
        turned(12, '198.51.100.1'),
      ],
      passed: [passed(12, '198.51.100.4'), passed(11, '198.51.100.5')],
      names,
    });

    expect(found).toEqual(['acs.example', 'push.example', 'news.example']);
    expect(tries({ turned: [turned(10, '198.51.100.1')], passed: [passed(10, '203.0.113.9')], names })).toMatchObject([
      { hosts: [{ host: 'acs.example', paying: 1 }] },
    ]);
  });

  it('IS-05: say nothing of who is let in, of other hotspots, of the router, of other ports and of open hosts', () => {
    const names = ['198.51.100.1', '10.41.0.1', '203.0.113.9'].map((address) => a('other.example', address));
    const open = [a('pay.example', '198.51.100.4'), a('acs.bank.example', '198.51.100.5')];

    expect(
      tries({
        guests: [guest(10), guest(30, 'elsewhere')],
        turned: [
          turned(20, '198.51.100.1'),
          turned(30, '198.51.100.1'),
          turned(10, '10.41.0.1'),
          turned(10, '203.0.113.9'),
          turned(10, '198.51.100.1', { port: '8443' }),
          turned(10, '198.51.100.1', { us: '8080' }),
          turned(10, '198.51.100.4'),
          turned(10, '198.51.100.5', { port: '80', us: '64874' }),
        ],
        names: [...names, ...open],
      }),
    ).toEqual([]);
  });

  it('IS-05: count a guest once, whichever of his addresses a connection has', () => {
    const guests = [{ address: '192.168.7.7', 'to-address': '10.41.0.10', server: 'lobby' }];
    const own = { ...turned(10, '198.51.100.1'), 'src-address': '192.168.7.7' };

    expect(
      tries({ guests, turned: [own, turned(10, '198.51.100.1')], names: [a('acs.example', '198.51.100.1')] }),
    ).toMatchObject([{ hosts: [{ host: 'acs.example', guests: 1 }] }]);
  });

  it('IS-05: hold nothing that could not be declared, whatever guests ask for', () => {
    const hostile = [
      'a b.example',
      'localhost',
      '*.example',
      '10.1.2.3',
      `${'x'.repeat(260)}.example`,
      'x]: {y.example',
    ];
    const names = hostile.map((name) => a(name, '198.51.100.1'));

    expect(tries({ turned: [turned(10, '198.51.100.1')], names })).toEqual([{ site: 'cafe', hosts: [], nameless: 1 }]);
  });
});

describe('many hosts', () => {
  const told = (tries: readonly SiteTries[]) => checkGarden({ tries } as unknown as RouterFacts);
  const host = (name: string) => ({ host: name, guests: 1, paying: 0, shared: false });
  const site = (names: readonly string[], nameless = 0) => ({ site: 'cafe', hosts: names.map(host), nameless });

  it('IS-05: are ten in one finding for each site, and a number', () => {
    const names = Array.from({ length: 12 }, (_, at) => `h${at}.example`);
    const [finding, other] = told([site(names, 2), { ...site(['x.example']), site: 'bar' }]);

    expect(finding?.says).toMatch(/h9\.example \(1 guest\) and 2 more and 2 addresses without a certain name$/);
    expect(finding?.mend).toBe(
      `those that a payment needs, to the PortalSite cafe: walledGarden: [${names.slice(0, 10).join(', ')}]`,
    );
    expect(other?.says).toBe('guests of bar who are not let in tried x.example (1 guest)');
  });

  it('IS-05: are fewer where their names are long', () => {
    const long = Array.from({ length: 9 }, (_, at) => `${'x'.repeat(60)}.${'y'.repeat(60)}${at}.example`);
    const [finding] = told([site(long)]);

    expect(finding?.says.length).toBeLessThan(500);
    expect(finding?.mend.length).toBeLessThan(500);
    expect(finding?.says).toMatch(/ and 7 more$/);
  });

  it('IS-05: are not told where none has a name', () => {
    expect(told([site([], 3)])).toEqual([]);
  });
});
