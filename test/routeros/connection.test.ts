import { once } from 'node:events';
import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastmileError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { type ConnectOptions, connectRouterOs } from '../../src/routeros/connection.ts';
import { unreachableReason } from '../../src/routeros/errors.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import type { RouterOsRow } from '../../src/routeros/wire/reply.ts';
import { encodeSentence } from '../../src/routeros/wire/sentence.ts';
import { routerOsSessionContract } from '../contract/routeros-session.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type ClientSentence, type ScriptedPeer, ScriptedRouter } from '../support/scripted-router.ts';

const password = 'pa55wort';

function connectTo(port: number, more: Partial<ConnectOptions> = {}): Promise<RouterOsSession> {
  const login = { router: 'core-1', username: 'lastmile', password: new Secret(password) };
  return connectRouterOs({ ...login, host: '127.0.0.1', port, ...more });
}

routerOsSessionContract('our RouterOS client', (port) => connectTo(port));

/** Takes the next command and leaves it unanswered until the test says so. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

describe('a router that cannot be reached', () => {
  it('SPL-09: refuses: the error says which service to enable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = (server.address() as { port: number }).port;
    server.close();
    await once(server, 'close');

    await expect(connectTo(port)).rejects.toMatchObject({
      code: 'LM_ROUTER_UNREACHABLE',
      reason: 'refused',
      message: expect.stringMatching(
        new RegExp(`^router core-1 \\(127\\.0\\.0\\.1:${port}\\) .*port ${port}.*/ip/service/enable api`),
      ),
    });
  });

  it.each([
    ['ENOTFOUND', 'unknown-name'],
    ['EAI_AGAIN', 'unknown-name'],
    ['EHOSTUNREACH', 'no-route'],
    ['ETIMEDOUT', 'timeout'],
    ['EMFILE', 'other'],
  ])('for the reason %s is told apart as %s', (code, reason) => {
    expect(unreachableReason(Object.assign(new Error('connect'), { code }))).toBe(reason);
  });

  it('takes the connection and says nothing: the login times out', async () => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.start(async (peer) => {
      await peer.next();
      clock.advance(10_000);
      await peer.ended;
    });

    await expect(connectTo(router.port, { clock })).rejects.toMatchObject({ reason: 'timeout', retry: 'backoff' });
  });

  it('SPL-09: hangs up before the login: the error names the address list of the service', async () => {
    await using router = await ScriptedRouter.start(async (peer) => peer.finish());

    await expect(connectTo(router.port)).rejects.toMatchObject({
      code: 'LM_ROUTER_CLOSED',
      message: expect.stringContaining('"address" of /ip/service'),
    });
  });

  it('is given up when the caller does', async () => {
    const caller = new AbortController();
    await using router = await ScriptedRouter.start(async (peer) => {
      await peer.next();
      caller.abort(new Error('shutting down'));
      await peer.ended;
    });

    await expect(connectTo(router.port, { signal: caller.signal })).rejects.toThrow('shutting down');
  });
});

describe('a login', () => {
  it('refused tells what to check and never the password, even if the router quotes it', async () => {
    await using router = await ScriptedRouter.start(async (peer) => {
      const login = await peer.next();
      peer.reply(login, '!trap', `=message=invalid user name or password (6) ${password}`);
      peer.reply(login, '!done');
    });

    const error = await connectTo(router.port).catch((reason: unknown) => reason as Error);

    expect(error).toMatchObject({
      code: 'LM_ROUTER_LOGIN',
      retry: 'never',
      message: expect.stringContaining('policy "api"'),
    });
    expect(`${(error as Error).message} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain(password);
  });

  it('answered with a challenge is refused: such a router is too old', async () => {
    await using router = await ScriptedRouter.start(async (peer) => {
      peer.reply(await peer.next(), '!done', `=ret=${'0f'.repeat(16)}`);
      await peer.ended;
    });

    await expect(connectTo(router.port)).rejects.toMatchObject({
      code: 'LM_ROUTER_TOO_OLD',
      message: expect.stringContaining('before 6.43'),
    });
  });

  it('answered with !fatal keeps the reason', async () => {
    await using router = await ScriptedRouter.start(async (peer) => {
      peer.send(encodeSentence(['!fatal', 'too many commands before login']));
      await peer.ended;
    });

    await expect(connectTo(router.port)).rejects.toThrow('too many commands before login');
  });

  it('at a port that speaks something else is told so', async () => {
    await using router = await ScriptedRouter.start(async (peer) => {
      peer.send(Buffer.from([0xff, 0xfd, 0x18]));
      await peer.ended;
    });

    await expect(connectTo(router.port)).rejects.toMatchObject({ code: 'LM_ROUTER_PROTOCOL' });
  });
});

