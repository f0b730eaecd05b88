import { describe, expect, it } from 'vitest';
import type { DhcpServer } from '../../../src/model/kinds/router.ts';
import type { Subscription } from '../../../src/model/kinds/subscription.ts';
import { reconcileOnce } from '../../../src/reconcile/reconcile-once.ts';
import { everythingRouter, networkWith, printer } from '../../support/everything-network.ts';
import { document } from '../../support/manifest.ts';
import { MemoryInventory } from '../../support/memory-inventory.ts';
import { Lab } from '../../support/ppp-network.ts';
import { brief, settle, wanted } from './support.ts';

const network = networkWith(everythingRouter, printer);

/** A router that lets its DHCP clients in by itself, strangers from a pool of their own. */
const officeRouter = document(
  'Router',
  'core-1',
  `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
pools:
  - {name: office, ranges: [10.30.0.10-10.30.0.99], static: [10.30.0.5]}
  - {name: shop, ranges: [10.32.0.10-10.32.0.99]}
  - {name: strangers, ranges: [10.31.0.2-10.31.0.254]}
dhcp:
  - name: office
    interface: ether3
    pool: office
    network: {address: 10.30.0.0/24, gateway: 10.30.0.1}
    unknownClients: {pool: strangers}
  - {name: shop, interface: ether4, pool: shop, network: {address: 10.32.0.0/24}}`,
);

const mac = '0C:42:A1:00:00:02';

describe('a DHCP server', () => {
  it('IS-46, IS-49: has its lease time, and tells its clients gateway and name servers', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.row('/ip/dhcp-server', 'office')).toMatchObject({
      interface: 'ether3',
      'address-pool': 'office',
      'lease-time': '1h',
      disabled: 'false',
    });
    expect(lab.router.rows('/ip/dhcp-server/network')).toMatchObject([
      {
        address: '10.30.0.0/24',
        gateway: '10.30.0.1',
        'dns-server': '9.9.9.9',
        comment: 'lm:isp/Router/core-1#dhcp-network-office',
      },
    ]);
  });

  it('asks RADIUS where it is told to, with the pool for those whom RADIUS gives no address', async () => {
    await using lab = await Lab.start(network);
    const asks = { ...network, routers: network.routers.map((each) => ({ ...each, dhcp: each.dhcp.map(byRadius) })) };

    await settle(lab, asks);

    expect(lab.router.row('/ip/dhcp-server', 'office')).toMatchObject({
      'use-radius': 'yes',
      'address-pool': 'office',
    });
  });

  it('gives strangers addresses of their own pool where it asks nobody', async () => {
    const model = networkWith(officeRouter, printer);
    await using lab = await Lab.start(model);
    await settle(lab, model);

    const known = await lab.router.lease({ mac, interface: 'ether3' });
    const stranger = await lab.router.lease({ mac: '0C:42:A1:00:00:99', interface: 'ether3' });

    expect(known).toMatchObject({ ok: true, address: '10.30.0.5', static: true, gateway: '10.30.0.1' });
    expect(stranger).toMatchObject({ ok: true, static: false });
    expect(stranger.ok && stranger.address).toMatch(/^10\.31\.0\./);
  });

  it('serves written leases only when it has no pool', async () => {
    const model = networkWith(officeRouter);
    await using lab = await Lab.start(model);
    const alone = model.routers.map((each) => ({ ...each, dhcp: each.dhcp.map(withoutPools) }));

    await settle(lab, { ...model, routers: alone });

    expect(lab.router.row('/ip/dhcp-server', 'office')).toMatchObject({ 'address-pool': 'static-only' });
  });
});

function withoutPools({ pool: _pool, unknownClients: _unknown, ...rest }: DhcpServer): DhcpServer {
  return rest;
}

function byRadius<T extends { readonly radius: boolean }>(server: T): T {
  return { ...server, radius: true };
}

function withTimeout(subscription: Subscription): Subscription {
  const { service } = subscription;
  return { ...subscription, service: { ...service, sessions: { ...service.sessions, timeoutSeconds: 43_200 } } };
}

