import { expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { diff } from '../../src/reconcile/diff.ts';
import { planChanges } from '../../src/reconcile/plan.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { Change, SessionEffect, Target } from '../../src/reconcile/target.ts';
import { unsettled } from '../../src/reconcile/unsettled.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';

/** One implementation of `Target` with something to put on it. */
export interface TargetLab extends AsyncDisposable {
  readonly target: Target;
  /** Somebody comes online; what the target then does to sessions can be seen in `online`. */
  goOnline(username: string): Promise<void>;
  online(): readonly string[];
}

export interface TargetContract {
  start(model: Model): Promise<TargetLab>;
  /** Two states of one network; the first has `anna`, the second has her suspended and somebody new. */
  readonly first: Model;
  readonly second: Model;
  readonly username: string;
}

const signal = new AbortController().signal;
const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

/** What `reconcile` relies on, shown of every `Target`. */
export function targetContract({ start, first, second, username }: TargetContract): void {
  it('holds what is declared after one run, and a second is empty', async () => {
    await using lab = await start(first);
    const deps = { inventory: new MemoryInventory(), guard, signal };

    for (const model of [first, second]) {
      expect(await reconcileOnce(lab.target, model, deps)).toMatchObject({ result: 'applied', failed: [] });
      const again = await reconcileOnce(lab.target, model, deps);
      expect(again.plan.changes).toEqual([]);
    }
  });

  it('looks without changing anything', async () => {
    await using lab = await start(first);
    await apply(lab.target, await changesTo(lab.target, first));

    const [one, other] = [await lab.target.observe(signal), await lab.target.observe(signal)];

    expect(other.rows.map((row) => [row.menu, row.identity])).toEqual(one.rows.map((row) => [row.menu, row.identity]));
  });

  it('takes every change twice without harm', async () => {
    await using lab = await start(first);
    for (const model of [first, second]) {
      const changes = await changesTo(lab.target, model);
      expect(changes.length).toBeGreaterThan(0);
      await apply(lab.target, changes);
      const once = (await lab.target.observe(signal)).rows.length;

      await apply(lab.target, changes);

      expect((await lab.target.observe(signal)).rows).toHaveLength(once);
      expect(await changesTo(lab.target, model)).toEqual([]);
    }
  });

  it('settles each change of a level once, and answers nothing to none', async () => {
    await using lab = await start(first);
    const { levels } = planChanges(lab.target, await changesTo(lab.target, first), [], []);
    for (const level of levels) {
      const settled = await lab.target.apply(level, signal);
      expect(new Set(settled.map(({ change }) => change))).toEqual(new Set(level));
      expect(settled).toHaveLength(level.length);
    }
    expect(await lab.target.apply([], signal)).toEqual([]);
  });

  it('names rows that it wants by menu and identity, each once', async () => {
    await using lab = await start(first);
    const keys = lab.target.desired(second).map((row) => `${row.menu} ${row.identity}`);

    expect(new Set(keys).size).toBe(keys.length);
    expect(lab.target.desired(second)).toEqual(lab.target.desired(second));
  });

  it('says beforehand whose session a change ends, and ends it afterwards', async () => {
    await using lab = await start(first);
    await reconcileOnce(lab.target, first, { inventory: new MemoryInventory(), guard, signal });
    await lab.goOnline(username);
    const observation = await lab.target.observe(signal);
    const changes = await changesTo(lab.target, second);

    const effects = lab.target.sessionEffects(changes, observation);
    expect(effects).toMatchObject([{ username, action: 'disconnect' }]);
    expect(lab.online()).toEqual([username]);

    await apply(lab.target, changes);
    const results = await lab.target.settleSessions(effects, signal);
    expect(results).toMatchObject([{ effect: { username }, result: 'disconnected' }]);
    expect(lab.online()).toEqual([]);
  });

  it('has nothing to say of sessions when nobody is online', async () => {
    await using lab = await start(first);
    await apply(lab.target, await changesTo(lab.target, first));
    const observation = await lab.target.observe(signal);

    expect(lab.target.sessionEffects(await changesTo(lab.target, second), observation)).toEqual([]);
  });

  it('settles effects on sessions that are gone', async () => {
    await using lab = await start(first);
    const effect: SessionEffect = { username, action: 'disconnect', why: 'removed', sessionIds: ['81c00001'] };

    const results = await lab.target.settleSessions([effect], signal);

    for (const { result } of results) expect(result).toBe('gone');
  });
}

async function changesTo(target: Target, model: Model): Promise<readonly Change[]> {
  const ownership = { operator: model.operator.name, target, inventory: new MemoryInventory() };
  const desired = target.desired(model);
  const observation = await target.observe(signal, desired);
  return diff(unsettled(desired, observation), observation, ownership).changes;
}

async function apply(target: Target, changes: readonly Change[]): Promise<void> {
  for (const level of planChanges(target, changes, [], []).levels) await target.apply(level, signal);
}
