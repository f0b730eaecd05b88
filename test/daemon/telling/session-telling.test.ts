import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AccountingStore } from '../../../src/accounting/store.ts';
import { SessionTelling } from '../../../src/daemon/telling/session-telling.ts';
import { EventLog } from '../../../src/events/event-log.ts';
import { Store } from '../../../src/store/store.ts';
import { packet } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { TempFolder } from '../../support/temp-folder.ts';

const log = pino({ enabled: false });

async function opened(folder: TempFolder, clock: ManualClock) {
  const store = await Store.open(folder.path, { clock, log });
  const accounting = await AccountingStore.open(store, { clock, log });
  const events = await EventLog.open({ store, now: () => clock.now() });
  const telling = await SessionTelling.start({ accounting, events, store, clock, log });
  const close = async () => {
    await telling[Symbol.asyncDispose]();
    await accounting.close();
    await store.close();
  };
  return { store, accounting, events, telling, close };
}

async function typesIn(events: EventLog, count: number): Promise<readonly string[]> {
  await events.beyond(count - 1, AbortSignal.timeout(120_000));
  return (await events.after(0, 100)).map(({ type, data }) => `${type} ${String(data['sessionId'])}`);
}

describe('what accounting stores', () => {
  it('IW-15: is told as it happens, each step of a session once', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock();
    const lab = await opened(folder, clock);
    lab.events.keepFor(() => true);

    await lab.accounting.record(packet('start', 0, { sessionId: 'a' }));
    await lab.accounting.record(packet('start', 0, { sessionId: 'a' }));
    clock.advance(60_000);
    await lab.accounting.record(packet('interim', 60, { sessionId: 'a', inputOctets: 5, sessionSeconds: 60 }));
    await lab.accounting.record(packet('stop', 0, { sessionId: 'b' }));
    await lab.accounting.record(packet('stop', 0, { sessionId: 'a', inputOctets: 5, sessionSeconds: 61 }));
    const told = await typesIn(lab.events, 5);
    await lab.close();

    expect(told).toEqual([
      'session.started a',
      'session.updated a',
      'session.started b',
      'session.stopped b',
      'session.stopped a',
    ]);
  });

  it('IW-15: is told at the next start where a crash kept it from being told, by the journal', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock();
    const crashed = await opened(folder, clock);
    await crashed.accounting.record(packet('start', 0, { sessionId: 'a' }));
    await typesIn(crashed.events, 1);
    // As if nobody had got so far.
    await crashed.telling[Symbol.asyncDispose]();
    await crashed.accounting.record(packet('start', 0, { sessionId: 'b' }));
    await crashed.accounting.record(packet('stop', 0, { sessionId: 'a', sessionSeconds: 9 }));
    await crashed.close();

    const lab = await opened(folder, clock);
    const told = await typesIn(lab.events, 3);
    await lab.close();

    expect(told[0]).toBe('session.started a');
    expect([...told.slice(1)].sort()).toEqual(['session.started b', 'session.stopped a']);
  });

  it('is not told again at a start where all of it was', async () => {
    await using folder = await TempFolder.make();
    const clock = new ManualClock();
    const first = await opened(folder, clock);
    await first.accounting.record(packet('start', 0, { sessionId: 'a' }));
    await typesIn(first.events, 1);
    await first.close();

    const second = await opened(folder, clock);
    await second.accounting.record(packet('start', 0, { sessionId: 'b' }));
    const told = await typesIn(second.events, 2);
    await second.close();

    expect(told).toEqual(['session.started a', 'session.started b']);
  });
});
