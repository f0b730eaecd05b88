import { describe, expect, it } from 'vitest';
import { type TargetPolicy, windowState } from '../../../src/daemon/targets/target-policy.ts';
import { timeReader } from '../../../src/model/local-time.ts';
import { errorsOf, load, modelOf, operator } from '../../support/manifest.ts';

const berlin = 'Europe/Berlin';
const at = timeReader(berlin) as (text: string) => number;
const nights = [{ days: [0, 1, 2, 3, 4, 5, 6], from: 22 * 60, till: 4 * 60 }];
const holidays = { from: at('2026-12-20T00:00'), till: at('2027-01-02T00:00'), reason: 'holidays' };

function state(policy: Partial<TargetPolicy>, when: string) {
  const window = windowState({ exceptions: [holidays], ...policy }, at(when), berlin);
  if (window.open) return 'open';
  return window.opens === undefined ? 'closed' : new Date(window.opens).toISOString();
}

describe('exceptions of windows', () => {
  it('close windows that would be open, and the next opens when they are over', () => {
    expect(state({ windows: nights }, '2026-12-19T23:00')).toBe('open');
    expect(state({ windows: nights }, '2026-12-20T01:00')).toBe('2027-01-01T23:00:00.000Z');
    expect(state({ windows: nights }, '2026-12-19T12:00')).toBe('2026-12-19T21:00:00.000Z');
    expect(state({ windows: nights }, '2027-01-02T00:00')).toBe('open');
  });

  it('close what is open at any time, too, and follow one another', () => {
    const again = { from: holidays.till, till: at('2027-01-05T06:00') };

    expect(state({}, '2026-12-24T18:00')).toBe('2027-01-01T23:00:00.000Z');
    expect(state({ exceptions: [again, holidays] }, '2026-12-24T18:00')).toBe('2027-01-05T05:00:00.000Z');
    expect(state({}, '2027-01-02T00:00')).toBe('open');
  });

  it('keep to the clock of the place where it changes', () => {
    // The night of 28 March 2027 has no 02:30: what is left of the window begins at 03:00. That of 31 October has it twice.
    const hour = [{ days: [0], from: 150, till: 210 }];
    const none = { windows: hour, exceptions: [] };

    expect(state(none, '2027-03-27T12:00')).toBe('2027-03-28T01:00:00.000Z');
    expect(state(none, '2027-10-30T12:00')).toBe('2027-10-31T00:30:00.000Z');
  });

  it('are declared in local time, and have an end', () => {
    const declared = (from: string, till: string) => ({
      'isp.yaml': operator
        .replace('spec:\n', `spec:\n  timezone: ${berlin}\n`)
        .concat(`  reconcile:\n    exceptions: [{from: "${from}", till: "${till}", reason: holidays}]\n`),
    });

    expect(modelOf(declared('2026-12-20T00:00', '2027-01-02T00:00')).operator.reconcile.exceptions).toEqual([holidays]);
    expect(errorsOf(load(declared('2027-01-02T00:00', '2026-12-20T00:00')))).toEqual([
      expect.stringMatching(/LM_TIME "2026-12-20T00:00" is not after/),
    ]);
    expect(errorsOf(load(declared('Christmas', '2027-01-02T00:00')))).toEqual([
      expect.stringMatching(/LM_TIME "Christmas" is no time/),
    ]);
  });
});
