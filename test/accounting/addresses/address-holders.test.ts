import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { parseAddressRange } from '../../../src/accounting/addresses/address-range.ts';
import type { AccountingEvent } from '../../../src/accounting/event.ts';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { Store } from '../../../src/store/store.ts';
import { nasPacket, packet, t0, used } from '../../support/accounting-event.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ level: 'silent' });

describe('who had an address', () => {
  it('is whoever held it at that moment, online still or long gone', async () => {
    await using folder = await TempFolder.make();
    await using books = await start(folder.path);
    const address = { framedIpAddress: '10.0.0.9' };
    await books.tell(
      ...session('1', 'anna', 0, 600, address),
      ...session('2', 'ben', 1000, 600, address),
      packet('start', 2000, { sessionId: '3', username: 'cleo', ...address }),
    );

    expect(await books.who('10.0.0.9', 300)).toEqual(['anna held']);
    expect(await books.who('10.0.0.9', 1600)).toEqual(['ben held']);
    expect(await books.who('10.0.0.9', 2010)).toEqual(['cleo held']);
    expect(await books.who('10.0.0.9', 800)).toEqual([]);
    expect(await books.who('10.0.0.8', 300)).toEqual([]);
  });

  it('are several where routers give out the same addresses', async () => {
    await using folder = await TempFolder.make();
    await using books = await start(folder.path);
    const address = { framedIpAddress: '192.168.88.10' };
    await books.tell(
      ...session('1', 'anna', 0, 600, address),
      ...session('1', 'ben', 100, 400, { ...address, nas: 'core-2' }),
    );

    expect(await books.who('192.168.88.10', 200)).toEqual(['ben held', 'anna held']);
    expect(await books.who('192.168.88.10', 200, 1)).toEqual(['ben held']);
  });

  it('are those next to it in time as well, but told apart', async () => {
    await using folder = await TempFolder.make();
    await using books = await start(folder.path);
    const address = { framedIpAddress: '10.0.0.9' };
    await books.tell(
      ...session('1', 'anna', 0, 600, address),
      packet('start', 640, { sessionId: '2', username: 'ben', ...address }),
      packet('interim', 700, { sessionId: '2', username: 'ben', ...address, ...used(60, 1, 1) }),
      nasPacket('on', 3000),
    );

    expect(await books.who('10.0.0.9', 620)).toEqual(['ben near', 'anna near']);
    expect(await books.who('10.0.0.9', 645)).toEqual(['ben held', 'anna near']);
    // Its Stop was lost: it may have gone on for a while.
    expect(await books.who('10.0.0.9', 1200)).toEqual(['ben near']);
    expect(await books.who('10.0.0.9', 1400)).toEqual([]);
  });

  it('may be an open session that nothing was heard of any more', async () => {
    await using folder = await TempFolder.make();
    await using books = await start(folder.path);
    await books.tell(packet('start', 0, { framedIpAddress: '10.0.0.9' }));

    expect(await books.who('10.0.0.9', 400)).toEqual(['anna held']);
    expect(await books.who('10.0.0.9', 4000)).toEqual(['anna near']);
  });

  it('is found by IPv6, inside of prefixes, and by prefixes', async () => {
    await using folder = await TempFolder.make();
    await using books = await start(folder.path);
    await books.tell(
      ...session('1', 'anna', 0, 600, {
        framedIpv6Prefix: '2001:db8:1::/64',
        delegatedIpv6Prefix: '2001:db8:100::/56',
      }),
      ...session('2', 'ben', 0, 600, { framedIpv6Address: '2001:db8:1:2::7', framedIpAddress: '10.0.0.200' }),
    );

    expect(await books.who('2001:db8:1::1234', 10)).toEqual(['anna held']);
    expect(await books.who('2001:DB8:100:ff::1', 10)).toEqual(['anna held']);
    expect(await books.who('2001:db8:100:100::1', 10)).toEqual([]);
    expect(await books.who('2001:db8:1:2:0::7', 10)).toEqual(['ben held']);
    expect((await books.who('2001:db8::/32', 10)).toSorted()).toEqual(['anna held', 'anna held', 'ben held']);
    expect(await books.who('10.0.0.0/24', 10)).toEqual(['ben held']);
    expect(await books.who('10.0.0.0/25', 10)).toEqual([]);
    expect(await books.who('::ffff:10.0.0.200', 10)).toEqual(['ben held']);
  });

  it('is known for each of the addresses that a session had', async () => {
    await using folder = await TempFolder.make();
    await using books = await start(folder.path);
    await books.tell(
      packet('start', 0, { framedIpAddress: '10.0.0.9' }),
      packet('interim', 300, { ...used(300, 1, 1), framedIpAddress: '10.0.0.10' }),
      packet('stop', 600, { ...used(600, 1, 1), framedIpAddress: '10.0.0.10' }),
    );

    expect(await books.who('10.0.0.9', 200)).toEqual(['anna held']);
    expect(await books.who('10.0.0.9', 400)).toEqual([]);
    expect(await books.who('10.0.0.10', 400)).toEqual(['anna held']);
    expect(await books.who('10.0.0.10', 200)).toEqual([]);
  });

  it('is the same after a restart, and for sessions of a release that kept no addresses', async () => {
    await using folder = await TempFolder.make();
    {
      await using books = await start(folder.path);
      await books.tell(...session('1', 'anna', 0, 600, { framedIpAddress: '10.0.0.9' }));
    }
    {
      await using store = await Store.open(folder.path, { clock: new QuickClock(), log });
      const addresses = store.table<number>('addresses');
      const keys: string[] = [];
      for await (const key of addresses.keys()) keys.push(key);
      await addresses.bulk(keys.map((key) => ({ type: 'del', key })));
      await store.table('meta').del('accounting-addresses');
      expect(keys).toHaveLength(1);
    }

    await using books = await start(folder.path);

    expect(await books.who('10.0.0.9', 300)).toEqual(['anna held']);
  });

  it('is what a look at every session says, however long they last and wherever they are kept', async () => {
    await using folder = await TempFolder.make();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(anySessions, fc.array(fc.nat({ max: 40_000_000 }), { maxLength: 8 }), async (all, moments) => {
        run += 1;
        await using books = await start(`${folder.path}/${run}`, 7);
        for (const [at, each] of all.entries()) {
          const [user, address] = [`u${at}`, { framedIpAddress: `10.0.0.${each.host}` }];
          const events = session(String(at), user, each.start, each.seconds, address);
          await books.tell(...(each.stops ? events : events.slice(0, 1)));
        }

        for (const moment of moments) {
          for (const host of [1, 2]) {
            const held = all.flatMap((each, at) => {
              const isThere = each.host === host && each.start <= moment;
              const isOver = each.stops && moment > each.start + each.seconds;
              return isThere && !isOver && (each.stops || moment - each.start <= 420) ? [`u${at} held`] : [];
            });
            const who = await books.who(`10.0.0.${host}`, moment, 100);
            expect(who.filter((each) => each.endsWith('held')).toSorted()).toEqual(held.toSorted());
          }
        }
      }),
      { numRuns: 12 },
    );
  });
});

