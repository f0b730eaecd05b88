import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { IgnoreRule } from '../../src/model/kinds/operator.ts';
import type { Model } from '../../src/model/model.ts';
import { AgreedRows } from '../../src/reconcile/agreed.ts';
import type { ReconcileDeps } from '../../src/reconcile/reconcile-once.ts';
import { prepare, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { Row, Value } from '../../src/reconcile/row.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';
import type { Change, LiveSession, Observation, Target } from '../../src/reconcile/target.ts';
import { wantedRows } from '../../src/routeros/agreeing.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { MenuTable } from '../../src/routeros/menu-table.ts';
import type { Menu } from '../../src/routeros/menus/menu.ts';
import { pppSecret } from '../../src/routeros/menus/ppp-secret.ts';
import { RouterTarget } from '../../src/routeros/router-target.ts';
import { RowHandles } from '../../src/routeros/row-handles.ts';
import type { RouterOsRow } from '../../src/routeros/wire/reply.ts';
import { document, modelOf, operator as operatorText } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';

const operator = 'isp';

const network = modelOf({
  'network.yaml': [
    operatorText,
    document(
      'Router',
      'core-1',
      `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
pools: [{name: home, ranges: [10.0.0.20-10.0.0.199], static: [10.0.0.2-10.0.0.9]}]
ppp: {localAddress: 10.0.0.1, servers: [{interface: ether2, name: internet}]}
dhcp: [{name: homes, interface: ether3, pool: home, network: {address: 10.0.0.0/24, gateway: 10.0.0.1}}]
hotspots: [{name: lobby, interface: ether4, address: 10.5.50.1, macAuth: {}}]`,
    ),
    document('Service', 'dial', 'access: [pppoe]\nrate: {down: 20M, up: 5M}\naddress: {pool: home}'),
    document('Service', 'wire', 'access: [dhcp]\nrate: {down: 10M, up: 5M}'),
    document('Service', 'guest', 'access: [hotspot]\nrate: {down: 5M, up: 1M}'),
    ...['ann', 'bea', 'cid', 'dan'].map((name, at) =>
      document(
        'Subscriber',
        name,
        `service: dial\nusername: ${name}\npassword: pw-${name}\nrouter: core-1\naddress: 10.0.0.${2 + at}`,
      ),
    ),
    document('Subscriber', 'eve', 'service: wire\nmac: ["02:00:00:00:00:0E"]\nrouter: core-1'),
    document(
      'Subscriber',
      'fay',
      'service: guest\nusername: fay\npassword: pw\nrouter: core-1\nmac: ["02:00:00:00:00:0F"]',
    ),
  ].join('---\n'),
});

const router = new RouterTarget({
  router: network.routers[0] as Model['routers'][number],
  operator,
  clock: systemClock,
  connect: () => Promise.reject(new Error('nobody is there')),
});
const declared = router.desired(network);

const subscriberMenus = ['/ppp/secret', '/ip/hotspot/user', '/ip/dhcp-server/lease'];
const menus = allMenus.filter(({ path }) => [...subscriberMenus, '/ppp/profile', '/ip/pool'].includes(path));
const some = declared.filter((row) => menus.some(({ path }) => path === row.menu));

/** One of these, or as a rule none. */
function now<T>(outOfFive: number, one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 5 - outOfFive, arbitrary: fc.constant(undefined) }, { weight: outOfFive, arbitrary: one });
}

/** What a declaration may say besides, and how it may come to stand twice. */
const oddities = fc.constantFrom<(row: Row) => readonly Row[]>(
  (row) => [{ ...row, previously: ['bea', 'old', 'dial'] }],
  (row) => [{ ...row, releases: { profile: 'dial', 'remote-address': '10.0.0.2' } }],
  (row) => [{ ...row, rest: { service: 'any' } }],
  (row) => [{ ...row, note: 'a note' }],
  (row) => [row, row],
  (row) => [{ ...row, owner: 'Router/core-1#a' }],
  (row) => [{ ...row, fields: Object.fromEntries(Object.entries(row.fields).slice(0, 3)) }],
  () => [],
);

