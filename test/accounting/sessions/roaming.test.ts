import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AccountingEvent } from '../../../src/accounting/event.ts';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { Store } from '../../../src/store/store.ts';
import { packet, t0, used } from '../../support/accounting-event.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const device = { callingStationId: 'AA-BB-CC-00-00-01' };
const hour = 3600;

type Step = readonly [status: AccountingEvent['status'], second: number, nas: string, up?: number, seconds?: number];

/** What somebody used in all, and his sessions, after these packets and after a start that works all out anew. */
async function lived(steps: readonly Step[], detail: Partial<AccountingEvent> = device) {
  await using folder = await TempFolder.make();
  const options = { clock: new QuickClock(), log: pino({ level: 'silent' }) };
  await using store = await Store.open(folder.path, options);
  await using accounting = await AccountingStore.open(store, options);
  for (const [status, second, nas, up, seconds = second] of steps) {
    const counters = up === undefined ? {} : used(seconds, up, 2 * up);
    await accounting.record(packet(status, second, { nas, ...counters, ...detail }));
  }
  const seen = async () => {
    const sessions = await accounting.history('anna', 9);
    const hours = await accounting.usage('anna', t0 / 3_600_000 - 24, t0 / 3_600_000 + 48);
    return {
      used: Number(hours.reduce((sum, { up }) => sum + up, 0n)),
      sessions: sessions
        .map(({ nas, upOctets, stoppedAt, terminateCause: cause }) =>
          stoppedAt === undefined ? `${nas} ${upOctets}` : `${nas} ${upOctets} ${cause}`,
        )
        .toSorted(),
    };
  };
  const before = await seen();
  await accounting.workOutAnew();
  expect(await seen()).toEqual(before);
  return before;
}

describe('a session that roams with its Acct-Session-Id and its counters', () => {
  it('counts once: what was counted at the access point before is not counted again', async () => {
    expect(
      await lived([
        ['start', 0, 'ap-1'],
        ['interim', 600, 'ap-1', 1000],
        ['interim', 900, 'ap-2', 1500],
        ['interim', 1200, 'ap-2', 1800],
        // What it said last, come late.
        ['stop', 1300, 'ap-1', 1400, 800],
        ['stop', 1500, 'ap-2', 2000],
      ]),
    ).toEqual({ used: 2000, sessions: ['ap-1 1000 Roamed', 'ap-2 1000 undefined'] });
  });

  it('counts once where it began with a Start there as well, and when it comes back', async () => {
    const { used: all, sessions } = await lived([
      ['start', 0, 'ap-1'],
      ['interim', hour, 'ap-1', 1000],
      ['start', hour + 200, 'ap-2'],
      ['interim', hour + 600, 'ap-2', 1500],
      ['interim', 2 * hour, 'ap-1', 1700],
      ['stop', 3 * hour, 'ap-1', 2500],
    ]);

    expect(all).toBe(2500);
    expect(sessions).toEqual(['ap-1 1000 Roamed', 'ap-1 1000 undefined', 'ap-2 500 Roamed']);
  });
});

describe('a session that two NAS report at once', () => {
  const both = (from: number, till: number) =>
    Array.from({ length: (till - from) / 60 }, (_, at): readonly Step[] => {
      const second = from + at * 60;
      // Each counts the seconds for itself.
      return [
        ['interim', second, 'ap-1', second],
        ['interim', second + 1, 'ap-2', second + 1, second - (at % 2)],
      ];
    }).flat();

  it('goes on where it is, and counts once: it does not begin anew with each report', async () => {
    const { used: all, sessions } = await lived([
      ['start', 0, 'ap-1'],
      ...both(60, hour),
      ['stop', hour, 'ap-2', hour],
    ]);

    expect(all).toBe(hour);
    expect(sessions).toEqual(['ap-1 60 Roamed', 'ap-2 3540 undefined']);
  });

  it('is at the one that goes on reporting when the other says no more', async () => {
    const { used: all, sessions } = await lived([
      ['start', 0, 'ap-1'],
      ...both(60, 600),
      ['interim', 700, 'ap-1', 700],
      ['interim', 1000, 'ap-1', 1000],
      ['interim', 1300, 'ap-1', 1300],
    ]);

    expect(all).toBe(1300);
    expect(sessions).toEqual(['ap-1 60 Roamed', 'ap-1 600', 'ap-2 640 Roamed']);
  });
});

describe('sessions of the same Acct-Session-Id at two NAS', () => {
  it('are two where counters begin anew, or it began at another time, or it is another device or none is told', async () => {
    const both = [
      ['start', 0, 'ap-1'],
      ['interim', hour, 'ap-1', 1000],
    ] as const;

    expect((await lived([...both, ['interim', hour + 60, 'ap-2', 40]])).used).toBe(1040);
    expect((await lived([...both, ['interim', hour + 300, 'ap-2', 1500, 300]])).used).toBe(2500);
    expect((await lived([...both, ['interim', hour + 300, 'ap-2', 1500]], {})).used).toBe(2500);
  });
});
