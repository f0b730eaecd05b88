import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { SessionChange } from '../../src/accounting/fold-commit.ts';
import type { UsageDelta } from '../../src/accounting/usage-deltas.ts';
import { QuotaKeeper } from '../../src/daemon/quota-keeper.ts';
import { QuotaRecords } from '../../src/daemon/quota-records.ts';
import type { Model, Subscription } from '../../src/model/model.ts';
import { StoreClosedError } from '../../src/store/errors.ts';
import { Store } from '../../src/store/store.ts';
import { modelOf, operator } from '../support/manifest.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { servicePlan, subscriptionOf } from '../support/model-parts.ts';
import { TempFolder } from '../support/temp-folder.ts';

const hourMs = 3_600_000;
const start = Date.UTC(2026, 2, 10, 12, 30);
const block = { type: 'block' } as const;
const service = servicePlan({
  name: 'home',
  quotas: [
    {
      ...{ name: 'q', of: 'octets', amount: '1000', direction: 'total', period: 'day', anchor: 1 },
      steps: [{ from: '1000', effect: block }],
    },
  ],
});

/** Accounting that has what it is told to, and answers when it is let. */
class Books {
  readonly used: (UsageDelta & { readonly login: string })[] = [];
  #told: (login: string, change: SessionChange) => void = () => undefined;
  broken = false;
  reads = 0;
  #held: (() => void)[] | undefined;

