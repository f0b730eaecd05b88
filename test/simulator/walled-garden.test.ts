import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { arrive, get, guestMac, offerHotspot, raw, website } from './guest.ts';
import { startRouter } from './support.ts';

const menu = '/ip/hotspot/walled-garden';

async function cafe() {
  const lab = await startRouter();
  const site = await website();
  offerHotspot(lab.router);
  const names = ['portal.test', 'pay.portal.test', 'news.test', '198.51.100.7'];
  const device = await arrive(lab.router, { resolve: Object.fromEntries(names.map((name) => [name, site.address])) });
  return {
    ...lab,
    site,
    device,
    passes: async (url: string) => (await get(device.gateway, url)).status === 200,
    tunnels: async (to: string) => {
      const answer = await raw(device.gateway, `CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\nGET / HTTP/1.0\r\n\r\n`);
      return answer.startsWith('HTTP/1.0 200') && answer.endsWith('hello');
    },
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

describe('rows by name', () => {
  it('IS-51: let plain HTTP through, the first that matches the whole name and path', async () => {
    await using lab = await cafe();
    const { router, passes, site } = lab;
    expect(await passes('http://portal.test/p/cafe')).toBe(false);
    router.add(menu, { 'dst-host': '*.portal.test', action: 'deny' });
    router.add(menu, { 'dst-host': 'p?rtal.test', path: '/p/*' });
    router.add(menu, { 'dst-host': ':^pay\\.|^news' });

    expect(await passes('http://portal.test/p/cafe?x')).toBe(true);
    expect(await passes('http://portal.test/q')).toBe(false);
    expect(await passes('http://news.test/p/')).toBe(true);
    expect(await passes('http://pay.portal.test/')).toBe(false);
    expect(router.rows(menu).map(({ hits }) => hits)).toEqual(['1', '1', '1']);
    expect(site.requests.map(({ url }) => url)).toEqual(['/p/cafe?x', '/p/']);
    router.remove(menu, '*1');
    expect(await passes('http://pay.portal.test/')).toBe(true);
  });

  it('look at port, method, hotspot and guest, and can be turned around or off', async () => {
    await using lab = await cafe();
    const { router, passes } = lab;
    router.add('/ip/hotspot', { name: 'hs-other', interface: 'ether4' });
    const rows = [
      { 'dst-port': '8000-8080,81' },
      { method: 'POST' },
      { server: 'hs-other' },
      { 'src-address': '10.5.50.99' },
      { 'dst-host': '!portal.test' },
      { disabled: 'yes' },
    ];
    for (const row of rows) router.add(menu, row);

    expect(await passes('http://portal.test/')).toBe(false);
    expect(await passes('http://portal.test:8001/')).toBe(true);
    expect(await passes('http://news.test/')).toBe(true);
    router.set(menu, '*3', { server: '!hs-other' });
    expect(await passes('http://portal.test/')).toBe(true);
  });

  it('do not let TLS through', async () => {
    await using lab = await cafe();
    lab.router.add(menu, { 'dst-host': 'portal.test' });

    expect(await lab.tunnels('portal.test:443')).toBe(false);
  });
});

describe('rows for packets', () => {
  it('IS-52: let TLS and plain HTTP through, by name, address and list, the first that matches', async () => {
    await using lab = await cafe();
    const { router, passes, tunnels } = lab;
    router.add(`${menu}/ip`, { 'dst-host': 'portal.test', protocol: 'tcp', 'dst-port': '443' });
    router.add(`${menu}/ip`, { 'dst-host': 'news.test', action: 'reject' });
    router.add(`${menu}/ip`, { 'dst-address': '198.51.100.0/24' });
    router.add(`${menu}/ip`, { 'dst-address-list': 'pay' });
    router.add(menu, { 'dst-host': 'news.test' });

    expect(await tunnels('portal.test:443')).toBe(true);
    expect(await tunnels('portal.test:8443')).toBe(false);
    expect(await passes('http://portal.test/')).toBe(false);
    expect(await tunnels('198.51.100.7:443')).toBe(true);
    expect(await raw(lab.device.gateway, 'GET http://news.test/ HTTP/1.1\r\nHost: news.test\r\n\r\n')).toBe('');
    expect(await tunnels('pay.portal.test:443')).toBe(false);
    router.add('/ip/firewall/address-list', { list: 'pay', address: '127.0.0.0/8' });
    expect(await tunnels('pay.portal.test:443')).toBe(true);
  });
});

describe('a device let through', () => {
  it('reaches what its names say, and never anything but this machine', async () => {
    await using lab = await cafe();
    const { router, passes, tunnels, device } = lab;
    router.add('/ip/hotspot/ip-binding', { 'mac-address': guestMac, type: 'bypassed' });

    expect(await passes('http://news.test/')).toBe(true);
    expect(await tunnels('news.test:443')).toBe(true);
    expect((await get(device.gateway, 'http://example.com/')).status).toBe(502);
    expect((await get(device.gateway, 'http://192.0.2.1/')).status).toBe(502);
    expect(await tunnels('example.com:443')).toBe(false);
    expect(await router.join({ mac: guestMac, resolve: { 'a.test': '192.0.2.1:80' } })).toEqual({
      ok: false,
      reason: 'not loopback',
    });
    expect(router.devices()).toMatchObject([{ online: true }]);
    expect(router.rows('/ip/hotspot/ip-binding')).toMatchObject([{ bypassed: 'true', type: 'bypassed' }]);
  });

  it('is told when a host does not answer', async () => {
    await using lab = await cafe();
    lab.router.add('/ip/hotspot/ip-binding', { address: '10.5.50.0/24', type: 'bypassed' });
    const gone = createServer();
    gone.listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');

    expect((await get(lab.device.gateway, `http://localhost:${port}/`)).status).toBe(502);
  });
});

describe('a device kept out', () => {
  it('gets no answer at all', async () => {
    await using lab = await cafe();
    lab.router.add('/ip/hotspot/ip-binding', { 'mac-address': guestMac, type: 'blocked' });

    expect(await raw(lab.device.gateway, 'GET http://login.test/login HTTP/1.1\r\nHost: login.test\r\n\r\n')).toBe('');
    expect(await lab.tunnels('portal.test:443')).toBe(false);
  });
});
