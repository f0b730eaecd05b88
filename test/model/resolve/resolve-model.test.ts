import { describe, expect, it } from 'vitest';
import {
  codesOf,
  document,
  errorsOf,
  lines,
  load,
  modelOf,
  operator,
  router,
  service,
  subscription,
} from '../../support/manifest.ts';

const base = { 'operator.yaml': operator, 'router.yaml': router, 'service.yaml': service };

function subscriber(name: string, extra = ''): string {
  return document('Subscriber', name, `service: home-20\nusername: ${name}\npassword: {derive: 1}\n${extra}`);
}

function otherRouter(name: string, address: string, extra = ''): string {
  return document(
    'Router',
    name,
    `address: ${address}\napi: {username: lastmile, password: {derive: 1}}\nradius: {secret: {derive: 1}${extra}}\npools: [{name: home, ranges: [10.1.0.2-10.1.0.99], static: [10.1.0.128/25]}]`,
  );
}

describe('where a login is kept', () => {
  const localRouter = otherRouter('core-2', '192.0.2.12').replace('pools:', 'auth: local\n  pools:');
  const places = (files: Record<string, string>, id: string) => {
    const { localOn, radius } = subscription(modelOf({ ...base, 'core-2.yaml': localRouter, ...files }), id);
    return { localOn, radius };
  };

  it('RADIUS when nothing says otherwise', () => {
    expect(places({ 'a.yaml': subscriber('anna') }, 'anna')).toEqual({ localOn: [], radius: true });
  });

  it('SPL-03: on the router the subscriber names', () => {
    expect(places({ 'a.yaml': subscriber('anna', 'auth: local\nrouter: core-1') }, 'anna')).toEqual({
      localOn: ['core-1'],
      radius: false,
    });
  });

  it('SPL-03: on the routers of its service, by name or by label', () => {
    const named = service.replace('access:', 'auth: local\n  routers: [core-1, core-2]\n  access:');
    const labelled = named.replace('[core-1, core-2]', '{matchLabels: {site: south}}');
    const south = localRouter.replace('{name: core-2}', '{name: core-2, labels: {site: south}}');

    expect(places({ 'service.yaml': named, 'a.yaml': subscriber('anna') }, 'anna')).toEqual({
      localOn: ['core-1', 'core-2'],
      radius: false,
    });
    expect(places({ 'service.yaml': labelled, 'core-2.yaml': south, 'a.yaml': subscriber('anna') }, 'anna')).toEqual({
      localOn: ['core-2'],
      radius: false,
    });
  });

  it('as each router says, when neither the subscriber nor the service does', () => {
    const both = service.replace('access:', 'routers: [core-1, core-2]\n  access:');

    expect(places({ 'a.yaml': subscriber('anna', 'router: core-2') }, 'anna')).toEqual({
      localOn: ['core-2'],
      radius: false,
    });
    expect(places({ 'service.yaml': both, 'a.yaml': subscriber('anna') }, 'anna')).toEqual({
      localOn: ['core-2'],
      radius: true,
    });
    expect(places({ 'a.yaml': subscriber('anna', 'router: core-2\nauth: radius') }, 'anna')).toEqual({
      localOn: [],
      radius: true,
    });
  });

  it('SPL-03: nowhere is an error at the line of the subscriber that names the missing field', () => {
    const file = `${subscriber('anna')}---\n${subscriber('ben', 'auth: local')}`;

    expect(errorsOf(load({ ...base, 'a.yaml': file }))).toEqual([
      'a.yaml:9:1 error LM_NO_ROUTER the subscriber "ben" has no router to hold its login: "router" is missing',
    ]);
  });

  it('SPL-25: nowhere also when every router keeps its logins itself', () => {
    const only = router.replace('pools:', 'auth: local\n  pools:');

    expect(errorsOf(load({ ...base, 'router.yaml': only, 'a.yaml': subscriber('anna') }))[0]).toContain('LM_NO_ROUTER');
  });

  it('needs an API on that router', () => {
    const deaf = router.replace(/ {2}api: .*\n/, '');

    expect(
      errorsOf(load({ ...base, 'router.yaml': deaf, 'a.yaml': subscriber('anna', 'router: core-1\nauth: local') })),
    ).toEqual(['router.yaml:3:18 error LM_ROUTER_WITHOUT_API 1 login is to be kept on "core-1", which has no api']);
  });
});

