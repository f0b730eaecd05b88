import { describe, expect, it } from 'vitest';
import { Lockout } from '../../src/portal/lockout.ts';
import { Spent } from '../../src/portal/spent.ts';
import { ManualClock } from '../support/manual-clock.ts';

const limits = { failures: 3, withinMs: 1_000, waitMs: 5_000, most: 10 };

describe('failures', () => {
  it('count within their time only', () => {
    const clock = new ManualClock();
    const lockout = new Lockout(clock, limits);

    for (let at = 0; at < 9; at += 1) {
      lockout.failed('anna');
      clock.advance(501);
    }

    expect(lockout.wait('anna')).toBe(0);
  });

  it('make wait, and then count anew', () => {
    const clock = new ManualClock();
    const lockout = new Lockout(clock, limits);
    for (let at = 0; at < 3; at += 1) lockout.failed('anna');

    expect(lockout.wait('anna')).toBe(5_000);
    expect(lockout.wait('ben')).toBe(0);
    clock.advance(5_000);
    lockout.failed('anna');

    expect(lockout.wait('anna')).toBe(0);
  });

  it('of very many are remembered of the last ones', () => {
    const clock = new ManualClock();
    const lockout = new Lockout(clock, { ...limits, failures: 1 });

    for (let at = 0; at < 1_000; at += 1) lockout.failed(`user${at}`);

    expect(lockout.wait('user999')).toBe(5_000);
    expect(lockout.wait('user990')).toBe(5_000);
    expect(lockout.wait('user989')).toBe(0);
  });
});

describe('what works once', () => {
  it('does so until it no longer matters', () => {
    const clock = new ManualClock();
    const spent = new Spent(clock);

    expect(spent.use('page', 1_000)).toBe(true);
    expect(spent.use('page', 1_000)).toBe(false);
    clock.advance(1_000);

    expect(spent.use('page', 1_000)).toBe(true);
  });

  it('works again when nothing came of it', () => {
    const spent = new Spent(new ManualClock());
    spent.use('page', 1_000);

    spent.release('page');

    expect(spent.use('page', 1_000)).toBe(true);
  });

  it('is remembered of the last ones', () => {
    const spent = new Spent(new ManualClock(), 10);

    for (let at = 0; at < 1_000; at += 1) spent.use(`page${at}`, 1_000);

    expect(spent.has('page999')).toBe(true);
    expect(spent.has('page990')).toBe(true);
    expect(spent.has('page989')).toBe(false);
  });
});
