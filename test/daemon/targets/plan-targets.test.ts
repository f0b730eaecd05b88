import { describe, expect, it } from 'vitest';
import { fewLooks } from '../../../src/daemon/targets/few-looks.ts';
import { planTargets } from '../../../src/daemon/targets/plan-targets.ts';
import type { Observation, Target } from '../../../src/reconcile/target.ts';
import { StoredInventory } from '../../../src/status/stored-inventory.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { networkOf } from '../../support/ppp-network.ts';

const model = networkOf();
const nothing: Observation = { rows: [], sessions: [], pendingEffects: [], findings: [] };

function target(name: string, observe: Target['observe']): Target {
  return {
    name,
    exclusive: false,
    references: {},
    ordered: [],
    desired: () => [],
    observe,
    sessionEffects: () => [],
    apply: async () => [],
    settleSessions: async () => [],
  };
}

/** One that answers, and one that says nothing until the plan is given up. */
function planUntil(signal: AbortSignal) {
  const silent = (given: AbortSignal) =>
    new Promise<never>((_, reject) => given.addEventListener('abort', () => reject(given.reason as Error)));
  return planTargets([target('core-1', async () => nothing), target('core-2', silent)], {
    model,
    revision: 'x',
    inventory: StoredInventory.empty(),
    now: 0,
    signal,
    lastRevision: () => undefined,
    sessionsKnown: true,
  });
}

describe('a plan of many routers', () => {
  it('has the rows of a few in memory at a time', async () => {
    let [now, most] = [0, 0];
    const looked = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      return nothing;
    };
    const targets = Array.from({ length: 40 }, (_, at) => target(`core-${at}`, looked));

    const plan = await planTargets(targets, {
      ...{ model, revision: 'x', inventory: StoredInventory.empty(), now: 0, sessionsKnown: true },
      ...{ signal: new AbortController().signal, lastRevision: () => undefined, looking: fewLooks(new ManualClock()) },
    });

    expect(plan.targets.filter(({ state }) => state === 'observed')).toHaveLength(40);
    expect(most).toBe(12);
  });
});

describe('a plan of which one router says nothing until its time is up', () => {
  it('is a plan of the others, and says so', async () => {
    const plan = await planUntil(AbortSignal.timeout(1));

    expect(plan.targets).toEqual([
      { name: 'core-1', state: 'observed' },
      { name: 'core-2', state: 'unreachable', reason: 'it did not answer before the time for planning was up' },
    ]);
  });

  it('is none when a person interrupts it', async () => {
    const interrupt = new AbortController();
    const plan = planUntil(interrupt.signal);

    interrupt.abort(new Error('interrupted'));

    await expect(plan).rejects.toThrow('interrupted');
  });
});
