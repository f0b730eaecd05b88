import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { compact } from '../../src/base/compact.ts';
import { Secret } from '../../src/base/secret.ts';
import type { RouterTls } from '../../src/model/kinds/router.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { selfSigned } from '../../src/simulator/self-signed.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type ClientSentence, ScriptedRouter } from '../support/scripted-router.ts';

const password = 'pa55wort';
const named = selfSigned({ commonName: 'core-1' });
const numbered = selfSigned({ commonName: 'core-1', altNames: ['core-1', '127.0.0.1'] });
const elsewhere = selfSigned({ commonName: 'core-1', altNames: ['10.1.2.3'] });

/** What api-ssl offers before somebody gave it a certificate. */
const withoutCertificate: TlsOptions = {
  ciphers: 'ADH-AES256-GCM-SHA384:@SECLEVEL=0',
  maxVersion: 'TLSv1.2',
  dhparam: 'auto',
};

function showing({ certificate, key }: { readonly certificate: string; readonly key: string }): TlsOptions {
  return { cert: certificate, key };
}

function connectTo(port: number, tls: RouterTls | undefined, more: object = {}): Promise<RouterOsSession> {
  const login = { router: 'core-1', username: 'lastmile', password: new Secret(password) };
  return connectRouterOs({ ...login, ...compact({ tls }), host: '127.0.0.1', port, ...more });
}

/** A router that takes any login, and everything it was told before its connection ended. */
async function listening(tls?: TlsOptions): Promise<{ router: ScriptedRouter; told: ClientSentence[] }> {
  const told: ClientSentence[] = [];
  const router = await ScriptedRouter.start(async (peer) => {
    for (;;) {
      const sentence = await peer.next();
      told.push(sentence);
      peer.reply(sentence, '!done');
    }
  }, tls);
  return { router, told };
}

describe('a router whose api-ssl shows a certificate', () => {
  it.each([
    [
      'signed by the declared authority, dialled by an address it does not name',
      named,
      { mode: 'ca', ca: named.certificate },
    ],
    ['that names the address dialled', numbered, { mode: 'ca', ca: numbered.certificate }],
    ['that is the pinned one', named, { mode: 'pinned', fingerprint: named.fingerprint }],
    ['of anybody, where that is allowed', named, { mode: 'insecure' }],
  ] as const)('%s: is logged in to, encrypted', async (_, shown, tls) => {
    const { router, told } = await listening(showing(shown));
    await using _router = router;
    await using session = await connectTo(router.port, tls);

    await session.run('/system/identity/print');

    expect(told.map(({ command }) => command)).toEqual(['/login', '/system/identity/print']);
  });

  it.each([
    [
      'another than the pinned one',
      { mode: 'pinned', fingerprint: 'ab'.repeat(32) },
      new RegExp(`shown ${named.fingerprint}`),
    ],
    ['signed by nobody we know', { mode: 'ca' }, /api\.tls\.ca/],
    ['signed by another authority', { mode: 'ca', ca: numbered.certificate }, /not trusted/],
  ] as const)('SPL-09: %s: is told nothing, and the error says what to declare', async (_, tls, words) => {
    const { router, told } = await listening(showing(named));
    await using _router = router;

    await expect(connectTo(router.port, tls)).rejects.toMatchObject({
      code: 'LM_ROUTER_UNTRUSTED',
      retry: 'never',
      message: expect.stringMatching(words),
    });
    expect(told).toEqual([]);
  });

  it('made for another address is told nothing, though the authority is ours', async () => {
    const { router, told } = await listening(showing(elsewhere));
    await using _router = router;

    await expect(connectTo(router.port, { mode: 'ca', ca: elsewhere.certificate })).rejects.toMatchObject({
      code: 'LM_ROUTER_UNTRUSTED',
    });
    expect(told).toEqual([]);
  });
});

describe('a router whose api-ssl has no certificate', () => {
  it('is logged in to where anything is allowed', async () => {
    const { router, told } = await listening(withoutCertificate);
    await using _router = router;
    await using session = await connectTo(router.port, { mode: 'insecure' });

    await session.run('/ping');

    expect(told).toHaveLength(2);
  });

  it.each([{ mode: 'ca' }, { mode: 'pinned', fingerprint: 'ab'.repeat(32) }] as const)(
    'SPL-09: is refused by mode $mode with the command that gives it one',
    async (tls) => {
      const { router, told } = await listening(withoutCertificate);
      await using _router = router;

      await expect(connectTo(router.port, tls)).rejects.toMatchObject({
        code: 'LM_ROUTER_TLS',
        message: expect.stringContaining('/ip/service/set api-ssl certificate=api'),
      });
      expect(told).toEqual([]);
    },
  );
});