describe('a command that takes too long', () => {
  it('rejects, is cancelled on the router, and its late rows reach nobody', async () => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const slow = await peer.next();
      peer.reply(slow, '!re', '=name=in-time');
      clock.advance(5_000);
      const cancel = await peer.next();
      expect([cancel.command, ...cancel.words]).toEqual(['/cancel', `=tag=${slow.tag}`]);
      const next = await peer.next();
      peer.reply(slow, '!re', '=name=late');
      peer.reply(slow, '!trap', '=category=2', '=message=interrupted');
      peer.reply(cancel, '!done');
      peer.reply(slow, '!done');
      peer.reply(next, '!re', '=name=next');
      peer.reply(next, '!done');
    });
    await using session = await connectTo(router.port, { clock });

    await expect(session.run('/slow/print', {}, { deadlineMs: 5_000 })).rejects.toMatchObject({
      code: 'LM_ROUTER_TIMEOUT',
      command: '/slow/print',
      message: expect.stringContaining('may have been carried out'),
    });

    expect((await session.run('/next/print')).rows).toEqual([{ name: 'next' }]);
  });

  it.each(['run', 'stream'] as const)('is one whose router says nothing for 30 s, also by %s', async (way) => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      clock.advance(29_999);
      peer.reply(print, '!re', '=name=first');
      const ping = await peer.next();
      peer.reply(ping, '!done');
      await peer.next();
    });
    await using session = await connectTo(router.port, { clock });

    const slow = way === 'run' ? session.run('/slow/print') : session.stream('/slow/print', {}, () => undefined);
    await session.run('/ping');
    let over = false;
    slow.catch(() => {
      over = true;
    });
    clock.advance(29_999);
    await new Promise((resolve) => setImmediate(resolve));
    const overTooEarly = over;
    clock.advance(1);

    await expect(slow).rejects.toMatchObject({
      code: 'LM_ROUTER_TIMEOUT',
      message: expect.stringContaining('30000 ms'),
    });
    expect(overTooEarly).toBe(false);
  });

  it('is not one whose rows keep coming, however long it takes them', async () => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      for (let row = 0; row < 20; row += 1) {
        peer.reply(print, '!re', `=name=${row}`);
        peer.reply(await peer.next(), '!done');
      }
      peer.reply(print, '!done');
    });
    await using session = await connectTo(router.port, { clock });

    let rows = 0;
    await session.stream('/long/print', {}, () => {
      rows += 1;
      clock.advance(29_999);
      void session.run('/ping');
    });

    expect(rows).toBe(20);
  });

  it('is one whose rows keep coming without an end: others wait for their turn to be looked at', async () => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      for (;;) {
        peer.reply(print, '!re', '=name=again');
        const next = await peer.next();
        if (next.command === '/cancel') return;
        peer.reply(next, '!done');
      }
    });
    await using session = await connectTo(router.port, { clock });

    const endless = session.stream('/long/print', {}, () => {
      clock.advance(29_999);
      void session.run('/ping').catch(() => undefined);
    });

    await expect(endless).rejects.toMatchObject({
      code: 'LM_ROUTER_TIMEOUT',
      message: expect.stringContaining('900000 ms'),
    });
  });

  it('is not one whose rows we are slow to take', async () => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      peer.reply(print, '!re', '=name=first');
      peer.reply(print, '!done');
    });
    await using session = await connectTo(router.port, { clock });

    const printed = session.stream('/x/print', {}, async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        clock.advance(60_000);
      }
    });

    await expect(printed).resolves.toBeUndefined();
  });

  it('ends the connection when the router does not even answer the cancel', async () => {
    const clock = new ManualClock();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      await peer.next();
      clock.advance(30_000);
      await peer.next();
      clock.advance(10_000);
      await peer.ended;
    });
    await using session = await connectTo(router.port, { clock });

    await expect(session.run('/slow/print')).rejects.toMatchObject({ code: 'LM_ROUTER_TIMEOUT' });

    expect(await session.closed).toMatchObject({ message: expect.stringContaining('no longer answers') });
  });

  it('is not known to the router if its turn never came', async () => {
    const clock = new ManualClock();
    const commands: string[] = [];
    const queued = gate();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const first = await peer.next();
      await queued.opened;
      clock.advance(1_000);
      peer.reply(first, '!done');
      const then = await peer.next();
      commands.push(first.command, then.command);
      peer.reply(then, '!done');
    });
    await using session = await connectTo(router.port, { clock, maxInFlight: 1 });

    const first = session.run('/first/print');
    const impatient = session.run('/impatient/print', {}, { deadlineMs: 1_000 });
    queued.open();

    await expect(impatient).rejects.toMatchObject({ code: 'LM_ROUTER_TIMEOUT' });
    await first;
    await session.run('/then/print');
    expect(commands).toEqual(['/first/print', '/then/print']);
  });
});

