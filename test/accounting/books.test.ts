import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Books } from '../../src/accounting/books.ts';
import type { AccountingEvent } from '../../src/accounting/event.ts';
import type { JournalPlace } from '../../src/store/journal.ts';
import { Store } from '../../src/store/store.ts';
import { packet, t0, used } from '../support/accounting-event.ts';
import { QuickClock } from '../support/quick-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';

const log = pino({ level: 'silent' });
const listeners = { onDamage: () => undefined, onLost: () => undefined };
const options = { log, keepClosed: 10, commitsPerSettle: 1000, anew: false };

describe('a commit that comes while the rows of those before it are being made ready', () => {
  it('is in these rows and in the mark beside them, or in neither', async () => {
    await using folder = await TempFolder.make();
    await using store = await Store.open(folder.path, { clock: new QuickClock(t0), log });
    const books = await Books.load(store, options, listeners);
    const first = packet('start', 0);
    const outcome = books.work(store.journal.next, first.receivedAt, [first]);
    books.follow(outcome, await stored(store, first));
    const next = packet('interim', 60, used(60, 10, 20));
    const more = books.work(store.journal.next, next.receivedAt, [next]);
    const later = await stored(store, next);

    const settled = books.settle();
    books.follow(more, later);
    await settled;

    const marks: { readonly place: JournalPlace }[] = [];
    for await (const [, mark] of store.table<{ place: JournalPlace }>('marks').entries()) marks.push(mark);
    const rows: unknown[] = [];
    for await (const [, row] of store.table('sessions').entries()) rows.push(row);
    expect(rows).toMatchObject([{ sessionSeconds: 60, upTo: later.sequence }]);
    expect(marks.at(-1)?.place.sequence).toBe(later.sequence);
  });
});

function stored(store: Store, event: AccountingEvent): Promise<JournalPlace> {
  return store.append(event.receivedAt, [JSON.stringify(event)]);
}
