import { describe, expect, it } from 'vitest';
import { arrive, get, guestMac, offerHotspot } from './guest.ts';
import { RawClient, startRouter } from './support.ts';

async function cafe() {
  const lab = await startRouter();
  offerHotspot(lab.router);
  lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'pw' });
  const device = await arrive(lab.router);
  const client = await RawClient.login(lab.router.apiPort);
  return {
    ...lab,
    device,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

const words = (...pairs: string[]) => ['/ip/hotspot/active/login', ...pairs.map((pair) => `=${pair}`)] as const;

describe('/ip/hotspot/active/login', () => {
  it('logs in a device the hotspot knows, by address or MAC, or says why not', async () => {
    await using lab = await cafe();
    const { client, router } = lab;

    expect(await client.trap(...words('user=anna', 'password=pw', 'ip=10.5.50.99'))).toBe('failure: unknown host');
    expect(await client.trap(...words('user=anna', 'password=no', 'ip=10.5.50.10'))).toBe(
      'failure: invalid username or password',
    );
    const replies = await client.talk(...words('user=anna', 'password=pw', `mac-address=${guestMac}`));

    expect(replies.map(({ word }) => word)).toEqual(['!done']);
    expect(router.rows('/ip/hotspot/active')).toMatchObject([{ user: 'anna', address: '10.5.50.10' }]);
    using reader = await RawClient.login(router.apiPort);
    expect(await reader.trap('/ip/hotspot/login')).toContain('no such command');
  });
});

describe('/ip/hotspot/host', () => {
  it('IW-18: forgets a device by hand, and its session; its next packet shows it again', async () => {
    await using lab = await cafe();
    const { client, router, device } = lab;
    await client.talk(...words('user=anna', 'password=pw', 'ip=10.5.50.10'));

    await client.talk('/ip/hotspot/host/remove', '=.id=*1');

    expect(router.rows('/ip/hotspot/host')).toEqual([]);
    expect(router.rows('/ip/hotspot/active')).toEqual([]);
    await get(device.gateway, 'http://login.test/login');
    expect(router.rows('/ip/hotspot/host')).toMatchObject([{ '.id': '*2', 'mac-address': guestMac }]);
  });

  it('makes a binding of a device', async () => {
    await using lab = await cafe();

    await lab.client.talk('/ip/hotspot/host/make-binding', '=numbers=*1', '=type=bypassed', '=comment=till');

    expect(lab.router.rows('/ip/hotspot/ip-binding')).toMatchObject([
      { 'mac-address': guestMac, address: '10.5.50.10', type: 'bypassed', comment: 'till' },
    ]);
  });
});

describe('/ip/hotspot', () => {
  it('loses hosts and sessions when it is switched off or removed, and has them again', async () => {
    await using lab = await cafe();
    const { client, router, device } = lab;
    await client.talk(...words('user=anna', 'password=pw', 'ip=10.5.50.10'));
    const table = () => [router.rows('/ip/hotspot/host').length, router.rows('/ip/hotspot/active').length];
    expect(table()).toEqual([1, 1]);

    await client.talk('/ip/hotspot/disable', '=.id=hs-cafe');
    expect(table()).toEqual([0, 0]);
    expect((await get(device.gateway, 'http://login.test/login')).status).toBe(503);
    await client.talk('/ip/hotspot/enable', '=.id=hs-cafe');
    expect((await get(device.gateway, 'http://login.test/login')).status).toBe(200);
    expect(table()).toEqual([1, 0]);
    await client.talk('/ip/hotspot/remove', '=.id=hs-cafe');
    expect(table()).toEqual([0, 0]);
  });

  it('puts the stock pages back', async () => {
    await using lab = await cafe();
    lab.router.set('/file', 'hotspot/login.html', { contents: 'mine' });

    await lab.client.talk('/ip/hotspot/reset-html', '=numbers=hs-cafe');

    expect((await get(lab.device.gateway, 'http://login.test/login')).body).toContain('<form');
  });

  it('takes addresses of the DHCP server of its interface, where there is one', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router);
    router.add('/ip/dhcp-server', { name: 'wifi', interface: 'ether3', 'address-pool': 'guests' });
    router.add('/ip/dhcp-server/lease', { 'mac-address': guestMac, address: '10.5.50.77', server: 'wifi' });
    router.add('/ip/dhcp-server/lease', { 'mac-address': '02:00:5E:00:00:0B', 'block-access': 'yes' });

    const device = await arrive(router);
    const blocked = await router.join({ mac: '02:00:5E:00:00:0B', interface: 'ether3' });

    expect(device.address).toBe('10.5.50.77');
    expect(blocked).toMatchObject({ ok: false, reason: 'blocked' });
    expect(await router.leave(guestMac)).toBe(true);
    expect(await arrive(router, { mac: '02:00:5E:00:00:0C' })).toMatchObject({ address: '10.5.50.10' });
  });
});