const anySessions = fc.array(
  fc.record({
    host: fc.integer({ min: 1, max: 2 }),
    start: fc.nat({ max: 40_000_000 }),
    seconds: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 100_000 }), fc.nat({ max: 30_000_000 })),
    stops: fc.boolean(),
  }),
  { maxLength: 20 },
);

function session(
  sessionId: string,
  username: string,
  start: number,
  seconds: number,
  detail: Partial<AccountingEvent>,
): readonly AccountingEvent[] {
  const all = { sessionId, username, ...detail };
  return [packet('start', start, all), packet('stop', start + seconds, { ...all, ...used(seconds, 1, 1) })];
}

async function start(path: string, commitsPerSettle = 5000) {
  const store = await Store.open(path, { clock: new QuickClock(), log });
  const accounting = await AccountingStore.open(store, { clock: new QuickClock(), log, commitsPerSettle });
  return {
    async tell(...events: readonly AccountingEvent[]): Promise<void> {
      await Promise.all(events.map((event) => accounting.record(event)));
    },
    /** Seconds after `t0`. */
    async who(address: string, second: number, limit = 20): Promise<readonly string[]> {
      const range = parseAddressRange(address);
      if (range === undefined) throw new Error(`no address: ${address}`);
      const found = await accounting.holders({ range, at: t0 + second * 1000, limit, interimSeconds: 120 });
      return found.map((each) => `${each.session.username} ${each.match}`);
    },
    async [Symbol.asyncDispose]() {
      await accounting.close();
      await store.close();
    },
  };
}
