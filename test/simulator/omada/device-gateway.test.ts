import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ask, login, mac, post, start, startOmada, webServer } from './support.ts';

const probe = 'http://captive.apple.com/hotspot-detect.html';

async function tunnel(proxy: string, authority: string) {
  const [host = '', port] = proxy.split(':');
  const socket = connect(Number(port), host);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  return { socket, status: Number(/^HTTP\/1\.1 (\d+)/.exec(first.toString())?.[1]) };
}

describe('a guest of the simulated controller', () => {
  it('OM-05, OM-06, OM-07: is sent by access point and controller to the portal, and gets through once let in', async () => {
    await using lab = await startOmada();
    await using portal = await webServer((request, response) => response.end(`portal ${request.url}`));
    await using origin = await webServer((request, response) => response.end(`origin ${request.headers.host}`));
    const names = { 'portal.test': portal.address, 'captive.apple.com': origin.address };
    const { proxy: via } = await lab.omada.join({ mac: '52:de:63:00:00:01', ssid: 'Café Größe', radioId: '1', names });

    const intercepted = await ask(probe, { via });
    const entry = String(intercepted.headers['location']);
    const sent = await ask(entry, { via });
    const location = String(sent.headers['location']);
    const page = await ask(location, { via });

    expect([intercepted.status, sent.status, page.status]).toEqual([302, 302, 200]);
    expect(entry).toMatch(new RegExp(`^http://127.0.0.1:${lab.omada.portalPort}/`));
    const { host, pathname, searchParams } = new URL(location);
    expect([host, pathname]).toEqual(['portal.test', '/p/cafe']);
    expect(Object.fromEntries(searchParams)).toEqual({
      key: '1',
      clientMac: mac,
      clientIp: '192.168.88.10',
      apMac: '50-C7-BF-00-00-01',
      ssidName: 'Café Größe',
      radioId: '1',
      t: String(start / 1000),
      site: 'Default',
      redirectUrl: probe,
    });
    expect(page.body).toContain('portal /p/cafe?key=1&clientMac=');

    const grant = { clientMac: mac, apMac: '50-C7-BF-00-00-01', ssidName: 'Café Größe', radioId: '1' };
    const session = await login(lab.omada);
    await post(lab.omada, '/extPortal/auth', { ...grant, site: 'Default', time: 60_000, authType: 4 }, session);
    expect(await ask(probe, { via })).toMatchObject({ status: 200, body: 'origin captive.apple.com' });
    expect((await ask(entry, { via })).headers['location']).toBe(probe);

    lab.omada.unauthorise(mac);
    expect((await ask(probe, { via })).status).toBe(302);
  });

  it('OM-08, OM-12: on a wire brings gateway and VLAN', async () => {
    await using lab = await startOmada({ version: '5.0.15', stampUnit: 'us', siteById: true });
    await lab.omada.join({ mac, vid: '40', site: 'Beach' });

    const { origin, searchParams } = new URL(lab.omada.redirectFor(mac, 'http://a.test/?x=1&y'));

    expect(origin).toBe('https://beach.test');
    expect([...searchParams]).toEqual([
      ['clientMac', mac],
      ['gatewayMac', '50-C7-BF-00-00-02'],
      ['vid', '40'],
      ['t', `${start}000`],
      ['site', '6a2'],
      ['redirectUrl', 'http://a.test/?x=1&y'],
    ]);
  });

  it('posts to the portal before being let in', async () => {
    await using lab = await startOmada();
    await using portal = await webServer((request, response) => {
      response.writeHead(303, { location: '/done', 'x-method': request.method });
      request.pipe(response);
    });
    const { proxy: via } = await lab.omada.join({ mac, ssid: 'Guest', names: { 'portal.test': portal.address } });

    const reply = await ask('http://portal.test/p/cafe/login', { via, method: 'POST', body: 'username=anna' });

    expect(reply).toMatchObject({
      status: 303,
      body: 'username=anna',
      headers: { location: '/done', 'x-method': 'POST' },
    });
  });

  it('reaches TLS of the portal, and no other before being let in', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const at = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
    await using lab = await startOmada();
    const names = { 'beach.test': at, 'bank.test': at };
    const { proxy } = await lab.omada.join({ mac, ssid: 'Guest', site: 'Beach', names });

    const open = await tunnel(proxy, 'beach.test:443');
    open.socket.write('hello');
    const [echoed] = (await once(open.socket, 'data')) as [Buffer];
    const shut = await tunnel(proxy, 'bank.test:443');

    expect([open.status, echoed.toString(), shut.status]).toEqual([200, 'hello', 403]);
    open.socket.destroy();
    shut.socket.destroy();
    echo.close();
  });

  it('meets no host that is not in its table, nor one where nobody answers', async () => {
    await using lab = await startOmada();
    const { proxy: via } = await lab.omada.join({ mac, ssid: 'Guest', names: { 'portal.test': '127.0.0.1:1' } });

    expect(await ask('http://portal.test/', { via })).toMatchObject({ status: 502, body: 'nobody answers\n' });
    const body = { clientMac: mac, apMac: '50-C7-BF-00-00-01', ssidName: 'Guest', radioId: '0', site: 'Default' };
    await post(lab.omada, '/extPortal/auth', { ...body, time: 1, authType: 4 }, await login(lab.omada));
    expect(await ask('http://example.com/', { via })).toMatchObject({
      status: 502,
      body: 'no such name: example.com\n',
    });
  });

  it('that the controller does not know is not sent on', async () => {
    await using lab = await startOmada();
    const entry = `http://127.0.0.1:${lab.omada.portalPort}/portal/entry?clientMac=${mac}&url=http://a.test/`;

    expect((await ask(entry)).status).toBe(404);
    expect(() => lab.omada.redirectFor(mac, probe)).toThrow(TypeError);
  });

  it('that joins anew has to log in again; one that left is gone', async () => {
    await using lab = await startOmada();
    const body = { clientMac: mac, apMac: '50-C7-BF-00-00-01', ssidName: 'Guest', radioId: '0', site: 'Default' };
    await lab.omada.join({ mac, ssid: 'Guest' });
    await post(lab.omada, '/extPortal/auth', { ...body, time: 60_000, authType: 4 }, await login(lab.omada));
    expect(lab.omada.client(mac)).toMatchObject({ authorised: true, until: start + 60_000 });

    await lab.omada.join({ mac, ssid: 'Guest' });
    expect(lab.omada.client(mac)?.authorised).toBe(false);
    expect(await lab.omada.leave(mac)).toBe(true);
    expect(await lab.omada.leave(mac)).toBe(false);
    expect(lab.omada.clients()).toEqual([]);
  });
});
