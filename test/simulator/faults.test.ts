import { describe, expect, it } from 'vitest';
import { offerPppoe, RawClient, Responder, startRouter, turn, useRadius } from './support.ts';

describe('a router that misbehaves', () => {
  it('answers with an error after a write it carried out', async () => {
    await using lab = await startRouter({ faults: [{ kind: 'trap-after-write', command: '/ppp/secret', times: 1 }] });
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/ppp/secret/add', '=name=a')).toBe('action failed (6)');
    expect(await client.trap('/ppp/secret/add', '=name=b')).toBeUndefined();
    expect(lab.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(['a', 'b']);
  });

  it('answers !done to a write it did not carry out', async () => {
    await using lab = await startRouter();
    lab.router.faults.replace([{ kind: 'done-without-write', after: 1 }]);
    using client = await RawClient.login(lab.router.apiPort);

    expect(await client.trap('/ppp/secret/add', '=name=a')).toBeUndefined();
    expect(await client.trap('/ppp/secret/add', '=name=b')).toBeUndefined();
    expect(lab.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(['a']);
  });

  it('ends the connection in the middle of an answer', async () => {
    await using lab = await startRouter({ faults: [{ kind: 'close-mid-reply', command: '/ppp/profile/print' }] });
    using client = await RawClient.login(lab.router.apiPort);

    const replies = await client.talk('/ppp/profile/print');

    expect(replies.map(({ word }) => word)).toEqual(['!re']);
    await client.closed;
  });

  it('takes its time over every command, of which many may be under way', async () => {
    await using lab = await startRouter({ faults: [{ kind: 'latency', command: '/ppp', ms: 20 }] });
    using client = await RawClient.login(lab.router.apiPort);
    client.send('/ppp/secret/add', '=name=a', '.tag=1');
    client.send('/ppp/secret/add', '=name=b', '.tag=2');
    expect((await client.talk('/system/identity/print', '.tag=3')).map(({ tag }) => tag)).toEqual(['3', '3']);

    await lab.clock.advance(20);

    expect([(await client.next())?.tag, (await client.next())?.tag]).toEqual(['1', '2']);
  });

  it('holds answers back until it is told to go on; a cancelled command then stays silent', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const lift = lab.router.faults.add({ kind: 'hold-replies', command: '/ppp/secret/add' });
    client.send('/ppp/secret/add', '=name=a', '.tag=1');
    client.send('/ppp/secret/add', '=name=b', '.tag=2');
    client.send('/cancel', '=tag=2', '.tag=3');
    expect(
      [await client.next(), await client.next(), await client.next()].map((reply) => `${reply?.word} ${reply?.tag}`),
    ).toEqual(['!trap 2', '!done 3', '!done 2']);

    lift();

    expect(await client.next()).toMatchObject({ word: '!done', tag: '1', values: { ret: '*1' } });
  });

  it('cuts the cable at one command: no answer, no end, and nobody knows whether it was carried out', async () => {
    await using lab = await startRouter();
    lab.router.faults.replace([{ kind: 'half-open', command: '/ppp/secret', after: 1, times: 1 }]);
    using client = await RawClient.login(lab.router.apiPort);
    await client.talk('/ppp/secret/add', '=name=a');
    client.send('/ppp/secret/add', '=name=b');
    client.send('/ppp/secret/add', '=name=c');
    using next = await RawClient.login(lab.router.apiPort);

    expect(await next.rows('/ppp/secret/print', '=.proplist=name')).toEqual([{ name: 'a' }, { name: 'b' }]);
    expect(lab.router.openApiSessions).toBe(2);
    expect(lab.router.faults.struck()).toEqual([1]);
  });

  it.each([
    ['reset', true, ['a', 'b']],
    ['reset', false, ['a']],
    ['close', true, ['a', 'b']],
    ['close', false, ['a']],
  ] as const)(
    'ends the connection by %s at exactly the third command of all, carried out: %s',
    async (kind, applied, left) => {
      await using lab = await startRouter({ faults: [{ kind, after: 2, times: 1, applied }] });
      using client = await RawClient.login(lab.router.apiPort);
      await client.talk('/ppp/secret/add', '=name=a');

      expect(await client.talk('/ppp/secret/add', '=name=b')).toEqual([]);

      await client.closed;
      expect(lab.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(left);
    },
  );

  it('keeps its answers to itself for a while, then goes on', async () => {
    await using lab = await startRouter({ faults: [{ kind: 'stall', command: '/ppp', ms: 500, times: 1 }] });
    using client = await RawClient.login(lab.router.apiPort);
    client.send('/ppp/secret/add', '=name=a', '.tag=1');
    client.send('/system/identity/print', '.tag=2');
    using other = await RawClient.login(lab.router.apiPort);
    await other.talk('/system/identity/print');
    expect(client.received).toHaveLength(1);

    await lab.clock.advance(500);

    expect([(await client.next())?.tag, (await client.next())?.tag]).toEqual(['1', '2']);
  });

  it('lets nobody in', async () => {
    await using lab = await startRouter({
      faults: [{ kind: 'refuse-login', message: 'std failure: timeout', times: 1 }],
    });
    using client = await RawClient.connect(lab.router.apiPort);

    expect(await client.trap('/login', '=name=admin', '=password=')).toBe('std failure: timeout');
    expect(await client.trap('/login', '=name=admin', '=password=')).toBeUndefined();
  });

  it('sends no accounting', async () => {
    await using lab = await startRouter({ faults: [{ kind: 'drop-accounting' }] });
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    await lab.router.dial({ username: 'anna', password: 'x', method: 'pap' });
    await server.next();

    lab.router.hangUp('anna');
    await turn();

    await lab.router.accountingIdle();
    expect(server.waiting).toBe(0);
  });

  it('drops a client in the middle of its commands, and serves the next', async () => {
    await using lab = await startRouter({ faults: [{ kind: 'latency', command: '/ppp', ms: 20, times: 1 }] });
    using client = await RawClient.login(lab.router.apiPort);
    client.send('/ppp/secret/add', '=name=a');
    client.send('/ppp/secret/listen', '.tag=l');
    await client.talk('/system/identity/print', '.tag=x');

    lab.router.dropConnections();

    await client.closed;
    await lab.clock.advance(20);
    using next = await RawClient.login(lab.router.apiPort);
    expect(await next.rows('/system/identity/print')).toHaveLength(1);
  });
});