describe('a command whose caller gives up', () => {
  it('rejects with the reason of the signal and is cancelled', async () => {
    const caller = new AbortController();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      caller.abort(new Error('no longer wanted'));
      const cancel = await peer.next();
      expect([cancel.command, ...cancel.words]).toEqual(['/cancel', `=tag=${print.tag}`]);
      peer.reply(await peer.next(), '!done');
    });
    await using session = await connectTo(router.port);

    await expect(session.run('/x/print', {}, { signal: caller.signal })).rejects.toThrow('no longer wanted');
    const before = session.run('/y/print', {}, { signal: AbortSignal.abort(new Error('before')) });
    await expect(before).rejects.toThrow('before');
    await session.run('/z/print');
  });
});

describe('more commands than a connection takes at once', () => {
  it('wait for their turn, in order', async () => {
    const order: string[] = [];
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const open = [await peer.next(), await peer.next()];
      for (let answered = 0; answered < 10; answered += 1) {
        const command = open.shift() as ClientSentence;
        order.push(command.command);
        peer.reply(command, '!done');
        if (answered < 8) open.push(await peer.next());
      }
    });
    await using session = await connectTo(router.port, { maxInFlight: 2 });
    const commands = Array.from({ length: 10 }, (_, i) => `/c${i}/print`);

    await Promise.all(commands.map((command) => session.run(command)));

    expect(order).toEqual(commands);
  });
});

