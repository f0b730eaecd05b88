import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMac, macFormats } from '../../src/base/mac.ts';
import { Secret } from '../../src/base/secret.ts';
import type { Login, Nas } from '../../src/directory/reader.ts';
import { loginOf } from '../../src/directory/row-meaning.ts';
import { directoryRows } from '../../src/directory/rows.ts';
import type { ServicePlan } from '../../src/model/kinds/service.ts';
import type { Subscription } from '../../src/model/kinds/subscription.ts';
import type { Model } from '../../src/model/model.ts';
import { rateLimitText } from '../../src/model/rate-limit.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import type { NamedAttribute } from '../../src/radius/dictionary/encode-named.ts';
import { prepareReply } from '../../src/radius/reply/access-accept.ts';
import { modelOf, operator } from '../support/manifest.ts';
import { servicePlan, subscriptionOf } from '../support/model-parts.ts';
import { coreNas, login, papRequest, startServer, TestNas } from './support.ts';

const empty: Model = modelOf({ 'isp.yaml': operator });

/** Attributes of an Access-Accept, decoded from what is sent. */
function replyTo(subscription: Subscription, profile: 'mikrotik' | 'generic' = 'mikrotik'): readonly string[] {
  const [row] = directoryRows({ ...empty, subscriptions: [subscription] });
  if (row === undefined) throw new Error('no row');
  const octets = Buffer.from(prepareReply(loginOf(row).limits, { profile }).encoded);
  return describeAttributes(octets, 0, octets.length).map(({ name, value }) => `${name}=${String(value)}`);
}

function anna(service: Partial<ServicePlan>, more: Partial<Subscription> = {}): Subscription {
  const password = new Secret('correct horse');
  return subscriptionOf('anna', {
    username: 'anna',
    password,
    service: servicePlan({ name: 'home', ...service }),
    ...more,
  });
}

describe('an Access-Accept', () => {
  it('IW-09: limits sessions of a login by Port-Limit, and its connections by a list that a firewall rule counts', () => {
    const reply = replyTo(anna({ sessions: { interimSeconds: 120, max: 3 }, connections: 500 }));

    expect(reply).toContain('Port-Limit=3');
    expect(reply).toContain('Mikrotik-Address-List=lastmile-connections-home');
    expect(replyTo(anna({}))).not.toContainEqual(expect.stringMatching(/^Port-Limit|Address-List/));
    // Two devices of one account are let in, whatever `shared-users` of the hotspot says.
    expect(replyTo(anna({ devices: { max: 2, lock: false } }))).toContain('Port-Limit=2');
  });

  it('puts a client on lists of its service and on ours alike', () => {
    const attributes = [{ name: 'Mikrotik-Address-List', value: 'homes' }];

    expect(replyTo(anna({ connections: 9, attributes })).filter((word) => word.includes('Address-List'))).toEqual([
      'Mikrotik-Address-List=lastmile-connections-home',
      'Mikrotik-Address-List=homes',
    ]);
  });

  it('has fixed prefixes, and pools for those that are not fixed', () => {
    const ipv6 = { prefixPool: 'links', delegatedPool: 'homes' };
    const fixed = { ipv6: { prefix: '2001:db8:1:2::/64', delegated: '2001:db8:ff00::/56' } };

    expect(replyTo(anna({ ipv6 }))).toEqual(
      expect.arrayContaining(['Framed-IPv6-Pool=links', 'Mikrotik-Delegated-IPv6-Pool=homes']),
    );
    expect(replyTo(anna({ ipv6 }), 'generic')).toEqual(
      expect.arrayContaining(['Framed-IPv6-Pool=links', 'Delegated-IPv6-Prefix-Pool=homes']),
    );
    const reply = replyTo(anna({ ipv6 }, fixed));
    expect(reply).toEqual(
      expect.arrayContaining(['Framed-IPv6-Prefix=2001:db8:1:2::/64', 'Delegated-IPv6-Prefix=2001:db8:ff00::/56']),
    );
    expect(reply).not.toContainEqual(expect.stringContaining('Pool='));
  });

  it('has a route for each network behind the subscriber (RFC 2865 §5.22)', () => {
    const routes = [{ destination: '10.9.0.0/24' }, { destination: '10.9.1.0/24', gateway: '10.0.1.7', metric: 5 }];

    expect(replyTo(anna({}, { routes }))).toEqual(
      expect.arrayContaining(['Framed-Route=10.9.0.0/24 0.0.0.0 1', 'Framed-Route=10.9.1.0/24 10.0.1.7 5']),
    );
  });

  it('says whatever the model says of limits', () => {
    const rate = fc.record({ down: fc.integer({ min: 1, max: 1e9 }), up: fc.integer({ min: 1, max: 1e9 }) });
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const network = fc.integer({ min: 0, max: 255 }).map((octet) => `10.9.${octet}.0/24`);
    const declared = fc.record({
      rate: optional(rate),
      max: optional(fc.integer({ min: 1, max: 10_000 })),
      connections: optional(fc.integer({ min: 1, max: 1e6 })),
      prefixPool: optional(name),
      delegatedPool: optional(name),
      routes: fc.uniqueArray(network, { maxLength: 5 }),
      pool: optional(name),
      idle: optional(fc.integer({ min: 1, max: 86_400 })),
    });

    fc.assert(
      fc.property(declared, (given) => {
        const { max, connections, prefixPool, delegatedPool, pool, idle } = given;
        const service = servicePlan({
          name: 'home',
          sessions: { interimSeconds: 300, ...(max && { max }), ...(idle && { idleTimeoutSeconds: idle }) },
          ...(connections && { connections }),
          ...(pool && { pool }),
          ipv6: { ...(prefixPool && { prefixPool }), ...(delegatedPool && { delegatedPool }) },
        });
        const { rate: _usual, ...unlimited } = service;
        const plan = given.rate === undefined ? unlimited : { ...unlimited, rate: given.rate };
        const routes = given.routes.map((destination) => ({ destination }));

        expect([...replyTo(anna(plan, { service: plan, routes }))].sort()).toEqual(
          [
            ...(given.rate === undefined ? [] : [`Mikrotik-Rate-Limit=${rateLimitText(given.rate)}`]),
            ...(max === undefined ? [] : [`Port-Limit=${max}`]),
            ...(idle === undefined ? [] : [`Idle-Timeout=${idle}`]),
            'Acct-Interim-Interval=300',
            ...(pool === undefined ? [] : [`Framed-Pool=${pool}`]),
            ...given.routes.map((each) => `Framed-Route=${each} 0.0.0.0 1`),
            ...(prefixPool === undefined ? [] : [`Framed-IPv6-Pool=${prefixPool}`]),
            ...(delegatedPool === undefined ? [] : [`Mikrotik-Delegated-IPv6-Pool=${delegatedPool}`]),
            ...(connections === undefined ? [] : ['Mikrotik-Address-List=lastmile-connections-home']),
          ].sort(),
        );
      }),
      { numRuns: 60 },
    );
  });
});

