import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { reconcileOnce } from '../../src/reconcile/reconcile-once.ts';
import { incapable } from '../../src/routeros/capabilities.ts';
import { document, modelOf, operator } from '../support/manifest.ts';
import { MemoryInventory } from '../support/memory-inventory.ts';
import { subscriptionOf } from '../support/model-parts.ts';
import { coreRouter, home20, home50, Lab, networkOf, subscriber } from '../support/ppp-network.ts';
import { brief, settle, wanted } from './menus/support.ts';

const anna = subscriber('anna', 'address: 10.0.0.201');
const withoutRadius = coreRouter.replace(/ {2}radius: .*\n/, '');

function network(router: string, ...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [operator, router, home20, home50, ...documents].join('---\n') });
}

const local = network(withoutRadius, anna);
const byRadius = network(coreRouter.replace('auth: local', 'auth: radius'), anna);
const deps = (inventory: MemoryInventory) => ({
  inventory,
  guard: { deleteLimits: { always: 3, share: 0.05, most: 25 } },
  signal: new AbortController().signal,
});

describe('a router that is switched from local logins to RADIUS', () => {
  it('SPL-12: asks RADIUS before the rows go, in one plan', async () => {
    await using lab = await Lab.start(local);
    const inventory = new MemoryInventory();
    await settle(lab, local, inventory);

    const { plan } = await settle(lab, byRadius, inventory);

    const steps = plan.levels.map((level) => level.map(({ action, menu }) => `${action} ${menu}`));
    const at = (step: string) => steps.findIndex((level) => level.includes(step));
    expect(at('delete /ppp/secret')).toBeGreaterThan(at('update /ppp/aaa'));
    expect(at('delete /ppp/secret')).toBeGreaterThan(at('create /radius'));
    expect(lab.router.rows('/ppp/secret')).toEqual([]);
  });

  it.each(['done-without-write', 'trap-after-write'] as const)(
    'keeps its rows while %s befalls the word that makes it ask',
    async (kind) => {
      await using lab = await Lab.start(local);
      const inventory = new MemoryInventory();
      await settle(lab, local, inventory);
      const lift = lab.router.faults.add({ kind, command: '/ppp/aaa/set', times: 1 });

      const outcome = await reconcileOnce(lab.target, byRadius, deps(inventory));

      const asks = lab.router.rows('/ppp/aaa')[0]?.['use-radius'];
      // Whoever dials has a way in, whatever was answered.
      expect(asks === 'true' || lab.router.rows('/ppp/secret').length === 1).toBe(true);
      if (kind === 'done-without-write') expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'anna' }]);
      expect(outcome.result).not.toBe('refused');
      lift();
      await settle(lab, byRadius, inventory);
      expect(lab.router.rows('/ppp/secret')).toEqual([]);
    },
  );
});

describe('a secret', () => {
  it('SPL-06: carries routes and IPv6 prefixes, which can be taken away', async () => {
    const ipv6 = { prefix: '2001:db8:0:1::/64', delegated: '2001:DB8:1000::/56' };
    const routes = [{ destination: '10.9.0.0/24' }, { destination: '10.9.1.0/24', gateway: '10.0.0.201', metric: 2 }];
    const plain = networkOf(anna);
    const whole = { ...plain, subscriptions: plain.subscriptions.map((each) => ({ ...each, ipv6, routes })) };
    await using lab = await Lab.start(whole);
    const inventory = new MemoryInventory();

    await settle(lab, whole, inventory);

    expect(lab.router.rows('/ppp/secret')).toMatchObject([
      {
        routes: '10.9.0.0/24,10.9.1.0/24 10.0.0.201 2',
        'remote-ipv6-prefix': '2001:db8:0:1::/64',
        'ipv6-routes': '2001:db8:1000::/56',
      },
    ]);
    const outcome = await settle(lab, plain, inventory);
    expect(brief(outcome)).toEqual(['update /ppp/secret anna routes remote-ipv6-prefix ipv6-routes']);
  });

  it('is called by the profile that the tariff names', async () => {
    const named = document('Service', 'home-20', 'access: [pppoe]\nprofile: 20Megas\naddress: {pool: home}');
    const model = modelOf({ 'network.yaml': [operator, coreRouter, named, anna].join('---\n') });
    await using lab = await Lab.start(model);

    expect(wanted(lab, model, '/ppp/secret')).toMatchObject([{ fields: { profile: '20Megas' } }]);
    await settle(lab, model);
    expect(lab.router.rows('/ppp/profile').map((row) => row['name'])).toContain('20Megas');
  });
});

describe('what a router cannot do', () => {
  const facts = { router: 'core-1', absent: [], forbidden: [] };

  it('IS-04: is refused in the plan, with the line that asks for it and the mend', () => {
    const source = { file: 'service.yaml', line: 3, column: 1 };
    const pool = { menu: '/ipv6/pool', identity: 'v6', fields: {}, owner: 'Router/core-1#ipv6-pool-v6', source };

    const objections = incapable([pool, { ...pool, identity: 'v7' }], { ...facts, absent: ['/ipv6/pool'] });

    expect(objections).toMatchObject([{ code: 'LM_NOT_CAPABLE' }]);
    expect(objections[0]?.message).toMatch(
      /^core-1 is not capable of IPv6 .*service\.yaml:3 and 1 more: enable the package/,
    );
    expect(incapable([pool], facts)).toEqual([]);
  });

  it('IS-04: hotspots under a device-mode that forbids them', () => {
    const hotspot = { menu: '/ip/hotspot', identity: 'lobby', fields: {}, owner: 'Router/core-1#hotspot-lobby' };

    expect(incapable([hotspot], { ...facts, forbidden: ['hotspot'] })).toMatchObject([{ code: 'LM_NOT_CAPABLE' }]);
  });

  it('SPL-20: wireless devices are there where there is a driver, refused while suspended', async () => {
    const device = subscriptionOf('tablet', { macs: ['0C:42:A1:00:00:09'], localOn: ['core-1'], radius: false });
    const air = { ...device.service, name: 'air', access: ['wireless' as const] };
    const model = { ...local, subscriptions: [{ ...device, service: air }], services: [air] };
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.rows('/interface/wifi/access-list')).toMatchObject([
      { 'mac-address': '0C:42:A1:00:00:09', action: 'accept', comment: 'lm:isp/Subscriber/tablet#0C-42-A1-00-00-09' },
    ]);
    const suspended = {
      ...model,
      subscriptions: model.subscriptions.map((each) => ({ ...each, state: 'suspended' as const })),
    };
    await settle(lab, suspended);
    expect(lab.router.rows('/interface/wifi/access-list')).toMatchObject([{ action: 'reject', disabled: 'false' }]);
  });
});
