import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../src/reconcile/diff.ts';
import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { applied, byHand, held, operator, row, seen } from './support.ts';

const menu = '/ip/firewall/filter';
const target = { name: 'core-1', ordered: [menu] };

/** A rule that is known by what it says. */
function rule(port: string, more: Row['fields'] = {}): Row {
  const fields = { chain: 'forward', protocol: 'tcp', action: 'drop', 'dst-port': port, ...more };
  const name = Object.values(fields).join('-');
  return { ...row(menu, name, fields, name), rest: { 'src-address': '', 'dst-port': '', limit: '' }, free: true };
}

async function compare(before: readonly Row[], desired: readonly Row[], there = before.map((each) => held(each))) {
  const inventory = new MemoryInventory();
  await inventory.claim(target.name, before);
  return { there, ...diff(desired, seen(...there), { operator, target, inventory }) };
}

function brief(changes: readonly Change[]): readonly string[] {
  return changes.map(({ action, identity, set, before }) =>
    [action, ...(action === 'update' ? [before?.identity, ...Object.keys(set)] : [identity])].join(' '),
  );
}

const [one, two, three] = [rule('1'), rule('2'), rule('3')];

describe('a rule that is edited in its place', () => {
  it('is changed where it stands, with no moment without it', async () => {
    const { changes, there } = await compare([one, two, three], [one, rule('9'), three]);

    expect(brief(changes)).toEqual([`update ${two.identity} dst-port`]);
    expect(changes[0]).toMatchObject({ identity: rule('9').identity, owner: rule('9').owner });
    expect(changes[0]?.before).toBe(there[1]);
  });

  it('is changed as the first, the last and the only one', async () => {
    expect(brief((await compare([one, two], [rule('9'), two])).changes)).toEqual([`update ${one.identity} dst-port`]);
    expect(brief((await compare([one, two], [one, rule('9')])).changes)).toEqual([`update ${two.identity} dst-port`]);
    expect(brief((await compare([one], [rule('9')])).changes)).toEqual([`update ${one.identity} dst-port`]);
  });

  it('is found beside a new one: what is most alike is the same', async () => {
    const fresh = rule('7', { action: 'accept' });

    const { changes } = await compare([one, two], [one, fresh, rule('9')]);

    expect(brief(changes).toSorted()).toEqual([`create ${fresh.identity}`, `update ${two.identity} dst-port`]);
  });

  it('may stand in front of where new ones go', async () => {
    const { changes, there } = await compare([two], [rule('1', { action: 'accept' }), rule('2', { log: 'yes' })]);

    expect(changes.find(({ action }) => action === 'create')?.placeRow).toBe(there[0]);
  });

  it.each<[string, readonly Row[], readonly Row[], readonly ObservedRow[] | undefined]>([
    ['elsewhere', [one, two, three], [one, three, rule('9')], undefined],
    ['with more than half of it other', [one], [rule('9', { protocol: 'udp', action: 'accept' })], undefined],
    ['that says less: emptied first, it would catch too much', [rule('1', { limit: '5' })], [one], undefined],
    ['of nobody', [], [one], [byHand(menu, 'theirs', rule('2').fields)]],
    ['that is a copy of ours', [], [one], [held(two)]],
  ])('is another one: %s', async (_title, before, desired, there) => {
    const { changes } = await compare(before, desired, there && [...there]);

    expect(changes.map(({ action }) => action)).not.toContain('update');
  });

  it('comes out as declared, whatever was edited: the second look finds nothing', async () => {
    const rules = fc.uniqueArray(
      fc.record({
        port: fc.constantFrom('1', '2', '3', '4', '5'),
        action: fc.constantFrom('drop', 'accept'),
        limit: fc.constantFrom('', '5'),
      }),
      { maxLength: 6, selector: (each) => JSON.stringify(each) },
    );
    const made = (each: { port: string; action: string; limit: string }) =>
      rule(each.port, { action: each.action, ...(each.limit === '' ? {} : { limit: each.limit }) });
    await fc.assert(
      fc.asyncProperty(rules, rules, async (was, is) => {
        const [before, desired] = [was.map(made), is.map(made)];

        const { changes, there } = await compare(before, desired);
        const after = applied(there, changes.toSorted(byAction)).map((each) => named(each, desired));

        expect(after.map(keyOf)).toEqual(desired.map(keyOf));
        expect((await compare(desired, desired, [...after])).changes).toEqual([]);
      }),
    );
  });
});

/** As the plan orders them: what is there is changed, then new rows are made, what goes goes, and rows move. */
function byAction(a: Change, b: Change): number {
  const order = ['update', 'create', 'delete', 'move'];
  return order.indexOf(a.action) - order.indexOf(b.action);
}

/** A row is known by its marker. */
function named(seenRow: ObservedRow, desired: readonly Row[]): ObservedRow {
  return { ...seenRow, identity: desired.find(({ owner }) => owner === seenRow.marker?.owner)?.identity ?? '?' };
}
