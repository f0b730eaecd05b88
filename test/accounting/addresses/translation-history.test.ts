import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { TranslationHistory } from '../../../src/accounting/addresses/translation-history.ts';
import type { Translation } from '../../../src/accounting/addresses/translations.ts';
import { Store } from '../../../src/store/store.ts';
import { t0 } from '../../support/accounting-event.ts';
import { QuickClock } from '../../support/quick-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ level: 'silent' });

/** One mapping, unlike others by its first inside address. */
function mapping(inside: number): readonly Translation[] {
  if (inside === 0) return [];
  const from = { from: inside, to: inside };
  return [{ inside: from, outside: { from: 1, to: 1 }, protocols: ['tcp'], inPlace: true }];
}

const names = (found: Awaited<ReturnType<TranslationHistory['at']>>) =>
  found.map(({ nas, translations, certain }) => `${nas} ${translations[0]?.inside.from}${certain ? '' : '?'}`);

describe('how routers translated addresses', () => {
  it('is known of every moment, also after a restart; about a change both ways are told', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(t0), log });
    const before = new TranslationHistory(store.table('nat'));
    for (const minute of [0, 5, 10]) await before.seen('core-1', minuteAt(minute), mapping(7));
    await before.seen('core-1', minuteAt(15), mapping(8));
    await before.seen('core-2', minuteAt(15), mapping(0));

    const after = new TranslationHistory(store.table('nat'));
    await after.seen('core-1', minuteAt(20), mapping(8));

    expect(names(await after.at(minuteAt(3)))).toEqual(['core-1 7']);
    expect(names(await after.at(minuteAt(12)))).toEqual(['core-1 7?', 'core-1 8?']);
    expect(names(await after.at(minuteAt(18)))).toEqual(['core-1 8']);
    expect(names(await after.at(minuteAt(-30)))).toEqual([]);
    // Nobody has looked for a day.
    expect(names(await after.at(minuteAt(1440)))).toEqual(['core-1 8?']);
  });

  it('is what the looks before and after a moment showed, and certain only where they showed the same', async () => {
    const look = fc.record({ after: fc.integer({ min: 5, max: 200 }), inside: fc.integer({ min: 0, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(look, { minLength: 2, maxLength: 12 }), fc.boolean(), async (looks, restarts) => {
        await using folder = await TempFolder.make();
        await using store = await Store.open(folder.path, { clock: new QuickClock(t0), log });
        let history = new TranslationHistory(store.table('nat'));
        const ends: number[] = [];
        for (const { after, inside } of looks) {
          ends.push((ends.at(-1) ?? 0) + after);
          await history.seen('core-1', minuteAt(ends.at(-1) ?? 0), mapping(inside));
          if (restarts) history = new TranslationHistory(store.table('nat'));
        }
        for (const [at, end] of ends.entries()) {
          const [before, next] = [looks[at]?.inside ?? 0, looks[at + 1]?.inside];
          if (next === undefined) break;
          const found = names(await history.at(minuteAt(end + 2)));
          const said = new Set(found.map((name) => Number(name.replace(/\D+$/, '').slice(-1))));
          if (before > 0) expect(said).toContain(before);
          if (next > 0 && before > 0) expect(said).toContain(next);
          // After a restart nobody knows how late the one before was still seen.
          if (!restarts) expect([...said].every((inside) => inside === before || inside === next)).toBe(true);
          const certain = found.filter((name) => !name.endsWith('?'));
          if (certain.length > 0) expect([certain, before]).toEqual([[`core-1 ${before}`], next]);
        }
      }),
      { numRuns: 25 },
    );
  });
});

function minuteAt(minute: number): number {
  return t0 + minute * 60_000;
}
