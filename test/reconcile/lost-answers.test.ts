import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { type Outcome, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { coreRouter, home50, Lab, networkOf, subscriber } from '../support/ppp-network.ts';

const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

async function reconcile(lab: Lab, model: Model, inventory: MemoryInventory): Promise<Outcome> {
  const outcome = await reconcileOnce(lab.target, model, { inventory, guard, signal: new AbortController().signal });
  await outcome.sessions;
  return outcome;
}

describe('a router that says a row is deleted, and keeps it', () => {
  it('is told again: the row is still ours', async () => {
    await using lab = await Lab.start(networkOf());
    const inventory = new MemoryInventory();
    await reconcile(lab, networkOf(subscriber('anna'), subscriber('ben')), inventory);
    lab.router.faults.replace([{ kind: 'done-without-write', command: '/ppp/secret/remove', times: 1 }]);

    const first = await reconcile(lab, networkOf(subscriber('anna')), inventory);
    const second = await reconcile(lab, networkOf(subscriber('anna')), inventory);

    expect(first.result).toBe('partial');
    expect(second).toMatchObject({ result: 'applied', plan: { changes: [{ action: 'delete', identity: 'ben' }] } });
    expect(lab.router.rows('/ppp/secret').map(({ name }) => name)).toEqual(['anna']);
  });
});

describe('a router that is lost just when it has changed a tariff', () => {
  const faster = document('Service', 'home-20', 'access: [pppoe]\nrate: {down: 30M, up: 6M}\naddress: {pool: home}');
  const after = modelOf({ 'network.yaml': [operator, coreRouter, faster, home50, subscriber('anna')].join('---\n') });

  async function online(): Promise<{ lab: Lab; inventory: MemoryInventory }> {
    const before = networkOf(subscriber('anna'));
    const lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    await reconcile(lab, before, inventory);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    return { lab, inventory };
  }

  it.each([true, false])(
    'has who is online on it dial again once it is back; it was carried out: %s',
    async (applied) => {
      const { lab, inventory } = await online();
      await using _lab = lab;
      lab.router.faults.replace([
        { kind: 'reset', command: '/ppp/profile/set', times: 1, applied },
        { kind: 'refuse-login', times: 1 },
      ]);

      const first = await reconcile(lab, after, inventory);
      const still = lab.router.sessions().length;
      const second = await reconcile(lab, after, inventory);

      expect(first.result).toBe('partial');
      expect(still).toBe(1);
      expect(second.plan.changes).toHaveLength(applied ? 0 : 1);
      expect(lab.router.sessions()).toEqual([]);
      expect(inventory.effectsDue('core-1')).toEqual([]);
    },
  );
});
