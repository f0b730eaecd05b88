import { describe, expect, it } from 'vitest';
import { partHeld } from '../../src/reconcile/hold.ts';
import type { Row } from '../../src/reconcile/row.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { held, row } from './support.ts';

const rules = { references: { '/ppp/secret': { profile: '/ppp/profile' } } };

function create(after: Row): Change {
  const { menu, identity, owner, fields } = after;
  return { action: 'create', menu, identity, owner, set: fields, after };
}

function remove(gone: Row): Change {
  const { menu, identity, owner } = gone;
  return { action: 'delete', menu, identity, owner, set: {}, before: held(gone) };
}

const later = ({ menu }: Change) => (menu === '/ppp/profile' ? 'tonight' : undefined);

describe('changes that wait', () => {
  it('take along what needs them', () => {
    const profile = create(row('/ppp/profile', 'home'));
    const secret = create(row('/ppp/secret', 'anna', { profile: 'home' }));
    const other = create(row('/ppp/secret', 'bert', { profile: 'default' }));

    const { changes, held: waiting } = partHeld([profile, secret, other], rules, later);

    expect(changes).toEqual([other]);
    expect(waiting).toEqual([
      { change: profile, why: 'tonight' },
      { change: secret, why: 'tonight' },
    ]);
  });

  it('leave what they only need themselves', () => {
    const profile = remove(row('/ppp/profile', 'home'));
    const secret = remove(row('/ppp/secret', 'anna', { profile: 'home' }));

    expect(partHeld([profile, secret], rules, later).changes).toEqual([secret]);
  });

  it('keep a delete of what is still named by a row that waits', () => {
    const profile = remove(row('/ppp/profile', 'home'));
    const secret = remove(row('/ppp/secret', 'anna', { profile: 'home' }));
    const secrets = ({ menu }: Change) => (menu === '/ppp/secret' ? 'never' : undefined);

    expect(partHeld([profile, secret], rules, secrets).changes).toEqual([]);
  });

  it('keep moves among rows of which one is still to be made', () => {
    const made = create(row('/ppp/profile', 'home'));
    const move: Change = { action: 'move', menu: '/ppp/profile', identity: 'b', owner: 'x', set: {} };

    expect(partHeld([made, move], rules, (change) => (change === made ? 'tonight' : undefined)).changes).toEqual([]);
  });

  it('keep what would give way to them', () => {
    const radius = create(row('/radius', 'main'));
    const secret = remove(row('/ppp/secret', 'anna'));
    const precedence = [
      {
        earlier: ({ menu }: Change) => menu === '/radius',
        later: ({ menu, action }: Change) => menu === '/ppp/secret' && action === 'delete',
      },
    ];
    const rule = ({ menu }: Change) => (menu === '/radius' ? 'tonight' : undefined);

    expect(partHeld([radius, secret], { ...rules, precedence }, rule).changes).toEqual([]);
  });

  it('are none without a rule', () => {
    const changes = [create(row('/ppp/profile', 'home'))];

    expect(partHeld(changes, rules, undefined)).toEqual({ changes, held: [] });
    expect(partHeld(changes, rules, () => undefined).held).toEqual([]);
  });
});
