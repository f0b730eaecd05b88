import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { isEmpty, type PlanPart, planChanges, planDocument } from '../../src/reconcile/plan.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { planText } from '../../src/review/plan-text.ts';
import { byHand, held, row } from './support.ts';

const origin = { file: 'subscribers/anna.yaml', line: 3, column: 1 };
const anna = {
  ...row('/ppp/secret', 'anna', { profile: 'home', password: new Secret('s3cret-new') }),
  source: origin,
};
const before = held(anna, { fields: { profile: 'home', password: new Secret('s3cret-old'), 'caller-id': '00:11' } });

function update(set: Change['set'], more: Partial<Change> = {}): Change {
  return { action: 'update', ...anna, set, before, after: anna, ...more };
}

function part(changes: readonly Change[], more: Partial<PlanPart> = {}): PlanPart {
  const plan = planChanges({ name: 'core-1', references: {} }, changes, [], []);
  return {
    target: { name: 'core-1', state: 'observed' },
    plan,
    refusals: [],
    cause: 'git',
    sessionsKnown: true,
    ...more,
  };
}

describe('a published plan', () => {
  it('shows no secret, neither the old nor the new', () => {
    const document = planDocument('r1', [part([update({ password: new Secret('s3cret-new') })])]);

    for (const text of [JSON.stringify(document), inspect(document, { depth: 9 }), planText(document, false)]) {
      expect(text).not.toContain('s3cret');
    }
    expect(document.changes[0]).toMatchObject({ before: { password: '[secret]' }, after: { password: '[secret]' } });
  });

  it('says that a secret changes, and only when it does', () => {
    const changed = planText(planDocument('r1', [part([update({ password: anna.fields['password'] ?? '' })])]), false);
    const other = planText(planDocument('r1', [part([update({ profile: 'office' })])]), false);

    expect(changed).toContain('password: [secret] → [secret]');
    expect(other).not.toContain('password');
  });

  it('tells where each row was declared, and its address', () => {
    const [change] = planDocument('r1', [part([update({ profile: 'office' })])]).changes;

    expect(change).toMatchObject({
      address: 'core-1/ppp/secret/anna',
      source: { file: 'subscribers/anna.yaml', line: 3 },
      fields: ['profile'],
    });
  });

  it('leaves fields of the router out that are not ours', () => {
    expect(JSON.stringify(planDocument('r1', [part([update({ profile: 'office' })])]))).not.toContain('caller-id');
  });

  it('says of a row that it is adopted, and of one that only its marker changes', () => {
    const adopts = update({}, { before: byHand('/ppp/secret', 'anna', anna.fields), adopts: true });

    expect(planText(planDocument('r1', [part([adopts])]), false)).toContain('adopts the row that is there');
    expect(planText(planDocument('r1', [part([update({})])]), false)).toContain('its marker only');
  });

  it('has one checksum for one set of changes, whatever the revision is called', () => {
    const one = planDocument('r1', [part([update({ profile: 'office' })])]);
    const same = planDocument('r2', [part([update({ profile: 'office' })])]);
    const other = planDocument('r1', [part([])]);

    expect(same.checksum).toBe(one.checksum);
    expect(other.checksum).not.toBe(one.checksum);
    expect(one.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it('counts changes and sessions, and does not guess who is online', () => {
    const effect = { username: 'anna', action: 'disconnect', why: 'password', sessionIds: ['1', '2'] } as const;
    const plan = planChanges({ name: 'core-1', references: {} }, [update({ profile: 'x' })], [effect], []);

    const known = planDocument('r1', [part([], { plan })]);
    const unknown = planDocument('r1', [part([], { plan, sessionsKnown: false })]);

    expect(known.summary).toEqual({ create: 0, update: 1, delete: 0, move: 0, sessions: 2 });
    expect(known.sessionsAffected).toMatchObject([{ username: 'anna', sessions: 2 }]);
    expect(unknown).not.toHaveProperty('sessionsAffected');
  });

  it('is empty when nothing changes', () => {
    expect(isEmpty(planDocument('r1', [part([])]))).toBe(true);
    expect(isEmpty(planDocument('r1', [part([update({})])]))).toBe(false);
  });
});

describe('the checksum of a plan', () => {
  const seal = Buffer.alloc(32, 7);
  const changed = update({ profile: 'office' });
  const other = { ...row('/ppp/profile', 'office', { 'rate-limit': '5M/20M' }), source: origin };
  const created: Change = { action: 'create', ...other, set: other.fields, after: other };
  const checksumOf = (...args: Parameters<typeof planDocument>) => planDocument(...args).checksum;

  it('does not depend on the revision, on files and lines, on why rows differ, nor on the order of anything', () => {
    const moved = { ...changed, after: { ...anna, source: { file: 'moved.yaml', line: 9, column: 1 } } };
    const idle = { ...part([]), target: { name: 'core-2', state: 'observed' } as const };

    const one = checksumOf('r1', [part([changed, created]), idle]);
    const two = checksumOf('r2', [idle, part([created, moved], { cause: 'drift' })]);

    expect(one).toBe(two);
  });

  it('tells any other change, row before, target and place apart', () => {
    const elsewhere = part([changed]);
    const plans = [
      [part([])],
      [part([changed])],
      [part([update({ profile: 'fast' }, { after: { ...anna, fields: { profile: 'fast' } } })])],
      [part([{ ...changed, before: held(anna, { fields: { profile: 'trial' } }) }])],
      [part([{ ...changed, place: 'ben' }])],
      [part([changed, created])],
      [{ ...elsewhere, target: { ...elsewhere.target, name: 'core-2' } }],
    ];

    expect(new Set(plans.map((parts) => checksumOf('r', parts))).size).toBe(plans.length);
  });

  it('stands for secrets only with a key, and tells them to nobody without it', () => {
    const to = (word: string) => [part([update({ password: new Secret(word) })])];

    expect(checksumOf('r', to('one'))).toBe(checksumOf('r', to('two')));
    expect(checksumOf('r', to('one'), seal)).not.toBe(checksumOf('r', to('two'), seal));
    expect(checksumOf('r', to('one'), seal)).not.toBe(checksumOf('r', to('one'), Buffer.alloc(32, 8)));
    expect(checksumOf('r', to('one'), seal)).toBe(checksumOf('r', to('one'), seal));
    expect(planDocument('r', to('one'), seal).sealed).toBe(true);
  });
});