describe('fixed addresses', () => {
  const at = (address: string, extra = '') =>
    load({ ...base, 'a.yaml': subscriber('anna', `address: ${address}\n${extra}`) });

  it('lie in the static part of a pool', () => {
    expect(codesOf(at('10.0.0.200'))).not.toContain('LM_ADDRESS_OUTSIDE_POOLS');
    expect(codesOf(at('10.0.0.207'))).not.toContain('LM_ADDRESS_OUTSIDE_POOLS');
    expect(codesOf(at('10.0.0.208'))).toContain('LM_ADDRESS_OUTSIDE_POOLS');
    expect(codesOf(at('10.0.0.250'))).not.toContain('LM_ADDRESS_OUTSIDE_POOLS');
  });

  it('are warned about where the router hands out addresses by itself', () => {
    const manifest = at('10.0.0.5');

    expect(manifest.model).toBeDefined();
    expect(lines(manifest)).toContain(
      'a.yaml:8:12 warning LM_ADDRESS_IN_DYNAMIC_RANGE 10.0.0.5 lies in the dynamic ranges of router core-1',
    );
  });

  it('belong to one subscriber', () => {
    const files = {
      'a.yaml': subscriber('anna', 'address: 10.0.0.201'),
      'b.yaml': subscriber('ben', 'address: 10.0.0.201'),
    };

    expect(errorsOf(load({ ...base, ...files }))).toEqual([
      'b.yaml:8:12 error LM_DUPLICATE_ADDRESS the address 10.0.0.201 belongs to "anna", at a.yaml:1',
    ]);
  });

  it.each(['256.1.1.1', '10.0.0.01'])('%s is none', (address) => {
    expect(codesOf(at(address))).toContain('LM_ADDRESS');
  });
});

describe('names', () => {
  it('are unique per kind, and the first place is named', () => {
    const files = {
      ...base,
      'a.yaml': subscriber('anna'),
      'b.yaml': subscriber('anna').replace('username: anna', 'username: other'),
      'c.yaml': document('Service', 'anna', 'access: [pppoe]'),
    };

    expect(errorsOf(load(files))).toEqual([
      'b.yaml:3:18 error LM_DUPLICATE_NAME the Subscriber "anna" is declared twice, first at a.yaml:1',
    ]);
  });

  it('of users differ by upper and lower case', () => {
    const upper = subscriber('ben').replace('username: ben', 'username: ANNA');

    expect(
      modelOf({ ...base, 'a.yaml': subscriber('anna'), 'b.yaml': upper }).subscriptions.map(({ username }) => username),
    ).toEqual(['anna', 'ANNA']);
  });

  it('there is one Operator', () => {
    expect(errorsOf(load({ ...base, 'second.yaml': operator.replace('name: isp', 'name: other') }))).toEqual([
      'second.yaml:3:18 error LM_SEVERAL_OPERATORS a repository has one Operator, the first is at operator.yaml:1',
    ]);
  });
});