describe('a lease', () => {
  it('SPL-07, SPL-18: is written for the device, with address, speed and address lists', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([
      {
        'mac-address': mac,
        server: 'office',
        address: '10.30.0.5',
        'rate-limit': '10M/50M',
        'address-lists': 'offices',
        comment: 'lm:isp/Subscriber/printer#0C-42-A1-00-00-02',
      },
    ]);
  });

  it('SPL-07: lasts as long as sessions of the service, and as on the server where it says nothing', async () => {
    const timed = { ...network, subscriptions: network.subscriptions.map(withTimeout) };
    await using lab = await Lab.start(network);
    const inventory = new MemoryInventory();
    await settle(lab, timed, inventory);
    const own = await lab.router.lease({ mac, interface: 'ether3' });
    lab.router.release(mac);
    await settle(lab, network, inventory);

    const servers = await lab.router.lease({ mac, interface: 'ether3' });

    expect(own).toMatchObject({ ok: true, leaseSeconds: 43_200 });
    expect(servers).toMatchObject({ ok: true, leaseSeconds: 3600 });
  });

  it('SPL-17: takes an address from the pool of the service where none is fixed', async () => {
    const model = networkWith(officeRouter, printer.replace('address: 10.30.0.5', ''));
    await using lab = await Lab.start(model);
    await settle(lab, model);

    const device = await lab.router.lease({ mac, interface: 'ether3' });

    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([{ address: 'office', server: 'office' }]);
    expect(device.ok && device.address).toMatch(/^10\.30\.0\./);
  });

  it('of somebody suspended stays, and lets him in no more', async () => {
    const suspended = networkWith(
      officeRouter,
      printer.replace('router: core-1', 'router: core-1\n  state: suspended'),
    );
    await using lab = await Lab.start(suspended);
    const inventory = new MemoryInventory();
    await settle(lab, networkWith(officeRouter, printer), inventory);

    const outcome = await settle(lab, suspended, inventory);

    expect(brief(outcome)).toEqual([`update /ip/dhcp-server/lease ${mac} block-access`]);
    expect(await lab.router.lease({ mac, interface: 'ether3' })).toEqual({ ok: false, reason: 'blocked' });
  });

  it('SPL-18: goes over to the new device of a customer, address and all, in one apply', async () => {
    const model = networkWith(officeRouter, printer);
    const replaced = networkWith(officeRouter, printer.replace(mac, '0C:42:A1:00:00:77'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    await settle(lab, replaced, inventory);

    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([
      { 'mac-address': '0C:42:A1:00:00:77', address: '10.30.0.5' },
    ]);
  });

  it('SPL-07: made by hand is adopted; those in force are the router’s own', async () => {
    const model = networkWith(officeRouter, printer);
    await using lab = await Lab.start(model);
    await settle(lab, networkWith(officeRouter));
    await lab.router.lease({ mac: '0C:42:A1:00:00:98', interface: 'ether3' });
    lab.router.add('/ip/dhcp-server/lease', {
      'mac-address': mac,
      server: 'office',
      address: '10.30.0.77',
      comment: 'till',
    });

    const { plan } = await settle(lab, model);

    expect(plan.changes).toMatchObject([{ adopts: true, set: { address: '10.30.0.5' } }]);
    expect(lab.router.rows('/ip/dhcp-server/lease').find((row) => row['mac-address'] === mac)?.['comment']).toBe(
      'till lm:isp/Subscriber/printer#0C-42-A1-00-00-02',
    );
    expect(lab.router.rows('/ip/dhcp-server/lease').filter((row) => row['dynamic'] === 'true')).toHaveLength(1);
  });

  it('SPL-07: made by hand for all servers is adopted, and goes back to its own when one sets it to all', async () => {
    const model = networkWith(officeRouter, printer);
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    lab.router.add('/ip/dhcp-server/lease', { 'mac-address': mac, address: '10.30.0.5' });

    const first = await settle(lab, model, inventory);
    lab.router.set('/ip/dhcp-server/lease', lab.router.rows('/ip/dhcp-server/lease')[0]?.['.id'], { server: 'all' });
    const second = await settle(lab, model, inventory);

    expect(first.plan.changes.at(-1)).toMatchObject({ action: 'update', adopts: true });
    expect(brief(second)).toEqual([`update /ip/dhcp-server/lease ${mac} server`]);
    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([{ server: 'office' }]);
  });

  it('made by hand for the same server is the one adopted, where one for another server is before it', async () => {
    const model = networkWith(officeRouter, printer);
    await using lab = await Lab.start(model);
    await settle(lab, networkWith(officeRouter));
    lab.router.add('/ip/dhcp-server/lease', { 'mac-address': mac, server: 'shop', address: '10.32.0.77' });
    lab.router.add('/ip/dhcp-server/lease', { 'mac-address': mac, server: 'office', address: '10.30.0.77' });

    const { plan } = await settle(lab, model);

    expect(plan.changes).toMatchObject([{ adopts: true, before: { fields: { server: 'office' } } }]);
    expect(plan.findings).toMatchObject([{ code: 'LM_DUPLICATE_ROW' }]);
    expect(lab.router.rows('/ip/dhcp-server/lease').map((row) => row['address'])).toEqual(['10.32.0.77', '10.30.0.5']);
  });

  it.each([
    { address: '10.32.0.5', pool: 'office', server: 'shop', why: 'of its address' },
    { address: undefined, pool: 'shop', server: 'shop', why: 'of its pool' },
    { address: undefined, pool: undefined, server: 'all', why: 'of whichever sees the device, where nothing tells' },
  ])('is for the server $why', async ({ address, pool, server }) => {
    const model = networkWith(officeRouter, printer);
    await using lab = await Lab.start(model);
    const subscriptions = model.subscriptions.map(({ address: _address, service, ...rest }) => {
      const { pool: _pool, ...tariff } = service;
      const named = { ...tariff, ...(pool === undefined ? {} : { pool }) };
      return { ...rest, service: named, ...(address === undefined ? {} : { address }) };
    });

    const [lease] = wanted(lab, { ...model, subscriptions }, '/ip/dhcp-server/lease');

    expect(lease?.fields['server']).toBe(server);
  });
});

const scanner = (address: string, of: string = mac) =>
  document('Subscriber', 'scanner', `service: office-50\nmac: ["${of}"]\naddress: ${address}\nrouter: core-1`);
const other = '0C:42:A1:00:00:03';

describe('two leases', () => {
  const wide = officeRouter.replace('static: [10.30.0.5]', 'static: [10.30.0.5-10.30.0.7]');
  const moved = (address: string, of: string = mac) =>
    printer.replace('address: 10.30.0.5', `address: ${address}`).replace(mac, of);

  it('SPL-18: swap their addresses in one apply', async () => {
    const model = networkWith(wide, moved('10.30.0.5'), scanner('10.30.0.6', other));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    const outcome = await settle(lab, networkWith(wide, moved('10.30.0.6'), scanner('10.30.0.5', other)), inventory);

    expect(brief(outcome)).toEqual([
      `update /ip/dhcp-server/lease ${mac} address`,
      `update /ip/dhcp-server/lease ${other} address`,
    ]);
    expect(await lab.router.lease({ mac, interface: 'ether3' })).toMatchObject({ ok: true, address: '10.30.0.6' });
  });

  it('SPL-18: of customers who swap their devices keep their addresses with the customer', async () => {
    const model = networkWith(wide, moved('10.30.0.5'), scanner('10.30.0.6', other));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    await settle(lab, networkWith(wide, moved('10.30.0.5', other), scanner('10.30.0.6', mac)), inventory);

    const rows = lab.router.rows('/ip/dhcp-server/lease');
    expect(rows.map((row) => [row['mac-address'], row['address'], row['disabled'], row['comment']])).toEqual([
      [mac, '10.30.0.6', 'false', 'lm:isp/Subscriber/scanner#0C-42-A1-00-00-02'],
      [other, '10.30.0.5', 'false', 'lm:isp/Subscriber/printer#0C-42-A1-00-00-03'],
    ]);
  });

  it.each([0, 1, 2, 3])('SPL-18: swap in the end when the router is lost after %i of the steps', async (after) => {
    const model = networkWith(wide, moved('10.30.0.5'), scanner('10.30.0.6', other));
    const swapped = networkWith(wide, moved('10.30.0.6'), scanner('10.30.0.5', other));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);
    lab.router.faults.add({ kind: 'close-mid-reply', command: '/ip/dhcp-server/lease/set', after, times: 1 });
    const guard = { deleteLimits: { always: 3, share: 0.05, most: 25 } };

    const cut = await reconcileOnce(lab.target, swapped, { inventory, guard, signal: new AbortController().signal });
    await settle(lab, swapped, inventory);

    expect(cut.plan.changes).toHaveLength(2);
    expect(lab.router.rows('/ip/dhcp-server/lease').map((row) => [row['address'], row['disabled']])).toEqual([
      ['10.30.0.6', 'false'],
      ['10.30.0.5', 'false'],
    ]);
  });

  it('pass an address round in a circle of three', async () => {
    const third = (address: string) =>
      scanner(address, '0C:42:A1:00:00:04').replace('name: scanner', 'name: camera').replace('scanner', 'camera');
    const model = networkWith(wide, moved('10.30.0.5'), scanner('10.30.0.6', other), third('10.30.0.7'));
    await using lab = await Lab.start(model);
    const inventory = new MemoryInventory();
    await settle(lab, model, inventory);

    await settle(
      lab,
      networkWith(wide, moved('10.30.0.6'), scanner('10.30.0.7', other), third('10.30.0.5')),
      inventory,
    );
  });
});