describe('rows that are handed out slowly', () => {
  it('stop the reading, and all arrive although the router has hung up meanwhile', async () => {
    const more = gate();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      for (let i = 0; i < 3; i += 1) peer.reply(print, '!re', `=n=${i}`);
      peer.reply(print, '!done');
      peer.finish();
      await peer.next().catch(() => undefined);
    });
    await using session = await connectTo(router.port);
    const seen: string[] = [];
    let active = 0;

    const streamed = session.stream('/x/print', {}, async (row) => {
      active += 1;
      expect(active).toBe(1);
      if (row['n'] === '0') await more.opened;
      seen.push(row['n'] ?? '');
      active -= 1;
    });
    more.open();
    await streamed;

    expect(seen).toEqual(['0', '1', '2']);
  });

  it('hold back a router that sends more than fits in the buffers', async () => {
    const filler = `=filler=${'x'.repeat(60_000)}`;
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      for (let i = 0; i < 300; i += 1) peer.reply(print, '!re', filler, `=n=${i}`);
      peer.reply(print, '!done');
      await peer.ended;
    });
    await using session = await connectTo(router.port);
    let rows = 0;

    await session.stream('/x/print', {}, async () => {
      rows += 1;
      await new Promise((resolve) => setImmediate(resolve));
    });

    expect(rows).toBe(300);
  });

  it('of two streams at once all arrive', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const prints = [await peer.next(), await peer.next()];
      for (let i = 0; i < 50; i += 1) for (const print of prints) peer.reply(print, '!re', `=n=${i}`);
      for (const print of prints) peer.reply(print, '!done');
    });
    await using session = await connectTo(router.port);
    const seen: [string[], string[]] = [[], []];

    await Promise.all(
      seen.map((rows) =>
        session.stream('/x/print', {}, async (row) => {
          await new Promise((resolve) => setImmediate(resolve));
          rows.push(row['n'] ?? '');
        }),
      ),
    );

    const all = Array.from({ length: 50 }, (_, i) => String(i));
    expect(seen).toEqual([all, all]);
  });

  it('may be taken by a function that returns something else than a promise', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      peer.reply(print, '!re', '=n=1');
      peer.reply(print, '!re', '=n=2');
      peer.reply(print, '!done');
    });
    await using session = await connectTo(router.port);
    const rows: RouterOsRow[] = [];

    await session.stream('/x/print', {}, ((row: RouterOsRow) => rows.push(row)) as (row: RouterOsRow) => void);

    expect(rows).toHaveLength(2);
  });

  it('end with what the taker threw, the command cancelled and the session usable', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      for (let turn = 0; turn < 2; turn += 1) {
        const print = await peer.next();
        peer.reply(print, '!re', '=n=0');
        peer.reply(print, '!re', '=n=1');
        const cancel = await peer.next();
        peer.reply(print, '!trap', '=category=2', '=message=interrupted');
        peer.reply(cancel, '!done');
        peer.reply(print, '!done');
      }
      peer.reply(await peer.next(), '!done');
    });
    await using session = await connectTo(router.port);
    const seen: string[] = [];
    const bad = (row: RouterOsRow): never => {
      seen.push(row['n'] ?? '');
      throw new Error('cannot take it');
    };

    await expect(session.stream('/x/print', {}, bad)).rejects.toThrow('cannot take it');
    await expect(session.stream('/x/print', {}, async (row) => bad(row))).rejects.toThrow('cannot take it');

    expect(seen).toEqual(['0', '0']);
    await expect(session.run('/y/print')).resolves.toEqual({ rows: [] });
  });
});

describe('a listener', () => {
  it('takes no slot from other commands', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      await peer.next();
      await peer.next();
      peer.reply(await peer.next(), '!done', '=ret=3');
    });
    await using session = await connectTo(router.port, { maxInFlight: 1 });

    session.listen('/ppp/active/listen', {}, () => undefined);
    session.listen('/log/listen', {}, () => undefined);

    expect((await session.run('/x/print', { 'count-only': '' })).ret).toBe('3');
  });

  it('ends with the words of the router that refuses it', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const listen = await peer.next();
      peer.reply(listen, '!trap', '=message=no such command');
      peer.reply(listen, '!done');
    });
    await using session = await connectTo(router.port);

    const listening = session.listen('/ppp/secret/lisen', {}, () => undefined);

    await expect(listening.ended).rejects.toMatchObject({ code: 'LM_ROUTER_TRAP', command: '/ppp/secret/lisen' });
    await listening.stop();
  });

  it('stops when its signal says so', async () => {
    const caller = new AbortController();
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const listen = await peer.next();
      caller.abort();
      const cancel = await peer.next();
      peer.reply(listen, '!trap', '=category=2', '=message=interrupted');
      peer.reply(listen, '!done');
      peer.reply(cancel, '!done');
    });
    await using session = await connectTo(router.port);

    const listening = session.listen('/log/listen', {}, () => undefined, { signal: caller.signal });

    await expect(listening.ended).resolves.toBeUndefined();
  });

  it('nobody watches does no harm when the router goes away', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      await peer.next();
      peer.reset();
    });
    await using session = await connectTo(router.port);

    session.listen('/log/listen', {}, () => undefined);

    expect(await session.closed).toMatchObject({ code: 'LM_ROUTER_CLOSED' });
  });
});