const mac = '00:0C:42:00:D4:64';

/** What RouterOS sends from a wireless interface whose access list says `query-radius`, but User-Name and proof. */
const atRadio: readonly NamedAttribute[] = [
  { name: 'Service-Type', value: 'Framed-User' },
  { name: 'NAS-Port-Id', value: 'wlan1' },
  { name: 'NAS-Port-Type', value: 'Wireless-802.11' },
  { name: 'Calling-Station-Id', value: '00-0C-42-00-D4-64' },
  { name: 'Called-Station-Id', value: '00-0C-42-AA-BB-CC:harbour' },
];

async function ask(devices: readonly Login[], logins: readonly Login[], attempts: readonly Attempt[]) {
  await using bench = await startServer(logins);
  for (const device of devices) bench.directory.devices.set(device.username, device);
  await using nas = await TestNas.open();
  const answers: string[][] = [];
  for (const [index, { username, password, attributes, profile = 'mikrotik' }] of attempts.entries()) {
    bench.directory.nasList = [{ ...coreNas, profile }];
    const packet = papRequest(username, password, { attributes, identifier: index + 1 });
    const reply = await nas.exchange(packet.octets, bench.auth);
    const words = describeAttributes(reply, 20, reply.length).map(({ name, value }) => `${name}=${String(value)}`);
    answers.push([reply[0] === 2 ? 'accept' : 'reject', ...words]);
  }
  return { answers, decisions: bench.decisions };
}

interface Attempt {
  readonly username: string;
  readonly password: string;
  readonly attributes: readonly NamedAttribute[];
  readonly profile?: 'mikrotik' | 'generic';
}

const device = (more: Partial<Login> = {}) =>
  login(mac, { password: new Secret(''), access: ['wireless'], passphrase: new Secret('correct horse'), ...more });

describe('a wireless device', () => {
  it('is let in by its MAC in every format, with its passphrase, which nobody else sees', async () => {
    const attempts = macFormats.flatMap((format) => {
      const username = formatMac(mac, format);
      return ['', username].map((password) => ({ username, password, attributes: atRadio }));
    });

    const { answers, decisions } = await ask([device()], [], attempts);

    for (const answer of answers) expect(answer).toContainEqual(expect.stringMatching(/^Mikrotik-Wireless-PSK=/));
    expect(answers.map(([verdict]) => verdict)).toEqual(attempts.map(() => 'accept'));
    expect(decisions.of(mac).at(-1)).toMatchObject({
      method: 'mac',
      verdict: 'accept',
      reply: expect.stringContaining('Mikrotik-Wireless-PSK=[secret]'),
    });
    expect(JSON.stringify(decisions.of(mac))).not.toContain('correct horse');
  });

  it('is rejected as another, with another password, or when it is not sold for that', async () => {
    const other = atRadio.map((each) =>
      each.name === 'Calling-Station-Id' ? { ...each, value: '00-0C-42-00-D4-65' } : each,
    );
    const attempts = [
      { username: mac, password: '', attributes: other },
      { username: mac, password: 'guess', attributes: atRadio },
      { username: mac, password: '', attributes: atRadio },
    ];

    const { answers } = await ask([device({ access: ['dhcp'] })], [], attempts);

    expect(answers.map(([verdict]) => verdict)).toEqual(['reject', 'reject', 'reject']);
  });
});

