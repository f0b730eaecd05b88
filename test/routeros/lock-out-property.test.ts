import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelsOf } from '../../src/reconcile/order.ts';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { listOrder } from '../../src/routeros/list-order.ts';
import { judgeAccess } from '../../src/routeros/lock-out/judge.ts';
import type { Menu } from '../../src/routeros/menus/menu.ts';
import { takenTogether } from '../../src/routeros/taken-together.ts';
import { access, type Fields } from '../support/lock-out.ts';
import { passes, type Rule, type Sent, type World } from '../support/naive-firewall.ts';

const menus = { filter: '/ip/firewall/filter', raw: '/ip/firewall/raw', lists: '/ip/firewall/address-list' } as const;
const us = '198.51.100.7';

/** How we really come: by which interface, to which address and port. The guard knows of it what a router tells. */
interface Way {
  readonly entry: string;
  readonly address: string;
  readonly port: number;
  readonly onLink: boolean;
}

const way: fc.Arbitrary<Way> = fc.record({
  entry: fc.constantFrom('ether1', 'ether5'),
  address: fc.constantFrom('192.0.2.1', '10.0.0.1'),
  port: fc.constantFrom(8728, 18728),
  onLink: fc.boolean(),
});

const matchers = fc.record(
  {
    protocol: fc.constantFrom('tcp', 'udp', '!tcp', '!icmp'),
    'dst-port': fc.constantFrom('8728', '18728', '22,8728', '!8728', '!22'),
    'src-port': fc.constantFrom('8728', '!8728', '53'),
    'src-address': fc.constantFrom('198.51.100.0/24', '!198.51.100.0/24', '10.0.0.0/8', '192.0.2.1', '!10.0.0.1'),
    'dst-address': fc.constantFrom('192.0.2.1', '10.0.0.1', '!192.0.2.1', '198.51.100.7', '203.0.113.0/24'),
    'src-address-list': fc.constantFrom('noc', '!noc', 'black', '!black'),
    'dst-address-list': fc.constantFrom('noc', '!black'),
    'connection-state': fc.constantFrom('new', 'established,related', '!new', 'invalid', '!established'),
    'in-interface': fc.constantFrom('ether1', 'ether5', '!ether1', '!ether5'),
    'out-interface': fc.constantFrom('ether1', '!ether1'),
    'in-interface-list': fc.constantFrom('lan', '!lan'),
  },
  { requiredKeys: [] },
);
/** Two matchers at most: more, and hardly a rule is for us. */
const few = matchers.chain((all) => fc.subarray(Object.entries(all), { maxLength: 2 })).map(Object.fromEntries<string>);
const action = fc.constantFrom('accept', 'drop', 'drop', 'reject', 'jump', 'return', 'log', 'passthrough');
const rule = (chains: readonly string[]): fc.Arbitrary<Rule> =>
  fc
    .tuple(
      fc.constantFrom(...chains),
      action,
      few,
      fc.constantFrom('no', 'no', 'no', 'yes'),
      fc.constantFrom('shop', 'other'),
    )
    .map(([chain, does, more, disabled, target]) => ({
      ...more,
      chain,
      action: does,
      disabled,
      ...(does === 'jump' ? { 'jump-target': target } : {}),
    }));
const filterRule = rule(['input', 'input', 'output', 'shop', 'other', 'forward']);
const rawRule = rule(['prerouting', 'output', 'shop']);
const entry = fc.record({
  list: fc.constantFrom('noc', 'black'),
  address: fc.constantFrom('198.51.100.7', '198.51.100.0/24', '10.0.0.9', '10.0.0.0/24', '192.0.2.0/24'),
  disabled: fc.constantFrom('no', 'no', 'yes'),
});

interface Tables {
  readonly filter: readonly Fields[];
  readonly raw: readonly Fields[];
  readonly lists: readonly Fields[];
}

const tables: fc.Arbitrary<Tables> = fc.record({
  filter: fc.array(filterRule, { maxLength: 6 }),
  raw: fc.array(rawRule, { maxLength: 2 }),
  lists: fc.array(entry, { maxLength: 3 }) as fc.Arbitrary<readonly Fields[]>,
});

