import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { SessionChange } from '../../../src/accounting/fold-commit.ts';
import type { SessionState } from '../../../src/accounting/sessions/session-state.ts';
import type { UsageDelta } from '../../../src/accounting/usage/usage-deltas.ts';
import { QuotaKeeper } from '../../../src/daemon/quota/quota-keeper.ts';
import { QuotaRecords } from '../../../src/daemon/quota/quota-records.ts';
import type { Subscription } from '../../../src/model/kinds/subscription.ts';
import type { Model } from '../../../src/model/model.ts';
import { StoreClosedError } from '../../../src/store/errors.ts';
import { Store } from '../../../src/store/store.ts';
import { modelOf, operator } from '../../support/manifest.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { servicePlan, subscriptionOf } from '../../support/model-parts.ts';
import { TempFolder } from '../../support/temp-folder.ts';

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
  /** Who is in which commit. */
  readonly touched: string[] = [];
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
    timeSince: 0,
    clockSet: 0,
    sequence: 0,
    touchedAfter: async (sequence) => this.touched.slice(sequence).map((username) => ({ username }) as SessionState),
    openOf: () => [],
  };

  /** The clock was set, and accounting knows. */
  setBy(ms: number): void {
    Object.assign(this.port, { clockSet: this.port.clockSet + ms });
  }

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
    const used = { hour: Math.floor((4 * at) / hourMs) / 4, up: 0n, down: octets };
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
    const keeper = new QuotaKeeper({ records, accounting: books.port, meta: store.table('meta'), clock, log });
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
    await new Promise(setImmediate);
    at.books.store('anna', 500n, start);
    at.books.release();

    expect(await left).toEqual({ total: 100n });
    expect(keeper.left('anna', at.clock.now())).toEqual({ total: 100n });
    expect(at.books.reads).toBe(2);
  });
});

describe('somebody who is forgotten', () => {
  it('has nothing left once he is declared no more, though a step of his is on its way to the disk; until then he has all', async () => {
    await using at = await lab();
    await using keeper = await at.open();
    await keeper.standingOf('anna');
    const told = changed(keeper);
    at.books.store('anna', 1000n, start);
    await keeper.forget('anna');
    await told;
    expect(keeper.newsOf('anna')).toBe(1);

    await keeper.follow({ ...at.model, subscriptions: [] });
    await keeper.forget('anna');

    expect(keeper.newsOf('anna')).toBeUndefined();
    await using again = await at.open();
    expect(again.newsOf('anna')).toBeUndefined();
    expect((await again.standingOf('anna'))?.topUps).toEqual([]);
  });
});

describe('a kill', () => {
  it('before a step was told to other programs: is told at the next start, until it is', async () => {
    await using at = await lab();
    const first = await at.open();
    await first.standingOf('anna');
    const told = changed(first);
    at.books.store('anna', 1000n, start);
    await told;
    expect(first.newsOf('anna')).toBe(1);
    await first[Symbol.asyncDispose]();

    await using second = await at.open();
    expect(await changed(second)).toEqual(['anna']);
    // Another step that comes while this one is being told is not told by it.
    expect(second.told('anna', undefined)).toEqual([]);
    expect(second.told('anna', 1)).toHaveLength(1);
    expect(second.newsOf('anna')).toBeUndefined();
  });

  it('after a record was stored, and before it was counted: is looked at after the start, though nothing more is heard', async () => {
    await using at = await lab();
    await (await at.open())[Symbol.asyncDispose]();
    at.books.used.push({ login: 'anna', hour: start / hourMs, up: 0n, down: 1000n });
    at.books.touched.push('anna');
    Object.assign(at.books.port, { sequence: 1 });

    await using keeper = await at.open();

    expect(await changed(keeper)).toEqual(['anna']);
    expect(keeper.asOf(at.model, start).subscriptions[0]).toMatchObject({ state: 'suspended' });
  });

  it('is looked at by the start after the next one, where that was stopped while it read', async () => {
    await using at = await lab();
    await (await at.open())[Symbol.asyncDispose]();
    at.books.used.push({ login: 'anna', hour: start / hourMs, up: 0n, down: 1000n });
    at.books.touched.push('anna');
    Object.assign(at.books.port, { sequence: 1 });
    at.books.hold();
    const stopped = await at.open();
    while (at.books.reads === 0) await new Promise(setImmediate);
    const stopping = stopped[Symbol.asyncDispose]();
    at.books.release();
    await stopping;

    await using keeper = await at.open();

    expect(await changed(keeper)).toEqual(['anna']);
  });
});

