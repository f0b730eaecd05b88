import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { hotspotPages } from '../../src/hotspot-pages/hotspot-pages.ts';
import { PortalListenError } from '../../src/portal/server.ts';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { selfSigned } from '../../src/simulator/self-signed.ts';
import { fromRouter, PortalLab, site } from './support.ts';

const guest = new GuestClient({ follow: 0 });

describe('every answer', () => {
  it('is kept by nobody, tells nobody where it came from, and cannot be framed', async () => {
    await using lab = await PortalLab.start();
    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
    const sent = await guest.submit(page, { username: 'anna', password: 'correct horse' });

    for (const { headers } of [page, sent, await guest.get(`${lab.url}/nowhere`)]) {
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers['strict-transport-security']).toBeUndefined();
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]+=*' 'sha256-[\w+/]+=*'; form-action 'self'[^;]*; base-uri 'none'; frame-ancestors 'none'$/,
      );
    }
  });

  it('lets forms end up at our own origin and at the routers of the site, nowhere else', async () => {
    await using lab = await PortalLab.start();

    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);

    const policy = String(page.headers['content-security-policy']);
    expect(/form-action ([^;]*);/.exec(policy)?.[1]).toBe(`'self' ${lab.url} http://login.cafe.example`);
  });

  it('is packed when the terms are long, and only then', async () => {
    const terms = 'All of this is important. '.repeat(2000);
    await using lab = await PortalLab.start([site({ terms })]);
    const url = `${lab.url}/p/cafe?${fromRouter()}`;

    const plain = await guest.get(url);
    const packing = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
    const short = await fetch(`${lab.url}/p/cafe`, { headers: { 'accept-encoding': 'gzip' } });

    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packing.headers.get('content-encoding')).toBe('gzip');
    expect(await packing.text()).toContain('All of this is important.');
    expect(short.headers.get('content-encoding')).toBeNull();
  });
});

describe('the pages of routers', () => {
  it('are offered as files, for routers that somebody sets up by hand', async () => {
    await using lab = await PortalLab.start();

    const file = await guest.get(`${lab.url}/p/cafe/files/login.html`);

    const expected = hotspotPages(`${lab.url}/p/cafe`).find(({ name }) => name === 'login.html')?.contents;
    expect(file.html).toBe(expected);
    expect(file.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="login.html"',
    });
    expect(await guest.get(`${lab.url}/p/cafe/files/nothing.html`)).toMatchObject({ status: 404 });
  });
});

describe('a portal with a certificate', () => {
  it('OM-09: speaks TLS, and promises browsers to go on doing so', async () => {
    const { certificate, key } = selfSigned();
    const tls = { certificate: new Secret(certificate), key: new Secret(key) };
    await using lab = await PortalLab.start([site()], { tls });

    const page = await guest.get(`${lab.url}/p/cafe`);

    expect(page.status).toBe(200);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it('says so when it cannot use it', async () => {
    const tls = { certificate: new Secret('none'), key: new Secret('none') };

    await expect(PortalLab.start([site()], { tls })).rejects.toThrow(PortalListenError);
  });
});

describe('a port that somebody else has', () => {
  it('is named', async () => {
    await using lab = await PortalLab.start();

    const second = PortalLab.start([site()], { listen: { host: '127.0.0.1', port: lab.port } });

    await expect(second).rejects.toThrow(/portal: 127\.0\.0\.1:\d+ is in use by another process/);
  });
});

describe('what is counted', () => {
  it('is how logins ended and what was refused, without anything a guest sent', async () => {
    await using lab = await PortalLab.start();
    const page = await guest.get(`${lab.url}/p/cafe?${fromRouter()}`);
    await guest.submit(page, { username: 'anna', password: 'wrong' });
    await guest.submit(page, { username: 'anna', password: 'correct horse' });
    await guest.get(`${lab.url}/p/cafe?${fromRouter({ 'link-login-only': 'http://evil.example/login' })}`);
    await guest.get(`${lab.url}/whatever`);

    expect(lab.counters.logins()).toEqual([
      { site: 'cafe', method: 'login', result: 'wrong-password', value: 1 },
      { site: 'cafe', method: 'login', result: 'sent', value: 1 },
    ]);
    expect(lab.counters.refusals()).toEqual([
      { reason: 'wrong-router', value: 1 },
      { reason: 'not-found', value: 1 },
    ]);
  });
});