const wanted = fc
  .array(now(1, oddities), { minLength: some.length, maxLength: some.length })
  .map((how) => some.flatMap((row, at) => how[at]?.(row) ?? [row]));

/** How one router or another prints a row, and what somebody may have made of it: words of a print, over those as declared. */
const deeds = fc.constantFrom<(row: RouterOsRow) => readonly RouterOsRow[]>(
  (row) => [spelled(row, { yes: 'true', no: 'false' })],
  (row) => [Object.fromEntries(Object.entries(row).filter(([, text]) => text !== '' && text !== 'no'))],
  (row) => [
    Object.fromEntries(
      Object.entries(row).map(([name, text]) => [name, name === 'comment' ? text : text.toLowerCase()]),
    ),
  ],
  (row) => [{ ...row, comment: `of anna ${row['comment']}` }],
  (row) => [{ ...row, comment: 'of anna' }],
  (row) => [{ ...row, comment: row['comment']?.replace('lm:isp/', 'lm:other/') ?? '' }],
  (row) => [{ ...row, comment: `${row['comment']}x` }],
  (row) => [{ ...row, profile: 'default', 'rate-limit': '1M/1M' }],
  (row) => [{ ...row, password: 'guessed', disabled: 'yes' }],
  (row) => [{ ...row, profile: 'old' }],
  (row) => [row, { ...row, '.id': '*FF' }],
  (row) => [{ ...row, '.id': '*FE', server: 'all', disabled: 'true' }, row],
  (row) => [row, { ...row, '.id': '*FD', comment: 'by hand', service: 'any' }],
  (row) => [row, { ...row, '.id': '*FC', name: 'copy', 'mac-address': '02:00:00:00:00:AA' }],
  (row) => [{ ...row, name: 'old', 'mac-address': '02:00:00:00:00:BB' }],
  (row) => [{ ...row, dynamic: 'true' }],
  (row) => [{ ...row, default: 'true' }],
  (row) => [{ ...row, '.id': '*0A' }],
  (row) => [Object.fromEntries(Object.entries(row).filter(([name]) => name !== '.id'))],
  () => [],
);

const printed = fc
  .tuple(
    fc.array(now(2, deeds), { minLength: some.length, maxLength: some.length }),
    fc.shuffledSubarray(
      some.map((_, at) => at),
      { minLength: some.length },
    ),
  )
  .map(([how, order]) =>
    order.flatMap((at) => {
      const row = some[at] as Row;
      return (how[at]?.(print(row, at)) ?? [print(row, at)]).map((words) => ({ menu: row.menu, words }));
    }),
  );

function print({ fields, owner }: Row, at: number): RouterOsRow {
  const words = Object.entries(fields).map(([name, value]) => [name, text(value)] as const);
  return { '.id': `*${(at + 1).toString(16).toUpperCase()}`, ...Object.fromEntries(words), comment: `lm:isp/${owner}` };
}

function text(value: Value): string {
  return value instanceof Secret ? value.reveal() : value;
}

function spelled(row: RouterOsRow, words: Readonly<Record<string, string>>): RouterOsRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, words[value] ?? value]));
}

const origin = { file: 'operator.yaml', line: 1, column: 1 };
const ignoring = fc.array(
  fc.constantFrom<IgnoreRule>(
    { menu: '/ppp/secret', match: { name: 'a*' }, origin },
    { menu: '/ppp/secret', match: { comment: 'of anna' }, origin },
    { menu: '/ppp/secret', match: { comment: 'a note' }, fields: ['profile'], origin },
    { menu: '/ppp/secret', match: { name: '*' }, fields: ['password', 'profile'], origin },
    { menu: '/ip/hotspot/user', match: { server: 'all' }, origin },
    { menu: '/ip/dhcp-server/lease', fields: ['rate-limit'], origin },
  ),
  { maxLength: 2 },
);

