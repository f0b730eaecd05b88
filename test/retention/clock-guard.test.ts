import { describe, expect, it } from 'vitest';
import { ClockGuard, jumpMs, waitMs } from '../../src/retention/clock-guard.ts';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;
const now = Date.UTC(2026, 10, 22);

describe('a clock that moves on by more than days', () => {
  it('is not believed until it has stayed there for a day of running', () => {
    const guard = new ClockGuard(now);

    expect(guard.look(now + hourMs, 0)).toBeUndefined();
    expect(guard.look(now + 25 * yearMs, hourMs)).toBe(now + 25 * yearMs + waitMs);
    expect(guard.look(now + 25 * yearMs + 20 * hourMs, 21 * hourMs)).toBeDefined();
    expect(guard.look(now + 25 * yearMs + 24 * hourMs, 25 * hourMs)).toBeUndefined();
    expect(guard.look(now + 25 * yearMs + 25 * hourMs, 26 * hourMs)).toBeUndefined();
  });

  it('and is put right again has removed nothing, and begins anew the next time', () => {
    const guard = new ClockGuard(now);
    guard.look(now + yearMs, 0);

    expect(guard.look(now + 2 * hourMs, 2 * hourMs)).toBeUndefined();
    expect(guard.look(now + yearMs, 30 * hourMs)).toBe(now + yearMs + waitMs);
  });

  it('while the machine was off counts from its start; a weekend is none', () => {
    const guard = new ClockGuard(now - 2 * jumpMs);

    expect(guard.look(now, 5)).toBe(now + waitMs);
    expect(new ClockGuard(now - jumpMs).look(now, 5)).toBeUndefined();
    guard.trust(now);
    expect(guard.look(now + hourMs, 6)).toBeUndefined();
  });

  it('cannot be told where nothing was stored: the first look is believed after a day of running as well', () => {
    const guard = new ClockGuard(undefined);

    expect(guard.look(now + 25 * yearMs, 5)).toBe(now + 25 * yearMs + waitMs);
    expect(guard.look(now + hourMs, hourMs)).toBe(now + hourMs + waitMs - hourMs + 5);
    expect(guard.look(now + 24 * hourMs, 25 * hourMs)).toBeUndefined();
  });
});
