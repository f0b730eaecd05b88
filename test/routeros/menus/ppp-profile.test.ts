import { describe, expect, it } from 'vitest';
import { document } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab, networkOf, subscriber } from '../../support/ppp-network.ts';
import { brief, settle, wanted } from './support.ts';

const fast = subscriber('anna').replace('home-20', 'home-50');

describe('the profile of a tariff', () => {
  it('IW-06: carries speed with burst and priority, upload first, time limits and address list', async () => {
    const model = networkOf(fast);
    await using lab = await Lab.start(model);
    await settle(lab, model);

    expect(lab.router.row('/ppp/profile', 'home-50')).toMatchObject({
      'rate-limit': '10M/50M 20M/80M 8M/40M 16/16 3',
      'session-timeout': '1d',
      'idle-timeout': '30m',
      'address-list': 'fast',
      'remote-address': 'home',
      'local-address': '10.0.0.1',
      'dns-server': '9.9.9.9',
    });
  });

  it('is on a router that has subscribers of it, and on one where it is offered', async () => {
    const offered = document('Service', 'tv', 'access: [pppoe]\nauth: local\nrouters: [core-1]');
    const model = networkOf(subscriber('anna'), offered);
    await using lab = await Lab.start(model);

    expect(wanted(lab, model, '/ppp/profile').map(({ identity }) => identity)).toEqual(['lastmile', 'home-20', 'tv']);
  });

  it('loses what is taken away', async () => {
    const model = networkOf(subscriber('anna'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    const outcome = await settle(lab, withoutLimits(model), inventory);

    expect(brief(outcome)).toEqual(['update /ppp/profile home-20 remote-address rate-limit']);
    const row = lab.router.row('/ppp/profile', 'home-20');
    expect(row).not.toHaveProperty('rate-limit');
    expect(row).not.toHaveProperty('remote-address');
  });

  it('is never one that the router has from the factory, whatever the service is called', async () => {
    const names = ['default', 'default-encryption', 'lastmile'];
    const services = names.map((name) => document('Service', name, 'access: [pppoe]\nrate: {down: 1M, up: 1M}'));
    const users = names.map((name, at) => subscriber(`s${at}`).replace('home-20', name));
    const model = networkOf(...services, ...users);
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    const factory = lab.router.rows('/ppp/profile');

    await settle(lab, model, inventory);
    expect(lab.router.rows('/ppp/secret').map((row) => row['profile'])).toEqual(
      names.map((name) => `${name} (service)`),
    );
    expect(lab.router.rows('/ppp/profile').slice(0, factory.length)).toEqual(factory);

    await settle(lab, networkOf(), inventory);
    expect(lab.router.rows('/ppp/profile').map((row) => row['name'])).toEqual([...names.slice(0, 2), 'lastmile']);
  });

  it('ends the sessions of those who have it when it changes, and nobody else’s', async () => {
    const before = networkOf(subscriber('anna'), subscriber('ben').replace('home-20', 'home-50'));
    await using lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    await settle(lab, before, inventory);
    for (const name of ['anna', 'ben']) await lab.router.dial({ username: name, password: `pa55-${name}` });

    const outcome = await settle(lab, withoutLimits(before), inventory);

    expect(outcome.plan.sessions).toMatchObject([{ username: 'anna', why: 'home-20: remote-address, rate-limit' }]);
    expect(lab.router.sessions().map(({ username }) => username)).toEqual(['ben']);
  });
});

/** The same network with home-20 unlimited and without a pool. */
function withoutLimits(model: ReturnType<typeof networkOf>): ReturnType<typeof networkOf> {
  const bare = (service: (typeof model.services)[number]) => {
    const limits = new Set(['rate', 'pool']);
    return Object.fromEntries(
      Object.entries(service).filter(([name]) => !limits.has(name)),
    ) as unknown as typeof service;
  };
  return {
    ...model,
    services: model.services.map((service) => (service.name === 'home-20' ? bare(service) : service)),
    subscriptions: model.subscriptions.map((each) =>
      each.service.name === 'home-20' ? { ...each, service: bare(each.service) } : each,
    ),
  };
}
