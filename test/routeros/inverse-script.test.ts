import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { diff } from '../../src/reconcile/diff.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import type { Row } from '../../src/reconcile/row.ts';
import { inverseScript, withDependants } from '../../src/routeros/inverse-script.ts';
import type { Menu } from '../../src/routeros/menus/menu.ts';
import { quoted } from '../../src/routeros/script-text.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab } from '../support/ppp-network.ts';

const { signal } = new AbortController();
const board = { flash: false };

/** An ordered menu whose rows only their marker tells apart, one whose rows have names, one with secrets. */
const menus: readonly Menu[] = [
  {
    path: '/ip/firewall/filter',
    identity: 'marker',
    comment: true,
    ordered: true,
    fields: {
      chain: {},
      action: { default: 'accept' },
      'src-address': { clear: 'unset' },
      'dst-port': { clear: 'unset' },
      protocol: { clear: 'unset' },
    },
    rows: () => [],
  },
  {
    path: '/interface/list',
    identity: ['name'],
    comment: true,
    fields: { name: {}, include: { clear: 'empty' } },
    rows: () => [],
  },
  {
    path: '/ppp/secret',
    identity: ['name'],
    comment: true,
    fields: { name: {}, password: { secret: true, clear: 'empty' }, service: { default: 'any' } },
    rows: () => [],
  },
];

const text = fc.constantFrom('10.0.0.0/8', '192.0.2.1', '198.51.100.0/24', '');
const rules = fc.uniqueArray(
  fc.record({
    key: fc.integer({ min: 1, max: 8 }),
    ours: fc.boolean(),
    action: fc.constantFrom('accept', 'drop', 'log'),
    source: text,
    port: fc.constantFrom('', '22', '80,443'),
  }),
  { selector: ({ key }) => key, maxLength: 7 },
);
const secrets = fc.uniqueArray(
  fc.record({
    key: fc.integer({ min: 1, max: 6 }),
    ours: fc.boolean(),
    password: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((each) => !/^\*{5}$/.test(each)),
    service: fc.constantFrom('any', 'pppoe'),
  }),
  { selector: ({ key }) => key, maxLength: 5 },
);
const lists = fc.uniqueArray(fc.record({ key: fc.integer({ min: 1, max: 4 }), ours: fc.boolean() }), {
  selector: ({ key }) => key,
  maxLength: 3,
});
const states = fc.record({ rules, secrets, lists });
type State = typeof states extends fc.Arbitrary<infer T> ? T : never;

/** Rows of a state: of ours those that are declared, or, as they lie on a router, all. */
function rowsOf({ rules: filter, secrets: people, lists: names }: State) {
  const named = (path: string, key: number) => ({ owner: `Router/core-1#${path}-${key}`, key });
  return [
    ...filter.map(({ key, ours, action, source, port }) => ({
      menu: '/ip/firewall/filter',
      ours,
      ...named('rule', key),
      fields: {
        chain: 'forward',
        action,
        'src-address': source,
        'dst-port': port,
        protocol: port === '' ? '' : 'tcp',
      } as Record<string, string>,
    })),
    ...names.map(({ key, ours }) => ({
      menu: '/interface/list',
      ours,
      ...named('list', key),
      fields: { name: `list-${key}`, include: '' } as Record<string, string>,
    })),
    ...people.map(({ key, ours, password, service }) => ({
      menu: '/ppp/secret',
      ours,
      ...named('secret', key),
      fields: { name: `secret-${key}`, password, service } as Record<string, string>,
    })),
  ];
}

function desiredOf(state: State): readonly Row[] {
  return rowsOf(state).map(({ menu, owner, fields }) => ({
    menu,
    identity: fields['name'] ?? owner,
    owner,
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, name === 'password' ? new Secret(value) : value]),
    ),
  }));
}

function furnish(lab: Lab, state: State): void {
  for (const { menu, ours, owner, fields, key } of rowsOf(state)) {
    const comment = ours ? `by hand $1 "${key}" lm:isp/${owner}` : `row ${key} of a person`;
    const said = Object.entries({ ...fields, comment }).filter(([, value]) => value !== '');
    lab.router.add(menu, Object.fromEntries(said));
  }
}

function shown(lab: Lab) {
  const of = (menu: string) => lab.router.rows(menu).map(({ '.id': _id, ...row }) => row);
  const sorted = (menu: string) => of(menu).sort((a, b) => ((a['name'] ?? '') < (b['name'] ?? '') ? -1 : 1));
  return [of('/ip/firewall/filter'), sorted('/interface/list'), sorted('/ppp/secret')];
}

