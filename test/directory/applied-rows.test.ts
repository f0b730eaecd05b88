import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { finish } from '../../src/base/steps.ts';
import { AppliedRows } from '../../src/directory/applied-rows.ts';
import type { DirectoryRow } from '../../src/directory/rows.ts';
import { diff } from '../../src/reconcile/diff.ts';
import type { ObservedRow } from '../../src/reconcile/row.ts';
import { keyOf } from '../../src/reconcile/row-key.ts';
import { unsettled } from '../../src/reconcile/unsettled.ts';

const ownership = {
  operator: 'isp',
  target: { name: 'directory', references: {}, ordered: [] },
  inventory: { ownerOf: () => undefined, knows: () => true },
};

function row(identity: string, password: string, rate: string, line = 1): DirectoryRow {
  const source = { file: 'a.yaml', line, column: 1 };
  const fields = { password: new Secret(password), rate };
  return { menu: 'login', identity, owner: `Subscriber/${identity}`, source, fields, ownership: 'ours' };
}

function changesTo(wanted: readonly DirectoryRow[], applied: AppliedRows) {
  finish(applied.adopt(wanted));
  const seen = applied.besides(wanted);
  const observation = { ...seen, sessions: [], pendingEffects: [], findings: [] };
  return diff(unsettled(wanted, observation), observation, ownership).changes;
}

const rows = fc
  .uniqueArray(fc.tuple(fc.constantFrom('anna', 'berta', 'carl', 'dora'), fc.nat(1), fc.nat(1), fc.nat(1)), {
    selector: ([name]) => name,
  })
  .map((all) => all.map(([name, password, rate, line]) => row(name, `pw-${password}`, `${rate}M`, line)));

describe('rows that were applied', () => {
  it('differ from what is wanted as if all of them were compared', () => {
    fc.assert(
      fc.property(rows, fc.array(rows, { minLength: 1, maxLength: 6 }), (first, states) => {
        const plain = new Map<string, ObservedRow>(first.map((each) => [keyOf(each), { ...each }]));
        const applied = new AppliedRows([...plain.values()]);
        for (const wanted of states) {
          const all = { rows: [...plain.values()], sessions: [], pendingEffects: [], findings: [] };
          const expected = diff(wanted, all, ownership).changes;

          const changes = changesTo(wanted, applied);

          const told = (each: (typeof changes)[number]) => [each.action, keyOf(each), Object.keys(each.set)];
          expect(changes.map(told)).toEqual(expected.map(told));
          for (const change of changes) {
            if (change.after === undefined) {
              plain.delete(keyOf(change));
              applied.delete(change);
            } else {
              plain.set(keyOf(change), { ...change.after, ownership: 'ours' });
              applied.put(change.after);
            }
          }
          expect(changesTo(wanted, applied)).toEqual([]);
          expect([...applied.all()].map(keyOf).sort()).toEqual([...plain.keys()].sort());
        }
      }),
    );
  });

  it('are not looked at where they are the objects that are wanted', () => {
    const [anna, berta] = [row('anna', 'one', '1M'), row('berta', 'two', '1M')];
    const applied = new AppliedRows([]);
    applied.put(anna);
    applied.put(berta);

    const { rows: there, settled, held } = applied.besides([anna, row('berta', 'two', '2M')]);

    expect([...settled]).toEqual([anna]);
    expect(there).toEqual([berta]);
    expect(held).toEqual(new Map([['login', 2]]));
  });

  it('are kept as the object that is wanted where another says the same', () => {
    const applied = new AppliedRows([row('anna', 'one', '1M', 3)]);
    const wanted = row('anna', 'one', '1M', 7);

    finish(applied.adopt([wanted]));

    expect(applied.get(wanted)).toBe(wanted);
  });
});