describe('a router that resets the connection', () => {
  it('rejects commands under way, commands waiting, and commands to come, and says why', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      await peer.next();
      peer.reset();
    });
    await using session = await connectTo(router.port, { maxInFlight: 1 });
    const listening = session.listen('/ppp/active/listen', {}, () => undefined);

    const results = await Promise.allSettled([session.run('/a/print'), session.run('/b/print'), listening.ended]);

    const closed = expect.objectContaining({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'LM_ROUTER_CLOSED' }),
    });
    expect(results).toEqual([closed, closed, closed]);
    await expect(session.run('/c/print')).rejects.toMatchObject({ code: 'LM_ROUTER_CLOSED' });
    expect((await session.closed).message).toMatch(/^router core-1 \(127\.0\.0\.1:\d+\): the router closed/);
    await listening.stop();
  });

  it('in the middle of a sentence does the same', async () => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const print = await peer.next();
      peer.send(encodeSentence(['!done', `.tag=${print.tag}`]).subarray(0, -1));
      peer.finish();
    });
    await using session = await connectTo(router.port);

    await expect(session.run('/a/print')).rejects.toMatchObject({ code: 'LM_ROUTER_CLOSED', by: 'router' });
  });
});

describe('what a router sends that it should not', () => {
  async function answering(script: (peer: ScriptedPeer, to: ClientSentence) => void): Promise<ScriptedRouter> {
    return ScriptedRouter.loggedIn(async (peer) => {
      script(peer, await peer.next());
      await peer.ended;
    });
  }

  it('a sentence longer than we take ends the connection before it has come', async () => {
    await using router = await answering((peer) => peer.send(Buffer.from([0xf0, 0xff, 0xff, 0xff, 0xff, 0x41])));
    await using session = await connectTo(router.port);

    await expect(session.run('/x/print')).rejects.toMatchObject({ code: 'LM_ROUTER_PROTOCOL' });
  });

  it('more rows or octets than a command may bring reject that command alone, and end it on the router', async () => {
    const answers = async (peer: ScriptedPeer) => {
      for (let command = 0; command < 4; command += 1) {
        const print = await peer.next();
        for (let i = 0; i < 4; i += 1) peer.reply(print, '!re', `=n=${i}`);
        const cancel = await peer.next();
        peer.reply(print, '!done');
        peer.reply(cancel, '!done');
      }
      peer.reply(await peer.next(), '!done');
    };
    const limits = [
      { limit: { maxRows: 3 }, words: 'more than 3 rows' },
      { limit: { maxOctets: 30 }, words: 'more than 30 octets' },
    ];
    for (const { limit, words } of limits) {
      await using router = await ScriptedRouter.loggedIn(answers);
      await using session = await connectTo(router.port, limit);
      for (let i = 0; i < 2; i += 1) {
        await expect(session.run('/x/print')).rejects.toThrow(words);
        await expect(session.stream('/x/print', {}, () => undefined)).rejects.toThrow(words);
      }
      await expect(session.run('/y/print')).resolves.toEqual({ rows: [] });
    }
  });

  it('rows of a command that is listened to may be any number', async () => {
    const seen: string[] = [];
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const listen = await peer.next();
      for (let i = 0; i < 9; i += 1) peer.reply(listen, '!re', `=n=${i}`);
      peer.reply(listen, '!done');
    });
    await using session = await connectTo(router.port, { maxRows: 3, maxOctets: 30 });

    await session.listen('/x/listen', {}, (row) => void seen.push(row['n'] ?? '')).ended;

    expect(seen).toHaveLength(9);
  });

  it('any octets at all: commands settle, nothing else happens', async () => {
    const reply = fc
      .tuple(
        fc.constantFrom('!re', '!trap', '!done', '!empty', '!fatal', '!x'),
        fc.constantFrom('1', '2', '3', 'z', ''),
      )
      .map(([word, tag]) => encodeSentence([word, `.tag=${tag}`, '=a=b']));
    const octets = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const stream = fc.array(fc.oneof({ weight: 4, arbitrary: reply }, { weight: 1, arbitrary: octets }), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(stream, async (parts) => {
        await using router = await ScriptedRouter.loggedIn(async (peer) => {
          await peer.next();
          await peer.next();
          for (const part of parts) peer.send(part);
          peer.finish();
        });
        await using session = await connectTo(router.port);

        const results = await Promise.allSettled([
          session.run('/x/print'),
          session.stream('/y/print', {}, () => undefined),
        ]);

        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LastmileError);
        }
        expect((await session.closed).code).toMatch(/^LM_ROUTER_(CLOSED|FATAL|PROTOCOL)$/);
      }),
    );
  });

  it('hostile property names are properties, nothing more', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    await using router = await answering((peer, to) => {
      peer.reply(to, '!re', ...names.map((name) => `=${name}=mine`));
      peer.reply(to, '!re');
      peer.reply(to, '!done');
    });
    await using session = await connectTo(router.port);

    const { rows } = await session.run('/x/print');

    expect(Object.entries(rows[0] ?? {})).toEqual(names.map((name) => [name, 'mine']));
    expect(names.map((name) => rows[1]?.[name])).toEqual([undefined, undefined, undefined, undefined]);
    expect(({} as Record<string, unknown>)['mine']).toBeUndefined();
  });

  it('text in the code page of a PC is read by that code page, row by row', async () => {
    await using router = await answering((peer, to) => {
      peer.reply(to, '!re', Buffer.from([...Buffer.from('=comment=Za'), 0xbf, 0xf3, 0xb3, 0xe6]), '=name=Zażółć');
      peer.reply(to, '!done');
    });
    await using session = await connectTo(router.port, { fallbackEncoding: 'windows-1250' });

    expect((await session.run('/x/print')).rows).toEqual([{ comment: 'Zażółć', name: 'Zażółć' }]);
  });

  it('control and direction characters in a refusal are made visible', async () => {
    await using router = await answering((peer, to) => {
      peer.reply(to, '!trap', '=message=bad\u001b[2J\u202ename');
      peer.reply(to, '!done');
    });
    await using session = await connectTo(router.port);

    await expect(session.run('/x/print')).rejects.toThrow('refused /x/print: bad\\u{1b}[2J\\u{202e}name');
  });
});

