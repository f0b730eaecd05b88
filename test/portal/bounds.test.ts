import { describe, expect, it } from 'vitest';
import { Grants } from '../../src/portal/grants.ts';
import { Lockout } from '../../src/portal/lockout.ts';
import { Rate } from '../../src/portal/rate.ts';
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
    const lockout = new Lockout(new ManualClock(), limits);

    for (let at = 0; at < 1_000; at += 1) lockout.failed(`user${at}`);

    expect(lockout.hasFailed('user999')).toBe(true);
    expect(lockout.hasFailed('user990')).toBe(true);
    expect(lockout.hasFailed('user989')).toBe(false);
  });

  it('of very many free nobody who has to wait', () => {
    const lockout = new Lockout(new ManualClock(), limits);
    for (let at = 0; at < 3; at += 1) lockout.failed('anna');

    for (let at = 0; at < 1_000; at += 1) lockout.failed(`user${at}`);

    expect(lockout.wait('anna')).toBe(5_000);
  });

  it('make so many wait as can be remembered, the last ones', () => {
    const lockout = new Lockout(new ManualClock(), { ...limits, failures: 1 });

    for (let at = 0; at < 1_000; at += 1) lockout.failed(`user${at}`);

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

  it('is remembered of the last ones', () => {
    const spent = new Spent(new ManualClock(), 10);

    for (let at = 0; at < 1_000; at += 1) spent.use(`page${at}`, 1_000);

    expect(spent.has('page999')).toBe(true);
    expect(spent.has('page990')).toBe(true);
    expect(spent.has('page989')).toBe(false);
  });
});

describe('a device at a controller', () => {
  it('is let in by a redirect once, and by newer ones after a minute', () => {
    const clock = new ManualClock();
    const grants = new Grants(clock, 60 * 60_000);

    const first = grants.take('device', 1_000_000);
    const same = grants.take('device', 1_000_999);
    const older = grants.take('device', 999_000);
    const soon = grants.take('device', 1_001_000);
    clock.advance(60_000);

    expect(first).toHaveProperty('takeBack');
    expect([same, older, soon]).toEqual(['page-used', 'page-used', 'wait-a-minute']);
    expect(grants.take('device', 1_000_000)).toBe('page-used');
    expect(grants.take('device', 1_001_000)).toHaveProperty('takeBack');
  });

  it('may come again by the same redirect when nothing came of it, not by older ones', () => {
    const clock = new ManualClock();
    const grants = new Grants(clock, 60 * 60_000);
    grants.take('device', 1_000_000);
    clock.advance(60_000);

    for (let at = 0; at < 3; at += 1) {
      const grant = grants.take('device', 1_060_000);
      expect(grant).toHaveProperty('takeBack');
      if (typeof grant === 'object') grant.takeBack();
    }

    expect(grants.take('device', 1_000_000)).toBe('page-used');
  });

  it('is remembered of the last ones, until it no longer matters', () => {
    const clock = new ManualClock();
    const grants = new Grants(clock, 60 * 60_000, 10);

    for (let at = 0; at < 11; at += 1) grants.take(`device${at}`, 1_000_000);

    expect(grants.take('device0', 1_000_000)).toHaveProperty('takeBack');
    expect(grants.take('device10', 1_000_000)).toBe('page-used');
  });
});

describe('a rate', () => {
  it('has room for so many in each span of time, and tells the first it has none for', () => {
    const clock = new ManualClock();
    const rate = new Rate(clock, { count: 2, withinMs: 1_000, most: 10 });

    const taken = Array.from({ length: 4 }, () => rate.take('cafe'));
    clock.advance(1_000);

    expect(taken).toEqual(['taken', 'taken', 'first-over', 'over']);
    expect(rate.take('cafe')).toBe('taken');
    expect(rate.take('bar')).toBe('taken');
  });
});
