import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { GuestClient } from '../../src/simulator/guest-client.ts';
import { arrive, offerHotspot, parsed, raw } from './guest.ts';
import { RawClient, startRouter } from './support.ts';

const secureLogin = 'https://login.test/login';
const anna = { username: 'anna', password: 'geheim' };

async function cafe(profile: Readonly<Record<string, string>> = {}) {
  const certificates = [{ name: 'cafe', commonName: 'login.test' }];
  const lab = await startRouter({ certificates });
  offerHotspot(lab.router, { 'login-by': 'https', 'ssl-certificate': 'cafe', ...profile });
  lab.router.add('/ip/hotspot/user', { name: 'anna', password: 'geheim' });
  const { gateway } = await arrive(lab.router);
  return { ...lab, gateway, browser: new GuestClient({ proxy: gateway }) };
}

/** TLS through the gateway, and a request in it. */
async function secretly(
  gateway: string,
  request: string,
): Promise<{ shown: X509Certificate | undefined; answer: string }> {
  const [host = '', port = ''] = gateway.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.write('CONNECT login.test:443 HTTP/1.1\r\nHost: login.test:443\r\n\r\n');
  await once(socket, 'data');
  const tls = connectTls({ socket, servername: 'login.test', rejectUnauthorized: false });
  await once(tls, 'secureConnect');
  const shown = tls.getPeerX509Certificate();
  const chunks: Buffer[] = [];
  tls.on('data', (chunk: Buffer) => chunks.push(chunk));
  tls.write(request);
  await once(tls, 'close');
  return { shown, answer: Buffer.concat(chunks).toString() };
}

describe('the certificates of a router', () => {
  it('are templates without a key until they are signed', async () => {
    await using lab = await startRouter();
    const client = await RawClient.login(lab.router.apiPort);
    await client.talk('/certificate/add', '=name=cafe', '=common-name=login.test');
    const template = lab.router.row('/certificate', 'cafe');

    const signed = await client.talk('/certificate/sign', '=number=cafe');
    const unknown = await client.talk('/certificate/sign', '=number=nobody');

    expect(template).toMatchObject({ 'common-name': 'login.test', 'private-key': 'false' });
    expect(template).not.toHaveProperty('fingerprint');
    expect(signed.at(-1)?.word).toBe('!done');
    expect(unknown[0]?.values).toMatchObject({ message: 'no such item' });
    expect(lab.router.row('/certificate', 'cafe')).toMatchObject({
      'private-key': 'true',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      issuer: 'CN=login.test',
      'invalid-after': '2049-12-31 23:59:59',
      'expires-after': expect.stringMatching(/^\d+w/),
    });
  });

  it('may be made by those alone who may set policies, and only those there are can be named', async () => {
    await using lab = await startRouter({
      users: [{ name: 'half', password: '', policies: ['read', 'write', 'api'] }],
    });
    const client = await RawClient.login(lab.router.apiPort, 'half');

    const added = await client.talk('/certificate/add', '=name=cafe');
    const named = await client.talk('/ip/hotspot/profile/add', '=name=p', '=ssl-certificate=cafe');

    expect(added[0]?.values).toMatchObject({ message: 'not enough permissions (9)' });
    expect(named[0]?.values).toMatchObject({ message: 'input does not match any value of ssl-certificate' });
  });
});

describe('a hotspot with https in login-by', () => {
  it('IS-40: serves its pages with its certificate, and takes a password there as it is', async () => {
    await using lab = await cafe();
    const { router, gateway, browser } = lab;
    router.set('/file', 'hotspot/login.html', { contents: '$(ssl-login) $(plain-passwd)' });

    const plain = await browser.get('http://login.test/login');
    const secure = await browser.get(secureLogin);
    const refused = await browser.post('http://login.test/login', anna);
    const { shown, answer } = await secretly(
      gateway,
      'GET /login?username=anna&password=geheim HTTP/1.1\r\nHost: login.test\r\n\r\n',
    );

    expect(plain.html).toBe('no no');
    expect(secure.html).toBe('yes yes');
    expect(refused.html).toBe('no no');
    expect(parsed(answer).statusLine).toBe('HTTP/1.0 302 Hotspot redirect');
    expect(shown?.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(
      router.row('/certificate', 'cafe')?.['fingerprint'],
    );
    expect(shown?.checkHost('login.test')).toBe('login.test');
    expect(router.rows('/ip/hotspot/active')).toMatchObject([{ user: 'anna', 'login-by': 'https' }]);
    expect(router.row('/ip/hotspot', 'hs-cafe')).toMatchObject({ HTTPS: 'true' });
  });

  it.each([
    ['names no certificate', { 'ssl-certificate': 'none' }],
    ['lost it from login-by', { 'login-by': 'http-pap' }],
  ])('that %s refuses the port at once', async (_why, profile) => {
    await using lab = await cafe(profile);

    const answer = await raw(lab.gateway, 'CONNECT login.test:443 HTTP/1.1\r\nHost: login.test:443\r\n\r\n');

    expect(answer).toMatch(/^HTTP\/1\.0 403/);
    expect(lab.router.row('/ip/hotspot', 'hs-cafe')).toMatchObject({ HTTPS: 'false' });
  });

  it('shows the id of a certificate that is gone, and goes on without', async () => {
    await using lab = await cafe();
    lab.router.remove('/certificate', 'cafe');

    expect(lab.router.row('/ip/hotspot/profile', 'cafe')).toMatchObject({ 'ssl-certificate': '*1' });
    await expect(lab.browser.get(secureLogin)).rejects.toThrow('does not let this device through to login.test:443');
  });

  it('answers in its tunnel as itself, whatever host is asked for in there', async () => {
    await using lab = await cafe();

    const other = await secretly(lab.gateway, 'GET /login HTTP/1.1\r\nHost: news.example\r\n\r\n');
    const odd = await secretly(lab.gateway, 'GET http://news.example/ HTTP/1.1\r\nHost: news.example\r\n\r\n');

    expect(parsed(other.answer).body).toContain('name="username"');
    expect(parsed(odd.answer).status).toBe(400);
  });

  it('is done with a client that talks no TLS', async () => {
    await using lab = await cafe();

    const answer = await raw(
      lab.gateway,
      'CONNECT login.test:443 HTTP/1.1\r\nHost: login.test:443\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.0 200/);
    expect(answer).not.toContain('<html');
  });
});
