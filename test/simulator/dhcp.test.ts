import { describe, expect, it } from 'vitest';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { RawClient, startRouter } from './support.ts';

const phone = { mac: '02-00-5e-00-00-0a', interface: 'ether3', hostName: 'phone' };
const mac = '02:00:5E:00:00:0A';

/** A pool, a network and a DHCP server of ten minutes on ether3. */
function offerDhcp(router: SimulatedRouterOs, server: Readonly<Record<string, string>> = {}): void {
  router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.12' });
  router.add('/ip/dhcp-server/network', {
    address: '10.30.0.0/24',
    gateway: '10.30.0.1',
    'dns-server': '10.30.0.1,9.9.9.9',
  });
  router.add('/ip/dhcp-server', { name: 'lan', interface: 'ether3', 'address-pool': 'lan', ...server });
}

const lease = (router: SimulatedRouterOs) => router.rows('/ip/dhcp-server/lease');

describe('a device behind a DHCP server with a pool', () => {
  it('is told address, network and time, and shows in the menus of the router', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);

    const result = await router.lease(phone);
    await clock.advance(47_000);

    expect(result).toEqual({
      ok: true,
      mac,
      address: '10.30.0.10',
      server: 'lan',
      interface: 'ether3',
      prefixLength: 24,
      gateway: '10.30.0.1',
      dns: ['10.30.0.1', '9.9.9.9'],
      leaseSeconds: 600,
      static: false,
      radius: false,
      hostName: 'phone',
      sessionId: '82100000',
    });
    expect(lease(router)).toEqual([
      {
        '.id': '*1',
        address: '10.30.0.10',
        'mac-address': mac,
        'client-id': '1:2:0:5e:0:0:a',
        'address-lists': '',
        server: 'lan',
        'dhcp-option': '',
        status: 'bound',
        'expires-after': '9m13s',
        'last-seen': '47s',
        age: '47s',
        'active-address': '10.30.0.10',
        'active-mac-address': mac,
        'active-client-id': '1:2:0:5e:0:0:a',
        'active-server': 'lan',
        'host-name': 'phone',
        radius: 'false',
        dynamic: 'true',
        blocked: 'false',
        disabled: 'false',
      },
    ]);
    expect(router.rows('/ip/pool/used')).toMatchObject([
      { pool: 'lan', address: '10.30.0.10', owner: 'DHCP', info: mac },
    ]);
    expect(router.sessions()).toEqual([]);
    expect(router.log().map(({ message }) => message)).toContain(`lan assigned 10.30.0.10 for ${mac} phone`);
  });

  it('asks again at half time and keeps its address', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    await router.lease(phone);

    await clock.advance(299_000);
    expect(lease(router)).toMatchObject([{ 'expires-after': '5m1s', age: '4m59s' }]);

    await clock.advance(1_000);
    expect(lease(router)).toMatchObject([{ '.id': '*1', 'expires-after': '10m', age: '0s' }]);

    await clock.advance(86_400_000);
    expect(lease(router)).toMatchObject([{ '.id': '*1', address: '10.30.0.10', status: 'bound' }]);
  });

  it('leaves its address to others once its time is over', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    await router.lease(phone);

    expect(router.release(mac, { silently: true })).toBe(true);
    await clock.advance(599_999);
    expect(lease(router)).toHaveLength(1);
    await clock.advance(1);

    expect(lease(router)).toEqual([]);
    expect(router.rows('/ip/pool/used')).toEqual([]);
    expect(router.row('/ip/pool', 'lan')).toMatchObject({ used: '0' });
    expect(await router.lease({ mac: '02:00:5E:00:00:0B', interface: 'ether3' })).toMatchObject({
      address: '10.30.0.10',
    });
  });

  it('gives it back, and has nothing to renew then', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    await router.lease(phone);

    expect(router.release(mac)).toBe(true);

    expect(lease(router)).toEqual([]);
    expect(router.release(mac)).toBe(false);
    expect(await router.renew(mac)).toEqual({ ok: false, reason: 'no lease' });
  });

  it('gets none when the pool is empty, nor one that is written down for somebody else', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    router.add('/ip/dhcp-server/lease', { address: '10.30.0.11', 'mac-address': '02:00:5E:00:00:FF' });
    const device = (last: string) => ({ mac: `02:00:5E:00:00:${last}`, interface: 'ether3' });

    expect(await router.lease(device('01'))).toMatchObject({ address: '10.30.0.10' });
    expect(await router.lease(device('02'))).toMatchObject({ address: '10.30.0.12' });
    expect(await router.lease(device('03'))).toEqual({ ok: false, reason: 'no address' });
    router.release(device('01').mac);
    expect(await router.lease(device('03'))).toMatchObject({ address: '10.30.0.10' });
    expect(await router.lease(device('FF'))).toMatchObject({ address: '10.30.0.11', static: true });
  });

  it('shares the pool with PPP', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    router.add('/ppp/profile', { name: 'pppoe', 'local-address': '10.30.0.1', 'remote-address': 'lan' });
    router.add('/interface/pppoe-server/server', { interface: 'ether2', 'default-profile': 'pppoe', disabled: 'no' });
    router.add('/ppp/secret', { name: 'anna', password: 'x', profile: 'pppoe' });

    expect(await router.dial({ username: 'anna', password: 'x' })).toMatchObject({ address: '10.30.0.10' });
    expect(await router.lease(phone)).toMatchObject({ address: '10.30.0.11' });
  });

  it.each([
    ['on an interface without a server', { ...phone, interface: 'ether4' }, {}, 'no dhcp server'],
    ['with a MAC that is none', { mac: '02:00', interface: 'ether3' }, {}, 'not a mac'],
    ['of a disabled server', phone, { disabled: 'yes' }, 'no dhcp server'],
    ['of a server for relays', phone, { relay: '10.1.1.1' }, 'no dhcp server'],
    ['of a server for static leases alone', phone, { 'address-pool': 'static-only' }, 'static only'],
  ])('gets none %s', async (_title, request, server, reason) => {
    await using lab = await startRouter();
    offerDhcp(lab.router, server);

    expect(await lab.router.lease(request)).toEqual({ ok: false, reason });
  });

  it('is offered nothing by a server whose pool is gone: it is invalid', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    expect(router.row('/ip/dhcp-server', 'lan')).toMatchObject({ invalid: 'false', 'address-pool': 'lan' });

    router.remove('/ip/pool', 'lan');

    expect(router.row('/ip/dhcp-server', 'lan')).toMatchObject({ invalid: 'true', 'address-pool': '*1' });
    expect(await router.lease(phone)).toEqual({ ok: false, reason: 'no dhcp server' });
  });

  it('is answered by the resolver of the router where the network names none', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    router.set('/ip/dns', undefined, { servers: '1.1.1.1' });
    const network = router.rows('/ip/dhcp-server/network')[0]?.['.id'] ?? '';

    router.set('/ip/dhcp-server/network', network, { 'dns-server': '' });
    expect(await router.lease(phone)).toMatchObject({ dns: ['1.1.1.1'] });

    router.set('/ip/dhcp-server/network', network, { 'dns-none': 'yes' });
    expect(await router.renew(mac)).toMatchObject({ dns: [] });
  });

  it('loses its lease with the row, and begins anew at its next request', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    await router.lease(phone);
    using client = await RawClient.login(router.apiPort);

    await client.talk('/ip/dhcp-server/lease/remove', '=.id=*1');
    expect(router.rows('/ip/pool/used')).toEqual([]);
    expect(await router.lease({ mac: '02:00:5E:00:00:0B', interface: 'ether3' })).toMatchObject({
      address: '10.30.0.10',
    });

    await clock.advance(300_000);
    expect(router.leases()).toMatchObject([{ address: '10.30.0.10' }, { mac, address: '10.30.0.11' }]);
  });

  it('keeps its address for good once its lease was made static', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    await router.lease(phone);
    using client = await RawClient.login(router.apiPort);
    expect(await client.trap('/ip/dhcp-server/lease/set', '=.id=*1', '=comment=x')).toBe(
      'failure: can not change dynamic object',
    );

    await client.talk('/ip/dhcp-server/lease/make-static', '=numbers=*1');
    await client.talk('/ip/dhcp-server/lease/set', '=.id=*1', '=comment=Anna');
    router.release(mac);
    await clock.advance(3_600_000);

    expect(lease(router)).toMatchObject([{ '.id': '*1', comment: 'Anna', dynamic: 'false', status: 'waiting' }]);
    expect(lease(router)[0]).not.toHaveProperty('active-address');
    expect(await router.lease(phone)).toMatchObject({ address: '10.30.0.10', static: true });
    expect(await client.trap('/ip/dhcp-server/lease/make-static')).toBe('missing =.id=');
  });
});

