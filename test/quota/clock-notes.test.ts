import { describe, expect, it } from 'vitest';
import { ClockNotes } from '../../src/quota/clock-notes.ts';

const hourMs = 3_600_000;

describe('a time that was noted', () => {
  it('is right as long as the clock is not set', () => {
    const notes = new ClockNotes(1000);

    expect(notes.shiftOf(notes.note(1000))).toBe(0);
    expect(notes.shiftOf(notes.note(1900))).toBe(0);
  });

  it('is moved when the clock was set back, or forward by more than a day: it was wrong then', () => {
    const [notes, years] = [new ClockNotes(0), 25 * 365 * 24 * hourMs];
    const early = notes.note(0);

    notes.set(-hourMs);
    expect(notes.shiftOf(early)).toBe(-hourMs);
    notes.set(years);
    expect(notes.shiftOf(early)).toBe(years);
    expect(notes.shiftOf(notes.note(-hourMs))).toBe(years + hourMs);
  });

  it('stays when the clock is some hours ahead, as after a machine that stood still', () => {
    const notes = new ClockNotes(0);
    const early = notes.note(0);
    notes.set(3 * hourMs);

    expect(notes.shiftOf(early)).toBe(0);
  });

  it('is moved when the clock is back where it was before, however little that is', () => {
    const notes = new ClockNotes(0);
    const before = notes.note(0);
    notes.set(-2 * hourMs);
    const meanwhile = notes.note(-2 * hourMs);
    notes.set(200);

    expect(notes.shiftOf(meanwhile)).toBe(2 * hourMs + 200);
    expect(notes.shiftOf(before)).toBe(0);
  });

  it('is moved though the clock was set so shortly before that nobody has noticed', () => {
    const notes = new ClockNotes(0);
    const unseen = notes.note(7 * hourMs);
    notes.set(0);

    expect(notes.shiftOf(unseen)).toBe(-7 * hourMs);
  });
});