describe('hostile values and names', () => {
  it('go out as one word each, and come back as they were', async () => {
    const hostile = [
      '"; /system reset',
      'two\nlines\r\n',
      '\u202eabc',
      '🙂',
      'x'.repeat(4096),
      '=ret=*1',
      '',
      '\0',
      '/quit',
    ];
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      for (const value of hostile) {
        const set = await peer.next();
        expect([set.command, ...set.words]).toEqual(['/ppp/secret/set', '=.id=*1', `=name=${value}`]);
        peer.reply(set, '!done', `=ret=${value}`);
      }
    });
    await using session = await connectTo(router.port);

    for (const value of hostile) {
      expect((await session.run('/ppp/secret/set', { '.id': '*1', name: value })).ret).toBe(value);
    }
  });

  it.each([
    ['a field', () => ({ attributes: { 'name=x\u0000': '' } })],
    ['a query', () => ({ options: { queries: ['/system/reset-configuration'] } })],
    ['a command', () => ({ command: '/system/reset\n' })],
  ])('as %s never reach the router', async (_, what) => {
    await using router = await ScriptedRouter.loggedIn(async (peer) => {
      const after = await peer.next();
      expect(after.command).toBe('/after');
      peer.reply(after, '!done');
    });
    await using session = await connectTo(router.port);
    const {
      command = '/x/set',
      attributes = {},
      options = {},
    } = what() as {
      command?: string;
      attributes?: Record<string, string>;
      options?: { queries: string[] };
    };

    await expect(session.run(command, attributes, options)).rejects.toMatchObject({ code: 'LM_ROUTEROS_WORD' });
    await session.run('/after');
  });
});
