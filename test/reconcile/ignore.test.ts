import { describe, expect, it } from 'vitest';
import type { IgnoreRule } from '../../src/model/kinds/operator.ts';
import { diff } from '../../src/reconcile/diff.ts';
import { withoutIgnored } from '../../src/reconcile/ignore.ts';
import type { ObservedRow, Row } from '../../src/reconcile/row.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { held, operator, row, seen } from './support.ts';

const origin = { file: 'operator.yaml', line: 12, column: 7 };

function compared(desired: readonly Row[], observed: readonly ObservedRow[], ...rules: readonly IgnoreRule[]) {
  const left = withoutIgnored(desired, seen(...observed), rules);
  const ownership = { operator, target: { name: 'core-1', ordered: [] }, inventory: new MemoryInventory() };
  const { changes } = diff(left.desired, left.observation, ownership);
  return { changes: changes.map(({ action, identity, set }) => ({ action, identity, set })), findings: left.findings };
}

describe('a field that is left as it is', () => {
  const rule: IgnoreRule = { menu: '/ppp/profile', match: { name: 'home*' }, fields: ['rate-limit'], origin };

  it('does not differ, and the plan says what it leaves', () => {
    const wanted = row('/ppp/profile', 'home-20', { 'rate-limit': '20M/5M', 'only-one': 'yes' });
    const there = held({ ...wanted, fields: { 'rate-limit': '99M/99M', 'only-one': 'no' } });

    const { changes, findings } = compared([wanted], [there], rule);

    expect(changes).toEqual([{ action: 'update', identity: 'home-20', set: { 'only-one': 'yes' } }]);
    expect(findings).toEqual([
      {
        code: 'LM_IGNORED',
        message: '/ppp/profile: home-20 (rate-limit) left as it is, by reconcile.ignore at operator.yaml:12',
      },
    ]);
  });

  it('is written with a row that is new', () => {
    const wanted = row('/ppp/profile', 'home-20', { 'rate-limit': '20M/5M' });

    expect(compared([wanted], [], rule).changes).toMatchObject([{ action: 'create', set: { 'rate-limit': '20M/5M' } }]);
  });

  it('is of the rows that match alone, and of that menu', () => {
    const wanted = [row('/ppp/profile', 'office', { 'rate-limit': '1M' }), row('/ip/pool', 'home', { ranges: 'a' })];
    const there = [
      held({ ...wanted[0], fields: { 'rate-limit': '2M' } } as Row),
      held({ ...wanted[1], fields: { ranges: 'b' } } as Row),
    ];

    expect(compared(wanted, there, rule).changes).toHaveLength(2);
  });

  it('says nothing where it is as declared', () => {
    const wanted = row('/ppp/profile', 'home', { 'rate-limit': '1M' });

    expect(compared([wanted], [held(wanted)], rule)).toEqual({ changes: [], findings: [] });
  });
});

describe('a row that is left as it is', () => {
  const rule: IgnoreRule = { menu: '/ip/firewall/filter', match: { comment: 'noc*' }, origin };

  it('is neither changed nor made nor deleted', () => {
    const changed = row('/ip/firewall/filter', 'a', { chain: 'input' });
    const declared = { ...row('/ip/firewall/filter', 'b', { chain: 'input' }), note: 'noc b' };
    const gone = row('/ip/firewall/filter', 'c', { chain: 'input' });
    const there = [
      held({ ...changed, fields: { chain: 'forward' } }, { ownText: 'noc a' }),
      held(gone, { ownText: 'noc.c' }),
    ];

    const { changes, findings } = compared([changed, declared], there, rule);

    expect(changes).toEqual([]);
    expect(findings.map(({ message }) => message)).toEqual([
      '/ip/firewall/filter: a, b left as it is, by reconcile.ignore at operator.yaml:12',
    ]);
  });

  it('takes no other sign than * for any text', () => {
    const wanted = row('/ip/firewall/filter', 'a', { chain: 'input' });

    const { changes } = compared([wanted], [], { ...rule, match: { chain: 'inpu.' } });

    expect(changes).toHaveLength(1);
  });
});
