import { describe, expect, it } from 'vitest';
import { subscriptionsByRouter } from '../../src/daemon/by-router.ts';
import { networkOf, subscriber } from '../support/ppp-network.ts';

describe('subscribers of a network', () => {
  it('are told apart by the routers that let them in by themselves', () => {
    const model = networkOf(subscriber('anna'), subscriber('ben'), subscriber('cleo', 'auth: radius'));

    const found = subscriptionsByRouter(model);

    expect([...found.keys()]).toEqual(['core-1']);
    expect(found.get('core-1')?.map(({ id }) => id)).toEqual(['anna', 'ben']);
  });
});