const online = fc.subarray<LiveSession>([
  { username: 'ann', sessionId: '1', radius: false, kind: 'ppp' },
  { username: 'bea', sessionId: '2', radius: false, kind: 'ppp', marker: { operator, owner: 'Subscriber/bea' } },
  { username: 'old', sessionId: '3', radius: false, kind: 'ppp' },
  { username: 'fay', sessionId: '4', radius: false, kind: 'hotspot', server: 'lobby' },
  { username: '02:00:00:00:00:0F', sessionId: '5', radius: false, kind: 'hotspot', server: 'lobby', cookie: true },
]);

const onRecord = fc.tuple(
  fc.boolean(),
  fc.subarray([...some.map(({ menu, identity, owner }) => ({ menu, identity, owner }))]),
);

function look(
  rows: readonly { readonly menu: string; readonly words: RouterOsRow }[],
  desired: readonly Row[] | undefined,
) {
  const renamed = new Set(
    (desired ?? []).flatMap(({ menu, previously = [] }) => previously.map((identity) => keyOf({ menu, identity }))),
  );
  const tables = menus.map((menu: Menu) => {
    const inMenu = desired?.filter((row) => row.menu === menu.path);
    const table = new MenuTable(menu, operator, inMenu && wantedRows(menu, operator, inMenu, renamed));
    for (const { menu: path, words } of rows) if (path === menu.path) table.add(words);
    return table;
  });
  return {
    rows: tables.flatMap((table) => table.on({ flash: false })),
    agreed: new AgreedRows(tables.flatMap(({ agreed }) => agreed ?? [])),
  };
}

/** The router as it was printed: every answer is that it is done, and nothing comes of it. */
function showing(desired: readonly Row[], observation: Observation): Target {
  return {
    name: router.name,
    exclusive: false,
    references: router.references,
    ordered: router.ordered,
    ...(router.unique === undefined ? {} : { unique: router.unique }),
    ...(router.aside === undefined ? {} : { aside: router.aside }),
    desired: () => desired,
    observe: async () => observation,
    leftBehind: (rows) => router.leftBehind(rows),
    sessionEffects: (changes, seen) => router.sessionEffects(changes, seen),
    apply: async (level) => level.map((change) => ({ change, result: 'done' })),
    settleSessions: async (effects) =>
      effects.flatMap((effect) =>
        effect.sessionIds.map((sessionId) => ({
          effect,
          sessionId,
          nas: 'core-1',
          result: 'gone' as const,
          detail: '',
        })),
      ),
  };
}

function plain(changes: readonly Change[]) {
  const words = (fields: Readonly<Record<string, Value>>) =>
    Object.entries(fields).map(([name, value]) => [name, text(value)]);
  return changes.map(({ set, after, ...rest }) => ({ ...rest, set: words(set), after: after && words(after.fields) }));
}

/** All that comes of a look. */
async function consequences(
  desired: readonly Row[],
  seen: Observation,
  deps: Omit<ReconcileDeps, 'inventory'>,
  record: Awaited<ReturnType<typeof inventory>>,
) {
  const target = showing(desired, seen);
  const before = await record();
  const prepared = await prepare(target, network, { ...deps, inventory: before });
  const held = await record();
  const outcome = await reconcileOnce(target, network, { ...deps, inventory: held });
  const { plan, refusals } = prepared;
  return {
    changes: plain(plan.changes),
    levels: plan.levels.map(plain),
    sessions: plan.sessions,
    findings: plan.findings,
    unmet: plan.unmet?.map(keyOf),
    refusals,
    outcome: [outcome.result, 'failed' in outcome ? outcome.failed : outcome.refusals, await outcome.sessions],
    owners: some.map(({ menu, identity }) => held.ownerOf(router.name, menu, identity)),
    known: held.knows(router.name),
  };
}

