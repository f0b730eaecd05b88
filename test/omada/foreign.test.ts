import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import type { OmadaController } from '../../src/model/kinds/omada-controller.ts';
import { OmadaClient, type OmadaClientDeps } from '../../src/omada/client.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { controllerAt, keptLog, never, password } from './support.ts';

const guest = {
  kind: 'eap',
  clientMac: '52-DE-63-00-00-01',
  site: 'Default',
  apMac: '50-C7-BF-00-00-01',
  ssidName: 'Guest',
  radioId: '0',
} as const;

/** Something at the declared address that is scripted by hand, and our client of it. */
async function foreign(
  listener: RequestListener,
  deps: Partial<OmadaClientDeps> = {},
  declared: Partial<OmadaController> = { id: 'id' },
) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const log = keptLog();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new OmadaClient(controllerAt(url, declared), {
    clock: systemClock,
    log,
    ...deps,
  });
  return {
    client,
    requests,
    log,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function json(response: ServerResponse, body: unknown, headers: Record<string, string | string[]> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A controller by hand: logs in, lists nobody, and leaves the rest to `auth`. */
function controller(auth: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url?.endsWith('/login'))
      json(response, { errorCode: 0, result: { token: 'tok' } }, { 'set-cookie': 'SID=1' });
    else if (request.url?.endsWith('/auth')) auth(request, response);
    else response.writeHead(404).end();
  };
}

const authorised: RequestListener = (_request, response) => json(response, { errorCode: 0 });

describe('an answer that is none of a controller', () => {
  it.each<[string, RequestListener, RegExp]>([
    [
      'a redirect',
      (_, response) => response.writeHead(301, { location: 'https://evil.test/' }).end(),
      /redirect \(HTTP 301\)/,
    ],
    [
      'a page',
      (_, response) => response.setHeader('content-type', 'text/html').end('<html>'),
      /a page instead of JSON/,
    ],
    ['nothing', (_, response) => response.end(), /not JSON/],
    ['JSON of something else', (_, response) => json(response, { ok: true }), /without an errorCode/],
    ['a list', (_, response) => json(response, [1]), /not JSON/],
    ['an error of the server', (_, response) => response.writeHead(500).end('oops'), /HTTP 500/],
    ['an odd code', (_, response) => json(response, { errorCode: 'x' }), /without an errorCode/],
    ['a login without a token', (_, response) => json(response, { errorCode: 0, result: {} }), /without a token/],
    [
      'a token that would be two headers',
      (_, response) => json(response, { errorCode: 0, result: { token: 'a\r\nb: c' } }),
      /without a token/,
    ],
    [
      'more than it may',
      (_, response) => json(response, { errorCode: 0, msg: 'x'.repeat(70_000) }),
      /more than 65536 octets/,
    ],
  ])('%s: is told in words, and nobody is let in', async (_what, listener, words) => {
    await using lab = await foreign(listener);

    const verdict = await lab.client.authorise(guest, 60, never);

    expect(verdict).toMatchObject({ result: 'failed', reason: expect.stringMatching(words) });
    expect(lab.client.findings()).toMatchObject([{ reason: 'refused' }]);
    expect(lab.requests.filter((each) => each.startsWith('POST'))).toEqual(['POST /id/api/v2/hotspot/login']);
  });

  it('an id that is none, is not put into a path', async () => {
    const result = { omadacId: '../../evil', controllerVer: '5.9' };
    await using lab = await foreign((_, response) => json(response, { errorCode: 0, result }), {}, {});

    expect(await lab.client.authorise(guest, 60, never)).toMatchObject({
      reason: expect.stringContaining('declare it as id'),
    });
    expect(lab.requests).toEqual(['GET /api/info']);
  });

  it('a password that comes back in an error is not shown', async () => {
    await using lab = await foreign((_, response) =>
      json(response, { errorCode: -5, msg: `bad password ${password}` }),
    );

    const verdict = await lab.client.authorise(guest, 60, never);

    expect(verdict).toMatchObject({ reason: expect.stringContaining('bad password [secret]') });
    expect(JSON.stringify([verdict, lab.client.findings(), lab.log.lines])).not.toContain(password);
  });

  it('too many requests: is busy', async () => {
    await using lab = await foreign(controller((_, response) => response.writeHead(503).end()));

    expect(await lab.client.authorise(guest, 60, never)).toMatchObject({ result: 'busy' });
  });
});

describe('what is sent', () => {
  it('OM-04, OM-16, OM-20, OM-22, OM-23, OM-24: paths, headers and bodies to the letter', async () => {
    const seen: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: unknown }[] = [];
    await using lab = await foreign((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
        seen.push({ url: request.url ?? '', headers: request.headers, body });
        const cookies = ['TPOMADA_SESSIONID=abc; Path=/; Secure; HttpOnly', 'lang=en; Path=/', 'gone=; Max-Age=0'];
        if (request.url?.endsWith('/login')) {
          json(
            response,
            { errorCode: 0, msg: 'Hotspot log in successfully.', result: { token: 'tok' } },
            { 'set-cookie': cookies },
          );
        } else if (request.url?.endsWith('/auth')) json(response, { errorCode: 0 });
        else response.writeHead(404).end();
      });
    });

    await lab.client.authorise({ ...guest, redirectUrl: 'http://a.test/', clientIp: '' }, 60, never);

    const [login, list, auth] = seen;
    expect(login?.url).toBe('/id/api/v2/hotspot/login');
    expect(login?.body).toEqual({ name: 'lastmile', password });
    expect(login?.headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json' });
    expect(list?.url).toMatch(/^\/id\/api\/v2\/hotspot\/sites\/Default\/clients\?/);
    expect(auth?.url).toBe('/id/api/v2/hotspot/extPortal/auth');
    expect(auth?.headers).toMatchObject({
      'csrf-token': 'tok',
      cookie: 'TPOMADA_SESSIONID=abc; lang=en',
      accept: 'application/json',
      'content-type': 'application/json',
    });
    expect(auth?.body).toEqual({
      clientMac: '52-DE-63-00-00-01',
      apMac: '50-C7-BF-00-00-01',
      ssidName: 'Guest',
      radioId: '0',
      site: 'Default',
      time: 60_000,
      authType: 4,
      originUrl: 'http://a.test/',
    });
  });
});

