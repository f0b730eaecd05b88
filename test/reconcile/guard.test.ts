import { describe, expect, it } from 'vitest';
import { type GuardSettings, guard } from '../../src/reconcile/guard.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import type { Change } from '../../src/reconcile/target.ts';
import { held, row } from './support.ts';

const limits = { always: 3, share: 0.05, most: 25 };
const target = { name: 'core-1', references: {} };

function deletes(count: number, menu = '/ppp/secret'): readonly Change[] {
  return Array.from({ length: count }, (_, at) => {
    const gone = row(menu, `s${at}`);
    return { action: 'delete' as const, ...gone, set: {}, before: held(gone) };
  });
}

function judge(changes: readonly Change[], rows: Record<string, number>, more: Partial<GuardSettings> = {}) {
  return guard(planChanges(target, changes, [], []), new Map(Object.entries(rows)), { deleteLimits: limits, ...more });
}

describe('deletes of one kind on one target', () => {
  it.each([
    { count: 3, rows: 3, refused: false, why: 'three are always allowed, even if they are all' },
    { count: 4, rows: 4, refused: true, why: 'four of four' },
    { count: 4, rows: 79, refused: true, why: 'just over 5 %' },
    { count: 4, rows: 80, refused: false, why: '5 % exactly' },
    { count: 25, rows: 500, refused: false, why: '25 and 5 % exactly' },
    { count: 25, rows: 499, refused: true, why: 'just over 5 %' },
    { count: 25, rows: 100_000, refused: false, why: '25 of many' },
    { count: 26, rows: 100_000, refused: true, why: '26, however many there are' },
  ])('$count of $rows: $why', ({ count, rows, refused }) => {
    const refusals = judge(deletes(count), { '/ppp/secret': rows });

    expect(refusals.map(({ code }) => code)).toEqual(refused ? ['LM_TOO_MANY_DELETES'] : []);
  });

  it('are one where a folder goes with all that is in it', () => {
    const pages = ['lm', 'lm/a', 'lm/b', 'lm/c', 'lm/d'].map((name) => held(row('/file', name)));
    const changes = pages.map((before) => ({ action: 'delete' as const, ...before, owner: 'x', set: {}, before }));
    const plan = (list: readonly Change[]) => planChanges(target, list, [], []);
    const rows = new Map([['/file', 5]]);

    expect(guard(plan(changes), rows, { deleteLimits: limits }, ['/file'])).toEqual([]);
    expect(guard(plan(changes), rows, { deleteLimits: limits })).toHaveLength(1);
  });

  it('are one where all that is ours goes from a folder that stays, and one for each such folder', () => {
    const pages = (folder: string) =>
      ['', '/a', '/b', '/c', '/d'].map((name) => held(row('/file', `${folder}${name}`)));
    const from = (...folders: readonly string[]) =>
      folders
        .flatMap((folder) => pages(folder).slice(1))
        .map((before) => ({ action: 'delete' as const, ...before, owner: 'x', set: {}, before }));
    const judged = (changes: readonly Change[]) =>
      guard(planChanges(target, changes, [], []), new Map([['/file', 20]]), { deleteLimits: limits }, ['/file']);

    expect(judged(from('lm'))).toEqual([]);
    expect(judged(from('lm/a', 'lm/b', 'lm/c', 'lm/d'))).toMatchObject([
      { message: expect.stringContaining('4 of 20 rows of /file') },
    ]);
  });

  it('are counted menu by menu', () => {
    const both = [...deletes(3), ...deletes(3, '/ip/pool')];

    expect(judge(both, { '/ppp/secret': 3, '/ip/pool': 3 })).toEqual([]);
  });

  it('name the number that would allow them all', () => {
    const both = [...deletes(30), ...deletes(2, '/ip/pool')];

    const [refusal] = judge(both, { '/ppp/secret': 30, '/ip/pool': 2 });

    expect(refusal?.message).toContain('30 of 30 rows of /ppp/secret');
    expect(refusal?.message).toContain('--allow-deletes 32');
  });

  it.each([
    { allowDeletes: 29, refused: true },
    { allowDeletes: 30, refused: false },
    { allowDeletes: 31, refused: false },
  ])('of 30 with $allowDeletes allowed: refused $refused', ({ allowDeletes, refused }) => {
    expect(judge(deletes(30), { '/ppp/secret': 30 }, { allowDeletes })).toHaveLength(refused ? 1 : 0);
  });

  it('follow limits of the operator', () => {
    const strict = { deleteLimits: { always: 0, share: 0, most: 0 } };

    expect(judge(deletes(1), { '/ppp/secret': 1000 }, strict)).toHaveLength(1);
    expect(judge([], { '/ppp/secret': 1000 }, strict)).toEqual([]);
  });
});

describe('limits of a kind', () => {
  const own = { ...limits, kinds: { '/ppp/secret': { always: 0, share: 0, most: 0 } } };

  it('of a menu hold for it alone', () => {
    expect(judge(deletes(1), { '/ppp/secret': 100 }, { deleteLimits: own })).toMatchObject([
      { code: 'LM_TOO_MANY_DELETES', message: expect.stringContaining('1 of 100 rows of /ppp/secret') },
    ]);
    expect(judge(deletes(1, '/ip/pool'), { '/ip/pool': 100 }, { deleteLimits: own })).toEqual([]);
  });

  it('of declared objects count each once, however many rows it loses', () => {
    const kinds = { Subscriber: { always: 1, share: 0.1, most: 2 } };
    const two = [...deletes(2), ...deletes(2, '/ip/dhcp-server/lease')];
    const judged = (objects: number) =>
      judge(two, { '/ppp/secret': 50, Subscriber: objects }, { deleteLimits: { ...limits, kinds } });

    expect(judged(20)).toEqual([]);
    expect(judged(19)).toMatchObject([{ message: expect.stringContaining('2 of 19 objects of kind Subscriber') }]);
  });
});

describe('an object that must not be destroyed', () => {
  const protects = ({ owner }: Change) => (owner === 'Subscriber/s0' ? owner : undefined);

  it('keeps its rows, whatever number of deletes is allowed', () => {
    expect(judge(deletes(1), { '/ppp/secret': 9 }, { protects, allowDeletes: 99 })).toMatchObject([
      { code: 'LM_PREVENT_DESTROY', message: expect.stringContaining('1 rows of Subscriber/s0') },
    ]);
  });

  it('does not keep those of others', () => {
    expect(judge(deletes(2).slice(1), { '/ppp/secret': 9 }, { protects })).toEqual([]);
  });
});
