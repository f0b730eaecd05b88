import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameData } from '../../src/base/same-data.ts';
import { type FileCache, type LoadMemory, loadManifest } from '../../src/manifest/load-manifest.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';

interface Person {
  readonly name: string;
  readonly fields: Readonly<Record<string, string>>;
  /** How it is written. */
  readonly layout: number;
}

/** A file with one list, or with a document for each. */
interface People {
  readonly list?: string;
  readonly defaults: string;
  /** Which way the list is written. */
  readonly style: number;
  readonly items: readonly Person[];
}

interface Repository {
  /** Documents that declare no subscribers, by file. */
  readonly network: Readonly<Record<string, string>>;
  readonly people: Readonly<Record<string, People>>;
  readonly env: Readonly<Record<string, string>>;
}

type Edit = (repository: Repository) => Repository;

function document(kind: string, name: string, spec: string): string {
  return `---\napiVersion: lastmile/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
}

const operators = [
  'timezone: UTC, masterKey: master-key-of-32-symbols-or-more-1, radius: {servers: [{name: us, address: 192.0.2.1}]}',
  'timezone: UTC, masterKey: another-master-key-of-32-symbols-2, radius: {servers: [{name: us, address: 192.0.2.1}]}',
  'timezone: Asia/Kolkata, masterKey: {env: LASTMILE_SECRET_KEY}, radius: {servers: [{name: us, address: 192.0.2.1}]}, reconcile: {mode: observe}',
] as const;
const api = 'api: {username: lastmile, password: {derive: 1}}';
const norths = [
  `address: n.example, ${api}, radius: {secret: {derive: 1}, clientAddress: 192.0.2.5, services: [ppp, hotspot, dhcp, wireless]}, pools: [{name: dyn, ranges: [10.0.0.0/24], static: [10.0.1.0/24]}], hotspots: [{name: hs, interface: bridge, address: 10.0.2.1, pool: dyn, macAuth: {}}], auth: local`,
  `address: n.example, ${api}, radius: {secret: {derive: 1}, clientAddress: 192.0.2.5, services: [ppp, hotspot, dhcp, wireless]}, pools: [{name: dyn, ranges: [10.0.0.0/24], static: [10.0.1.0/24]}], hotspots: [{name: hs, interface: bridge, address: 10.0.2.1, pool: dyn, macAuth: {}}], auth: hybrid`,
  'address: n.example, radius: {secret: {derive: 1}, clientAddress: 192.0.2.5}, pools: [{name: dyn, ranges: [10.0.0.0/23]}], auth: radius',
] as const;
const souths = [
  `address: s.example, ${api}, radius: {secret: {derive: 1}, clientAddress: 192.0.2.6}, pools: [{name: dyn, ranges: [10.1.0.0/24], static: [10.1.1.0/24]}], auth: hybrid`,
  `address: s.example, ${api}, radius: {secret: {env: LASTMILE_SECRET_SOUTH}, clientAddress: 192.0.2.6}, pools: [{name: dyn, ranges: [10.1.0.0/24], static: [10.1.1.0/24]}], auth: radius`,
] as const;
const homes = [
  'access: [pppoe], rate: {down: 20M, up: 5M}',
  'access: [pppoe], rate: {down: 40M, up: 5M}, address: {pool: dyn}, sessions: {max: 2}',
  'access: [pppoe], auth: hybrid, attributes: [{name: Filter-Id, value: x}]',
  'access: [pppoe], auth: local',
] as const;
const spots = [
  'access: [hotspot], auth: radius',
  'access: [hotspot], routers: [north]',
  'access: [hotspot, dhcp]',
] as const;
const sites = [
  '',
  document('PortalSite', 'cafe', 'bridge: {mikrotik: {router: north, hotspot: hs}}, methods: [login]'),
] as const;
const airs = ['access: [wireless, dhcp], auth: radius', 'access: [wireless], sessions: {timeout: 8h}'] as const;

const first: Repository = {
  network: {
    'm-air.yaml': document('Service', 'air', airs[0]),
    'm-network.yaml': [
      document('Operator', 'isp', operators[0]),
      document('Router', 'north', norths[0]),
      document('Router', 'south', souths[0]),
      document('Service', 'home', homes[0]),
    ].join(''),
    'spot.yaml': document('Service', 'spot', spots[0]),
  },
  people: {
    'a.yaml': {
      list: 'a',
      defaults: '{service: home, router: north}',
      style: 0,
      items: ['p1', 'p2', 'p3', 'p4'].map((name, at) => ({
        name,
        fields: { username: name, password: `pw-${name}-00000001` },
        layout: at,
      })),
    },
    'b.yaml': {
      list: 'b',
      defaults: '{service: home, router: south}',
      style: 2,
      items: ['p5', 'p6', 'p7'].map((name) => ({
        name,
        fields: { username: name, password: '{derive: 1}' },
        layout: 0,
      })),
    },
    'z.yaml': {
      defaults: '',
      style: 0,
      items: [
        { name: 'p8', fields: { service: 'spot', username: 'p8', password: '{env: LASTMILE_SECRET_A}' }, layout: 0 },
      ],
    },
  },
  env: {
    LASTMILE_SECRET_A: 'pw-of-a-00000001',
    LASTMILE_SECRET_B: 'pw-of-b-00000001',
    LASTMILE_SECRET_KEY: 'third-master-key-of-32-symbols-333',
    LASTMILE_SECRET_SOUTH: 'secret-of-south-00000001',
  },
};

const layouts = [
  (pairs: readonly string[]) => `- {${pairs.join(', ')}}\n`,
  (pairs: readonly string[]) => `- ${pairs.join('\n  ')}\n`,
  (pairs: readonly string[]) => `- {${pairs.join(',\n   ')}} # {name: other}\n`,
  (pairs: readonly string[]) => `# - {name: other}\n-   ${pairs.join('\n    ')}\n\n`,
  (pairs: readonly string[]) => `- ${pairs.join('\n  ')}\n  reason: |\n    - {name: other}\n\n    more\n`,
  (pairs: readonly string[]) => `-\n  ${pairs.join('\n  ')}\n`,
] as const;

