import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import type { Hotspot } from '../../../src/model/kinds/router.ts';
import type { Model } from '../../../src/model/model.ts';
import { everythingRouter, guests, networkWith } from '../../support/everything-network.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';
import { brief, settle, wanted } from './support.ts';

const network = networkWith(everythingRouter, ...guests);
const till = '0C:42:A1:00:00:01';

/** The same network with its hotspot declared otherwise. */
function withHotspot(more: Partial<Hotspot>, model: Model = network): Model {
  return { ...model, routers: model.routers.map((each) => ({ ...each, hotspots: each.hotspots.map(changed) })) };
  function changed(hotspot: Hotspot): Hotspot {
    return { ...hotspot, ...more };
  }
}

describe('a hotspot', () => {
  it('IS-45, IS-47, IS-48: has its interface, pool, addresses for each device and keepalive', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.row('/ip/hotspot', 'lobby')).toMatchObject({
      interface: 'ether4',
      profile: 'lobby',
      'address-pool': 'lobby',
      'addresses-per-mac': '25',
      'keepalive-timeout': '2m',
      disabled: 'false',
    });
    expect(lab.router.row('/ip/pool', 'lobby')).toMatchObject({ ranges: '10.41.41.2-10.41.41.254' });
  });

  it('IS-38, IS-39, IS-44: is reached by its name at the gateway’s address, and asks RADIUS', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({
      'dns-name': 'login.cafe.example',
      'hotspot-address': '10.41.41.1',
      'login-by': 'mac,http-pap',
      'use-radius': 'true',
      'radius-accounting': 'true',
    });
  });

  it('IS-41: leaves the interval of interim updates to what RADIUS sends', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({ 'radius-interim-update': 'received' });
  });

  it('IS-40: takes every way to log in that is declared, certificate and all', async () => {
    const loginBy = ['cookie', 'http-chap', 'http-pap', 'https', 'mac-cookie'] as const;
    const [hotspot] = network.routers[0]?.hotspots ?? [];
    const { macAuth: _macAuth, ...rest } = hotspot ?? ({} as Hotspot);
    const model = {
      ...network,
      routers: network.routers.map((each) => ({ ...each, hotspots: [{ ...rest, loginBy, certificate: 'none' }] })),
    };
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({
      'login-by': 'cookie,http-chap,https,http-pap,mac-cookie',
    });
    expect(lab.router.rows('/ip/hotspot/user').filter((row) => row['name'] === till)).toEqual([]);
  });

  it('IS-42: has its MAC password changed together with that of its devices, whom nobody cuts off', async () => {
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    const rotated = withHotspot({ macAuth: { format: 'XX:XX:XX:XX:XX:XX', password: new Secret('new-secret') } });

    const { plan } = await settle(lab, rotated, inventory);

    expect(plan.changes.map(({ menu, set }) => [menu, Object.keys(set)])).toEqual([
      ['/ip/hotspot/profile', ['mac-auth-password', 'radius-mac-format']],
      ['/ip/hotspot/user', ['password']],
    ]);
    expect(lab.router.row('/ip/hotspot/user', till)).toMatchObject({ password: 'new-secret' });
    expect(JSON.stringify(plan)).not.toContain('new-secret');
  });

  it.each([
    { password: 'mac' as const, mode: 'mac-as-username-and-password', shown: till },
    { password: 'none' as const, mode: 'mac-as-username', shown: undefined },
  ])('sends $password as password of a device where that is declared', async ({ password, mode, shown }) => {
    const model = withHotspot({ macAuth: { format: 'XXXXXXXXXXXX', password } });
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({
      'mac-auth-mode': mode,
      'radius-mac-format': 'XXXXXXXXXXXX',
    });
    expect(lab.router.row('/ip/hotspot/user', till)?.['password']).toBe(shown);
  });

  it('that is called as the factory’s profile has one of another name', async () => {
    const model = withHotspot({ name: 'default' });
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.row('/ip/hotspot', 'default')).toMatchObject({ profile: 'default (hotspot)' });
    expect(lab.router.row('/ip/hotspot/profile', 'default')).toMatchObject({ 'use-radius': 'false' });
  });

  it('takes over the interface of one that was renamed, in one apply', async () => {
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);

    await settle(lab, withHotspot({ name: 'foyer' }), inventory);

    expect(lab.router.rows('/ip/hotspot').map((row) => [row['name'], row['interface']])).toEqual([['foyer', 'ether4']]);
    expect(lab.router.row('/ip/hotspot/user', till)).toMatchObject({ server: 'foyer' });
  });

  it('IS-42, IS-44: is whole in one apply where the router hid what it had set', async () => {
    const inventory = new MemoryInventory();
    await using lab = await Lab.start(network);
    lab.router.add('/ip/hotspot/profile', {
      name: 'lobby',
      'login-by': 'http-pap',
      'mac-auth-mode': 'mac-as-username-and-password',
      'mac-auth-password': 'x',
      'use-radius': 'no',
      'radius-accounting': 'no',
      'radius-interim-update': '1m',
      'radius-mac-format': 'XXXXXXXXXXXX',
    });

    await settle(lab, network, inventory);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({
      'mac-auth-mode': 'mac-as-username',
      'radius-accounting': 'true',
      'radius-interim-update': 'received',
      'radius-mac-format': 'XX-XX-XX-XX-XX-XX',
    });
  });

  it('IS-42: sends no password that it hid before, where none is declared', async () => {
    const model = withHotspot({ macAuth: { format: 'XX-XX-XX-XX-XX-XX', password: 'none' } });
    await using lab = await Lab.start(model);
    lab.router.add('/ip/hotspot/profile', { name: 'lobby', 'login-by': 'http-pap', 'mac-auth-password': 'x' });

    await settle(lab, model);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({ 'mac-auth-password': '' });
  });

  it('asks nobody where RADIUS is not for hotspots', async () => {
    const model = { ...network, routers: network.routers.map(({ radius: _radius, ...router }) => router) };
    await using lab = await Lab.start(model);

    await settle(lab, model);

    expect(lab.router.row('/ip/hotspot/profile', 'lobby')).toMatchObject({ 'use-radius': 'false' });
  });

  it('keeps settings of its own that nobody declared', async () => {
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, network, inventory);
    lab.router.set('/ip/hotspot', 'lobby', { 'idle-timeout': '1h' });
    lab.router.set('/ip/hotspot/profile', 'lobby', { 'http-cookie-lifetime': '1w', 'html-directory-override': 'own' });

    const { plan } = await settle(lab, network, inventory);

    expect(plan.changes).toEqual([]);
  });
});

