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

describe('a month that is too short for its day', () => {
  it('begins on its last', () => {
    expect(span('month', '2026-03-01T12:00:00Z', 31, 'UTC')).toEqual([
      '2026-02-28T00:00:00.000Z',
      '2026-03-31T00:00:00.000Z',
    ]);
    expect(span('month', '2028-02-29T00:00:00Z', 30, 'UTC')).toEqual([
      '2028-02-29T00:00:00.000Z',
      '2028-03-30T00:00:00.000Z',
    ]);
    expect(span('month', '2026-04-29T23:59:59Z', 31, 'UTC')[0]).toBe('2026-03-31T00:00:00.000Z');
  });
});

describe('a period from the day of the sign-up', () => {
  const since = Date.parse('2025-01-31T22:30:00Z');
  const from = (period: QuotaPeriod['period'], now: string) =>
    new Date(periodAt({ period, anchor: 'sign-up' }, Date.parse(now), 'Europe/Berlin', since).from).toISOString();

  it('begins on that day of each month and week, by the clock on the wall', () => {
    // 23:30 in Berlin, on a Friday.
    expect(from('month', '2026-03-01T12:00:00Z')).toBe('2026-02-27T23:00:00.000Z');
    expect(from('week', '2026-03-01T12:00:00Z')).toBe('2026-02-26T23:00:00.000Z');
  });
});

const errors = (spec: string) =>
  errorsOf(load({ 'all.yaml': [operator, document('Service', 'home', `access: [pppoe]\n${spec}`)].join('---\n') }));
const rate = (down: string) => `then: {rate: {down: ${down}, up: 1M}}`;

describe('a declared quota', () => {
  it.each([
    ['{name: a, octets: 1G, time: 2h, period: day}', 'LM_QUOTA the quota "a" is of octets or of time: one of them'],
    ['{name: a, period: day}', 'LM_QUOTA the quota "a" is of octets or of time: one of them'],
    ['{name: a, time: 2h, direction: up, period: day}', 'LM_QUOTA time has no direction'],
    ['{name: a, time: 2h, period: week, anchor: 8}', 'LM_QUOTA a week has seven days'],
    ['{name: a, time: 2h, period: day, anchor: 2}', 'LM_QUOTA a quota for each day has no anchor'],
    ['{name: a, time: 2h, period: month, anchor: 32}', 'LM_OUT_OF_RANGE'],
    [
      '{name: a, time: 2h, period: validity}',
      'LM_QUOTA the quota "a" is for the validity of the service, which has none',
    ],
    ['{name: a, time: 2h, period: day, carryOver: 5G}', 'LM_QUOTA "5G" is not of the same kind as the quota'],
    ['{name: a, octets: 2G, period: day, carryOver: 5h}', 'LM_QUOTA "5h" is not of the same kind as the quota'],
    ['{name: a, octets: 2G, period: day, freeHours: [{from: "01:10", till: "06:00"}]}', 'LM_QUOTA usage is kept by'],
    [
      '{name: a, octets: 2G, period: day, then: {block: true, rate: {down: 1M, up: 1M}}}',
      'LM_QUOTA block and redirect',
    ],
    [
      `{name: a, octets: 2G, period: day, ${rate('4M')}, steps: [{octets: 2G, ${rate('2M')}}]}`,
      'LM_QUOTA steps are in order',
    ],
    [
      `{name: a, octets: 2G, period: day, ${rate('4M')}, steps: [{time: 2h, ${rate('2M')}}]}`,
      'LM_QUOTA a step of this quota',
    ],
    [`{name: a, octets: 2G, period: day, steps: [{octets: 3G, ${rate('2M')}}]}`, 'LM_QUOTA nobody gets this far'],
    ['{name: a, octets: 2G, period: day, then: {redirect: {site: nowhere}}}', 'LM_UNKNOWN_REFERENCE'],
    ['{name: a, octets: 2G, period: day, then: {pool: nowhere}}', 'LM_UNKNOWN_REFERENCE'],
    ['{name: a, octets: 1G, period: day}, {name: a, octets: 2G, period: day}', 'LM_DUPLICATE_ENTRY'],
  ])('is refused: %s', (quota, words) => {
    expect(errors(`quotas: [${quota}]`)).toEqual([expect.stringContaining(words)]);
  });

  it('is taken with everything it can have', () => {
    const steps = `steps: [{octets: 150G, ${rate('2M')}}, {octets: 200G, then: {block: true}}]`;
    const free = 'freeHours: [{days: [sat, sun], from: "00:00", till: "06:00"}]';
    const quota = `{name: a, octets: 100G, period: month, anchor: sign-up, carryOver: 20G, ${free}, ${rate('4M')}, ${steps}}`;

    expect(
      errors(`validity: {from: first-login, lasts: 30d}\nquotas: [${quota}, {name: b, time: 9h, period: validity}]`),
    ).toEqual([]);
  });
});