type Table = keyof typeof menus;
const onlyListed: Fields = { chain: 'input', action: 'drop', 'src-address-list': '!noc', disabled: 'no' };
const listed: Fields = { list: 'noc', address: us, disabled: 'no' };
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ table: fc.constant<Table>('filter'), fields: filterRule }) },
  { weight: 1, arbitrary: fc.record({ table: fc.constant<Table>('raw'), fields: rawRule }) },
  { weight: 2, arbitrary: fc.record({ table: fc.constant<Table>('lists'), fields: entry }) },
  // What lets us in only together.
  { weight: 1, arbitrary: fc.constant({ table: 'filter' as Table, fields: onlyListed }) },
  { weight: 1, arbitrary: fc.constant({ table: 'lists' as Table, fields: listed }) },
);
const kind = fc.constantFrom<Change['action']>('create', 'create', 'update', 'delete', 'move');
const steps = fc.array(fc.tuple(kind, step, fc.nat(7), fc.nat(7)), { minLength: 1, maxLength: 4 });

const observed = (table: Table, fields: Fields, at: number): ObservedRow => ({
  ...{ menu: menus[table], identity: `${table}-${at}`, fields, ownership: 'marker', handle: `*${at + 1}` },
});

/** Changes of rows that are there, each of one row; and new ones, in front of one or at the end. */
function changesOf(
  rows: readonly ObservedRow[],
  wanted: Iterable<readonly [Change['action'], { table: Table; fields: Fields }, number, number]>,
) {
  const taken = new Set<ObservedRow>();
  const changes: Change[] = [];
  let made = 0;
  for (const [does, { table, fields }, which, where] of wanted) {
    const menu = menus[table];
    const here = rows.filter((row) => row.menu === menu);
    const placeRow = table === 'lists' ? undefined : here.filter((row) => !taken.has(row))[where];
    const place = placeRow === undefined ? {} : { placeRow, place: placeRow.identity };
    const common = { menu, owner: 'Router/core-1' };
    if (does === 'create') {
      changes.push({ ...common, action: does, identity: `new-${made++}`, set: fields, ...place });
      continue;
    }
    const before = here[which];
    if (before === undefined || taken.has(before) || (does === 'move' && (table === 'lists' || placeRow === before)))
      continue;
    taken.add(before);
    const set = does === 'update' ? fields : {};
    const cleared = Object.fromEntries(Object.keys(before.fields).map((name) => [name, '']));
    const whole = does === 'update' ? { ...cleared, ...set } : set;
    changes.push({
      ...common,
      ...(does === 'move' ? place : {}),
      ...{ action: does, identity: before.identity, set: whole, before },
    });
  }
  return changes;
}

interface Standing {
  readonly key: ObservedRow | Change;
  readonly menu: string;
  readonly fields: Fields;
}

/** What a router holds after a change. */
function after(state: readonly Standing[], change: Change): readonly Standing[] {
  const { action: does, menu, before, placeRow } = change;
  const fields = { ...(before?.fields as Fields | undefined), ...(change.set as Fields) };
  if (does === 'update') return state.map((row) => (row.key === before ? { ...row, fields } : row));
  const rest = state.filter((row) => row.key !== before);
  if (does === 'delete') return rest;
  const row = does === 'create' ? { key: change, menu, fields } : state.find(({ key }) => key === before);
  if (row === undefined) return state;
  const at = rest.findIndex(({ key }) => key === placeRow);
  return at === -1 ? [...rest, row] : [...rest.slice(0, at), row, ...rest.slice(at)];
}

function worldOf(state: readonly Standing[]): World {
  const of = (table: Table) => state.filter(({ menu }) => menu === menus[table]).map(({ fields }) => fields);
  return { filter: of('filter'), raw: of('raw'), lists: of('lists') as unknown as World['lists'] };
}

/** Do we get in, and are we answered? */
function reaches(world: World, { entry: name, address, port }: Way): boolean {
  const members = name === 'ether1' ? ['lan'] : [];
  const there = { source: us, destination: address, sourcePort: 50_000, port, inInterface: name, members };
  const back = { source: address, destination: us, sourcePort: port, port: 50_000, outInterface: name, members };
  const packets: readonly (readonly [Sent, 'input' | 'output'])[] = [
    [{ ...there, state: 'new' }, 'input'],
    [{ ...there, state: 'established' }, 'input'],
    [{ ...back, state: 'established' }, 'output'],
  ];
  return packets.every(([packet, chain]) => passes(world, packet, chain));
}