async function inventory([known, claims]: readonly [
  boolean,
  readonly { menu: string; identity: string; owner: string }[],
]) {
  return async () => {
    const made = new MemoryInventory();
    if (known) await made.claim(router.name, claims);
    return made;
  };
}

const limits = { always: 0, share: 0.3, most: 3, kinds: { Subscriber: { always: 1, share: 0.1, most: 2 } } };

describe('a look that lets go of rows as they come, where they are as wanted', () => {
  it('comes to the same as one that keeps them all', async () => {
    let letGo = 0;
    await fc.assert(
      fc.asyncProperty(wanted, printed, ignoring, online, onRecord, async (desired, rows, ignore, sessions, record) => {
        const all = { sessions, pendingEffects: [], findings: [] };
        const deps = { guard: { deleteLimits: limits }, signal: new AbortController().signal, ignore };
        const kept = { ...all, rows: look(rows, undefined).rows };
        const { agreed, rows: others } = look(rows, desired);
        letGo += [...agreed.rows()].length;
        const held = await inventory(record);

        const came = await consequences(desired, { ...all, rows: others, agreed }, deps, held);

        expect(came).toEqual(await consequences(desired, kept, deps, held));
      }),
      { numRuns: 200 },
    );
    expect(letGo).toBeGreaterThan(250);
  });

  it('tells of each row it let go what the row was', () => {
    fc.assert(
      fc.property(wanted, printed, (desired, rows) => {
        const kept = look(rows, undefined).rows;
        const { agreed, rows: others } = look(rows, desired);
        const handles = new RowHandles(others, operator, agreed);
        const before = new RowHandles(kept, operator);

        const told = [...others, ...agreed.rows()].map(shown).toSorted();
        expect(told).toEqual(kept.map(shown).toSorted());
        for (const row of kept) {
          expect(handles.get(row)).toBe(before.get(row));
          const one = agreed.get(row);
          if (one !== undefined) expect(shown(one)).toBe(shown(row));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('keeps nothing of rows that are as wanted', () => {
    const { agreed, rows } = look(
      some.map((row, at) => ({ menu: row.menu, words: print(row, at) })),
      some,
    );

    expect(new Set(rows.map(({ menu }) => menu))).toEqual(new Set(['/ppp/profile', '/ip/pool']));
    expect([...agreed.rows()].map(keyOf).toSorted()).toEqual(
      some
        .filter(({ menu }) => subscriberMenus.includes(menu))
        .map(keyOf)
        .toSorted(),
    );
  });

  it('keeps a row that names one which is to be renamed: it will be another', () => {
    const row = some.find(({ menu }) => menu === '/ppp/secret') as Row;

    expect(wantedRows(pppSecret, operator, [row], new Set(['/ppp/profile\ndial']))).toBeUndefined();
    expect(wantedRows(pppSecret, operator, [row], new Set(['/ppp/profile\nold']))?.rows).toEqual([row]);
  });

  it('tells a row whose secret or owner is another from one that is as wanted', () => {
    const row = some.find(({ menu }) => menu === '/ppp/secret') as Row;
    const rows = [
      { ...print(row, 0), password: 'pw-anm' },
      { ...print(row, 0), comment: 'lm:isp/Subscriber/anm' },
    ];

    for (const words of rows) {
      const table = new MenuTable(pppSecret, operator, wantedRows(pppSecret, operator, [row]));
      table.add(words);
      expect(table.on({ flash: false })).toHaveLength(1);
    }
  });
});

/** A row in one text, secrets in clear. */
function shown({ fields, ...row }: ReturnType<typeof look>['rows'][number]): string {
  const values = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ]);
  const sorted = (entries: readonly unknown[]) => entries.map((entry) => JSON.stringify(entry)).toSorted();
  return JSON.stringify([sorted(Object.entries(row)), sorted(values)]);
}