function itemOf({ name, fields, layout }: Person, indent: string): string {
  const pairs = Object.entries({ name, ...fields }).map(([key, value]) => `${key}: ${value}`);
  return (layouts[layout % layouts.length] ?? layouts[0])(pairs).replace(/^(?=.)/gm, indent);
}

function listOf({ list = '', defaults, style, items }: People): string {
  const head = `apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: ${list}}\n`;
  const under = defaults === '' ? '' : `defaults: ${defaults}\n`;
  const indent = style % 2 === 0 ? '  ' : '';
  const all = items.length === 0 ? 'items: []\n' : `items:\n${items.map((each) => itemOf(each, indent)).join('')}`;
  if (style % 4 === 2) return `# people\n\n---\n${head}${all}${under}`;
  return `${'\n'.repeat(style % 3)}${head}${under}${all}${style % 5 === 4 ? '# end\n' : ''}`;
}

function documentOf({ name, fields }: Person): string {
  const { labels, annotations, previousNames, ...spec } = fields;
  const metadata = Object.entries({ name, labels, annotations, previousNames }).filter(
    ([, value]) => value !== undefined,
  );
  const text = (pairs: readonly (readonly [string, string | undefined])[]) =>
    pairs.map(([key, value]) => `${key}: ${value}`).join(', ');
  return `---\napiVersion: lastmile/v1\nkind: Subscriber\nmetadata: {${text(metadata)}}\nspec: {${text(Object.entries(spec))}}\n`;
}

function filesOf({ network, people }: Repository) {
  const texts = new Map(Object.entries(network));
  for (const [path, all] of Object.entries(people))
    texts.set(path, all.list === undefined ? all.items.map(documentOf).join('') : listOf(all));
  return Array.from(texts, ([path, text]) => ({ path, text }));
}

const names = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9', 'q1'] as const;
const paths = ['a.yaml', 'b.yaml', 'c.yaml', 'n.yaml', 'z.yaml', 'examples/e.yaml', 'B.yml', 'aa.yaml'] as const;

