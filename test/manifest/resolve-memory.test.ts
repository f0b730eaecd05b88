import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameData } from '../../src/base/same-data.ts';
import { type FileCache, type LoadMemory, loadManifest } from '../../src/manifest/load-manifest.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

interface Person {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A repository as one can edit it. */
interface Repository {
  readonly timezone: string;
  readonly masterKey: string;
  readonly operator: string;
  readonly clients: string;
  readonly routers: Readonly<Record<string, string>>;
  readonly services: Readonly<Record<string, string>>;
  /** By list. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly people: Readonly<Record<string, readonly Person[]>>;
  readonly env: Readonly<Record<string, string>>;
  /** Blank lines on top of each list: every place below is another. */
  readonly blank: number;
}

const first: Repository = {
  timezone: 'UTC',
  masterKey: 'master-key-of-32-symbols-or-more-1',
  operator: '',
  clients: '',
  routers: {
    north: 'auth: radius, pools: [{name: dyn, ranges: [10.0.0.0/24], static: [10.0.1.0/24]}]',
    south: 'auth: hybrid, pools: [{name: dyn, ranges: [10.1.0.0/24], static: [10.1.1.0/24]}]',
  },
  services: {
    home: 'access: [pppoe], rate: {down: 20M, up: 5M}',
    spot: 'access: [hotspot], sessions: {max: 2}',
    air: 'access: [wireless, dhcp]',
  },
  defaults: { a: 'service: home', b: 'service: spot, router: north', c: 'router: south' },
  people: {
    a: [
      { name: 'anna', fields: { username: 'anna', password: '{env: LASTMILE_SECRET_ANNA}', router: 'north' } },
      { name: 'berta', fields: { username: 'berta', password: '{derive: 1}', address: '10.0.1.5', router: 'north' } },
      { name: 'carl', fields: { username: 'carl', password: 'pw-carl-00000001', expires: '2030-01-01 00:00' } },
    ],
    b: [
      { name: 'dora', fields: { mac: '["0C:42:A1:00:00:01"]' } },
      { name: 'emil', fields: { mac: '["0E:42:A1:00:00:02", "0C:42:A1:00:00:03"]', address: '10.0.0.9' } },
    ],
    c: [
      {
        name: 'fritz',
        fields: {
          services:
            '[{name: net, service: home, username: fritz, password: {env: LASTMILE_SECRET_FRITZ}, routes: [10.9.0.0/24]}, {name: tv, service: air, mac: ["0C:42:A1:00:00:04"], auth: radius}]',
        },
      },
      {
        name: 'gerd',
        fields: { service: 'home', username: 'gerd', password: '{derive: 2}', ipv6: '{prefix: "2001:db8:1::/64"}' },
      },
    ],
  },
  env: {
    LASTMILE_SECRET_ANNA: 'pw-anna-00000001',
    LASTMILE_SECRET_FRITZ: 'pw-fritz-0000001',
    LASTMILE_SECRET_NT: '0123456789abcdef0123456789abcdef',
  },
  blank: 0,
};

function filesOf({ timezone, masterKey, operator, clients, routers, services, defaults, people, blank }: Repository) {
  const document = (kind: string, name: string, spec: string) =>
    `---\napiVersion: lastmile/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
  const network = [
    document(
      'Operator',
      'isp',
      `timezone: ${timezone}, masterKey: ${masterKey}, radius: {servers: [{name: us, address: 192.0.2.1}]${clients}}${operator}`,
    ),
    ...Object.entries(routers).map(([name, spec]) =>
      document(
        'Router',
        name,
        `address: ${name}.example, api: {username: lastmile, password: {derive: 1}}, radius: {secret: {derive: 1}, clientAddress: 192.0.2.${name.length}}, ${spec}`,
      ),
    ),
    ...Object.entries(services).map(([name, spec]) => document('Service', name, spec)),
  ].join('');
  const lists = Object.entries(people).map(([name, all]) => ({
    path: `${name}.yaml`,
    text: `${'\n'.repeat(blank)}apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: ${name}}\ndefaults: {${defaults[name]}}\nitems:\n${all.map(itemOf).join('')}`,
  }));
  return [{ path: 'network.yaml', text: network }, ...lists];
}

function itemOf({ name, fields }: Person): string {
  const all = Object.entries({ name, ...fields }).map(([key, value]) => `${key}: ${value}`);
  return `  - {${all.join(', ')}}\n`;
}

type Edit = (repository: Repository) => Repository;

const timezone =
  (to: string): Edit =>
  (all) => ({ ...all, timezone: to });
const operator =
  (to: string): Edit =>
  (all) => ({ ...all, operator: to });
const router =
  (name: string, spec: string): Edit =>
  (all) => ({ ...all, routers: { ...all.routers, [name]: spec } });
const service =
  (name: string, spec: string): Edit =>
  (all) => ({ ...all, services: { ...all.services, [name]: spec } });
const env =
  (name: string, value: string): Edit =>
  (all) => ({
    ...all,
    env: { ...all.env, [`LASTMILE_SECRET_${name}`]: value },
  });
const without =
  (part: 'routers' | 'services' | 'env', name: string): Edit =>
  (all) => ({ ...all, [part]: Object.fromEntries(Object.entries(all[part]).filter(([key]) => key !== name)) });
const defaults =
  (list: string, spec: string): Edit =>
  (all) => ({
    ...all,
    defaults: { ...all.defaults, [list]: spec },
  });
const gone =
  (list: string, at: number): Edit =>
  (all) => ({
    ...all,
    people: { ...all.people, [list]: (all.people[list] ?? []).filter((_, index) => index !== at) },
  });
const person =
  (list: string, at: number, fields: Readonly<Record<string, string>>): Edit =>
  (all) => ({
    ...all,
    people: {
      ...all.people,
      [list]: (all.people[list] ?? []).map((each, index) =>
        index === at ? { ...each, fields: { ...each.fields, ...fields } } : each,
      ),
    },
  });

/** Somebody who is declared in another list from now on. */
const moved =
  (from: string, at: number, to: string): Edit =>
  (all) => {
    const { [from]: list = [], [to]: other = [] } = all.people;
    const some = list.slice(at, at + 1);
    return {
      ...all,
      people: { ...all.people, [from]: list.filter((_, index) => index !== at), [to]: [...some, ...other] },
    };
  };
const renamed =
  (from: string, to: string): Edit =>
  (all) => {
    const { [from]: people = [], ...others } = all.people;
    return {
      ...all,
      people: { ...others, [to]: people },
      defaults: { ...all.defaults, [to]: all.defaults[from] ?? '' },
    };
  };

/** Edits of subscribers, which are worked out without a look at all others as long as nothing is wrong. */
const ofSubscribers: readonly Edit[] = [
  gone('a', 2),
  gone('c', 1),
  moved('a', 0, 'c'),
  moved('b', 1, 'a'),
  moved('c', 0, 'd'),
  renamed('a', 'z'),
  renamed('b', 'a'),
  renamed('a', 'examples/a'),
  (all) => person('a', 0, { username: 'carl' })(person('a', 2, { username: 'anna' })(all)),
  (all) => person('b', 0, { mac: '["0C:42:A1:00:00:03"]' })(person('b', 1, { mac: '["0C:42:A1:00:00:01"]' })(all)),
  person('a', 0, { mac: '["0E:42:A1:00:00:07"]' }),
  person('a', 1, { mac: '["0E:42:A1:00:00:08", "0C:42:A1:00:00:09"]' }),
  person('b', 1, { mac: '["0C:42:A1:00:00:03"]' }),
  person('a', 0, { username: '0c42a1000009' }),
  person('a', 1, { auth: 'local' }),
  person('a', 1, { auth: 'hybrid', router: 'south', address: '10.1.1.9' }),
  person('a', 2, { auth: 'local' }),
  person('c', 1, { auth: 'radius' }),
  person('b', 1, { auth: 'local' }),
  person('a', 2, { password: 'pw-carl-00000002' }),
  person('a', 1, { password: 'pw-berta-0000002' }),
  person('a', 1, { password: '{env: LASTMILE_SECRET_ANNA}' }),
  person('a', 0, { password: '{env: LASTMILE_SECRET_FRITZ}' }),
  person('a', 0, { password: "'{SSHA}AAAAAAAA'" }),
  person('a', 0, { annotations: '{lastmile/prevent-destroy: "true"}' }),
  person('b', 0, { annotations: '{lastmile/prevent-destroy: "false"}' }),
  person('b', 0, { annotations: '{lastmile/prevent: "true"}' }),
  person('c', 1, { ipv6: '{prefix: "2001:db8:2::/64"}' }),
  person('a', 2, { ipv6: '{prefix: "2001:db8:1::/64"}' }),
  person('b', 0, { service: 'air', router: 'north' }),
  person('a', 0, { nonsense: '1' }),
  person('a', 0, { name: 'gerd' }),
  defaults('c', 'service: home'),
];

/** Nothing, everything, and what one document says that another hangs on. */
const edits: readonly Edit[] = [
  ...ofSubscribers,
  (all) => all,
  () => first,
  (all) => ({ ...all, blank: all.blank + 1 }),
  (all) => ({ ...all, masterKey: 'another-master-key-of-32-symbols-2' }),
  (all) => ({
    ...all,
    people: { ...all.people, d: [{ name: 'hans', fields: { username: 'hans', password: 'pw-hans-00000001' } }] },
    defaults: { ...all.defaults, d: 'service: home' },
  }),
  timezone('Africa/Nairobi'),
  operator(', accounting: {interim: 5m}'),
  (all) => ({ ...all, clients: ', clients: [{name: other, clientAddress: 192.0.2.77, secret: {derive: 1}}]' }),
  operator(', nonsense: 1'),
  router('north', 'auth: local, pools: [{name: dyn, ranges: [10.0.0.0/24], static: [10.0.1.0/24]}]'),
  router('north', 'auth: radius, pools: [{name: dyn, ranges: [10.0.1.0/24]}]'),
  router('north', 'auth: nonsense'),
  router('west', 'auth: radius'),
  without('routers', 'north'),
  without('routers', 'south'),
  service('home', 'access: [pppoe], rate: {down: 40M, up: 5M}'),
  service('home', 'access: [pppoe], routers: [north]'),
  service('spot', 'access: [hotspot, dhcp], address: {pool: dyn}'),
  service('air', 'access: [wireless]'),
  without('services', 'spot'),
  without('services', 'home'),
  (all) => without('services', 'home')(service('house', all.services['home'] ?? '')(all)),
  env('ANNA', 'pw-anna-00000002'),
  env('FRITZ', ''),
  without('env', 'LASTMILE_SECRET_ANNA'),
  defaults('a', 'service: home, router: south'),
  defaults('b', 'service: spot, router: south'),
  defaults('a', 'service: home, labels: {town: x}'),
  gone('a', 0),
  gone('b', 0),
  gone('c', 0),
  person('a', 0, { password: 'pw-anna-00000003' }),
  person('a', 2, { address: '10.0.1.5', router: 'north' }),
  person('a', 2, { username: 'anna' }),
  person('a', 2, { expires: '2031-01-01 00:00', state: 'suspended' }),
  person('b', 0, { mac: '["0C:42:A1:00:00:04"]' }),
  person('b', 0, { router: 'south' }),
  person('c', 1, { routes: '[10.9.0.0/24]' }),
  person('c', 1, { username: '"0C:42:A1:00:00:01"' }),
  (all) => ({
    ...all,
    people: { ...all.people, e: [{ name: 'ilse', fields: { username: 'ilse', ntHash: '{env: LASTMILE_SECRET_NT}' } }] },
    defaults: { ...all.defaults, e: 'service: home, router: north, lock: {nas: [north]}' },
  }),
  env('NT', '8846f7eaee8fb117ad06bdd830b7586c'),
  env('NT', 'nonsense'),
  person('c', 1, { attributes: '[{name: Filter-Id, value: x}]' }),
];

function load(repository: Repository, kept?: { readonly cache: FileCache; readonly memory: LoadMemory }) {
  const secrets = secretResolver({ env: repository.env });
  return loadManifest(filesOf(repository), { secrets, mode: 'use', ...kept });
}

describe('loading again with what was resolved before', () => {
  it.each([
    ['whatever is edited', edits],
    ['whatever is edited of subscribers', ofSubscribers],
  ])('gives what resolving everything anew gives, %s', (_, all) => {
    const commit = fc.array(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(commit, { minLength: 1, maxLength: 8 }), (commits) => {
        const kept = { cache: new Map(), memory: {} };
        load(first, kept);
        let [repository, whole] = [first, first];
        for (const edit of commits) {
          repository = edit.reduce((now, each) => each(now), repository);
          const [again, anew] = [load(repository, kept), load(repository)];

          expect(again.issues).toEqual(anew.issues);
          expect(again.model).toEqual(anew.model);
          // Secrets look alike to the line above.
          expect(sameData(again.model, anew.model)).toBe(true);
          expect(again.secretUses).toEqual(anew.secretUses);
          // A mistake is mended as often as not.
          if (anew.model === undefined) repository = whole;
          else whole = repository;
        }
      }),
      { numRuns: 25 },
    );
  });

  it('looks at nobody else for an edit of one subscriber, be it after one that was refused', () => {
    const kept = { cache: new Map(), memory: {} };
    load(first, kept);
    const before = kept.memory;
    const derived: string[] = [];
    const derive = (repository: Repository) => {
      const secrets = secretResolver({ env: repository.env });
      const counted: typeof secrets = {
        ...secrets,
        derive: (key, parts, symbols) => {
          derived.push(parts.slice(1, 4).join(' '));
          return secrets.derive(key, parts, symbols);
        },
      };
      return loadManifest(filesOf(repository), { secrets: counted, mode: 'use', ...kept });
    };
    expect(derive(person('a', 2, { username: 'anna' })(first)).model).toBeUndefined();
    derived.length = 0;

    const { model } = derive(person('c', 1, { password: '{derive: 3}' })(first));

    expect(derived).toEqual(['Subscriber gerd password']);
    expect(model?.subscriptions.find(({ id }) => id === 'gerd')?.password?.reveal()).toHaveLength(16);
    expect(kept.memory).toBe(before);
  });

  it.each(edits.map((edit, at) => [at, edit] as const))('gives so after one edit, and back (%i)', (_, edit) => {
    const kept = { cache: new Map(), memory: {} };
    const states = [first, edit(first), first, edit(first)];

    for (const state of states) {
      const [again, anew] = [load(state, kept), load(state)];
      expect(again.issues).toEqual(anew.issues);
      expect(sameData(again.model, anew.model)).toBe(true);
    }
  });

  it('begins with a model: or this would show nothing', () => {
    const { model, issues } = load(first);

    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(model?.subscriptions.map(({ id }) => id)).toEqual([
      'anna',
      'berta',
      'carl',
      'dora',
      'emil',
      'fritz/net',
      'fritz/tv',
      'gerd',
    ]);
  });

  it('mostly has one after an edit', () => {
    const whole = edits.filter((edit) => load(edit(first)).model !== undefined);

    expect(whole.length).toBeGreaterThan(edits.length / 2);
  });

  it('makes nothing again that did not change', () => {
    const kept = { cache: new Map(), memory: {} };
    const before = load(first, kept).model;

    const after = load(person('a', 0, { password: 'pw-anna-00000009' })(first), kept).model;

    const same = after?.subscriptions.filter((each) => before?.subscriptions.includes(each)).map(({ id }) => id);
    expect(same).toEqual(['berta', 'carl', 'dora', 'emil', 'fritz/net', 'fritz/tv', 'gerd']);
    expect(after?.operator).toBe(before?.operator);
    expect(after?.routers).toBe(before?.routers);
    expect(after?.services).toBe(before?.services);
  });

  it('makes again whose secret is another by now, though no file changed', () => {
    const kept = { cache: new Map(), memory: {} };
    const before = load(first, kept).model;

    const after = load(env('FRITZ', 'pw-fritz-0000002')(first), kept).model;

    const fresh = after?.subscriptions.filter((each) => before?.subscriptions.includes(each) === false);
    expect(fresh?.map(({ id, password }) => [id, password?.reveal()])).toEqual([['fritz/net', 'pw-fritz-0000002']]);
  });

  it('holds on to the last whole model through revisions with mistakes', () => {
    const kept = { cache: new Map(), memory: {} };
    const before = load(first, kept).model;
    load(router('north', 'auth: nonsense')(first), kept);

    expect(load(first, kept).model?.subscriptions).toBe(before?.subscriptions);
  });
});
