import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { CallLog, loggedSession, operationOf } from '../../src/routeros/call-log.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { routerOsSessionContract } from '../contract/routeros-session.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type ScriptedPeer, ScriptedRouter } from '../support/scripted-router.ts';

const login = { router: 'core-1', username: 'lastmile', password: new Secret('pa55wort') };

/** A logged session with a router that follows a script, and its log. */
async function logging(script: (peer: ScriptedPeer, clock: ManualClock) => Promise<void>, kept?: number) {
  const clock = new ManualClock();
  const router = await ScriptedRouter.loggedIn((peer) => script(peer, clock));
  const log = new CallLog({ clock, ...(kept === undefined ? {} : { kept }) });
  const open = await connectRouterOs({ ...login, host: '127.0.0.1', port: router.port, clock });
  return { router, clock, log, session: loggedSession(open, log) };
}

async function obliging(peer: ScriptedPeer): Promise<void> {
  for (;;) peer.reply(await peer.next(), '!done', '=ret=*1');
}

describe('a session whose commands are written down', () => {
  routerOsSessionContract('our client, logged', async (port) =>
    loggedSession(
      await connectRouterOs({ ...login, host: '127.0.0.1', port }),
      new CallLog({ clock: new ManualClock() }),
    ),
  );

  it('SPL-24: tells each with its time, how long it took, and what came of it; newest first', async () => {
    const { router, log, session } = await logging(async (peer, time) => {
      const print = await peer.next();
      peer.reply(print, '!re', '=name=a');
      peer.reply(print, '!re', '=name=b');
      time.advance(40);
      peer.reply(print, '!done');
      const add = await peer.next();
      time.advance(7);
      peer.reply(add, '!trap', '=message=failure: pool with such name exists');
      peer.reply(add, '!done');
      await peer.ended;
    });
    await using _router = router;

    await session.run('/ip/pool/print', { '.proplist': 'name' }, { queries: ['?name=a'] });
    await session.run('/ip/pool/add', { name: 'a', ranges: '10.0.0.2' }).catch(() => undefined);
    await session.close();

    const start = Date.UTC(2026, 0, 1);
    expect(log.calls()).toEqual([
      {
        number: 2,
        at: start + 40,
        durationMs: 7,
        command: '/ip/pool/add',
        attributes: { name: 'a', ranges: '10.0.0.2' },
        result: 'refused',
        error: expect.stringContaining('pool with such name exists'),
      },
      {
        number: 1,
        at: start,
        durationMs: 40,
        command: '/ip/pool/print',
        attributes: { '.proplist': 'name' },
        queries: ['?name=a'],
        result: 'done',
        rows: 2,
      },
    ]);
  });

  it('SPL-24: hides what may be a secret, also where the router quotes it', async () => {
    const canary = 'c4n"ary';
    const { router, log, session } = await logging(async (peer) => {
      for (;;) {
        const command = await peer.next();
        peer.reply(command, '!trap', `=message=invalid value "${canary}" for argument`);
        peer.reply(command, '!done');
      }
    });
    await using _router = router;
    const names = ['password', 'secret', 'private-key', 'ipsec-secret', 'source', 'on-event', 'contents', 'passphrase'];

    for (const name of names) await session.run('/x/set', { '.id': '*1', [name]: canary }).catch(() => undefined);
    // The name of an SNMP community is what lets in.
    await session.run('/snmp/community/add', { name: canary }).catch(() => undefined);
    await session.run('/snmp/set', { 'trap-community': canary }).catch(() => undefined);
    await session.run('/snmp/community/print', {}, { queries: [`?name=${canary}`] }).catch(() => undefined);
    await session.run('/x/print', {}, { queries: [`?password=${canary}`] }).catch(() => undefined);
    await session.close();

    expect(log.calls()).toHaveLength(names.length + 4);
    expect(JSON.stringify(log.calls().slice(1))).not.toContain('ary');
    expect(log.calls()[0]?.queries).toEqual(['?password=[secret]']);
  });

  it('keeps the last of them, and tells of none that has no end', async () => {
    const { router, log, session } = await logging(obliging, 3);
    await using _router = router;

    for (let at = 0; at < 10; at += 1) await session.run(`/n${at}/set`, { value: 'x'.repeat(1000) });
    await session.close();

    expect(log.calls().map(({ command, number }) => [command, number])).toEqual([
      ['/n9/set', 10],
      ['/n8/set', 9],
      ['/n7/set', 8],
    ]);
    expect(log.calls(1)).toHaveLength(1);
    expect(log.calls()[0]?.attributes['value']?.length).toBeLessThan(300);
  });

  it('tells of a router that hung up', async () => {
    const { router, log, session } = await logging(async (peer) => {
      await peer.next();
      peer.reset();
    });
    await using _router = router;

    await session.run('/ip/pool/print').catch(() => undefined);

    expect(log.calls()).toMatchObject([{ result: 'failed', error: expect.stringMatching(/^LM_ROUTER_CLOSED: /) }]);
  });
});

describe('what a command does', () => {
  it('is the last word of its path', () => {
    expect(['/ppp/secret/set', '/login', '/ip/hotspot/active/remove'].map(operationOf)).toEqual([
      'set',
      'login',
      'remove',
    ]);
  });
});
