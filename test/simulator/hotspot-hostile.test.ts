import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gateway } from '../../src/simulator/hotspot/gateway.ts';
import { arrive, get, guestMac, offerHotspot, raw } from './guest.ts';
import { startRouter } from './support.ts';

async function cafe() {
  const lab = await startRouter();
  offerHotspot(lab.router);
  return Object.assign(lab, { gateway: (await arrive(lab.router)).gateway });
}

const head = (line: string, ...more: string[]) => `${[line, 'Host: login.test', ...more].join('\r\n')}\r\n\r\n`;

describe('requests no browser sends', () => {
  it('are refused in a word, and others go on', async () => {
    await using lab = await cafe();
    const refused = [
      head('GET /login HTTP/1.1', `X-Long: ${'a'.repeat(65_536)}`),
      head('GET /login\u0000 HTTP/1.1'),
      head('GET /login HTTP/1.1', 'X-Nul: a\u0000b'),
      head('GET https://login.test/ HTTP/1.1'),
      head('GET ftp://login.test/ HTTP/1.1'),
      'GET / HTTP/1.1\r\nHost: [bad\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
      head('CONNECT login.test:443 HTTP/1.1'),
      head('CONNECT nothing HTTP/1.1'),
      head('CONNECT portal.test:99999 HTTP/1.1'),
      Buffer.from('160301020001000001fc0303', 'hex'),
    ];

    for (const request of refused) {
      expect(await raw(lab.gateway, request)).toMatch(/^HTTP\/1\.[01] (400|403|431) /);
    }
    expect((await get(lab.gateway, 'http://login.test/login')).status).toBe(200);
  });

  it('may post no more than a form', async () => {
    await using lab = await cafe();

    const page = await get(lab.gateway, 'http://login.test/login', { form: { username: 'a'.repeat(70_000) } });

    expect(page.statusLine).toBe('HTTP/1.0 413 Payload Too Large');
  });

  it('cannot leave the folder of pages or begin a header of their own', async () => {
    await using lab = await cafe();
    lab.router.add('/file', { name: 'secret.txt', contents: 'hidden' });
    const paths = ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/x/..%2f..%2fsecret.txt', '//secret.txt', '/%00', '/%'];

    for (const path of paths) expect((await get(lab.gateway, `http://login.test${path}`)).body).not.toContain('hidden');
    const dir = await get(lab.gateway, 'http://login.test/login?target=..%2F');
    expect(dir.body).toContain('http://login.test/login');

    lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'pw' });
    const page = await get(
      lab.gateway,
      'http://login.test/login?username=anna&password=pw&dst=http%3A%2F%2Fx%2F%0D%0ASet-Cookie%3A%20a',
    );
    expect(page.headers.get('location')).toBe('http://x/Set-Cookie: a');
    expect(page.headers.has('set-cookie')).toBe(false);
  });

  it('take the first of parameters given twice', async () => {
    await using lab = await cafe();
    lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'pw' });

    await get(lab.gateway, 'http://login.test/login?username=anna&username=eve&password=pw');

    expect(lab.router.sessions()).toMatchObject([{ username: 'anna' }]);
  });

  it('of any octets get an answer or the end of their connection', async () => {
    await using lab = await cafe();

    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (octets) => {
        expect(await raw(lab.gateway, Buffer.from(octets), { end: true })).toMatch(/^(?:HTTP\/1\.[01] \d{3} |$)/);
      }),
      { numRuns: 40 },
    );
    expect(lab.router.devices()).toMatchObject([{ mac: guestMac }]);
  });
});

describe('a device that sends its head drop by drop', () => {
  it('is cut off in time', async () => {
    await using gateway = await Gateway.start({
      ...{ host: '127.0.0.1', port: 0, headersTimeoutMs: 40 },
      answer: () => Promise.resolve({ kind: 'refuse' }),
      tunnel: () => Promise.resolve(undefined),
    });
    const socket = connect({ host: '127.0.0.1', port: gateway.port });
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write('GET / HTTP/1.1\r\nHost:');

    await once(socket, 'close');

    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.0 408 /);
  });
});

describe('a hundred guests at once', () => {
  it('each log in as themselves', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    offerHotspot(router);
    const macs = Array.from({ length: 100 }, (_, index) => `02:00:5E:00:01:${index.toString(16).padStart(2, '0')}`);
    for (const mac of macs) router.add('/ip/hotspot/user', { name: `guest-${mac}`, password: mac });

    const devices = await Promise.all(macs.map((mac) => arrive(router, { mac })));
    await Promise.all(
      devices.map(({ gateway }, index) =>
        get(gateway, 'http://login.test/login', {
          form: { username: `guest-${macs[index]}`, password: macs[index] ?? '' },
        }),
      ),
    );

    expect(new Set(router.rows('/ip/hotspot/active').map(({ address }) => address)).size).toBe(100);
    expect(
      router.devices().every(({ username, mac }) => username?.toUpperCase() === `guest-${mac}`.toUpperCase()),
    ).toBe(true);
  });
});
