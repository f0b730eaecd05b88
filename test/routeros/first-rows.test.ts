import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { firstRows } from '../../src/routeros/first-rows.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';

const menu = '/ip/firewall/address-list';

/** A router with thirty addresses on a list, and ten on another. */
async function open() {
  const router = await SimulatedRouterOs.start({ clock: systemClock, users: [{ name: 'lastmile', password: 'api' }] });
  for (let at = 0; at < 40; at += 1) {
    router.add(menu, { list: at % 4 === 0 ? 'few' : 'many', address: `198.51.100.${at}` });
  }
  const login = { router: 'core-1', username: 'lastmile', password: new Secret('api') };
  const session = await connectRouterOs({ ...login, host: router.apiHost, port: router.apiPort });
  return {
    read: (most: number, signal = new AbortController().signal) =>
      firstRows(session, menu, { fields: 'address', queries: ['?list=many'], most, signal }),
    async [Symbol.asyncDispose]() {
      await session[Symbol.asyncDispose]();
      await router[Symbol.asyncDispose]();
    },
  };
}

describe('the first rows of a menu', () => {
  it('are no more than were wanted, and the session goes on', async () => {
    await using lab = await open();

    expect((await lab.read(3)).map(({ address }) => address)).toEqual(['198.51.100.1', '198.51.100.2', '198.51.100.3']);
    expect(await lab.read(30)).toHaveLength(30);
  });

  it('are all where there are fewer', async () => {
    await using lab = await open();

    expect(await lab.read(1000)).toHaveLength(30);
  });

  it('are not read by who has gone away', async () => {
    await using lab = await open();

    await expect(lab.read(3, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});
