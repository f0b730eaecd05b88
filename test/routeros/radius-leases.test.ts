import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { endLease, leaseNamed } from '../../src/routeros/radius-leases.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { Responder, secret } from '../simulator/support.ts';

const mac = '02:00:5E:00:00:0A';
const phone = { mac, interface: 'ether3', renews: false };
const never = new AbortController().signal;

async function network() {
  const responder = await Responder.start();
  const users = [{ name: 'lastmile', password: 'pa55wort' }];
  const router = await SimulatedRouterOs.start({ clock: systemClock, users });
  router.add('/ip/pool', { name: 'lan', ranges: '10.30.0.10-10.30.0.12' });
  const port = String(responder.port);
  const server = { service: 'dhcp', address: '127.0.0.1', secret };
  router.add('/radius', { ...server, 'authentication-port': port, 'accounting-port': port });
  return {
    router,
    serve: (radius: 'yes' | 'no') =>
      router.add('/ip/dhcp-server', { name: 'lan', interface: 'ether3', 'address-pool': 'lan', 'use-radius': radius }),
    connect: (): Promise<RouterOsSession> =>
      connectRouterOs({
        router: 'core-1',
        username: 'lastmile',
        password: new Secret('pa55wort'),
        host: router.apiHost,
        port: router.apiPort,
      }),
    async [Symbol.asyncDispose]() {
      await router[Symbol.asyncDispose]();
      await responder[Symbol.asyncDispose]();
    },
  };
}

describe('a lease that RADIUS gave', () => {
  it('SPL-19: is removed by the MAC of its client, however that is written', async () => {
    await using net = await network();
    net.serve('yes');
    await net.router.lease(phone);
    const [address = ''] = net.router.rows('/ip/dhcp-server/lease').map((lease) => lease['address']);
    await using session = await net.connect();

    const elsewhere = await endLease(session, { username: mac, address: '10.30.0.99' }, never);
    const ended = await endLease(session, { username: '02005e00000a', address }, never);
    const again = await endLease(session, { username: mac }, never);

    expect([elsewhere.result, ended.result, again.result]).toEqual(['gone', 'disconnected', 'gone']);
    expect(ended.menu).toBe('/ip/dhcp-server/lease');
    expect(net.router.rows('/ip/dhcp-server/lease')).toEqual([]);
  });
});

describe('a session that is not online', () => {
  const device = { username: mac, address: '10.30.0.10' };
  const clientId = '1:2:0:5e:0:0:a';

  it.each([
    { marks: { sessionId: '82100014', mac: clientId, calledAt: 'lan' }, why: 'its client identifier' },
    { marks: { sessionId: 'x', mac: clientId }, why: 'its client identifier, whatever its id' },
    { marks: { sessionId: '82100014', mac }, why: 'its id' },
  ])('SPL-19: is a lease by $why', ({ marks }) => {
    expect(leaseNamed({ ...device, ...marks })).toEqual(device);
  });

  it('SPL-19: may be one of the DHCP server it was called at', () => {
    expect(leaseNamed({ ...device, sessionId: 'x', mac, calledAt: 'lan' })).toEqual({ ...device, server: 'lan' });
  });

  it.each([
    { sessionId: '80100014', mac, calledAt: 'lan' },
    { sessionId: '81c00002', mac, calledAt: 'internet' },
    { sessionId: '5f3a', mac },
  ])('$sessionId is none where it is a hotspot’s or PPP’s, or nothing tells', (marks) => {
    expect(leaseNamed({ ...device, ...marks })).toBeUndefined();
  });

  it('is not the lease of another server', async () => {
    await using net = await network();
    net.serve('yes');
    await net.router.lease(phone);
    await using session = await net.connect();

    expect(await endLease(session, { username: mac, server: 'lobby' }, never)).toMatchObject({ result: 'gone' });
    expect(await endLease(session, { username: mac, server: 'lan' }, never)).toMatchObject({ result: 'disconnected' });
  });
});

describe('a lease that the router gave by itself', () => {
  it('stays', async () => {
    await using net = await network();
    net.serve('no');
    await net.router.lease(phone);
    await using session = await net.connect();

    expect(await endLease(session, { username: mac }, never)).toMatchObject({ result: 'gone' });
    expect(await endLease(session, { username: 'anna' }, never)).toMatchObject({ result: 'gone' });
    expect(net.router.rows('/ip/dhcp-server/lease')).toHaveLength(1);
  });

  it('is none of ours when it was written down', async () => {
    await using net = await network();
    net.serve('yes');
    net.router.add('/ip/dhcp-server/lease', { 'mac-address': mac, server: 'lan', address: '10.30.0.12' });
    await using session = await net.connect();

    expect(await endLease(session, { username: mac }, never)).toMatchObject({ result: 'gone' });
    expect(net.router.rows('/ip/dhcp-server/lease')).toHaveLength(1);
  });
});