describe('a guest that the router knows', () => {
  it('SPL-08, SPL-20, SPL-21: is an entry under Users with name, password, profile and address', async () => {
    const model = networkWith(
      everythingRouter,
      ...guests.map((each) => each.replace('username: gina', 'username: gina\n  address: 10.41.41.20')),
    );
    await using lab = await Lab.start(model);
    await settle(lab, model);

    expect(lab.router.row('/ip/hotspot/user', 'gina')).toMatchObject({
      password: 'pa55-gina',
      profile: 'cafe-10',
      address: '10.41.41.20',
      disabled: 'false',
      comment: 'lm:isp/Subscriber/gina',
    });
    expect(lab.router.row('/ip/hotspot/user/profile', 'cafe-10')).toMatchObject({
      'rate-limit': '2M/10M',
      'session-timeout': '4h',
      'idle-timeout': '10m',
    });
  });

  it('SPL-20: is known by its MAC on each hotspot that takes devices, with that hotspot’s password', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.row('/ip/hotspot/user', till)).toMatchObject({
      server: 'lobby',
      'mac-address': till,
      password: lab.router.row('/ip/hotspot/profile', 'lobby')?.['mac-auth-password'],
      comment: 'lm:isp/Subscriber/till#0C-42-A1-00-00-01:lobby',
    });
  });

  it('has the fixed address on the first of its devices alone', async () => {
    const macs = [till, '0C:42:A1:00:00:07'];
    const subscriptions = network.subscriptions.map((each) => ({ ...each, macs: each.macs.length > 0 ? macs : [] }));
    const fixed = subscriptions.map((each) => ({ ...each, address: '10.41.41.9' }));
    await using lab = await Lab.start(network);

    const rows = wanted(lab, { ...network, subscriptions: fixed }, '/ip/hotspot/user');

    expect(rows.map(({ identity, fields }) => [identity, fields['address']])).toEqual([
      ['gina all', '10.41.41.9'],
      [`${till} lobby`, '10.41.41.9'],
      ['0C:42:A1:00:00:07 lobby', ''],
    ]);
  });

  it.each([
    { what: 'goes to the device of one who has a name, too', address: '10.41.41.9', fixed: [`${till} lobby`] },
    { what: 'goes to no row of a hotspot that it lies outside of', address: '10.0.0.201', fixed: [] },
  ])('SPL-21: has a fixed address that $what', async ({ address, fixed }) => {
    const gina = network.subscriptions
      .filter(({ id }) => id === 'gina')
      .map((each) => ({ ...each, macs: [till], address }));
    await using lab = await Lab.start(network);

    const rows = wanted(lab, { ...network, subscriptions: gina }, '/ip/hotspot/user');

    expect(rows).toHaveLength(2);
    expect(rows.filter(({ fields }) => fields['address'] !== '').map(({ identity }) => identity)).toEqual(fixed);
  });

  it('SPL-21: has a fixed address at one of several hotspots, the one whose network has it', async () => {
    const [router] = network.routers;
    const [lobby] = router?.hotspots ?? [];
    if (router === undefined || lobby === undefined) throw new TypeError('no hotspot');
    const { pool: _pool, ...bare } = lobby;
    const roof = { ...bare, name: 'roof', interface: 'ether3' };
    const two = { ...network, routers: [{ ...router, hotspots: [lobby, roof] }] };
    const at = (address: string) =>
      wanted(
        lab,
        { ...two, subscriptions: two.subscriptions.map((each) => ({ ...each, address })) },
        '/ip/hotspot/user',
      )
        .filter(({ fields }) => fields['address'] !== '')
        .map(({ identity }) => identity);
    await using lab = await Lab.start(network);

    expect(at('10.41.41.9')).toEqual([`${till} lobby`]);
    expect(at('10.30.0.5')).toEqual([`${till} roof`]);
  });

  it('is disabled while it may not come in, and loses an address that is no longer its own', async () => {
    const subscriptions = network.subscriptions.map((each) => ({ ...each, address: '10.41.41.20' }));
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, { ...network, subscriptions }, inventory);
    const suspended = network.subscriptions.map((each) => ({ ...each, state: 'suspended' as const }));

    const outcome = await settle(lab, { ...network, subscriptions: suspended }, inventory);

    expect(brief(outcome)).toEqual([
      'update /ip/hotspot/user gina all address disabled',
      `update /ip/hotspot/user ${till} lobby address disabled`,
    ]);
    expect(lab.router.row('/ip/hotspot/user', 'gina')).not.toHaveProperty('address');
  });
});