describe('two DHCP servers', () => {
  const plain = (...servers: readonly string[]) =>
    document(
      'Router',
      'core-1',
      `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
pools:
  - {name: office, ranges: [10.30.0.10-10.30.0.99], static: [10.30.0.5]}
  - {name: shop, ranges: [10.32.0.10-10.32.0.99]}
dhcp:
${servers.map((each) => `  - {${each}}`).join('\n')}`,
    );
  const office = 'name: office, interface: ether3, pool: office';

  it('swap their interfaces in one apply', async () => {
    const on = (one: string, two: string) =>
      networkWith(plain(`name: office, interface: ${one}, pool: office`, `name: shop, interface: ${two}, pool: shop`));
    await using lab = await Lab.start(on('ether3', 'ether4'));
    const inventory = new MemoryInventory();
    await settle(lab, on('ether3', 'ether4'), inventory);

    await settle(lab, on('ether4', 'ether3'), inventory);

    const rows = lab.router.rows('/ip/dhcp-server');
    expect(rows.map((row) => [row['name'], row['interface'], row['disabled']])).toEqual([
      ['office', 'ether4', 'false'],
      ['shop', 'ether3', 'false'],
    ]);
  });

  it('are one that was renamed: leases go over to the new name', async () => {
    const before = networkWith(plain(office), printer);
    await using lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    await settle(lab, before, inventory);

    const outcome = await settle(
      lab,
      networkWith(plain(office.replace('name: office', 'name: main')), printer),
      inventory,
    );

    expect(brief(outcome)).toEqual([
      'create /ip/dhcp-server main',
      `update /ip/dhcp-server/lease ${mac} server`,
      'delete /ip/dhcp-server office',
    ]);
    expect(lab.router.rows('/ip/dhcp-server/lease')).toMatchObject([{ server: 'main', disabled: 'false' }]);
  });

  it('leave leases as they are when the second is added: addresses of a pool are of its server', async () => {
    const before = networkWith(plain(office), printer);
    await using lab = await Lab.start(before);
    const inventory = new MemoryInventory();
    await settle(lab, before, inventory);

    const outcome = await settle(
      lab,
      networkWith(plain(office, 'name: shop, interface: ether4, pool: shop'), printer),
      inventory,
    );

    expect(brief(outcome)).toEqual(['create /ip/dhcp-server shop']);
  });

  it('with networks one in the other: the narrower one has the address', async () => {
    const model = networkWith(
      plain(
        'name: wide, interface: ether4, network: {address: 10.30.0.0/16}',
        'name: narrow, interface: ether3, network: {address: 10.30.0.0/24}',
      ),
      printer,
    );
    await using lab = await Lab.start(model);

    expect(wanted(lab, model, '/ip/dhcp-server/lease')[0]?.fields['server']).toBe('narrow');
  });
});

describe('the name servers of a router', () => {
  it('IS-50: are set, and it answers its clients, where that is declared', async () => {
    await using lab = await Lab.start(network);
    await settle(lab, network);

    expect(lab.router.rows('/ip/dns')).toMatchObject([{ servers: '9.9.9.9,1.1.1.1', 'allow-remote-requests': 'true' }]);
  });

  it('are left alone where nothing is declared', async () => {
    const silent = networkWith(officeRouter);
    await using lab = await Lab.start(silent);

    expect(wanted(lab, silent, '/ip/dns')).toEqual([]);
  });
});