/** What somebody may be declared with: `undefined` takes it away. */
const changes: readonly Readonly<Record<string, string | undefined>>[] = [
  ...names.map((name) => ({ username: name })),
  ...['pw-other-0000001', '{derive: 1}', '{derive: 2}', '{env: LASTMILE_SECRET_A}', '{env: LASTMILE_SECRET_B}'].map(
    (password) => ({ password }),
  ),
  { password: "'{SSHA}AAAAAAAA'" },
  { password: 'pw-again-0000001', username: 'p1' },
  { router: 'north' },
  { router: 'south' },
  { router: undefined },
  { auth: 'local', router: 'north' },
  { auth: 'local', router: 'south' },
  { auth: 'hybrid', router: 'north' },
  { auth: 'hybrid', router: 'south' },
  { auth: 'radius' },
  { auth: undefined },
  { service: 'home' },
  { service: 'spot' },
  { service: 'spot', router: 'north', auth: 'local' },
  { service: 'air', username: undefined, password: undefined, mac: '["0C:42:A1:00:00:01"]' },
  { service: 'air', username: undefined, password: undefined, mac: '["0C:42:A1:00:00:02"]', router: 'south' },
  { service: 'spot', username: undefined, password: undefined, mac: '["0E:42:A1:00:00:03", "0C:42:A1:00:00:05"]' },
  { service: 'nowhere' },
  { mac: '["0E:42:A1:00:00:04", "0E:42:A1:00:00:06"]' },
  { mac: '["0C:42:A1:00:00:07"]' },
  { mac: undefined },
  { username: '"0C-42-A1-00-00-07"' },
  { username: '0c42a1000001' },
  { username: 'guest-cafe-0123456789ab' },
  { address: '10.0.1.5', router: 'north' },
  { address: '10.0.0.5', router: 'north' },
  { address: '10.1.1.5', router: 'south' },
  { address: undefined },
  { ipv6: '{prefix: "2001:db8:1::/64"}' },
  { ipv6: '{prefix: "2001:db8:2::/64", delegated: "2001:db8:1::/64"}' },
  { ipv6: undefined },
  { routes: '[10.9.0.0/24]' },
  { routes: undefined },
  { expires: '2030-01-01 00:00', state: 'suspended' },
  { labels: '{town: x}' },
  { annotations: '{lastmile/prevent-destroy: "true"}' },
  { annotations: '{lastmile/prevent-destroy: "false"}' },
  { annotations: '{lastmile/prevent: "true"}' },
  { annotations: undefined },
  { previousNames: '[old]' },
  { previousNames: '[older]' },
  { attributes: '[{name: Filter-Id, value: x}]' },
  { attributes: '[{name: Nonsense-Id, value: x}]' },
  { attributes: undefined },
  { nonsense: '1' },
  {
    ...{ service: undefined, username: undefined, password: undefined, mac: undefined, auth: undefined },
    ...{ router: undefined, address: undefined, ipv6: undefined, routes: undefined, attributes: undefined },
    services:
      '[{name: net, service: home, username: p9, password: pw-net-00000001}, {name: air, service: air, mac: ["0E:42:A1:00:00:08"], auth: radius}]',
  },
];

function changed(fields: Person['fields'], change: (typeof changes)[number]): Person['fields'] {
  const { services: _, ...rest } = fields;
  const all = { ...(change['services'] === undefined ? rest : fields), ...change };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

function inFile(path: string, edit: (people: People) => People): Edit {
  return (all) => {
    const people = all.people[path];
    return people === undefined ? all : { ...all, people: { ...all.people, [path]: edit(people) } };
  };
}

const path = fc.constantFrom(...paths);
const at = fc.nat(5);
const person: fc.Arbitrary<Person> = fc
  .record({
    name: fc.constantFrom(...names),
    word: fc.constantFrom('pw-new-00000001', '{derive: 1}'),
    layout: fc.nat(5),
  })
  .map(({ name, word, layout }) => ({
    name,
    fields: { service: 'home', router: 'south', username: name, password: word },
    layout,
  }));

const ofSomebody: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(path, at, fc.constantFrom(...changes)).map(([file, where, change]) =>
    inFile(file, (all) => ({
      ...all,
      items: all.items.map((each, index) =>
        index === where % all.items.length ? { ...each, fields: changed(each.fields, change) } : each,
      ),
    })),
  ),
  fc
    .tuple(path, at, person)
    .map(([file, where, each]) => inFile(file, (all) => ({ ...all, items: all.items.toSpliced(where, 0, each) }))),
  fc
    .tuple(path, at)
    .map(([file, where]) =>
      inFile(file, (all) => ({ ...all, items: all.items.filter((_, index) => index !== where) })),
    ),
  fc.tuple(path, at, fc.constantFrom(...names), fc.nat(5)).map(([file, where, name, layout]) =>
    inFile(file, (all) => ({
      ...all,
      items: all.items.map((each, index) => (index === where ? { ...each, name, layout } : each)),
    })),
  ),
  fc.tuple(path, path, at, at).map(
    ([from, to, here, there]): Edit =>
      (all) => {
        const somebody = all.people[from]?.items[here];
        if (somebody === undefined || all.people[to] === undefined) return all;
        const left = inFile(from, (some) => ({ ...some, items: some.items.filter((each) => each !== somebody) }))(all);
        return inFile(to, (some) => ({ ...some, items: some.items.toSpliced(there, 0, somebody) }))(left);
      },
  ),
  fc.tuple(path, at, at).map(([file, here, there]) =>
    inFile(file, (all) => ({
      ...all,
      items: all.items.toSpliced(here, 1).toSpliced(there, 0, ...all.items.slice(here, here + 1)),
    })),
  ),
);

