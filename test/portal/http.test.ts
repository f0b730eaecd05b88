import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { allLanguages, textsIn } from '../../src/portal/language.ts';
import { fromRouter, PortalLab } from './support.ts';

describe('a method that an address does not have', () => {
  it.each([
    ['POST', '/p/cafe', 'GET, HEAD'],
    ['DELETE', '/p/cafe/login', 'GET, HEAD, POST'],
    ['PUT', '/p/cafe/login/', 'GET, HEAD, POST'],
    ['OPTIONS', '/p/cafe/status?c=x', 'GET, HEAD'],
    ['PROPFIND', '/p/cafe/logout', 'GET, HEAD, POST'],
    ['PATCH', '/p/cafe/files/xml/login.html', 'GET, HEAD'],
    ['GET', '/external/hotspot/mikrotik/login', 'POST'],
    ['DELETE', '/', 'GET, HEAD'],
  ])('%s %s: is refused with those it has', async (method, path, allowed) => {
    await using lab = await PortalLab.start();

    const answer = await exchange(lab, `${method} ${path} HTTP/1.1\r\nHost: x\r\n${close}`);

    expect(answer).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
    expect(answer).toContain(`\r\nallow: ${allowed}\r\n`);
    expect(answer).toContain('Please start again: open any website');
  });

  it('is refused in JSON where that was sent, and without waiting for it', async () => {
    await using lab = await PortalLab.start();
    const headers = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\nConnection: close';

    const answer = await exchange(lab, `PUT /external/hotspot/mikrotik/login HTTP/1.1\r\n${headers}\r\n\r\n{`);

    expect(answer).toContain('\r\nallow: POST\r\n');
    expect(answer).toContain('"reason":"bad-request"');
  });

  it('is not there at all where nothing is', async () => {
    await using lab = await PortalLab.start();

    for (const method of ['GET', 'POST', 'PROPFIND']) {
      const answer = await exchange(lab, `${method} /nowhere HTTP/1.1\r\nHost: x\r\n${close}`);

      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).toContain('Join the Wi-Fi and open any website');
    }
  });
});

describe('the page of a site that is declared no more', () => {
  it.each(allLanguages)('says in %s what to do', async (language) => {
    await using lab = await PortalLab.start();
    lab.sites = [];

    const page = await fetch(`${lab.url}/p/cafe?${fromRouter()}`, { headers: { 'accept-language': language } });

    expect(page.status).toBe(404);
    expect(await page.text()).toContain(textsIn[language].messages['not-found']);
  });
});

describe('a request that is not as it should be', () => {
  it('without a host: is refused in words, but of HTTP/1.0', async () => {
    await using lab = await PortalLab.start();

    const new_ = await exchange(lab, `GET /p/cafe HTTP/1.1\r\n${close}`);
    const old = await exchange(lab, 'GET /p/cafe HTTP/1.0\r\n\r\n');

    expect(new_).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(new_).toContain('could not read what your browser sent');
    expect(old).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('that expects what we do not know: is refused in words, in the language of the browser', async () => {
    await using lab = await PortalLab.start();

    const answer = await exchange(
      lab,
      `GET /p/cafe HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\nAccept-Language: de\r\n${close}`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
    expect(answer).toContain("content-security-policy: default-src 'none'");
    expect(answer).toContain('<html lang="de"');
  });

  it.each([
    [
      'a body',
      'POST /p/cafe/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
    ],
    ['headers', 'GET /p/cafe HTTP/1.1\r\nHost: x\r\nX-'],
  ])('%s that does not end: is waited for so long, and counted once', async (_, text) => {
    await using lab = await PortalLab.start(undefined, { requestMs: 100 });

    const answer = await exchange(lab, text);

    expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(answer).toContain('Please start again: open any website');
    expect(lab.counters.refusals()).toEqual([{ reason: 'bad-request', value: 1 }]);
  });
});

describe('what only TLS gives', () => {
  it('is said where a proxy before us has it, but what only our own certificate could promise', async () => {
    await using lab = await PortalLab.start();
    const plain = await fetch(`${lab.url}/p/cafe`);
    lab.publicUrl = 'https://wifi.cafe.example';
    const proxied = await fetch(`${lab.url}/p/cafe`);

    expect(plain.headers.get('cross-origin-opener-policy')).toBeNull();
    expect(proxied.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(proxied.headers.get('strict-transport-security')).toBeNull();
  });
});

const close = 'Connection: close\r\n\r\n';

/** Sends octets, and resolves with all that comes back until the connection ends. */
async function exchange(lab: PortalLab, text: string): Promise<string> {
  const socket = connect(lab.port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.write(text);
  await once(socket, 'close');
  return Buffer.concat(parts).toString();
}
