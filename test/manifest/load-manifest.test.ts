import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
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
} from '../support/manifest.ts';

const base = { 'operator.yaml': operator, 'router.yaml': router, 'service.yaml': service };

function subscriber(name: string, extra = ''): string {
  return document('Subscriber', name, `service: home-20\nusername: ${name}\npassword: {derive: 1}\n${extra}`);
}

describe('a whole repository', () => {
  it('SPL-13: gives each subscriber its login, password, fixed address and router', () => {
    const model = modelOf({ ...base, 'anna.yaml': subscriber('anna', 'router: core-1\naddress: 10.0.0.201') });

    const anna = subscription(model, 'anna');
    expect(anna).toMatchObject({
      subscriber: 'anna',
      username: 'anna',
      address: '10.0.0.201',
      radius: true,
      localOn: [],
      state: 'active',
    });
    expect(anna.service.rate).toEqual({ down: 20_000_000, up: 5_000_000 });
    expect(anna.password?.reveal()).toMatch(/^[2-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{16}$/);
    expect(anna.origin).toEqual({ file: 'anna.yaml', line: 1, column: 1 });
  });

  it('fills in every default', () => {
    const model = modelOf(base);

    expect(model.operator).toMatchObject({
      name: 'isp',
      timezone: 'UTC',
      radius: {
        listenAuth: [{ host: '0.0.0.0', port: 1812 }],
        listenAccounting: [{ host: '0.0.0.0', port: 1813 }],
        messageAuthenticator: 'require',
      },
      admin: { listen: { host: '127.0.0.1', port: 9812 }, tokens: [] },
      reconcile: { intervalMs: 300_000, mode: 'apply', deleteLimits: { always: 3, share: 0.05, most: 25 } },
      accounting: { interimSeconds: 120, staleAfterSeconds: 86_400 },
    });
    expect(model.routers[0]).toMatchObject({
      api: { port: 8728 },
      mode: 'apply',
      auth: 'radius',
      radius: {
        clientAddress: '192.0.2.11',
        nasIdentifier: 'core-1',
        services: ['ppp'],
        coaPort: 3799,
        timeoutMs: 1500,
        messageAuthenticator: 'require',
      },
    });
    expect(model.routers[0]?.pools[0]?.origin).toEqual({ file: 'router.yaml', line: 9, column: 7 });
    expect(model.services[0]?.sessions).toEqual({ interimSeconds: 120 });
  });

  it('IS-36: keeps the RADIUS servers and services in the order they are declared', () => {
    const servers =
      'radius:\n  servers: [{name: second, address: 192.0.2.2}, {name: first, address: 192.0.2.1}]\nmasterKey: {env: LASTMILE_SECRET_MASTER}';
    const asking = router.replace(
      'radius: {secret: {derive: 1}}',
      'radius: {secret: {derive: 1}, services: [ppp, hotspot, wireless]}',
    );

    const model = modelOf({ ...base, 'operator.yaml': document('Operator', 'isp', servers), 'router.yaml': asking });

    expect(model.operator.radius.servers.map(({ name }) => name)).toEqual(['second', 'first']);
    expect(model.routers[0]?.radius?.services).toEqual(['ppp', 'hotspot', 'wireless']);
  });

  it('may stand in one stream', () => {
    const model = modelOf({ 'all.yaml': [operator, router, service, subscriber('anna')].join('---\n') });

    expect(model.subscriptions.map(({ id }) => id)).toEqual(['anna']);
    expect(subscription(model, 'anna').origin.line).toBe(29);
  });

  it('without an Operator is valid, with a warning', () => {
    const manifest = load({ 'service.yaml': document('Service', 's', 'access: [pppoe]') });

    expect(manifest.model?.operator.name).toBe('default');
    expect(codesOf(manifest)).toEqual(['LM_NO_OPERATOR']);
  });

  it('an empty file in it is a warning', () => {
    expect(lines(load({ ...base, 'empty.yaml': '', 'comment.yaml': '# later\n' }))).toContain(
      'comment.yaml:1:1 warning LM_EMPTY_FILE this file declares nothing',
    );
  });
});

describe('a list of subscribers', () => {
  const list = `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: north}
defaults:
  service: home-20
  password: {derive: 1}
  labels: {site: north}
items:
  - name: anna
    username: anna
    address: 10.0.0.201
  - {name: ben, username: ben, labels: {site: south}, password: {derive: 3}, previousNames: [benjamin]}
  - name: cleo
    services:
      - {name: line, username: cleo-line}
      - {name: tv, username: cleo-tv, password: {derive: 2}}
`
    .replaceAll(
      '{name: line, username: cleo-line}',
      '{name: line, service: home-20, username: cleo-line, password: {derive: 1}}',
    )
    .replaceAll('{name: tv, username: cleo-tv, password', '{name: tv, service: home-20, username: cleo-tv, password');

  const singles = [
    'apiVersion: lastmile/v1\nkind: Subscriber\nmetadata: {name: anna, labels: {site: north}}\nspec: {service: home-20, username: anna, password: {derive: 1}, address: 10.0.0.201}\n',
    'apiVersion: lastmile/v1\nkind: Subscriber\nmetadata: {name: ben, labels: {site: south}, previousNames: [benjamin]}\nspec: {service: home-20, username: ben, password: {derive: 3}}\n',
    `apiVersion: lastmile/v1
kind: Subscriber
metadata: {name: cleo, labels: {site: north}}
spec:
  services:
    - {name: line, service: home-20, username: cleo-line, password: {derive: 1}}
    - {name: tv, service: home-20, username: cleo-tv, password: {derive: 2}}
`,
  ].join('---\n');

  it('is equal to as many documents', () => {
    const plain = (model: Model) =>
      model.subscriptions.map((each) => ({ ...each, origin: undefined, password: each.password?.reveal() }));

    const listed = plain(modelOf({ ...base, 'list.yaml': list }));

    expect(listed).toEqual(plain(modelOf({ ...base, 'singles.yaml': singles })));
    expect(listed.map(({ id }) => id)).toEqual(['anna', 'ben', 'cleo/line', 'cleo/tv']);
  });

  it('places findings in the item, or in the defaults they come from', () => {
    const wrong = list
      .replace('service: home-20', 'service: hom-20')
      .replace('address: 10.0.0.201', 'address: 10.0.0.240');

    expect(errorsOf(load({ ...base, 'list.yaml': wrong }))).toEqual([
      'list.yaml:5:12 error LM_UNKNOWN_REFERENCE no Service is called "hom-20"',
    ]);
    expect(errorsOf(load({ ...base, 'list.yaml': list.replace('10.0.0.201', '10.0.0.240') }))).toEqual([
      'list.yaml:11:14 error LM_ADDRESS_OUTSIDE_POOLS 10.0.0.240 lies outside every pool of router core-1',
    ]);
  });

  it('SPL-25: names the field that neither an item nor the defaults say, and the line of the item', () => {
    const wrong = list.replace('    username: anna\n', '');

    expect(errorsOf(load({ ...base, 'list.yaml': wrong }))).toEqual([
      'list.yaml:9:5 error LM_MISSING_KEY "username" of the subscriber "anna" is missing',
    ]);
  });

  it('one wrong item does not hide what is wrong with the others', () => {
    const wrong = list
      .replace('    address: 10.0.0.201', '    adress: 10.0.0.201')
      .replace('username: ben,', 'username: cleo-tv,');

    expect(errorsOf(load({ ...base, 'list.yaml': wrong }))).toEqual([
      'list.yaml:11:5 error LM_UNKNOWN_KEY unknown key "adress"',
      'list.yaml:16:48 error LM_DUPLICATE_USERNAME the username "cleo-tv" is taken by "ben", at list.yaml:12',
    ]);
  });
});

describe('a file that cannot be read', () => {
  it('hides nothing in others and makes no reference to its names look unknown', () => {
    const manifest = load({
      ...base,
      'service.yaml': service.replace('rate: {', 'rate: {{'),
      'anna.yaml': subscriber('anna'),
      'ben.yaml': subscriber('ben').replace('home-20', 'home-30'),
    });

    expect(lines(manifest).filter((line) => !line.includes('LM_PLAIN_API'))).toEqual([
      'ben.yaml:5:12 error LM_UNKNOWN_REFERENCE no Service is called "home-30"',
      'service.yaml:1:1 warning LM_REFERENCES_UNCHECKED references to home-20 were not checked: this file could not be read whole',
      expect.stringContaining('service.yaml:7:3 error LM_YAML_SYNTAX'),
    ]);
  });

  it('one wrong document of a stream leaves the others', () => {
    const manifest = load({
      'all.yaml': [operator, router, service, 'a: [\n', subscriber('anna', 'speed: 3')].join('---\n'),
    });

    expect(errorsOf(manifest).map((line) => line.split(' ')[2])).toEqual(['LM_YAML_SYNTAX', 'LM_UNKNOWN_KEY']);
  });

  it('a router that does not meet its schema is still a router', () => {
    const manifest = load({
      ...base,
      'router.yaml': router.replace('pools:', 'pool:'),
      'anna.yaml': subscriber('anna', 'router: core-1\naddress: 10.1.1.1'),
    });

    expect(errorsOf(manifest)).toEqual(['router.yaml:8:3 error LM_UNKNOWN_KEY unknown key "pool"']);
  });
});

describe('an Operator or Router that cannot be read', () => {
  const wants = { 'service.yaml': service, 'anna.yaml': subscriber('anna', 'address: 10.1.1.1') };
  const broken = (text: string) => `${text}oops: [\n`;

  it.each([
    ['the Operator', { 'operator.yaml': broken(operator), 'router.yaml': router }],
    ['the Router', { 'operator.yaml': operator, 'router.yaml': broken(router) }],
    [
      'the kind of the Operator',
      { 'operator.yaml': operator.replace('masterKey', 'masterKay'), 'router.yaml': router },
    ],
  ])('is the only error: what depends on %s is not called wrong', (_, files) => {
    expect(new Set(errorsOf(load({ ...wants, ...files })).map((line) => line.split(':')[0])).size).toBe(1);
  });
});

describe('a required key that is misspelt', () => {
  it('is told once', () => {
    const wrong = router.replace('address: 192', 'adress: 192');

    expect(errorsOf(load({ ...base, 'router.yaml': wrong }))).toEqual([
      'router.yaml:5:3 error LM_UNKNOWN_KEY unknown key "adress"',
    ]);
  });
});

describe('the order of files', () => {
  it('does not matter, right or wrong', () => {
    const files = {
      ...base,
      'a.yaml': subscriber('anna'),
      'b.yaml': subscriber('ben').replace('username: ben', 'username: anna'),
      'c.yaml': subscriber('carl', 'state: gone'),
      'd.yaml': subscriber('dora').replace('home-20', 'nothing'),
    };
    const good = { ...base, 'a.yaml': subscriber('anna'), 'z.yaml': subscriber('zoe') };
    const entries = Object.entries(files);
    const expected = load(files);

    fc.assert(
      fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
        expect(load(Object.fromEntries(shuffled))).toEqual(expected);
      }),
      { numRuns: 20 },
    );
    expect(modelOf(Object.fromEntries(Object.entries(good).reverse()))).toEqual(modelOf(good));
  });
});