/** We dial 192.0.2.1:8728: where the router sees another address or port, somebody hands our packets on. */
function judged(found: Way, rows: readonly ObservedRow[], changes: readonly Change[]) {
  const at = (address: string, name: string) => ({ id: '*1', address, interface: name, disabled: false });
  const own = at(`${found.address}/24`, found.onLink ? found.entry : 'ether1');
  const addresses = found.onLink ? [own, at('198.51.100.1/24', found.entry)] : [own];
  const services = [{ name: 'api', port: found.port, disabled: false, addresses: [] }];
  const declared = { address: '192.0.2.1', api: { port: 8728, username: 'lastmile', password: undefined as never } };
  return judgeAccess({ access: { ...access, addresses, services }, declared, rows, changes });
}

const rules = { references: {}, ordered: [menus.filter, menus.raw], behind: listOrder };

/** The changes as they are made, one after another. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  return levelsOf(changes, rules)
    .flat()
    .filter(({ menu }) => menu !== '');
}

/** Before the first change, and after each. */
function statesOf(start: readonly Standing[], changes: readonly Change[]): readonly (readonly Standing[])[] {
  const states = [start];
  for (const change of changes) states.push(after(states.at(-1) ?? start, change));
  return states;
}

const seed = 20_261_122;
const cases = fc.tuple(way, tables, steps);

function laidOut([found, given, wanted]: readonly [
  Way,
  Tables,
  Iterable<Parameters<typeof changesOf>[1] extends Iterable<infer T> ? T : never>,
]) {
  const rows = (Object.keys(menus) as Table[]).flatMap((table) =>
    given[table].map((fields, at) => observed(table, fields, at)),
  );
  const changes = changesOf(rows, wanted);
  const start = rows.map((row): Standing => ({ key: row, menu: row.menu, fields: row.fields as Fields }));
  return { found, rows, changes, start };
}

describe('any change of any firewall', () => {
  it('is free only where what we send and what answers us passes all the while', () => {
    let [met, cut] = [0, 0];
    fc.assert(
      fc.property(cases, (drawn) => {
        const { found, rows, changes, start } = laidOut(drawn);
        if (changes.length === 0 || !reaches(worldOf(start), found)) return;
        met += 1;
        const { objections, risks } = judged(found, rows, changes);
        const states = statesOf(start, inOrder(changes));
        const isCut = states.some((state) => !reaches(worldOf(state), found));
        if (isCut) cut += 1;

        if (isCut) expect(objections.length + risks.length).toBeGreaterThan(0);
      }),
      { seed, numRuns: 1500 },
    );
    expect(met).toBeGreaterThan(300);
    expect(cut).toBeGreaterThan(60);
  });

  it('is refused only where we do not get in by the end', () => {
    let refused = 0;
    fc.assert(
      fc.property(cases, (drawn) => {
        const { found, rows, changes, start } = laidOut(drawn);
        if (!reaches(worldOf(start), found) || judged(found, rows, changes).objections.length === 0) return;
        refused += 1;

        expect(reaches(worldOf(changes.reduce(after, start)), found)).toBe(false);
      }),
      { seed, numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(5);
  });

  it('lets us in again once the router has taken it back, however far it got', async () => {
    let tried = 0;
    const ordered = new Map([menus.filter, menus.raw].map((path) => [path, { path, ordered: true } as Menu]));
    await fc.assert(
      fc.asyncProperty(cases, async (drawn) => {
        const { found, rows, changes, start } = laidOut(drawn);
        const { objections, risks } = judged(found, rows, changes);
        if (risks.length === 0 || objections.length > 0 || !reaches(worldOf(start), found)) return;
        tried += 1;
        const risky = risks.map(({ change }) => change);
        const left = async (others: readonly Change[]) => judged(found, rows, others).concerning;
        const { together } = await takenTogether(risky, changes, { menus: ordered, rules }, left);
        const stays = inOrder(changes).filter((change) => !together.includes(change));

        for (const state of statesOf(start, stays)) expect(reaches(worldOf(state), found)).toBe(true);
      }),
      { seed, numRuns: 1500 },
    );
    expect(tried).toBeGreaterThan(150);
  });
});