describe('NAS on one address', () => {
  it('are told apart by their NAS-Identifier', () => {
    const twin = (extra: string) =>
      load({ ...base, 'twin.yaml': otherRouter('core-2', '192.0.2.12', `, clientAddress: 192.0.2.11${extra}`) });

    expect(errorsOf(twin(''))).toEqual([]);
    expect(errorsOf(twin(', nasIdentifier: core-1'))).toEqual([
      'twin.yaml:7:11 error LM_DUPLICATE_CLIENT_ADDRESS "core-2" and "core-1" (router.yaml:1) both send RADIUS from 192.0.2.11 and cannot be told apart'.replace(
        '7:3',
        '7:11',
      ),
    ]);
  });

  it('are the same in every spelling of an IPv6 address', () => {
    const six = (name: string, text: string) =>
      otherRouter(name, '192.0.2.13', `, clientAddress: "${text}", nasIdentifier: x`);

    expect(
      codesOf(load({ ...base, 'a.yaml': six('a', '2001:db8::1'), 'b.yaml': six('b', '2001:0DB8:0:0::0001') })),
    ).toContain('LM_DUPLICATE_CLIENT_ADDRESS');
  });
});

describe('a router that had other names', () => {
  it('still tells them: what was counted under them is known', () => {
    const renamed = router.replace('name: core-1', 'name: core-1, previousNames: [hall-1]');

    expect(modelOf({ ...base, 'router.yaml': renamed }).routers).toMatchObject([{ previousNames: ['hall-1'] }]);
    expect(modelOf(base).routers[0]).not.toHaveProperty('previousNames');
  });
});

describe('shared secrets', () => {
  const weak = (secret: string) => router.replace('radius: {secret: {derive: 1}}', `radius: {secret: ${secret}}`);

  it('that are short or well known are one warning with the number of NAS', () => {
    const files = {
      'router.yaml': weak('testing123'),
      'b.yaml': weak('short').replace('core-1', 'core-2').replace('192.0.2.11', '192.0.2.12'),
    };

    expect(lines(load({ ...base, ...files })).filter((line) => line.includes('WEAK'))).toEqual([
      'b.yaml:7:20 warning LM_SHARED_SECRET_WEAK the shared secrets of 2 NAS are shorter than 16 octets or well known',
    ]);
  });

  it('that are derived have 32 symbols and no warning', () => {
    const manifest = load(base);

    expect(codesOf(manifest)).toEqual(['LM_PLAIN_API']);
    expect(manifest.model?.routers[0]?.radius?.secret.reveal()).toHaveLength(32);
  });
});

describe('secrets', () => {
  it('in clear text are warned about once per file, with their number, outside examples', () => {
    const clear = `${subscriber('anna')}---\n${subscriber('ben')}`.replaceAll('{derive: 1}', 'clear-text');

    expect(
      lines(load({ ...base, 'a.yaml': clear }, { example: false })).filter((line) => line.includes('IN_TEXT')),
    ).toEqual(['a.yaml:7:13 warning LM_SECRET_IN_TEXT 2 secrets stand in clear text in this file']);
    expect(codesOf(load({ ...base, 'examples/a.yaml': clear }, { example: false }))).not.toContain('LM_SECRET_IN_TEXT');
  });

  it('that are missing are a warning to validate and an error to use, once', () => {
    const missing = `${subscriber('anna')}---\n${subscriber('ben')}`.replaceAll(
      '{derive: 1}',
      '{env: LASTMILE_SECRET_NOT_THERE}',
    );
    const said = 'LM_SECRET_MISSING the variable LASTMILE_SECRET_NOT_THERE is not set (2 fields use it)';

    expect(lines(load({ ...base, 'a.yaml': missing }, { mode: 'validate' }))).toContain(`a.yaml:7:13 warning ${said}`);
    expect(errorsOf(load({ ...base, 'a.yaml': missing }, { mode: 'use' }))).toEqual([`a.yaml:7:13 error ${said}`]);
  });

  it('cannot be derived without a master key', () => {
    const keyless = operator.replace(/ {2}masterKey.*\n/, '');

    expect(errorsOf(load({ ...base, 'operator.yaml': keyless }))).toEqual([
      expect.stringContaining('LM_NO_MASTER_KEY no master key to derive from (2 fields use it)'),
    ]);
  });

  it('follow the oldest name, so that a rename changes no password', () => {
    const password = (text: string) => modelOf({ ...base, 'a.yaml': text }).subscriptions[0]?.password?.reveal();
    const renamed = subscriber('anna').replace('{name: anna}', '{name: anna-maria, previousNames: [anna, annam]}');

    expect(password(renamed)).toBe(password(subscriber('anna')));
    expect(password(subscriber('anna').replace('derive: 1', 'derive: 2'))).not.toBe(password(subscriber('anna')));
    expect(modelOf({ ...base, 'a.yaml': renamed }).subscriptions).toMatchObject([{ firstName: 'anna' }]);
    expect(modelOf({ ...base, 'a.yaml': subscriber('anna') }).subscriptions[0]).not.toHaveProperty('firstName');
  });

  it('never show in a finding or in the model as text', () => {
    const manifest = load({ ...base, 'a.yaml': subscriber('anna').replace('{derive: 1}', 'visible-secret') });

    expect(JSON.stringify(manifest)).not.toContain('visible-secret');
  });
});