describe('a device that somebody wrote a lease down for', () => {
  it('SPL-07: gets its address, its rate and its lists while the lease is bound', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, { 'address-pool': 'static-only', 'address-lists': 'homes' });
    router.add('/ip/dhcp-server/lease', {
      address: '10.30.0.77',
      'mac-address': mac.toLowerCase(),
      server: 'lan',
      'rate-limit': '5M/20M',
      'address-lists': 'paid',
      'lease-time': '1h',
      comment: 'Anna',
    });
    expect(lease(router)).toEqual([
      {
        '.id': '*1',
        address: '10.30.0.77',
        'mac-address': mac,
        'address-lists': 'paid',
        server: 'lan',
        'dhcp-option': '',
        'lease-time': '1h',
        'rate-limit': '5M/20M',
        status: 'waiting',
        'last-seen': 'never',
        radius: 'false',
        dynamic: 'false',
        blocked: 'false',
        disabled: 'false',
        comment: 'Anna',
      },
    ]);

    expect(await router.lease(phone)).toMatchObject({
      address: '10.30.0.77',
      static: true,
      rateLimit: '5M/20M',
      leaseSeconds: 3600,
    });

    expect(lease(router)).toMatchObject([{ '.id': '*1', status: 'bound', 'active-address': '10.30.0.77' }]);
    expect(router.row('/queue/simple', `dhcp-ds<${mac}>`)).toMatchObject({
      target: '10.30.0.77/32',
      'max-limit': '5000000/20000000',
      dynamic: 'true',
    });
    const lists = () => router.rows('/ip/firewall/address-list').map(({ list, address }) => `${list} ${address}`);
    expect(lists()).toEqual(['homes 10.30.0.77', 'paid 10.30.0.77']);

    router.release(mac);
    expect(lists()).toEqual([]);
    expect(router.rows('/queue/simple')).toEqual([]);
    expect(lease(router)).toMatchObject([{ status: 'waiting', 'last-seen': '0s' }]);
  });

  it('SPL-17: takes it from the pool its lease names', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router, { 'address-pool': 'static-only' });
    router.add('/ip/pool', { name: 'homes', ranges: '10.40.0.5-10.40.0.9' });
    router.add('/ip/dhcp-server/lease', { address: 'homes', 'mac-address': mac });
    router.add('/ip/dhcp-server/lease', { address: 'homes', 'mac-address': '02:00:5E:00:00:0B' });

    expect(await router.lease(phone)).toMatchObject({ address: '10.40.0.5', static: true });
    expect(lease(router)[0]).toMatchObject({ address: 'homes', 'active-address': '10.40.0.5' });
    expect(router.rows('/ip/pool/used')).toMatchObject([{ pool: 'homes', address: '10.40.0.5' }]);
  });

  it('takes it from the pool of the server where its lease has none, and from nowhere else', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    router.add('/ip/dhcp-server/lease', { 'mac-address': mac });

    expect(await router.lease(phone)).toMatchObject({ address: '10.30.0.10', static: true });
    router.set('/ip/dhcp-server', 'lan', { 'address-pool': 'static-only' });
    router.release(mac);
    expect(await router.lease(phone)).toEqual({ ok: false, reason: 'no address' });
  });

  it('is cut off by block-access at its next request', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    const id = router.add('/ip/dhcp-server/lease', { address: '10.30.0.77', 'mac-address': mac });
    await router.lease(phone);

    router.set('/ip/dhcp-server/lease', id, { 'block-access': 'yes' });
    expect(lease(router)).toMatchObject([{ blocked: 'true', 'block-access': 'true', status: 'bound' }]);
    expect(await router.renew(mac)).toEqual({ ok: false, reason: 'blocked' });
    await clock.advance(600_000);

    expect(lease(router)).toMatchObject([{ status: 'waiting' }]);
    expect(router.leases()).toEqual([]);
  });

  it('moves to the address its lease says by now, and keeps its row', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    const id = router.add('/ip/dhcp-server/lease', { address: '10.30.0.77', 'mac-address': mac });
    await router.lease(phone);

    router.set('/ip/dhcp-server/lease', id, { address: '10.30.0.78', 'rate-limit': '1M' });
    expect(router.leases()).toMatchObject([{ address: '10.30.0.77' }]);
    await clock.advance(300_000);

    expect(router.leases()).toMatchObject([{ address: '10.30.0.78', rateLimit: '1M' }]);
    expect(lease(router)).toMatchObject([{ '.id': id, 'active-address': '10.30.0.78' }]);
  });

  it('is moved from a dynamic lease to its own at its next request', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    await router.lease(phone);

    router.add('/ip/dhcp-server/lease', { address: '10.30.0.77', 'mac-address': mac, server: 'lan' });
    await router.renew(mac);

    expect(lease(router)).toMatchObject([{ '.id': '*2', dynamic: 'false', 'active-address': '10.30.0.77' }]);
    expect(router.rows('/ip/pool/used')).toEqual([]);
  });

  it.each([['disabled'], ['removed']])('falls back to the pool once it is %s', async (how) => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    const id = router.add('/ip/dhcp-server/lease', { address: '10.30.0.77', 'mac-address': mac });
    await router.lease(phone);

    if (how === 'removed') router.remove('/ip/dhcp-server/lease', id);
    else router.set('/ip/dhcp-server/lease', id, { disabled: 'yes' });
    expect(router.leases()).toEqual([]);

    expect(await router.renew(mac)).toMatchObject({ address: '10.30.0.10', static: false });
  });

  it('has no address while another device holds it', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    await router.lease({ mac: '02:00:5E:00:00:0B', interface: 'ether3' });
    router.add('/ip/dhcp-server/lease', { address: '10.30.0.10', 'mac-address': mac });

    expect(await router.lease(phone)).toEqual({ ok: false, reason: 'address in use' });
    router.release('02:00:5E:00:00:0B');
    expect(await router.lease(phone)).toMatchObject({ address: '10.30.0.10' });
  });

  it('is known by its client identifier too, and by its own server before all', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerDhcp(router);
    router.add('/ip/dhcp-server', { name: 'other', interface: 'ether4' });
    router.add('/ip/dhcp-server/lease', { address: '10.30.0.70', 'client-id': '1:2:0:5e:0:0:a' });
    router.add('/ip/dhcp-server/lease', { address: '10.30.0.71', 'mac-address': mac, server: 'other' });

    expect(await router.lease(phone)).toMatchObject({ address: '10.30.0.70' });
    router.release(mac);
    router.add('/ip/dhcp-server/lease', { address: '10.30.0.72', 'mac-address': mac, server: 'lan' });
    expect(await router.lease(phone)).toMatchObject({ address: '10.30.0.72' });
  });

  it('comes back after a restart of the router: static leases wait, dynamic ones are gone', async () => {
    await using lab = await startRouter();
    const { router, clock } = lab;
    offerDhcp(router);
    router.add('/ip/dhcp-server/lease', { address: '10.30.0.77', 'mac-address': mac });
    await router.lease(phone);
    await router.lease({ mac: '02:00:5E:00:00:0B', interface: 'ether3' });

    router.reboot();
    expect(lease(router)).toMatchObject([{ address: '10.30.0.77', status: 'waiting' }]);
    expect(router.rows('/ip/pool/used')).toEqual([]);

    await clock.advance(300_000);
    expect(router.leases()).toMatchObject([{ address: '10.30.0.77' }, { address: '10.30.0.10' }]);
  });
});