describe('the port of the other service', () => {
  it('SPL-09: plain API where TLS is declared: it waits for more, and the error names both ports', async () => {
    const clock = new ManualClock();
    const server = createServer((socket) => socket.once('data', () => clock.advance(10_000))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    await expect(connectTo(port, { mode: 'insecure' }, { clock })).rejects.toMatchObject({
      code: 'LM_ROUTER_TLS',
      trouble: 'silent',
      message: expect.stringMatching(/api-ssl \(8729\)/),
    });
    server.close();
  });

  it.each([
    ['answers in plain text', (socket: Socket) => socket.end(Buffer.from('!fatal, this is no TLS')), 'plain'],
    ['hangs up', (socket: Socket) => socket.destroy(), 'closed'],
  ] as const)('that %s during the handshake is told apart', async (_, act, trouble) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => act(socket));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    const dialled = connectTo((server.address() as AddressInfo).port, { mode: 'insecure' });

    await expect(dialled).rejects.toMatchObject({ code: 'LM_ROUTER_TLS', trouble });
    server.close();
  });

  it('TLS where none is declared: an alert comes back, and the error says what to declare', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end(Buffer.from('15030300020246', 'hex')));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');

    await expect(connectTo((server.address() as AddressInfo).port, undefined)).rejects.toMatchObject({
      code: 'LM_ROUTER_TLS',
      trouble: 'wanted',
      message: expect.stringContaining('api.tls'),
    });
    server.close();
  });

  it('TLS where none is declared: it hangs up, and the error asks whether it is that port', async () => {
    const { router } = await listening(showing(named));
    await using _router = router;

    await expect(connectTo(router.port, undefined)).rejects.toThrow(/is this the port of api-ssl/);
  });

  it('is given up when the caller does', async () => {
    const caller = new AbortController();
    const server = createServer((socket) => socket.once('data', () => caller.abort(new Error('shutting down'))));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');

    const dialled = connectTo((server.address() as AddressInfo).port, { mode: 'insecure' }, { signal: caller.signal });

    await expect(dialled).rejects.toThrow('shutting down');
    server.close();
  });
});

describe('a router before 6.43', () => {
  const challenge = '0123456789abcdef0123456789abcdef';

  it('is answered its challenge where that is allowed, and never told the password', async () => {
    const said: string[] = [];
    await using router = await ScriptedRouter.start(async (peer) => {
      const bare = await peer.next();
      peer.reply(bare, '!done', `=ret=${challenge}`);
      const login = await peer.next();
      said.push(...bare.words, ...login.words);
      peer.reply(login, '!done');
      await peer.ended;
    });

    await using _session = await connectTo(router.port, undefined, { legacyLogin: true });

    const octets = Buffer.concat([Buffer.of(0), Buffer.from(password), Buffer.from(challenge, 'hex')]);
    const digest = createHash('md5').update(octets).digest('hex');
    expect(said).toEqual(['=name=lastmile', `=response=00${digest}`]);
  });

  it('without leave is an error that says to upgrade, and what is wrong with the password now', async () => {
    await using router = await ScriptedRouter.start(async (peer) => {
      peer.reply(await peer.next(), '!done', `=ret=${challenge}`);
      await peer.ended;
    });

    await expect(connectTo(router.port, undefined)).rejects.toMatchObject({
      code: 'LM_ROUTER_TOO_OLD',
      message: expect.stringMatching(/6\.49 is the oldest.*Upgrade it, and change the password/),
    });
  });

  it('upgraded meanwhile is logged in to as any other', async () => {
    const said: string[] = [];
    await using router = await ScriptedRouter.start(async (peer) => {
      const bare = await peer.next();
      peer.reply(bare, '!trap', '=message=invalid user name or password (6)');
      peer.reply(bare, '!done');
      const login = await peer.next();
      said.push(...login.words);
      peer.reply(login, '!done');
      await peer.ended;
    });

    await using _session = await connectTo(router.port, undefined, { legacyLogin: true });

    expect(said).toEqual(['=name=lastmile', `=password=${password}`]);
  });
});
