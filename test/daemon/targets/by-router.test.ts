import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subscriptionsByRouter, subscriptionsByRouterSince } from '../../../src/daemon/targets/by-router.ts';
import type { Router } from '../../../src/model/kinds/router.ts';
import type { Subscription } from '../../../src/model/kinds/subscription.ts';
import { networkOf, subscriber } from '../../support/ppp-network.ts';

describe('subscribers of a network', () => {
  it('are told apart by the routers that let them in by themselves', () => {
    const model = networkOf(subscriber('anna'), subscriber('ben'), subscriber('cleo', 'auth: radius'));

    const found = subscriptionsByRouter(model);

    expect([...found.keys()]).toEqual(['core-1']);
    expect(found.get('core-1')?.map(({ id }) => id)).toEqual(['anna', 'ben']);
  });

  it('are told apart after a commit as if nothing were known, whoever came, went or moved', () => {
    const routers = ['north', 'south'].map((name) => ({ ...networkOf().routers[0], name }) as Router);
    const person = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      localOn: fc.subarray(['north', 'south']),
    });
    const people = fc.uniqueArray(person, { selector: ({ id }) => id, maxLength: 8 });
    fc.assert(
      fc.property(people, people, fc.array(fc.boolean(), { maxLength: 8 }), (old, others, stays) => {
        const inOrder = (some: typeof old) =>
          some.toSorted((a, b) => (a.id < b.id ? -1 : 1)) as unknown as Subscription[];
        const kept = old.filter((_, at) => stays[at] === true);
        const now = [...kept, ...others.filter(({ id }) => !kept.some((each) => each.id === id))];
        const [before, after] = [
          { routers, subscriptions: inOrder(old) },
          { routers, subscriptions: inOrder(now) },
        ] as const;

        const found = subscriptionsByRouterSince(subscriptionsByRouter(before), before, after);

        expect(found).toEqual(subscriptionsByRouter(after));
      }),
    );
  });

  it('are the list they were on a router that a commit does not concern', () => {
    const before = networkOf(subscriber('anna'), subscriber('cleo', 'auth: radius'));
    const after = { ...before, subscriptions: before.subscriptions.filter(({ id }) => id === 'anna') };
    const known = subscriptionsByRouter(before);

    expect(subscriptionsByRouterSince(known, before, after).get('core-1')).toBe(known.get('core-1'));
  });
});
