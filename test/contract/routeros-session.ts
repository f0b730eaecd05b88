import { describe, expect, it } from 'vitest';
import { codeOf } from '../../src/base/errors.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import { encodeSentence } from '../../src/routeros/wire/sentence.ts';
import { type ScriptedPeer, ScriptedRouter } from '../support/scripted-router.ts';

/** Logs in to 127.0.0.1 as `lastmile`, password `pa55wort`. */
export type Connect = (port: number) => Promise<RouterOsSession>;

async function withRouter(
  connect: Connect,
  script: (peer: ScriptedPeer) => Promise<void>,
  test: (session: RouterOsSession) => Promise<void>,
): Promise<void> {
  await using router = await ScriptedRouter.loggedIn(script);
  await using session = await connect(router.port);
  await test(session);
}

async function codeOfFailure(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(
    () => 'resolved',
    (error: unknown) => codeOf(error),
  );
}

const cases = {
  'returns rows in order, values with equals signs, line ends and nothing in them': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const print = await peer.next();
        expect([print.command, ...print.words]).toEqual([
          '/ppp/secret/print',
          '=.proplist=.id,name',
          '?disabled=false',
        ]);
        peer.reply(print, '!re', '=.id=*1', '=name=anna', '=comment=a=b=c');
        peer.reply(print, '!re', '=.id=*2', '=name=bert', '=comment=', '=note=two\nlines');
        peer.reply(print, '!done');
      },
      async (session) => {
        const attributes = { '.proplist': '.id,name' };
        const { rows, ret } = await session.run('/ppp/secret/print', attributes, { queries: ['?disabled=false'] });
        expect(rows).toEqual([
          { '.id': '*1', name: 'anna', comment: 'a=b=c' },
          { '.id': '*2', name: 'bert', comment: '', note: 'two\nlines' },
        ]);
        expect(ret).toBeUndefined();
      },
    ),

  'returns the id of an added row': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => peer.reply(await peer.next(), '!done', '=ret=*1A'),
      async (session) => {
        expect(await session.run('/ip/pool/add', { name: 'home' })).toEqual({ rows: [], ret: '*1A' });
      },
    ),

  'returns no rows for a bare !done': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => peer.reply(await peer.next(), '!done'),
      async (session) => expect(await session.run('/ip/pool/print')).toEqual({ rows: [] }),
    ),

  'returns no rows for !empty, as RouterOS 7.18 and later say it': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const print = await peer.next();
        peer.reply(print, '!empty');
        peer.reply(print, '!done');
      },
      async (session) => expect(await session.run('/ip/pool/print')).toEqual({ rows: [] }),
    ),

  'rejects with the words of a trap and goes on': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const add = await peer.next();
        peer.reply(add, '!trap', '=message=failure: pool with such name exists');
        peer.reply(add, '!done');
        peer.reply(await peer.next(), '!done', '=ret=*2');
      },
      async (session) => {
        await expect(session.run('/ip/pool/add', { name: 'home' })).rejects.toThrow('pool with such name exists');
        expect((await session.run('/ip/pool/add', { name: 'other' })).ret).toBe('*2');
      },
    ),

  'joins several traps of one command, with their categories': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const remove = await peer.next();
        peer.reply(remove, '!trap', '=category=0', '=message=no such item');
        peer.reply(remove, '!trap', '=message=not enough permissions (9)');
        peer.reply(remove, '!done');
      },
      async (session) => {
        await expect(session.run('/ip/pool/remove', { '.id': '*1,*2' })).rejects.toMatchObject({
          code: 'LM_ROUTER_TRAP',
          traps: [{ message: 'no such item', category: 0 }, { message: 'not enough permissions (9)' }],
        });
      },
    ),

  'tells commands that run side by side apart by their tags': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const [first, second] = [await peer.next(), await peer.next()];
        peer.reply(second, '!re', '=name=second');
        peer.reply(first, '!re', '=name=first');
        peer.reply(second, '!done');
        peer.reply(first, '!done');
      },
      async (session) => {
        const answers = await Promise.all([session.run('/a/print'), session.run('/b/print')]);
        expect(answers.map(({ rows }) => rows[0]?.['name'])).toEqual(['first', 'second']);
      },
    ),

  'sends and reads UTF-8': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const set = await peer.next();
        expect(set.words).toEqual(['=comment=Zażółć é € 🙂']);
        peer.reply(set, '!done', '=ret=Zażółć é € 🙂');
      },
      async (session) => {
        expect((await session.run('/x/set', { comment: 'Zażółć é € 🙂' })).ret).toBe('Zażółć é € 🙂');
      },
    ),

  'reads a reply that comes octet by octet': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const print = await peer.next();
        await peer.trickle(encodeSentence(['!re', `.tag=${print.tag}`, `=comment=${'x'.repeat(300)}`]));
        await peer.trickle(encodeSentence(['!done', `.tag=${print.tag}`]));
      },
      async (session) => {
        expect((await session.run('/x/print')).rows[0]?.['comment']).toHaveLength(300);
      },
    ),

  'ignores tags and reply words it does not know': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const print = await peer.next();
        peer.send(encodeSentence(['!re', '.tag=nobody', '=name=lost']));
        peer.send(encodeSentence(['!done']));
        peer.reply(print, '!news', '=name=later');
        peer.reply(print, '!done');
      },
      async (session) => expect(await session.run('/x/print')).toEqual({ rows: [] }),
    ),

  'rejects what is under way when the router hangs up': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const print = await peer.next();
        peer.reply(print, '!re', '=name=half');
        peer.finish();
      },
      async (session) => expect(await codeOfFailure(session.run('/x/print'))).toBe('LM_ROUTER_CLOSED'),
    ),

  'rejects with the reason when the router says !fatal': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        await peer.next();
        peer.send(encodeSentence(['!fatal', 'session terminated on request']));
        peer.finish();
      },
      async (session) => {
        await expect(session.run('/quit')).rejects.toThrow('session terminated on request');
        expect(await codeOfFailure(session.run('/x/print'))).toBe('LM_ROUTER_FATAL');
      },
    ),

  'rejects what is under way when it is closed by us': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => peer.ended,
      async (session) => {
        const failure = codeOfFailure(session.run('/x/print'));
        await session.close();
        expect(await failure).toBe('LM_ROUTER_CLOSED');
      },
    ),

  'streams rows in order': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const print = await peer.next();
        for (let i = 0; i < 500; i += 1) peer.reply(print, '!re', `=n=${i}`);
        peer.reply(print, '!done');
      },
      async (session) => {
        const seen: (string | undefined)[] = [];
        await session.stream('/x/print', {}, (row) => void seen.push(row['n']));
        expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => String(i)));
      },
    ),

  'listens until it is stopped': (connect: Connect) =>
    withRouter(
      connect,
      async (peer) => {
        const listen = await peer.next();
        peer.reply(listen, '!re', '=.id=*5', '=.dead=true');
        const cancel = await peer.next();
        expect([cancel.command, ...cancel.words]).toEqual(['/cancel', `=tag=${listen.tag}`]);
        peer.reply(listen, '!trap', '=category=2', '=message=interrupted');
        peer.reply(cancel, '!done');
        peer.reply(listen, '!done');
      },
      async (session) => {
        const row = await new Promise((resolve) => {
          const listening = session.listen('/ppp/active/listen', {}, (seen) => {
            resolve(listening.stop().then(() => seen));
          });
        });
        expect(row).toEqual({ '.id': '*5', '.dead': 'true' });
      },
    ),

  'refuses a wrong password': async (connect: Connect) => {
    await using router = await ScriptedRouter.start(async (peer) => {
      const login = await peer.next();
      expect([login.command, ...login.words]).toEqual(['/login', '=name=lastmile', '=password=pa55wort']);
      peer.reply(login, '!trap', '=message=invalid user name or password (6)');
      peer.reply(login, '!done');
    });
    expect(await codeOfFailure(connect(router.port))).toBe('LM_ROUTER_LOGIN');
  },
} satisfies Record<string, (connect: Connect) => Promise<void>>;

export type ContractCase = keyof typeof cases;

/**
 * What every client of the RouterOS API behind `RouterOsSession` must do.
 *
 * @param cannot what this client is known not to do, with the reason: not run
 */
export function routerOsSessionContract(
  name: string,
  connect: Connect,
  cannot: Partial<Readonly<Record<ContractCase, string>>> = {},
): void {
  describe(name, () => {
    for (const [title, check] of Object.entries(cases)) {
      if (!(title in cannot)) it(title, () => check(connect));
    }
  });
}
