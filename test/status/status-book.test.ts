import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { SessionEvent } from '../../src/status/report.ts';
import { StatusBook } from '../../src/status/status-book.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { report } from './support.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);

async function lab() {
  const folder = await TempFolder.make();
  const store = await Store.open(folder.path, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
  return {
    open: () => StatusBook.open(store.table('meta')),
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('what happened last to a target', () => {
  it('is there after a restart', async () => {
    await using state = await lab();
    await (await state.open()).record(report({ result: 'applied' }));

    expect((await state.open()).target('core-1')).toMatchObject({ name: 'core-1', last: { result: 'applied' } });
  });

  it('dates a condition by when its status changed, not by the last look', async () => {
    await using state = await lab();
    const book = await state.open();
    await book.record(report({ at: start }));
    await book.record(report({ at: start + minute }));
    const { conditions: steady } = await book.record(report({ at: start + 2 * minute, result: 'applied' }));
    const { conditions } = await (await state.open()).record(
      report({ at: start + 3 * minute, result: 'failed', error: { code: 'LM_ROUTER_UNREACHABLE', message: 'away' } }),
    );

    expect(steady.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual(
      steady.map(() => '2026-01-01T00:00:00.000Z'),
    );
    expect(conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime.slice(14, 16)])).toEqual([
      ['Ready', '03'],
      ['Synced', '03'],
      ['Stalled', '00'],
      ['Drifted', '03'],
      ['Suspended', '00'],
    ]);
  });

  it('remembers ten runs that were worth it, newest first', async () => {
    await using state = await lab();
    const book = await state.open();
    for (let run = 0; run < 15; run += 1) {
      await book.record(
        report({ at: start + run, result: run % 5 === 4 ? 'in-sync' : 'applied', revision: `r${run}` }),
      );
    }

    expect(book.target('core-1')?.history.map(({ revision }) => revision)).toEqual([
      'r13',
      'r12',
      'r11',
      'r10',
      'r8',
      'r7',
      'r6',
      'r5',
      'r3',
      'r2',
    ]);
    expect(book.target('core-1')?.last.revision).toBe('r14');
  });

  it('is forgotten with the target, on disk, too', async () => {
    await using state = await lab();
    const book = await state.open();
    for (const target of ['core-2', 'core-1', 'directory']) await book.record(report({ target }));

    await book.keepOnly(new Set(['core-1', 'directory']));

    expect(book.targets().map(({ name }) => name)).toEqual(['core-1', 'directory']);
    expect((await state.open()).targets().map(({ name }) => name)).toEqual(['core-1', 'directory']);
  });
});

describe('what happened to sessions', () => {
  it('is kept newest first, two hundred of it', async () => {
    await using state = await lab();
    const book = await state.open();
    const events = Array.from(
      { length: 250 },
      (_, at): SessionEvent => ({
        at,
        username: 'anna',
        action: 'change',
        why: 'rate',
        nas: 'core-1',
        sessionId: `${at}`,
        result: 'changed',
        detail: 'CoA-ACK',
      }),
    );

    book.recordSessions(events.slice(0, 100));
    book.recordSessions(events.slice(100));

    expect(book.sessionEvents()).toHaveLength(200);
    expect(book.sessionEvents()[0]?.at).toBe(249);
    expect(book.sessionEvents().at(-1)?.at).toBe(50);
  });
});

describe('very many sessions at once', () => {
  it('are taken in', async () => {
    await using state = await lab();
    const book = await state.open();
    const event: SessionEvent = {
      at: 0,
      username: 'anna',
      action: 'change',
      why: 'rate',
      nas: 'core-1',
      sessionId: '1',
      result: 'changed',
      detail: 'CoA-ACK',
    };

    book.recordSessions(Array.from({ length: 200_000 }, (_, at) => ({ ...event, at })));

    expect(book.sessionEvents()).toHaveLength(200);
    expect(book.sessionEvents()[0]?.at).toBe(199_999);
  });
});

describe('the source of declarations', () => {
  it('has its condition, dated by its last change', async () => {
    await using state = await lab();
    const book = await state.open();
    const good = { type: 'SourceReady', status: 'True', reason: 'Read', message: 'r1' } as const;

    book.recordSource(good, start);
    book.recordSource({ ...good, message: 'r2' }, start + minute);

    expect(book.source).toEqual([{ ...good, message: 'r2', lastTransitionTime: '2026-01-01T00:00:00.000Z' }]);
  });
});