describe('pools', () => {
  const pools = (list: string) =>
    errorsOf(
      load({
        ...base,
        'router.yaml': document('Router', 'core-1', `address: 192.0.2.11\npools: ${list}`),
        'service.yaml': document('Service', 'home-20', 'access: [pppoe]'),
      }),
    );

  it('follow one another without a circle', () => {
    expect(pools('[{name: a, ranges: [10.0.0.1], next: b}, {name: b, ranges: [10.0.1.1]}]')).toEqual([]);
    expect(pools('[{name: a, ranges: [10.0.0.1], next: c}]')).toEqual([
      expect.stringContaining('LM_UNKNOWN_REFERENCE no pool of this router is called "c"'),
    ]);
    expect(
      pools('[{name: a, ranges: [10.0.0.1], next: b}, {name: b, ranges: [10.0.1.1], next: a}]').map(
        (line) => line.split(' ')[2],
      ),
    ).toEqual(['LM_POOL_CYCLE', 'LM_POOL_CYCLE']);
  });

  it.each(['10.0.0.9-10.0.0.2', '10.0.0.1/24', '10.0.0.0/33', '10.0.0.300'])('%s is no range', (range) => {
    expect(pools(`[{name: a, ranges: ["${range}"]}]`)).toEqual([expect.stringContaining('LM_ADDRESS_RANGE')]);
  });

  it('without ranges are for the addresses of people, and the router knows nothing of them', () => {
    const own = router.replace('      static:', '    - name: own\n      static:');
    const anna = subscriber('anna', 'router: core-1\naddress: 10.0.0.250');

    expect(errorsOf(load({ ...base, 'router.yaml': own, 'anna.yaml': anna }))).toEqual([]);
    expect(
      errorsOf(load({ ...base, 'router.yaml': own, 'service.yaml': service.replace('pool: home', 'pool: own') })),
    ).toEqual([expect.stringContaining('no pool is called "own": not on core-1')]);
    expect(pools('[{name: a, ranges: [10.0.0.1], next: b}, {name: b, static: [10.0.1.1]}]')).toEqual([
      expect.stringContaining('LM_UNKNOWN_REFERENCE no pool of this router is called "b"'),
    ]);
  });

  it('a service gives addresses from one that exists where it is offered', () => {
    const wrong = service.replace('pool: home', 'pool: hom');

    expect(errorsOf(load({ ...base, 'service.yaml': wrong }))).toEqual([
      'service.yaml:7:19 error LM_UNKNOWN_REFERENCE no pool is called "hom": not on core-1',
    ]);
  });
});

