import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/accounting/event.ts';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { RouterMemories } from '../../../src/daemon/targets/router-memories.ts';
import { RouterPool } from '../../../src/daemon/targets/router-pool.ts';
import type { ReconcileMode } from '../../../src/model/kinds/operator.ts';
import type { Model } from '../../../src/model/model.ts';
import { reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab, networkOf, subscriber } from '../../support/ppp-network.ts';

/** The lab's router, declared as it is dialled. */
function modelOf({ router }: Lab, mode: ReconcileMode, password = 'api'): Model {
  const model = networkOf();
  const routers = model.routers.map((each) => ({
    ...each,
    mode,
    address: router.apiHost,
    api: { username: 'lastmile', password: new Secret(password), port: router.apiPort },
  }));
  return { ...model, routers };
}

const { signal } = new AbortController();

describe('a session to be ended over the API', () => {
  it.each(['observe', 'plan'] as const)('stays on a router that is only looked at (%s)', async (mode) => {
    await using lab = await Lab.start();
    const model = networkOf(subscriber('anna'));
    const guard = { deleteLimits: model.operator.reconcile.deleteLimits };
    await reconcileOnce(lab.target, model, { inventory: new MemoryInventory(), guard, signal });
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    await using pool = new RouterPool({ clock: systemClock });
    const [session] = (await lab.target.observe(signal)).sessions;
    const online = { username: 'anna', sessionId: session?.sessionId ?? '' } as Session;

    pool.targets(modelOf(lab, mode));
    expect(await pool.remove('core-1', online, signal)).toBeUndefined();
    expect(lab.router.sessions()).toHaveLength(1);

    pool.targets(modelOf(lab, 'apply'));
    expect(await pool.remove('core-1', online, signal)).toEqual({ menu: '/ppp/active' });
    expect(lab.router.sessions()).toEqual([]);
  });
});

describe('a start after one that ended before its last changes were confirmed', () => {
  it('says so before the router was looked at', async () => {
    await using lab = await Lab.start();
    const memories = new RouterMemories();
    await memories.of('core-1').setArmedUntil(Date.parse('2026-11-22T08:00:00Z'));
    await memories.of('gone').setArmedUntil(Date.parse('2026-11-22T08:00:00Z'));
    await using pool = new RouterPool({ clock: systemClock, memories });

    pool.targets(modelOf(lab, 'apply'));

    expect(pool.unconfirmed()).toEqual([expect.stringMatching(/^router core-1 .* 2026-11-22T08:00:00.000Z/)]);
  });
});

describe('routers of one model after another', () => {
  it('keep their connection as long as they are dialled alike, and show no password', async () => {
    await using lab = await Lab.start();
    await using pool = new RouterPool({ clock: systemClock });
    const [first] = pool.targets(modelOf(lab, 'apply', 'hunter2'));

    const [same] = pool.targets(modelOf(lab, 'plan', 'hunter2'));
    const shown = inspect(pool, { depth: 9, showHidden: true });
    const [other] = pool.targets(modelOf(lab, 'apply', 'another'));

    expect(same).toBe(first);
    expect(other).not.toBe(first);
    expect(shown).not.toContain('hunter2');
  });
});
