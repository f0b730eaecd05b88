import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import type { RouterOsSession } from '../../src/routeros/session.ts';
import type { SimulatedRouterOsOptions } from '../../src/simulator/simulated-options.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';

const users = [{ name: 'lastmile', password: 'pa55wort' }];

function start(more: Partial<SimulatedRouterOsOptions> = {}): Promise<SimulatedRouterOs> {
  return SimulatedRouterOs.start({ clock: systemClock, users, ...more });
}

function connect(router: SimulatedRouterOs, password = 'pa55wort'): Promise<RouterOsSession> {
  const login = { router: 'core-1', username: 'lastmile', password: new Secret(password) };
  return connectRouterOs({ ...login, host: router.apiHost, port: router.apiPort });
}

describe('our client at the simulated router', () => {
  it('adds, prints, sets and removes', async () => {
    await using router = await start();
    await using session = await connect(router);

    const { ret: id = '' } = await session.run('/ip/pool/add', { name: 'home', ranges: '10.0.0.2-10.0.0.9' });
    await session.run('/ip/pool/set', { '.id': id, comment: 'Zażółć "; /system reset\n🙂' });
    const { rows } = await session.run('/ip/pool/print', { '.proplist': 'name,comment' }, { queries: ['?name=home'] });
    await session.run('/ip/pool/remove', { '.id': id });

    expect(rows).toEqual([{ name: 'home', comment: 'Zażółć "; /system reset\n🙂' }]);
    expect(router.rows('/ip/pool')).toEqual([]);
  });

  it.each(['7.22.3', '7.17'])('finds an empty menu empty on %s, with and without !empty', async (version) => {
    await using router = await start({ version });
    await using session = await connect(router);

    expect(await session.run('/ppp/secret/print')).toEqual({ rows: [] });
  });

  it('hands on the words of a refusal and goes on', async () => {
    await using router = await start();
    await using session = await connect(router);
    const pool = { name: 'home', ranges: '10.0.0.2-10.0.0.9' };
    await session.run('/ip/pool/add', pool);

    await expect(session.run('/ip/pool/add', pool)).rejects.toMatchObject({
      code: 'LM_ROUTER_TRAP',
      command: '/ip/pool/add',
      traps: [{ message: 'failure: pool with such name exists' }],
    });
    expect((await session.run('/ip/pool/print', { 'count-only': '' })).ret).toBe('1');
  });

  it('streams ten thousand secrets to a taker that is asked to be waited for', async () => {
    await using router = await start();
    for (let i = 0; i < 10_000; i += 1) router.add('/ppp/secret', { name: `s${i}`, password: 'x' });
    await using session = await connect(router);
    const names = new Set<string>();

    await session.stream(
      '/ppp/secret/print',
      { '.proplist': 'name' },
      async (row) => void names.add(row['name'] ?? ''),
    );

    expect(names.size).toBe(10_000);
  });

  it('hears of a row that changes, until it stops listening', async () => {
    await using router = await start();
    await using session = await connect(router);
    const heard = new Promise<string | undefined>((resolve) => {
      const listening = session.listen('/ip/pool/listen', {}, (row) => {
        void listening.stop().then(() => resolve(row['name']));
      });
    });
    // A router promises no order between commands: one round trip, and it listens.
    await session.run('/system/identity/print');

    await session.run('/ip/pool/add', { name: 'home', ranges: '10.0.0.2-10.0.0.9' });

    expect(await heard).toBe('home');
    expect((await session.run('/ip/pool/print')).rows).toHaveLength(1);
  });

  it('is refused with a wrong password, and by a router that is too old', async () => {
    await using router = await start();
    await using old = await start({ version: '6.42' });

    await expect(connect(router, 'wrong')).rejects.toMatchObject({ code: 'LM_ROUTER_LOGIN', retry: 'never' });
    await expect(connect(old)).rejects.toMatchObject({ code: 'LM_ROUTER_TOO_OLD' });
  });

  it('SPL-09: is told what to look at when the api service lets nobody in', async () => {
    await using router = await start();
    router.set('/ip/service', 'api', { address: '10.99.0.0/24' });

    await expect(connect(router)).rejects.toThrow('"address" of /ip/service');
  });

  it('loses nothing but what was under way when the router closes in the middle of a reply', async () => {
    await using router = await start({ faults: [{ kind: 'close-mid-reply', command: '/ppp/secret/print' }] });
    router.add('/ppp/secret', { name: 'anna', password: 'x' });
    await using session = await connect(router);

    await expect(session.run('/ppp/secret/print')).rejects.toMatchObject({ code: 'LM_ROUTER_CLOSED' });
    await using again = await connect(router);
    expect((await again.run('/ppp/profile/print')).rows.length).toBeGreaterThan(0);
  });

  it('gives up on a held reply, and the late one disturbs nothing', async () => {
    await using router = await start();
    await using session = await connect(router);
    const lift = router.faults.add({ kind: 'hold-replies', command: '/ppp/secret' });
    const caller = new AbortController();

    const held = session.run('/ppp/secret/print', {}, { signal: caller.signal });
    await session.run('/system/identity/print');
    caller.abort(new Error('enough'));

    await expect(held).rejects.toThrow('enough');
    lift();
    expect((await session.run('/ppp/secret/print')).rows).toEqual([]);
  });
});
