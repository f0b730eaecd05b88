import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { DeadLetters } from '../../src/events/dead-letters.ts';
import type { StoredEvent } from '../../src/events/event.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

describe('dead letters that were kept long enough', () => {
  it('go, of every webhook, but for those that somebody wants tried again', async () => {
    await using folder = await TempFolder.make();
    const log = pino({ level: 'silent' });
    await using store = await Store.open(folder.path, { clock: new ManualClock(), log });
    const letters = await DeadLetters.open(store.table('letters'));
    for (const [webhook, number, at] of [
      ['crm', 1, 10],
      ['crm', 2, 20],
      ['crm', 3, 30],
      ['gone', 1, 10],
    ] as const) {
      await letters.put({ webhook, event: { number } as StoredEvent, why: '503', at });
    }
    await letters.again('crm', new Set([2]));

    expect(await letters.dropBefore(25)).toBe(2);

    expect((await letters.of('crm', 9)).map(({ event }) => event.number)).toEqual([2, 3]);
    expect([letters.countOf('crm'), letters.countOf('gone'), letters.hasDue('crm')]).toEqual([2, 0, true]);
  });
});
