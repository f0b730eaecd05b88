import { describe, expect, it } from 'vitest';
import { levelsOf, prerequisites } from '../../src/reconcile/order.ts';
import { toBeSeen } from '../../src/reconcile/precedence.ts';
import type { Change } from '../../src/reconcile/target.ts';

const rules = { references: {}, unique: { lease: { address: () => true } } };

function change(
  action: Change['action'],
  identity: string,
  owner: string,
  fields: Record<string, string> = {},
): Change {
  const row = { menu: 'lease', identity, fields, owner };
  const before = action === 'delete' ? { before: { ...row, ownership: 'marker' as const } } : {};
  return {
    action,
    menu: 'lease',
    identity,
    owner,
    set: fields,
    ...before,
    ...(action === 'delete' ? {} : { after: row }),
  };
}

describe('a login under another name', () => {
  const gone = change('delete', 'anna', 'Subscriber/anna');
  const made = change('create', 'anna.b', 'Subscriber/anna');

  it('is there before the one it replaces goes, and is looked for first', () => {
    expect(levelsOf([gone, made], rules)).toEqual([[made], [gone]]);
    expect(prerequisites([gone, made], rules).get(gone)).toEqual([made]);
    expect(toBeSeen({}, [gone], [made])).toEqual([made]);
  });

  it('comes after it where it needs what that one gives up', () => {
    const old = change('delete', '02:00:00:00:00:01', 'Subscriber/anna', { address: '10.0.0.9' });
    const next = change('create', '02:00:00:00:00:02', 'Subscriber/anna', { address: '10.0.0.9' });

    expect(levelsOf([next, old], rules)).toEqual([[old], [next]]);
  });

  it('does not concern the rows of others', () => {
    const other = change('create', 'ben', 'Subscriber/ben');

    expect(levelsOf([gone, other], rules)).toEqual([[gone, other]]);
    expect(toBeSeen({}, [gone], [other])).toEqual([]);
  });
});