const ofFiles: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(path, fc.nat(9)).map(([file, style]) => inFile(file, (all) => ({ ...all, style }))),
  fc
    .tuple(
      path,
      fc.constantFrom(
        '{service: home, router: north}',
        '{service: home}',
        '{service: home, router: south}',
        '{service: home, auth: local, router: north}',
        '{service: home, labels: {town: y}}',
      ),
    )
    .map(([file, defaults]) => inFile(file, (all) => ({ ...all, defaults }))),
  fc.tuple(path, fc.constantFrom('a', 'b', 'c', 'd')).map(([file, list]) => inFile(file, (all) => ({ ...all, list }))),
  fc.tuple(path, path).map(
    ([from, to]): Edit =>
      (all) => {
        const { [from]: moved, ...others } = all.people;
        return moved === undefined ? all : { ...all, people: { ...others, [to]: moved } };
      },
  ),
  fc.tuple(path, path).map(
    ([one, other]): Edit =>
      (all) => {
        const { [one]: a, [other]: b } = all.people;
        return a === undefined || b === undefined ? all : { ...all, people: { ...all.people, [one]: b, [other]: a } };
      },
  ),
  path.map(
    (file): Edit =>
      (all) => {
        const { [file]: _, ...people } = all.people;
        return { ...all, people };
      },
  ),
  fc.tuple(path, fc.array(person, { maxLength: 3 }), fc.boolean()).map(
    ([file, items, isList]): Edit =>
      (all) =>
        all.people[file] !== undefined
          ? all
          : {
              ...all,
              people: {
                ...all.people,
                [file]: { defaults: '', style: 0, items, ...(isList ? { list: `of-${file.length}` } : {}) },
              },
            },
  ),
);

function networkOf(operator: string, north: string, south: string, home: string, site: string): Edit {
  const parts = [
    document('Operator', 'isp', operator),
    document('Router', 'north', north),
    document('Router', 'south', south),
    document('Service', 'home', home),
    site,
  ];
  return (all) => ({ ...all, network: { ...all.network, 'm-network.yaml': parts.join('') } });
}

const ofNetwork: fc.Arbitrary<Edit> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...operators),
      fc.constantFrom(...norths),
      fc.constantFrom(...souths),
      fc.constantFrom(...homes),
      fc.constantFrom(...sites),
    )
    .map((spoken) => networkOf(...spoken)),
  fc.constantFrom(...spots).map(
    (spot): Edit =>
      (all) => ({ ...all, network: { ...all.network, 'spot.yaml': document('Service', 'spot', spot) } }),
  ),
  fc.constantFrom(...airs).map(
    (air): Edit =>
      (all) => ({ ...all, network: { ...all.network, 'm-air.yaml': document('Service', 'air', air) } }),
  ),
  // Declared twice, and read first: others get it until that is mended.
  fc.constantFrom(...homes).map(
    (home): Edit =>
      (all) => ({
        ...all,
        network: { ...all.network, '0.yaml': document('Service', 'home', home) },
      }),
  ),
  fc.constantFrom('0.yaml', 'junk.yaml').map(
    (file): Edit =>
      (all) => {
        const { [file]: _, ...network } = all.network;
        return { ...all, network };
      },
  ),
  fc.constantFrom('nonsense: 1\n', '# nothing\n', 'a: {\n', document('Subscriber', 'p9', 'service: home')).map(
    (text): Edit =>
      (all) => ({ ...all, network: { ...all.network, 'junk.yaml': text } }),
  ),
  fc
    .tuple(
      fc.constantFrom('A', 'B', 'KEY', 'SOUTH'),
      fc.constantFrom('pw-of-env-00000000000000000000000002', 'pw-of-env-00000000000000000000000003', ''),
    )
    .map(
      ([name, value]): Edit =>
        (all) => ({ ...all, env: { ...all.env, [`LASTMILE_SECRET_${name}`]: value } }),
    ),
);

interface Commit {
  readonly edits: readonly Edit[];
  /** Back to what was whole the last time, whether or not this is. */
  readonly back: boolean;
  /** What is wrong is mended, not edited on. */
  readonly mended: boolean;
}

const commits = (edit: fc.Arbitrary<Edit>): fc.Arbitrary<readonly Commit[]> =>
  fc.array(
    fc.record({
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
      back: fc.integer({ min: 0, max: 7 }).map((dice) => dice === 0),
      mended: fc.integer({ min: 0, max: 3 }).map((dice) => dice > 0),
    }),
    { minLength: 1, maxLength: 12 },
  );

