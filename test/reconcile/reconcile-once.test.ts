import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import type { Inventory } from '../../src/reconcile/inventory.ts';
import { type Outcome, type ReconcileDeps, reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import type { Target } from '../../src/reconcile/target.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { Lab, networkOf, subscriber, targetFor } from '../support/ppp-network.ts';

const deleteLimits = { always: 3, share: 0.05, most: 25 };

function deps(inventory: Inventory = new MemoryInventory(), signal = new AbortController().signal): ReconcileDeps {
  return { inventory, guard: { deleteLimits }, signal };
}

async function outcomeOf(
  target: Target,
  model: Model,
  inventory?: Inventory,
): Promise<Exclude<Outcome, { result: 'refused' }>> {
  const outcome = await reconcileOnce(target, model, deps(inventory));
  if (outcome.result === 'refused') throw new Error(outcome.refusals.map(({ message }) => message).join());
  await outcome.sessions;
  return outcome;
}

const names = Array.from({ length: 40 }, (_, at) => `s${String(at).padStart(2, '0')}`);
const many = networkOf(...names.map((name) => subscriber(name)));

describe('a router from the factory', () => {
  it('SPL-14: holds what is declared after one apply, and nothing is left to do', async () => {
    const model = networkOf(subscriber('anna'), subscriber('ben', 'address: 10.0.0.201'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();

    const first = await outcomeOf(lab.target, model, inventory);
    const second = await outcomeOf(lab.target, model, inventory);

    expect(first).toMatchObject({ result: 'applied', failed: [] });
    expect(second.plan.changes).toEqual([]);
    expect(lab.router.row('/ppp/secret', 'anna')).toMatchObject({
      password: 'pa55-anna',
      profile: 'home-20',
      service: 'pppoe',
      disabled: 'false',
      comment: 'lm:isp/Subscriber/anna',
    });
  });

  it('is looked at and left as it is by a plan that is refused', async () => {
    await using lab = await Lab.start(many);
    const inventory = new MemoryInventory();
    await outcomeOf(lab.target, many, inventory);

    const outcome = await reconcileOnce(lab.target, networkOf(), deps(inventory));

    expect(outcome).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_TOO_MANY_DELETES' }] });
    expect(lab.router.rows('/ppp/secret')).toHaveLength(names.length);
  });
});

describe('what is about to be written', () => {
  it('is claimed before it is, so that a row is never nobody’s', async () => {
    const model = networkOf(subscriber('anna'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    const missing: string[] = [];
    const watching: Target = watched(lab.target, (change) => {
      if (inventory.ownerOf('core-1', change.menu, change.identity) !== change.owner) missing.push(change.identity);
    });

    await outcomeOf(watching, model, inventory);

    expect(missing).toEqual([]);
    expect(inventory.ownerOf('core-1', '/ppp/secret', 'anna')).toBe('Subscriber/anna');
  });

  it('is claimed on nothing when we die in between, and made by the next run', async () => {
    const model = networkOf(subscriber('anna'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    const dying = watched(lab.target, () => {
      throw new Error('killed');
    });

    await expect(reconcileOnce(dying, model, deps(inventory))).rejects.toThrow('killed');
    const next = await outcomeOf(lab.target, model, inventory);

    expect(next.result).toBe('applied');
    expect(lab.router.rows('/ppp/secret')).toHaveLength(1);
  });

  it('is found again by its marker when the state folder is lost, and claimed anew', async () => {
    const model = networkOf(subscriber('anna'));
    await using lab = await Lab.start(model);
    await outcomeOf(lab.target, model, new MemoryInventory());
    const fresh = new MemoryInventory();

    const again = await outcomeOf(lab.target, model, fresh);

    expect(again.plan.changes).toEqual([]);
    expect(fresh.ownerOf('core-1', '/ppp/secret', 'anna')).toBe('Subscriber/anna');
  });
});

describe('a router with rows that are no longer declared, and a state folder that is lost', () => {
  it('loses them also when the first run stops halfway', async () => {
    await using lab = await Lab.start(networkOf());
    await outcomeOf(lab.target, networkOf(subscriber('anna'), subscriber('ben')));
    const inventory = new MemoryInventory();
    lab.router.faults.add({ kind: 'close-mid-reply', command: '/ppp/secret/remove', times: 1 });

    const first = await outcomeOf(lab.target, networkOf(), inventory);
    const second = await outcomeOf(lab.target, networkOf(), inventory);

    expect(first.result).toBe('partial');
    expect(second.plan.findings).toEqual([]);
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
  });
});

describe('a copy made in WinBox', () => {
  it('outlives its original', async () => {
    const model = networkOf(subscriber('anna'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await outcomeOf(lab.target, model, inventory);
    lab.router.add('/ppp/secret', { name: 'anna-copy', password: 'x', comment: 'lm:isp/Subscriber/anna' });

    await outcomeOf(lab.target, networkOf(), inventory);
    const second = await outcomeOf(lab.target, networkOf(), inventory);

    expect(lab.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(['anna-copy']);
    expect(second.plan.findings).toMatchObject([{ code: 'LM_MARKER_MISMATCH' }]);
  });
});

describe('a router that closes the connection in the middle of an apply', () => {
  it('is left with a part of it, says so, and is mended by the next run without doubles', async () => {
    await using lab = await Lab.start(many);
    const inventory = new MemoryInventory();
    lab.router.faults.add({ kind: 'close-mid-reply', command: '/ppp/secret/add', after: 10, times: 1 });

    const first = await outcomeOf(lab.target, many, inventory);
    const second = await outcomeOf(lab.target, many, inventory);
    const third = await outcomeOf(lab.target, many, inventory);

    expect(first.result).toBe('partial');
    expect(first.failed.length).toBeGreaterThan(0);
    expect(first.failed[0]?.error).toContain('closed the connection');
    expect(second.result).toBe('applied');
    expect(third.plan.changes).toEqual([]);
    const made = lab.router.rows('/ppp/secret').map((row) => row['name']);
    expect(made).toHaveLength(names.length);
    expect(new Set(made)).toEqual(new Set(names));
  });

  it('is not asked for the rest of it', async () => {
    await using lab = await Lab.start(many);
    lab.router.faults.add({ kind: 'close-mid-reply', command: '/ip/pool/add' });

    const outcome = await outcomeOf(lab.target, many);

    expect(outcome.result).toBe('partial');
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
    expect(outcome.failed.map(({ address }) => address)).toContain('core-1/ppp/secret/s00');
  });
});

describe('a router whose answers do not say what it did', () => {
  it('is found out when it says done and did nothing', async () => {
    const model = networkOf(subscriber('anna'), subscriber('ben'));
    await using lab = await Lab.start(model);
    lab.router.faults.add({ kind: 'done-without-write', command: '/ppp/secret/add', times: 1 });

    const outcome = await outcomeOf(lab.target, model);

    expect(outcome.result).toBe('partial');
    expect(outcome.failed).toHaveLength(1);
    expect(outcome.failed[0]?.error).toContain('reading back shows otherwise');
  });

  it('is not blamed when it says error and did it', async () => {
    const model = networkOf(subscriber('anna'));
    await using lab = await Lab.start(model);
    lab.router.faults.add({ kind: 'trap-after-write', command: '/ppp/secret/add', times: 1 });

    const outcome = await outcomeOf(lab.target, model);

    expect(outcome).toMatchObject({ result: 'applied', failed: [] });
    expect(lab.router.rows('/ppp/secret')).toHaveLength(1);
  });
});

describe('a row that cannot be made', () => {
  it('keeps back the rows that name it, and no others', async () => {
    const model = networkOf(subscriber('anna'), subscriber('ben'));
    await using lab = await Lab.start(model);
    // A name that begins alike: RouterOS would take the secret's profile for this one.
    lab.router.add('/ppp/profile', { name: 'home-20-old' });
    const refusing = refusal(lab.target, '/ppp/profile', 'home-20');

    const outcome = await outcomeOf(refusing, model);

    expect(lab.router.rows('/ppp/secret')).toEqual([]);
    expect(outcome.failed.find(({ address }) => address.endsWith('anna'))?.error).toBe(
      'not tried: it needs core-1/ppp/profile/home-20, which failed',
    );
    expect(lab.router.row('/ip/pool', 'home')).toBeDefined();
  });
});

describe('somebody online by a local secret', () => {
  const before = networkOf(subscriber('anna'));
  const suspended = networkOf(subscriber('anna', 'state: suspended\nreason: unpaid'));

  async function online(): Promise<Lab> {
    const lab = await Lab.start(before);
    await outcomeOf(lab.target, before);
    const dialled = await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    if (!dialled.ok) throw new Error(dialled.reason);
    return lab;
  }

  it('IS-02: is off the router in the run that suspends, and cannot come back', async () => {
    await using lab = await online();

    const outcome = await outcomeOf(lab.target, suspended);

    expect(outcome.plan.sessions).toMatchObject([{ username: 'anna', action: 'disconnect', why: 'disabled' }]);
    expect(await outcome.sessions).toMatchObject([{ result: 'disconnected', nas: 'core-1' }]);
    expect(lab.router.sessions()).toEqual([]);
    expect(await lab.router.dial({ username: 'anna', password: 'pa55-anna' })).toMatchObject({ ok: false });
  });

  it('is put off by the next run when we died between the row and the session', async () => {
    await using lab = await online();
    await using other = targetFor(lab.router, before);
    const dying: Target = { ...bound(lab.target), settleSessions: async () => [] };
    await outcomeOf(dying, suspended);
    expect(lab.router.sessions()).toHaveLength(1);

    const next = await outcomeOf(other, suspended);

    expect(next.plan.changes).toEqual([]);
    expect(lab.router.sessions()).toEqual([]);
  });

  it('is put off by the next run when the row is gone and the session is not', async () => {
    await using lab = await online();
    const dying: Target = { ...bound(lab.target), settleSessions: async () => [] };
    await outcomeOf(dying, networkOf());
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
    expect(lab.router.sessions()).toHaveLength(1);

    await outcomeOf(lab.target, networkOf());

    expect(lab.router.sessions()).toEqual([]);
  });

  it('stays online when the change did not come about', async () => {
    await using lab = await online();
    const inventory = new MemoryInventory();
    lab.router.faults.add({ kind: 'done-without-write', command: '/ppp/secret/set' });

    const outcome = await outcomeOf(lab.target, suspended, inventory);

    expect(outcome.result).toBe('partial');
    expect(await outcome.sessions).toEqual([]);
    expect(lab.router.sessions()).toHaveLength(1);
    expect(inventory.effectsDue('core-1')).toEqual([]);
  });

  it('stays online while a secret that was disabled by hand is enabled again', async () => {
    await using lab = await online();
    lab.router.set('/ppp/secret', 'anna', { disabled: 'yes' });

    const outcome = await outcomeOf(lab.target, before);

    expect(outcome.plan.changes).toMatchObject([{ action: 'update', set: { disabled: 'no' } }]);
    expect(lab.router.sessions()).toHaveLength(1);
  });

  it('stays online when a note or the name in git changes', async () => {
    await using lab = await online();

    const outcome = await outcomeOf(lab.target, networkOf(subscriber('anna', 'notes: likes cats')));

    expect(outcome.plan.changes).toEqual([]);
    expect(lab.router.sessions()).toHaveLength(1);
  });

  it.each([
    ['a speed', networkOf(subscriber('anna').replace('home-20', 'home-50'))],
    ['an address', networkOf(subscriber('anna', 'address: 10.0.0.201'))],
  ])('is put off by the next run when the connection was lost between %s and the session', async (_, changed) => {
    await using lab = await online();
    const inventory = new MemoryInventory();
    await outcomeOf(lab.target, before, inventory);
    // Looked at before, read back after, and then to find the session.
    lab.router.faults.add({ kind: 'close-mid-reply', command: '/ppp/active/print', after: 2, times: 1 });
    const first = await outcomeOf(lab.target, changed, inventory);
    const told = await first.sessions;
    const left = lab.router.sessions().length;

    const second = await outcomeOf(lab.target, changed, inventory);
    const third = await outcomeOf(lab.target, changed, inventory);

    expect(first.result).toBe('applied');
    expect(told).toMatchObject([{ result: 'failed' }]);
    expect(left).toBe(1);
    expect(second.plan.changes).toEqual([]);
    expect(await second.sessions).toMatchObject([{ effect: { username: 'anna' }, result: 'disconnected' }]);
    expect(lab.router.sessions()).toEqual([]);
    expect(await third.sessions).toEqual([]);
  });

  it('is put off by the next run when we died as soon as the new speed was written', async () => {
    await using lab = await online();
    const inventory = new MemoryInventory();
    const faster = networkOf(subscriber('anna').replace('home-20', 'home-50'));
    const dying: Target = {
      ...bound(lab.target),
      apply: async (level, signal) => {
        await lab.target.apply(level, signal);
        if (level.some(({ menu }) => menu === '/ppp/secret')) throw new Error('killed');
        return level.map((change) => ({ change, result: 'done' }));
      },
    };
    await expect(reconcileOnce(dying, faster, deps(inventory))).rejects.toThrow('killed');

    await outcomeOf(lab.target, faster, inventory);

    expect(lab.router.sessions()).toEqual([]);
  });

  it('is put off although the plan of the run after is refused', async () => {
    await using lab = await Lab.start(many);
    const inventory = new MemoryInventory();
    await outcomeOf(lab.target, many, inventory);
    await lab.router.dial({ username: 's00', password: 'pa55-s00' });
    const faster = networkOf(
      subscriber('s00').replace('home-20', 'home-50'),
      ...names.slice(1).map((name) => subscriber(name)),
    );
    const cutOff: Target = { ...bound(lab.target), settleSessions: unsettled };
    await outcomeOf(cutOff, faster, inventory);

    const outcome = await reconcileOnce(lab.target, networkOf(), deps(inventory));

    expect(outcome.result).toBe('refused');
    expect(await outcome.sessions).toMatchObject([{ effect: { username: 's00' }, result: 'disconnected' }]);
    expect(lab.router.sessions()).toEqual([]);
  });

  it('still owes an earlier change when a later one did not come about', async () => {
    await using lab = await online();
    const inventory = new MemoryInventory();
    const [faster, moved] = ['', 'address: 10.0.0.201'].map((more) =>
      networkOf(subscriber('anna', more).replace('home-20', 'home-50')),
    ) as [Model, Model];
    await outcomeOf({ ...bound(lab.target), settleSessions: unsettled }, faster, inventory);
    lab.router.faults.add({ kind: 'done-without-write', command: '/ppp/secret/set' });

    const outcome = await outcomeOf(lab.target, moved, inventory);

    expect(outcome.result).toBe('partial');
    expect(await outcome.sessions).toMatchObject([{ result: 'disconnected' }]);
    expect(inventory.effectsDue('core-1')).toEqual([]);
  });

  it('is told of a session that the router will not end', async () => {
    await using lab = await online();
    lab.router.faults.add({ kind: 'done-without-write', command: '/ppp/active/remove' });

    const outcome = await outcomeOf(lab.target, suspended);

    expect(await outcome.sessions).toMatchObject([{ result: 'failed' }]);
  });
});

/** As a router answers that is lost before its sessions are ended. */
const unsettled: Target['settleSessions'] = async (effects) =>
  effects.flatMap((effect) =>
    effect.sessionIds.map((sessionId) => ({ effect, sessionId, nas: 'core-1', result: 'failed', detail: 'lost' })),
  );

/** A target's methods as plain fields, so that single ones can be replaced. */
function bound(target: Target): Target {
  return {
    name: target.name,
    exclusive: target.exclusive,
    references: target.references,
    ordered: target.ordered,
    desired: (model) => target.desired(model),
    observe: (signal) => target.observe(signal),
    sessionEffects: (changes, observation) => target.sessionEffects(changes, observation),
    apply: (level, signal) => target.apply(level, signal),
    settleSessions: (effects, signal) => target.settleSessions(effects, signal),
  };
}

function watched(target: Target, see: (change: Parameters<Target['apply']>[0][number]) => void): Target {
  return {
    ...bound(target),
    apply: async (level, signal) => {
      for (const change of level) see(change);
      return target.apply(level, signal);
    },
  };
}

/** Refuses to make one row. */
function refusal(target: Target, menu: string, identity: string): Target {
  return {
    ...bound(target),
    apply: async (level, signal) => {
      const refused = level.filter((change) => change.menu === menu && change.identity === identity);
      const rest = level.filter((change) => !refused.includes(change));
      const settled = await target.apply(rest, signal);
      return [...settled, ...refused.map((change) => ({ change, result: 'failed' as const, error: new Error('no') }))];
    },
  };
}

describe('changes whose dead-man’s switch cannot be armed', () => {
  it('are never begun, and nobody is owed an end for them', async () => {
    const inventory = new MemoryInventory();
    const applied: unknown[] = [];
    const target: Target = {
      name: 'core-1',
      exclusive: false,
      references: {},
      ordered: [],
      desired: () => [{ menu: '/ip/address', identity: 'a', owner: 'Router/core-1', fields: {} }],
      observe: async () => ({ rows: [], sessions: [], pendingEffects: [], findings: [] }),
      sessionEffects: () => [{ username: 'anna', action: 'disconnect', why: 'address', sessionIds: ['81c00001'] }],
      arm: () => Promise.reject(new Error('not allowed by device-mode')),
      apply: async (level) => {
        applied.push(level);
        return [];
      },
      settleSessions: async () => [],
    };

    await expect(reconcileOnce(target, networkOf(), deps(inventory))).rejects.toThrow('device-mode');

    expect(applied).toEqual([]);
    expect(inventory.effectsDue('core-1')).toEqual([]);
  });
});
