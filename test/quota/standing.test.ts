import { describe, expect, it } from 'vitest';
import type { Quota, QuotaEffect } from '../../src/model/kinds/quota.ts';
import type { ServicePlan } from '../../src/model/kinds/service.ts';
import { atStep, quotaOfReason, stepPlans } from '../../src/model/quota.ts';
import { overlayMemory, withSteps, withValidity } from '../../src/quota/overlay.ts';
import { emptyPieces, withUse } from '../../src/quota/pieces.ts';
import { quotaClock } from '../../src/quota/quota-clock.ts';
import { quotaLeft } from '../../src/quota/quota-left.ts';
import { quotaState, standing } from '../../src/quota/quota-state.ts';
import { endOfValidity } from '../../src/quota/validity.ts';
import { modelOf, operator } from '../support/manifest.ts';
import { servicePlan, subscriptionOf } from '../support/model-parts.ts';

const now = Date.UTC(2026, 2, 10, 12, 30);
const clock = quotaClock('UTC');
const slow: QuotaEffect = { type: 'limit', rate: { down: 2e6, up: 1e6 } };
const slower: QuotaEffect = { type: 'limit', rate: { down: 1e6, up: 1e6 } };
const page: QuotaEffect = { type: 'redirect', redirect: { addressList: 'used' } };

function quota(name: string, amount: number, effects: readonly QuotaEffect[], more: Partial<Quota> = {}): Quota {
  const steps = effects.map((effect, at) => ({ from: String(amount * (at + 1)), effect }));
  return { name, of: 'octets', amount: String(amount), direction: 'total', period: 'day', anchor: 1, steps, ...more };
}

function stand(quotas: readonly Quota[], up: bigint, down: bigint) {
  const use = { at: now - 1_800_000, up, down, online: (up + down) * 1000n };
  return standing(
    quotas.map((each) => {
      const empty = emptyPieces(each, [], 0, now, clock);
      return quotaState(each, withUse(empty, each, use, clock) ?? [], [], { since: 0, now }, clock);
    }),
  );
}

describe('several quotas', () => {
  it('have the strictest step in force: a block before a page before the slowest speed', () => {
    const all = [
      quota('a', 10, [slow]),
      quota('b', 10, [slower]),
      quota('c', 20, [page]),
      quota('d', 30, [{ type: 'block' }]),
    ];

    expect(stand(all, 0n, 9n).mark).toBeUndefined();
    expect(stand(all, 0n, 10n).mark).toEqual({ quota: 'b', step: 1 });
    expect(stand(all, 5n, 15n).mark).toEqual({ quota: 'c', step: 1 });
    expect(stand(all, 5n, 25n).mark).toEqual({ quota: 'd', step: 1 });
  });
});

describe('what a NAS is told at a login', () => {
  it('is what is left until a session must end, of each direction the least', () => {
    const all = [
      quota('soft', 10, [slow, slower]),
      quota('hard', 100, [slow, { type: 'block' }]),
      quota('month', 150, [{ type: 'block' }], { period: 'month' }),
      quota('up', 40, [page], { direction: 'up' }),
      quota('night', 5, [{ type: 'block' }], { freeHours: [{ days: [0], from: 0, till: 60 }], direction: 'down' }),
      quota('time', 3_600_000, [{ type: 'block' }], { of: 'time' }),
    ];

    expect(quotaLeft(stand(all, 1n, 2n))).toEqual({ total: 147n, up: 39n, seconds: 3597 });
  });

  it('is never 0, which is no limit; and that nobody comes in at a block', () => {
    expect(quotaLeft(stand([quota('a', 10, [slow, { type: 'block' }])], 0n, 19n))).toEqual({ total: 1n });
    expect(quotaLeft(stand([quota('a', 10, [slow, { type: 'block' }])], 0n, 20n))).toBe('used');
    expect(quotaLeft(stand([quota('a', 10, [page])], 0n, 20n))).toEqual({});
  });
});

describe('a subscription at a step', () => {
  const service: ServicePlan = {
    ...servicePlan({ name: 'home' }),
    onSuspend: { addressList: 'unpaid' },
    quotas: [quota('q', 10, [{ ...slow, pool: 'other', addressList: 'heavy' }, page, { type: 'block' }])],
  };
  const anna = subscriptionOf('anna', { service });

  it('has what the step says, and keeps what it does not say', () => {
    const at = (step: number) => atStep(anna, { quota: 'q', step });

    expect(at(1)).toMatchObject({ state: 'active', service: { name: 'home', pool: 'other', rate: { down: 2e6 } } });
    expect(at(1).service.attributes).toContainEqual({ name: 'Mikrotik-Address-List', value: 'heavy' });
    expect(at(1).service.onSuspend).toEqual({ addressList: 'unpaid' });
    expect(at(2)).toMatchObject({ state: 'suspended', service: { onSuspend: { addressList: 'used' } } });
    expect(at(3).service).not.toHaveProperty('onSuspend');
    expect(quotaOfReason(at(3).reason)).toBe('q');
    expect(at(4)).toBe(anna);
    expect(atStep({ ...anna, state: 'disabled' }, { quota: 'q', step: 3 }).state).toBe('disabled');
    expect(stepPlans(service).map(({ plan }) => plan.profile)).toEqual(['home (q 1)', 'home (q 2)']);
  });

  it('is the same object as long as it is at the same step, so that nothing is made anew', () => {
    const model = { ...modelOf({ 'all.yaml': operator }), services: [service], subscriptions: [anna] };
    const memory = overlayMemory<string>();
    const first = withSteps(model, () => ({ quota: 'q', step: 1 }), memory);

    expect(withSteps(model, () => ({ quota: 'q', step: 1 }), memory).subscriptions[0]).toBe(first.subscriptions[0]);
    expect(withSteps(model, () => ({ quota: 'q', step: 2 }), memory).subscriptions[0]?.state).toBe('suspended');
    expect(withSteps(model, () => undefined, memory)).toBe(model);
  });
});

describe('a validity', () => {
  it('ends before what is declared, or not at all', () => {
    const service: ServicePlan = { ...servicePlan({ name: 'home' }), validity: { from: 'assignment', lastsMs: 1000 } };
    const [anna, ben] = [
      subscriptionOf('anna', { service, expires: 500 }),
      subscriptionOf('ben', { service, expires: 5000 }),
    ];
    const model = { ...modelOf({ 'all.yaml': operator }), services: [service], subscriptions: [anna, ben] };

    const aged = withValidity(model, () => 1000, overlayMemory());

    expect(aged.subscriptions.map(({ expires }) => expires)).toEqual([500, 1000]);
    expect(aged.subscriptions[0]).toBe(anna);
    expect(withValidity(model, () => undefined, overlayMemory())).toBe(model);
  });

  it('is made longer from its end, or from now where that is past', () => {
    const longer = (number: number, at: number) =>
      ({ number, at, of: 'validity', amount: '50', used: {}, by: 'test' }) as const;

    expect(endOfValidity(0, 100, [])).toBe(100);
    expect(endOfValidity(0, 100, [longer(1, 10), longer(2, 20)])).toBe(200);
    expect(endOfValidity(0, 100, [longer(1, 400)])).toBe(450);
    // Given to somebody who had not begun yet.
    expect(endOfValidity(300, 100, [longer(1, 10)], 5)).toBe(450);
    // Given for the one before.
    expect(endOfValidity(300, 100, [longer(1, 10)])).toBe(400);
  });
});