function load(repository: Repository, kept?: { readonly cache: FileCache; readonly memory: LoadMemory }) {
  return loadManifest(filesOf(repository), { secrets: secretResolver({ env: repository.env }), mode: 'use', ...kept });
}

describe('a repository that is edited in any way, and loaded again each time', () => {
  it.each([
    ['subscribers', ofSomebody],
    ['subscribers and their files', fc.oneof({ weight: 3, arbitrary: ofSomebody }, { weight: 2, arbitrary: ofFiles })],
    [
      'everything',
      fc.oneof(
        { weight: 4, arbitrary: ofSomebody },
        { weight: 2, arbitrary: ofFiles },
        { weight: 2, arbitrary: ofNetwork },
      ),
    ],
  ] as const)('says what a fresh load says, after edits of %s', (_, edit) => {
    let told = 0;
    fc.assert(
      fc.property(commits(edit as fc.Arbitrary<Edit>), (some) => {
        const kept = { cache: new Map(), memory: {} as LoadMemory };
        load(first, kept);
        let [repository, whole] = [first, first];
        for (const { edits, back, mended } of some) {
          const from = mended ? whole : repository;
          repository = back ? whole : edits.reduce((now, each) => each(now), from);
          const book = kept.memory.last?.book;

          const [again, anew] = [load(repository, kept), load(repository)];

          expect(again.issues).toEqual(anew.issues);
          expect(again.model).toEqual(anew.model);
          // Secrets look alike to the line above.
          expect(sameData(again.model, anew.model)).toBe(true);
          expect(again.secretUses).toEqual(anew.secretUses);
          if (anew.model !== undefined) whole = repository;
          if (kept.memory.last?.book === book && anew.model !== undefined) told += 1;
        }
      }),
      { numRuns: 10 },
    );
    expect(told).toBeGreaterThan(10);
  });

  const network = (operator: string, south: string, home: string, site: string): Edit =>
    networkOf(operator, norths[0], south, home, site);
  const somebody = (file: string, index: number, change: (typeof changes)[number]): Edit =>
    inFile(file, (all) => ({
      ...all,
      items: all.items.map((each, where) =>
        where === index ? { ...each, fields: changed(each.fields, change) } : each,
      ),
    }));

  it('goes on to say of others that their hotspot shows a portal', () => {
    const kept = { cache: new Map(), memory: {} as LoadMemory };
    const before = somebody('z.yaml', 0, { auth: 'local', router: 'north' })(
      network(operators[0], souths[0], homes[0], sites[1])(first),
    );
    const after = somebody('a.yaml', 0, { password: 'pw-other-0000001' })(before);
    load(before, kept);

    const { issues } = load(after, kept);

    expect(issues.map(({ code }) => code)).toContain('LM_LOCAL_BEHIND_PORTAL');
    expect(issues).toEqual(load(after).issues);
  });

  it('believes nothing of what somebody was in a revision that was refused', () => {
    const kept = { cache: new Map(), memory: {} as LoadMemory };
    const before = network(operators[2], souths[1], homes[2], '')(first);
    const refused = { ...before, network: { ...before.network, '0.yaml': document('Service', 'home', homes[3]) } };
    const { 'b.yaml': _, ...people } = before.people;
    const after = { ...before, people };
    expect(load(before, kept).issues.map(({ code }) => code)).toContain('LM_HYBRID_NOT_PUT_OFF');
    expect(load(refused, kept).model).toBeUndefined();

    const { model, issues } = load(after, kept);

    expect(issues).toEqual(load(after).issues);
    expect(model).toEqual(load(after).model);
  });

  it('says that nothing is declared any more once the last list is gone, be it of nobody', () => {
    const kept = { cache: new Map(), memory: {} as LoadMemory };
    const secrets = secretResolver({ env: {} });
    const list = 'apiVersion: lastmile/v1\nkind: SubscriberList\nmetadata: {name: a}\nitems: []\n';
    const note = { path: 'note.yaml', text: '# nothing\n' };
    const before = loadManifest([{ path: 'a.yaml', text: list }, note], { secrets, mode: 'use', ...kept });
    expect(before.model).toBeDefined();

    const { issues } = loadManifest([note], { secrets, mode: 'use', ...kept });

    expect(issues).toEqual(loadManifest([note], { secrets, mode: 'use' }).issues);
    expect(issues.map(({ code }) => code)).toContain('LM_NO_DOCUMENTS');
  });
});
