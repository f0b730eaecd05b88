import { describe, expect, it } from 'vitest';
import { RecentAccounting } from '../../../src/accounting/sessions/recent-accounting.ts';
import { packet } from '../../support/accounting-event.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('accounting records that pass', () => {
  it('SPL-24: are told by NAS with what became of them, newest first, the last of them', async () => {
    const clock = new ManualClock();
    const sink = {
      record: async ({ sessionId }: { readonly sessionId?: string }) => {
        clock.advance(3);
        if (sessionId === 'bad') throw new Error('disk full');
      },
    };
    const recent = new RecentAccounting(sink, clock, 2);

    for (const sessionId of ['a', 'b', 'c', 'd', 'e']) await recent.record(packet('start', 0, { sessionId }));
    await expect(recent.record(packet('stop', 0, { nas: 'core-2', sessionId: 'bad' }))).rejects.toThrow('disk full');

    expect(recent.of('core-1', 2)).toMatchObject([
      { number: 5, sessionId: 'e', status: 'start', result: 'stored', durationMs: 3 },
      { number: 4, sessionId: 'd' },
    ]);
    expect(recent.of('core-1').length).toBeLessThan(4);
    expect(recent.of('core-2')).toMatchObject([{ result: 'failed', error: 'disk full' }]);
    expect(recent.of('core-9')).toEqual([]);
  });
});