describe('a controller that does not answer', () => {
  it('in time: is given up after the limit, and the guest may try again', async () => {
    const clock = new ManualClock();
    let ask = () => undefined as unknown;
    const asked = new Promise<void>((resolve) => {
      ask = () => resolve();
    });
    await using lab = await foreign(() => ask(), { clock });

    const verdict = lab.client.authorise(guest, 60, never);
    await asked;
    clock.advance(5_000);

    expect(await verdict).toMatchObject({
      result: 'busy',
      reason: expect.stringContaining('did not answer within 5 s'),
    });
    expect(lab.client.findings()).toMatchObject([{ reason: 'unreachable' }]);
  });

  it('or ends in the middle of an answer', async () => {
    await using lab = await foreign((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"errorCode"');
      setImmediate(() => response.destroy());
    });

    expect(await lab.client.authorise(guest, 60, never)).toMatchObject({ result: 'failed' });
    expect(lab.client.findings()).toMatchObject([{ reason: 'unreachable' }]);
  });

  it('at all: is asked three times, then left alone for ten seconds, then asked once', async () => {
    const clock = new ManualClock();
    await using lab = await foreign((_, response) => response.destroy(), { clock });
    const attempt = async () => {
      expect(await lab.client.authorise(guest, 60, never)).toMatchObject({ result: 'failed' });
      return lab.requests.length;
    };

    for (let time = 1; time <= 3; time += 1) expect(await attempt()).toBe(time);
    expect(await attempt()).toBe(3);
    clock.advance(9_999);
    expect(await attempt()).toBe(3);
    clock.advance(1);
    expect(await attempt()).toBe(4);
    expect(await attempt()).toBe(4);
  });

  it('and then does: is over, also for status', async () => {
    let down = true;
    const up = controller(authorised);
    await using lab = await foreign((request, response) => (down ? response.destroy() : up(request, response)));
    await lab.client.authorise(guest, 60, never);
    expect(lab.client.findings()).toHaveLength(1);

    down = false;
    expect(await lab.client.authorise(guest, 60, never)).toEqual({ result: 'authorised' });
    expect(lab.client.findings()).toEqual([]);
  });

  it('because nobody is there: is told with the ports there are', async () => {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const closed = once(server, 'close');
    server.close();
    await closed;
    using client = new OmadaClient(controllerAt(`https://127.0.0.1:${port}`), { clock: systemClock, log: keptLog() });

    expect(await client.check(never)).toMatchObject([{ reason: 'unreachable', text: expect.stringContaining('8043') }]);
  });

  it('because it speaks plain HTTP where TLS is declared', async () => {
    await using lab = await foreign(authorised);
    const url = lab.client.controller.url.replace('http:', 'https:');
    using client = new OmadaClient(controllerAt(url), { clock: systemClock, log: keptLog() });

    expect(await client.check(never)).toMatchObject([{ text: expect.stringContaining('does not speak TLS') }]);
  });
});

describe('a controller that has no list of clients', () => {
  it.each<[string, RequestListener]>([
    ['a redirect', (_, response) => response.writeHead(302, { location: '/' }).end()],
    ['a page', (_, response) => response.setHeader('content-type', 'text/html').end('<html>')],
    ['404', (_, response) => response.writeHead(404).end()],
    ['a code', (_, response) => json(response, { errorCode: -1600 })],
  ])('and says so by %s, lets guests in all the same, and is not asked for it again', async (_what, list) => {
    const others = controller(authorised);
    await using lab = await foreign((request, response) =>
      request.url?.includes('/clients?') ? list(request, response) : others(request, response),
    );

    expect(await lab.client.authorise(guest, 60, never)).toEqual({ result: 'authorised' });
    const asked = lab.requests.length;
    expect(await lab.client.authorise(guest, 60, never)).toEqual({ result: 'authorised' });

    expect(lab.requests.slice(asked)).toEqual(['POST /id/api/v2/hotspot/extPortal/auth']);
    expect(lab.requests.filter((request) => request.endsWith('/login'))).toHaveLength(1);
    expect(lab.client.findings()).toEqual([]);
  });
});

describe('a connection that was kept', () => {
  it('and closed by the other side, costs nobody anything', async () => {
    let drop = false;
    await using lab = await foreign(
      controller((request, response) => {
        authorised(request, response);
        if (drop) response.once('finish', () => request.socket.destroy());
      }),
    );

    for (const each of [1, 2, 3]) {
      drop = each === 2;
      expect(await lab.client.authorise(guest, 60, never)).toEqual({ result: 'authorised' });
    }
    expect(lab.requests.filter((request) => request.endsWith('/login'))).toHaveLength(1);
  });
});

describe('a client that is closed', () => {
  it('ends what is under way, and the guest may try again', async () => {
    let ask = () => undefined as unknown;
    const asked = new Promise<void>((resolve) => {
      ask = () => resolve();
    });
    await using lab = await foreign(() => ask());
    const verdict = lab.client.authorise(guest, 60, never);
    await asked;

    lab.client[Symbol.dispose]();

    expect(await verdict).toMatchObject({ result: 'busy', reason: expect.stringContaining('declaration') });
    expect(lab.client.findings()).toEqual([]);
  });
});