  readonly port: ConstructorParameters<typeof QuotaKeeper>[0]['accounting'] = {
    onStored: (listener) => {
      this.#told = (username, change) => listener({ ...change.after, username }, false, change);
      return () => undefined;
    },
    usage: async (login, from, to) => {
      this.reads += 1;
      if (this.#held !== undefined) await new Promise<void>((go) => this.#held?.push(go));
      if (this.broken) throw new StoreClosedError('state');
      return this.used.filter((each) => each.login === login && each.hour >= from && each.hour < to);
    },
    history: async () => [],
    openOf: () => [],
  };

  hold(): void {
    this.#held = [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }

  /** A commit by which a login has used more. */
  store(login: string, octets: bigint, at: number): void {
    const used = { hour: Math.floor(at / hourMs), up: 0n, down: octets };
    this.used.push({ login, ...used });
    const state = { username: login, startedAt: at, sessionSeconds: 0 } as SessionChange['after'];
    this.#told(login, { before: state, after: state, used: { sequence: 1, hours: [used] } });
  }
}

async function lab(people: readonly Subscription[] = [subscriptionOf('anna', { service, username: 'anna' })]) {
  const folder = await TempFolder.make();
  const clock = new ManualClock(start);
  const log = pino({ level: 'silent' });
  const store = await Store.open(folder.path, { clock, log });
  const books = new Books();
  const model: Model = { ...modelOf({ 'all.yaml': operator }), services: [service], subscriptions: people };
  const open = async () => {
    const records = await QuotaRecords.open({ quota: store.table('quota'), topups: store.table('topups') });
    const keeper = new QuotaKeeper({ records, accounting: books.port, clock, log });
    await keeper.follow(model);
    return keeper;
  };
  return {
    ...{ books, clock, model, open },
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const changed = (keeper: QuotaKeeper) =>
  new Promise<readonly string[]>((resolve) => {
    const end = keeper.onChange((all) => {
      end();
      resolve(all.map(({ id }) => id));
    });
  });

describe('what is used while it is being read what was used before', () => {
  it('counts once, whether the reading had it or not', async () => {
    await using at = await lab();
    at.books.store('anna', 400n, start - hourMs);
    await using keeper = await at.open();

    at.books.hold();
    const left = keeper.left('anna', at.clock.now());
    at.books.store('anna', 500n, start);
    at.books.release();

    expect(await left).toEqual({ total: 100n });
    expect(keeper.left('anna', at.clock.now())).toEqual({ total: 100n });
    expect(at.books.reads).toBe(2);
  });
});

describe('a store that cannot be read', () => {
  it('keeps nobody out, and what was used is known when it can be again', async () => {
    await using at = await lab();
    await using keeper = await at.open();
    at.books.broken = true;
    await expect(keeper.left('anna', at.clock.now())).rejects.toThrow(StoreClosedError);
    at.books.store('anna', 1000n, start);
    await new Promise(setImmediate);

    at.books.broken = false;
    const told = changed(keeper);
    at.clock.advance(30_000);

    expect(await told).toEqual(['anna']);
    expect(keeper.left('anna', at.clock.now())).toBe('used');
  });
});

describe('a correction', () => {
  it('that says less was used lifts the step again', async () => {
    await using at = await lab();
    await using keeper = await at.open();
    await keeper.standingOf('anna');

    const blocked = changed(keeper);
    at.books.store('anna', 1500n, start);
    await blocked;
    expect(keeper.asOf(at.model, start).subscriptions[0]).toMatchObject({
      state: 'suspended',
      reason: 'quota used up: q',
    });
    const lifted = changed(keeper);
    at.books.store('anna', -600n, start);
    await lifted;

    expect(keeper.asOf(at.model, start)).toBe(at.model);
    expect(keeper.left('anna', start)).toEqual({ total: 100n });
  });
});

describe('a login and the devices of one subscription', () => {
  it('have one quota together, in whatever way a MAC is spelt', async () => {
    const people = [subscriptionOf('anna', { service, username: 'anna', macs: ['02:00:00:00:00:01'] })];
    await using at = await lab(people);
    await using keeper = await at.open();
    await keeper.standingOf('anna');

    at.books.store('0200.0000.0001', 300n, start);
    at.books.store('anna', 300n, start);

    expect(keeper.left('02-00-00-00-00-01', start)).toEqual({ total: 400n });
    expect(keeper.left('nobody', start)).toEqual({});
  });
});

describe('thousands at a step when the period ends', () => {
  it('are all told at once, without reading anything again', async () => {
    const people = Array.from({ length: 1000 }, (_, at) => subscriptionOf(`p${at}`, { service, username: `p${at}` }));
    await using at = await lab(people);
    await using keeper = await at.open();
    await Promise.all(people.map(({ subscriber }) => keeper.standingOf(subscriber)));
    const all = new Set<string>();
    const everybody = (count: number) =>
      new Promise<void>((resolve) => {
        const end = keeper.onChange((some) => {
          for (const { id } of some) all.add(id);
          if (all.size < count) return;
          all.clear();
          end();
          resolve();
        });
      });

    const crossed = everybody(1000);
    for (const { subscriber } of people) at.books.store(subscriber, 1000n, start);
    await crossed;
    expect(keeper.counts().steps).toEqual([{ service: 'home', quota: 'q', step: 1, subscriptions: 1000 }]);

    const over = everybody(1000);
    at.clock.advance(12 * hourMs);
    await over;
    expect(keeper.counts()).toEqual({ steps: [], crossings: 2000 });
    expect(at.books.reads).toBe(1000);
  });
});

describe('another service', () => {
  it('begins anew; the same by another name does not', async () => {
    await using at = await lab();
    const first = await at.open();
    const { assignedAt } = (await first.standingOf('anna')) ?? {};
    at.clock.advance(hourMs);
    const as = (more: object) => ({
      ...at.model,
      subscriptions: [subscriptionOf('anna', { service: { ...service, ...more }, username: 'anna' })],
    });

    await first.follow(as({ name: 'house', previousNames: ['home'] }));
    expect((await first.standingOf('anna'))?.assignedAt).toBe(assignedAt);
    await first.follow(as({ name: 'other' }));
    expect((await first.standingOf('anna'))?.assignedAt).toBe(start + hourMs);
    await first[Symbol.asyncDispose]();
  });
});

describe('a validity that began while the clock was wrong', () => {
  it.each([25 * 365 * 24 * hourMs, -25 * 365 * 24 * hourMs])(
    'SPL-28: by %i ms ends on time once it is right',
    async (wrong) => {
      const prepaid = servicePlan({ name: 'prepaid', validity: { from: 'first-login', lastsMs: 24 * hourMs } });
      const people = [subscriptionOf('anna', { service: prepaid, username: 'anna' })];
      await using at = await lab(people);
      const model = { ...at.model, services: [prepaid], subscriptions: people };
      at.clock.set(wrong);
      await using keeper = await at.open();
      await keeper.follow(model);
      at.books.store('anna', 1n, at.clock.now());
      const held = await keeper.standingOf('anna');
      const begun = at.clock.now();
      expect(held?.validUntil).toBe(begun + 24 * hourMs);
      await keeper.add(held as NonNullable<typeof held>, {
        at: begun,
        of: 'validity',
        amount: String(hourMs),
        by: 'test',
      });

      at.clock.advance(hourMs);
      at.clock.set(-wrong);
      const told = changed(keeper);
      at.clock.advance(30_000);
      await told;

      const right = start + 25 * hourMs;
      expect((await keeper.standingOf('anna'))?.validUntil).toBe(right);
      expect(keeper.asOf(model, at.clock.now()).subscriptions[0]).toMatchObject({ state: 'active', expires: right });
      expect(keeper.asOf(model, right).subscriptions[0]).toMatchObject({ state: 'suspended', reason: 'expired' });
    },
  );
});

describe('a commit in free hours', () => {
  it('does not keep the step from being in force when they end', async () => {
    const [quota] = service.quotas ?? [];
    const freeHours = [{ days: [0, 1, 2, 3, 4, 5, 6], from: 12 * 60, till: 14 * 60 }];
    const night = servicePlan({ name: 'home', quotas: quota === undefined ? [] : [{ ...quota, freeHours }] });
    const people = [subscriptionOf('anna', { service: night, username: 'anna' })];
    await using at = await lab(people);
    const model = { ...at.model, services: [night], subscriptions: people };
    at.books.store('anna', 1000n, start - 3 * hourMs);
    await using keeper = await at.open();
    await keeper.follow(model);
    expect(await keeper.left('anna', start)).toEqual({});

    await keeper.follow({ ...model, subscriptions: [...people] });
    const told = changed(keeper);
    at.clock.advance(2 * hourMs);

    expect(await told).toEqual(['anna']);
    expect(keeper.left('anna', at.clock.now())).toBe('used');
  });
});