describe('somebody suspended who is to meet a page', () => {
  const page = { list: 'suspended' };
  const whileSuspended = {
    interimSeconds: 120,
    rateLimit: '256k/512k',
    addressLists: ['suspended'],
    page,
    attributes: [],
  };
  const ben = login('ben', { state: 'suspended', reason: 'unpaid', whileSuspended });
  const atPpp: readonly NamedAttribute[] = [
    { name: 'Service-Type', value: 'Framed-User' },
    { name: 'Framed-Protocol', value: 'PPP' },
  ];

  it('IS-03: is let in by RouterOS on the list of the suspended, at the rate for that, and why says so', async () => {
    const { answers, decisions } = await ask(
      [],
      [ben],
      [{ username: 'ben', password: 'correct horse', attributes: atPpp }],
    );

    expect(answers[0]).toEqual(
      expect.arrayContaining(['accept', 'Mikrotik-Rate-Limit=256k/512k', 'Mikrotik-Address-List=suspended']),
    );
    expect(answers[0]).not.toContain('Mikrotik-Rate-Limit=5M/20M');
    expect(decisions.of('ben')).toMatchObject([{ verdict: 'accept', reason: 'suspended' }]);
  });

  it('is rejected by a NAS that cannot keep him to it, and with a wrong password', async () => {
    const { answers } = await ask(
      [],
      [ben],
      [
        { username: 'ben', password: 'correct horse', attributes: atPpp, profile: 'generic' },
        { username: 'ben', password: 'guess', attributes: atPpp },
      ],
    );

    expect(answers.map(([verdict]) => verdict)).toEqual(['reject', 'reject']);
  });

  it('is so as a device, too', async () => {
    const phone = login(mac, { password: new Secret(''), access: ['dhcp'], state: 'suspended', whileSuspended });
    const atDhcp: readonly NamedAttribute[] = [
      { name: 'NAS-Port-Type', value: 'Ethernet' },
      { name: 'Calling-Station-Id', value: '1:0:c:42:0:d4:64' },
      { name: 'Called-Station-Id', value: 'homes' },
    ];

    const { answers } = await ask([phone], [], [{ username: mac, password: '', attributes: atDhcp }]);

    expect(answers[0]).toEqual(
      expect.arrayContaining(['accept', 'Mikrotik-Address-List=suspended', 'Session-Timeout=300']),
    );
  });
});

describe('somebody suspended at a NAS of another make', () => {
  const page = { list: 'late', url: 'https://portal.example/p/cafe' };
  const whileSuspended = { interimSeconds: 120, addressLists: ['late'], page, attributes: [] };
  const ben = login('ben', { state: 'suspended', whileSuspended });
  const { url: _none, ...listOnly } = page;
  const nowhere = login('ben', { state: 'suspended', whileSuspended: { ...whileSuspended, page: listOnly } });

  async function answerTo(who: Login, redirect: Nas['redirect']): Promise<readonly string[]> {
    await using bench = await startServer([who]);
    bench.directory.nasList = [{ ...coreNas, profile: 'generic', ...(redirect === undefined ? {} : { redirect }) }];
    await using nas = await TestNas.open();
    const reply = await nas.exchange(papRequest('ben', 'correct horse').octets, bench.auth);
    const words = describeAttributes(reply, 20, reply.length).map(({ name, value }) => `${name}=${value}`);
    return [reply[0] === 2 ? 'accept' : 'reject', ...words];
  }

  it('IS-03: meets the page where the NAS is declared to keep him to it', async () => {
    expect(await answerTo(ben, 'filter')).toEqual(expect.arrayContaining(['accept', 'Filter-Id=late']));
    expect(await answerTo(ben, 'url')).toEqual(
      expect.arrayContaining(['accept', 'WISPr-Redirection-URL=https://portal.example/p/cafe']),
    );
    expect(await answerTo(ben, 'cisco')).toEqual(
      expect.arrayContaining(['accept', 'Cisco-AVPair=url-redirect-acl=late']),
    );
  });

  it('is rejected where it is not, or where it goes by a page whose address nobody knows', async () => {
    expect((await answerTo(ben, undefined))[0]).toBe('reject');
    expect((await answerTo(nowhere, 'url'))[0]).toBe('reject');
    expect((await answerTo(nowhere, 'cisco'))[0]).toBe('reject');
    expect((await answerTo(nowhere, 'filter'))[0]).toBe('accept');
  });
});

describe('secret attributes that an operator declares', () => {
  it('are not shown by why', () => {
    const attributes = [{ name: 'Mikrotik-Wireless-PSK', value: 'correct horse' }];

    expect(prepareReply({ interimSeconds: 60, attributes }, { profile: 'mikrotik' }).summary).toBe(
      'Acct-Interim-Interval=60, Mikrotik-Wireless-PSK=[secret]',
    );
  });
});