describe('the inverse of a plan', () => {
  it('brings a router back to where it was, however far the plan came, and run twice', async () => {
    const property = fc.asyncProperty(states, states, fc.nat({ max: 100 }), async (from, to, share) => {
      await using lab = await Lab.start(undefined, { menus });
      furnish(lab, from);
      const before = shown(lab);
      const observation = await lab.target.observe(signal);
      const ownership = { operator: 'isp', target: lab.target, inventory: new MemoryInventory() };
      const { changes } = diff(desiredOf(to), observation, ownership);
      const plan = planChanges(lab.target, changes, [], []);
      const known = new Map(menus.map((menu) => [menu.path, menu]));
      const context = { rows: observation.rows, menus: known, operator: 'isp', board, rules: lab.target };
      const { statements, lost } = inverseScript(changes, context);
      const parts = plan.levels.slice(0, Math.ceil((plan.levels.length * share) / 100));
      for (const level of parts) {
        for (const { error } of await lab.target.apply(level, signal)) if (error !== undefined) throw error;
      }

      const session = await lab.target.session(signal);
      for (let times = 0; times < 2; times += 1) {
        await session.run('/execute', { script: statements.join('\n'), 'as-string': '' });
      }

      expect(lost).toEqual([]);
      expect(shown(lab)).toEqual(before);
    });
    await fc.assert(property, { numRuns: 25 });
  });

  it('does not claim to know a secret that the router keeps to itself', () => {
    const [, , people] = menus as readonly [Menu, Menu, Menu];
    const before = {
      menu: '/ppp/secret',
      identity: 'anna',
      fields: { name: 'anna', password: new Secret('*****'), service: 'any' },
      ownership: 'marker' as const,
      handle: '*1',
    };
    const change = { action: 'update' as const, menu: people.path, identity: 'anna', owner: 'Subscriber/anna', before };

    const { lost, statements } = inverseScript(
      [{ ...change, set: { password: new Secret('new'), service: 'pppoe' } }],
      {
        rows: [before],
        menus: new Map([[people.path, people]]),
        operator: 'isp',
        board,
        rules: { references: {} },
      },
    );

    expect(lost).toEqual(['/ppp/secret anna: password']);
    expect(statements.join()).not.toContain('*****');
  });
});

describe('the inverse of a part of a plan', () => {
  const rule = (at: number, chain: string) => ({
    menu: '/ip/firewall/filter',
    identity: `rule-${at}`,
    fields: { chain, action: 'accept' },
    ownership: 'marker' as const,
    marker: { operator: 'isp', owner: `Router/core-1#rule-${at}` },
    handle: `*${at}`,
  });
  const rows = [rule(1, 'input'), rule(2, 'forward'), rule(3, 'forward'), rule(4, 'input')];
  const gone = (at: number, action: 'delete' | 'move' = 'delete') => {
    const before = rows[at - 1] as (typeof rows)[number];
    return { action, menu: before.menu, identity: before.identity, owner: before.marker.owner, set: {}, before };
  };

  it('puts rows in front of one that has stayed where it was, not of one that goes or moves with the rest of it', () => {
    const plan = [gone(1), gone(2), gone(3, 'move')];
    const known = new Map(menus.map((menu) => [menu.path, menu]));
    const context = { rows, menus: known, operator: 'isp', board, rules: { references: {} }, plan };

    const { statements } = inverseScript(plan.slice(0, 1), context);

    expect(statements).toHaveLength(1);
    expect(statements[0]).toContain('place-before=*4');
    expect(statements[0]).not.toMatch(/\*[23]\b/);
  });

  it('takes with a change what names its row, or took what it gave up', () => {
    const change = (menu: string, identity: string, fields: Record<string, string>) => {
      const after = { menu, identity, owner: `Router/core-1#${identity}`, fields };
      return { action: 'create' as const, menu, identity, owner: after.owner, set: fields, after };
    };
    const list = change('/interface/list', 'wan', { name: 'wan' });
    const member = change('/interface/list/member', 'wan ether1', { list: 'wan', interface: 'ether1' });
    const other = change('/interface/list', 'lan', { name: 'lan' });
    const rules = { references: { '/interface/list/member': { list: '/interface/list' } } };

    expect(withDependants(new Set([list]), [member, other, list], rules)).toEqual([member, list]);
    expect(withDependants(new Set([member]), [member, other, list], rules)).toEqual([member]);
  });
});

describe('text in a script', () => {
  it('is in quotes, with the escapes of RouterOS 6 and 7', () => {
    expect(quoted('say "hi" for $5?\\\n\tgrüezi')).toBe('"say \\"hi\\" for \\$5\\?\\\\\\n\\tgr\\C3\\BCezi"');
  });
});
