import { describe, expect, it } from 'vitest';
import { periodAt, type QuotaPeriod } from '../../src/model/quota-period.ts';
import { document, errorsOf, load, operator } from '../support/manifest.ts';

function span(period: QuotaPeriod['period'], now: string, anchor = 1, zone = 'Europe/Berlin') {
  const { from, till } = periodAt({ period, anchor }, Date.parse(now), zone);
  return [from, till].map((at) => new Date(at).toISOString());
}

describe('a period in local time', () => {
  it('is an hour, a day, a week from its day, a month from its day', () => {
    const now = '2026-01-15T12:34:56Z';

    expect(span('hour', now, 1, 'Asia/Kolkata')).toEqual(['2026-01-15T12:30:00.000Z', '2026-01-15T13:30:00.000Z']);
    expect(span('day', now)).toEqual(['2026-01-14T23:00:00.000Z', '2026-01-15T23:00:00.000Z']);
    expect(span('week', now)).toEqual(['2026-01-11T23:00:00.000Z', '2026-01-18T23:00:00.000Z']);
    expect(span('week', now, 7)).toEqual(['2026-01-10T23:00:00.000Z', '2026-01-17T23:00:00.000Z']);
    expect(span('month', now)).toEqual(['2025-12-31T23:00:00.000Z', '2026-01-31T23:00:00.000Z']);
    expect(span('month', now, 20)).toEqual(['2025-12-19T23:00:00.000Z', '2026-01-19T23:00:00.000Z']);
  });

  it('is as long as the day is when clocks are set', () => {
    expect(span('day', '2026-03-29T12:00:00Z')).toEqual(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
    expect(span('day', '2026-10-25T12:00:00Z')).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  });

  it('begins with the first moment of a day that has no midnight', () => {
    expect(span('day', '2026-04-24T12:00:00Z', 1, 'Africa/Cairo')[0]).toBe('2026-04-23T22:00:00.000Z');
  });
});

describe('a declared quota', () => {
  it.each([
    ['{name: a, octets: 1G, time: 2h, period: day}', 'LM_QUOTA the quota "a" is of octets or of time: one of them'],
    ['{name: a, period: day}', 'LM_QUOTA the quota "a" is of octets or of time: one of them'],
    ['{name: a, time: 2h, direction: up, period: day}', 'LM_QUOTA time has no direction'],
    ['{name: a, time: 2h, period: week, anchor: 8}', 'LM_QUOTA a week has seven days'],
    ['{name: a, time: 2h, period: validity}', 'LM_NOT_SUPPORTED_YET'],
    [
      '{name: a, octets: 1G, period: day, then: {rate: {down: 1M, up: 1M}}}',
      'LM_NOT_SUPPORTED_YET "rate" is not supported yet',
    ],
    ['{name: a, octets: 1G, period: day}, {name: a, octets: 2G, period: day}', 'LM_DUPLICATE_ENTRY'],
  ])('is refused: %s', (quota, words) => {
    const service = document('Service', 'home', `access: [pppoe]\nquotas: [${quota}]`);

    expect(errorsOf(load({ 'all.yaml': [operator, service].join('---\n') }))).toEqual([expect.stringContaining(words)]);
  });
});
