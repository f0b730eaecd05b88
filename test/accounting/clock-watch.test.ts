import { describe, expect, it } from 'vitest';
import { type ClockRow, ClockWatch } from '../../src/accounting/clock-watch.ts';
import { ManualClock } from '../support/manual-clock.ts';

const minuteMs = 60_000;
const right = Date.UTC(2026, 10, 22);

/** A row on a disk that can be full. */
class Row {
  full = false;
  stored: ClockRow | undefined;

  get(): Promise<ClockRow | undefined> {
    return Promise.resolve(this.stored);
  }

  put(_key: string, row: ClockRow): Promise<void> {
    if (this.full) return Promise.reject(new Error('No space left on device'));
    this.stored = row;
    return Promise.resolve();
  }
}

describe('a clock that was set between a stop and a start', () => {
  it('back is known to be, and forward where it said less than any release', async () => {
    const row = new Row();
    await (await ClockWatch.open(new ManualClock(right), row, undefined)).close();

    const early = await ClockWatch.open(new ManualClock(minuteMs), row, undefined);
    expect(early.total).toBe(minuteMs - right);
    await early.close();
    const later = await ClockWatch.open(new ManualClock(right + minuteMs), row, undefined);
    expect(later.total).toBe(minuteMs);
    await later.close();
    // As after an absence.
    expect((await ClockWatch.open(new ManualClock(right + 9 * minuteMs), row, undefined)).total).toBe(minuteMs);
  });
});

describe('a disk that is full at the start', () => {
  it('has the time of the stop until something else can be stored', async () => {
    const row = new Row();
    await (await ClockWatch.open(new ManualClock(right), row, undefined)).close();
    row.full = true;

    const watch = await ClockWatch.open(new ManualClock(right + minuteMs), row, undefined);
    await expect(watch.look()).rejects.toThrow('No space left');
    expect(row.stored).toMatchObject({ stoppedAt: right });
    row.full = false;
    await watch.look();

    expect(row.stored).toEqual({ total: 0 });
    expect(watch.look()).toBeUndefined();
  });
});