describe('rules on single fields', () => {
  it.each([
    [
      'a burst slower than the rate',
      service.replace('up: 5M}', 'up: 5M, burst: {down: 10M, up: 9M, seconds: 8}}'),
      'LM_RATE',
    ],
    ['a guarantee above the rate', service.replace('up: 5M}', 'up: 5M, guaranteed: {down: 1M, up: 9M}}'), 'LM_RATE'],
    [
      'routers that no label selects',
      service.replace('access:', 'routers: {matchLabels: {a: b}}\n  access:'),
      'LM_NO_ROUTER_SELECTED',
    ],
    [
      'a router that is not declared',
      service.replace('access:', 'routers: [core-7]\n  access:'),
      'LM_UNKNOWN_REFERENCE',
    ],
  ])('%s is an error', (_, text, code) => {
    expect(codesOf(load({ ...base, 'service.yaml': text }))).toContain(code);
  });

  it('time zones and listeners must exist', () => {
    const wrong = operator.replace('spec:', 'spec:\n  timezone: Africa/Atlantis\n  admin: {listen: 300.0.0.1:9812}');

    expect(errorsOf(load({ ...base, 'operator.yaml': wrong })).map((line) => line.split(' ')[2])).toEqual([
      'LM_TIMEZONE',
      'LM_ENDPOINT',
    ]);
  });

  it.each([
    ['500ms', ['LM_INTERVAL']],
    ['1s', []],
    ['7d', []],
    ['8d', ['LM_INTERVAL']],
    ['999999999999999d', ['LM_INTERVAL']],
  ])('an interval of %s is judged by its length', (interval, codes) => {
    const text = operator.replace('spec:', `spec:\n  reconcile: {interval: ${interval}}`);

    expect(errorsOf(load({ ...base, 'operator.yaml': text })).map((line) => line.split(' ')[2])).toEqual(codes);
  });

  it('attributes pass the check that is handed in', () => {
    const wrong = service.replace('access:', 'attributes: [{name: Mikrotik-Foo, value: 1}]\n  access:');
    const attributeCheck = (name: string) =>
      name === 'Mikrotik-Foo' ? 'no attribute is called Mikrotik-Foo' : undefined;

    expect(errorsOf(load({ ...base, 'service.yaml': wrong }, { attributeCheck }))).toEqual([
      'service.yaml:5:16 error LM_ATTRIBUTE no attribute is called Mikrotik-Foo',
    ]);
  });

  it('local times are those of the Operator', () => {
    const zoned = operator.replace('spec:', 'spec:\n  timezone: Africa/Nairobi');
    const model = modelOf({
      ...base,
      'operator.yaml': zoned,
      'a.yaml': subscriber('anna', 'expires: 2027-01-31T18:00'),
    });

    expect(model.subscriptions[0]?.expires).toBe(Date.UTC(2027, 0, 31, 15));
  });

  it('one service and a list of services exclude each other', () => {
    expect(
      codesOf(
        load({
          ...base,
          'a.yaml': subscriber('anna', 'services: [{name: tv, service: home-20, username: t, password: {derive: 1}}]'),
        }),
      ),
    ).toContain('LM_SERVICE_AND_SERVICES');
  });
});

describe('attributes of a subscriber whom the router lets in by itself', () => {
  const attributes = 'attributes: [{name: Session-Timeout, value: 60}]';

  it('are warned about: nothing sends them', () => {
    const local = subscriber('anna', `auth: local\nrouter: core-1\n${attributes}`);

    expect(codesOf(load({ ...base, 'a.yaml': local }))).toContain('LM_NO_EFFECT_LOCALLY');
    expect(codesOf(load({ ...base, 'a.yaml': subscriber('anna', attributes) }))).not.toContain('LM_NO_EFFECT_LOCALLY');
  });
});

describe('two RADIUS servers of one address', () => {
  const servers = (ports: string) =>
    operator.replace('192.0.2.1}]', `192.0.2.1}, {name: other, address: 192.0.2.1${ports}}]`);

  it('are refused on one port, since routers know a server by both', () => {
    expect(codesOf(load({ 'operator.yaml': servers('') }))).toContain('LM_DUPLICATE_ENTRY');
    expect(codesOf(load({ 'operator.yaml': servers(', authPort: 11812') }))).not.toContain('LM_DUPLICATE_ENTRY');
  });
});