describe('another time zone of the operator', () => {
  it('has what was used before counted anew by its days, to the quarter of an hour', async () => {
    await using at = await lab();
    await using keeper = await at.open();
    // Midnight in Kathmandu is 18:15 UTC.
    at.books.store('anna', 700n, Date.UTC(2026, 2, 9, 18, 0));
    at.books.store('anna', 200n, Date.UTC(2026, 2, 9, 18, 15));
    at.books.store('anna', 50n, Date.UTC(2026, 2, 10, 1));
    expect(await keeper.left('anna', start)).toEqual({ total: 950n });

    const { operator: declared } = at.model;
    await keeper.follow({ ...at.model, operator: { ...declared, timezone: 'Asia/Kathmandu' } });

    expect(await keeper.left('anna', start)).toEqual({ total: 750n });
    expect((await keeper.standingOf('anna'))?.states[0]?.from).toBe(Date.UTC(2026, 2, 9, 18, 15));
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

describe('a validity that began by a clock that was wrong until the next start', () => {
  const prepaid = servicePlan({ name: 'prepaid', validity: { from: 'first-login', lastsMs: 24 * hourMs } });
  const people = [subscriptionOf('anna', { service: prepaid, username: 'anna' })];

  it.each([25 * 365 * 24 * hourMs, -25 * 365 * 24 * hourMs])('SPL-28: by %i ms ends on time', async (wrong) => {
    await using at = await lab(people);
    const model = { ...at.model, services: [prepaid], subscriptions: people };
    at.clock.set(wrong);
    await using first = await at.open();
    at.books.store('anna', 1n, at.clock.now());
    const held = await first.standingOf('anna');
    const begun = at.clock.now();
    const gift = { at: begun, of: 'validity', amount: String(hourMs), by: 'test' } as const;
    await first.add(held as NonNullable<typeof held>, gift);
    await first[Symbol.asyncDispose]();

    at.clock.advance(hourMs);
    at.clock.set(-wrong);
    at.books.setBy(-wrong);
    await using second = await at.open();

    const right = start + 25 * hourMs;
    expect((await second.standingOf('anna'))?.validUntil).toBe(right);
    expect(second.asOf(model, at.clock.now()).subscriptions[0]).toMatchObject({ state: 'active', expires: right });
    expect(second.asOf(model, right).subscriptions[0]).toMatchObject({ state: 'suspended', reason: 'expired' });
  });

  it('SPL-28: that began by one that was right is the same under one that is wrong for a while', async () => {
    await using at = await lab(people);
    await using first = await at.open();
    at.books.store('anna', 1n, at.clock.now());
    await first[Symbol.asyncDispose]();

    // The machine had no power, and its clock none either.
    const off = 2 * hourMs;
    at.clock.set(-25 * 365 * 24 * hourMs);
    at.books.setBy(-25 * 365 * 24 * hourMs);
    await using second = await at.open();
    expect((await second.standingOf('anna'))?.validUntil).toBe(at.clock.now() + 24 * hourMs);
    const told = changed(second);
    at.clock.set(25 * 365 * 24 * hourMs + off);
    at.books.setBy(25 * 365 * 24 * hourMs + off);
    at.clock.advance(30_000);
    await told;

    expect((await second.standingOf('anna'))?.validUntil).toBe(start + 24 * hourMs);
  });
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
