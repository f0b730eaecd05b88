import { describe, expect, it } from 'vitest';
import { isTimeZone, timeReader } from '../../src/model/local-time.ts';

const utc = (text: string): number => Date.parse(text);

describe('a time with an offset', () => {
  const read = timeReader('Europe/Berlin');

  it.each([
    ['2027-01-31T18:00:00Z', '2027-01-31T18:00:00Z'],
    ['2027-01-31t18:00:00z', '2027-01-31T18:00:00Z'],
    ['2027-01-31T18:00:00.25Z', '2027-01-31T18:00:00.250Z'],
    ['2027-01-31T18:00+05:30', '2027-01-31T12:30:00Z'],
    ['2027-01-31T18:00:59-11:00', '2027-02-01T05:00:59Z'],
  ])('%s does not depend on the zone', (text, expected) => {
    expect(read(text)).toBe(utc(expected));
  });
});

describe('a local time', () => {
  it('is that of the zone, summer and winter', () => {
    const read = timeReader('Europe/Berlin');

    expect(read('2027-01-15T12:00')).toBe(utc('2027-01-15T11:00:00Z'));
    expect(read('2027-07-15 12:00:30')).toBe(utc('2027-07-15T10:00:30Z'));
  });

  it('that a clock change skips is read as if the clock had not changed yet', () => {
    expect(timeReader('Europe/Berlin')('2027-03-28T02:30')).toBe(utc('2027-03-28T01:30:00Z'));
    expect(timeReader('America/New_York')('2027-03-14T02:30')).toBe(utc('2027-03-14T07:30:00Z'));
  });

  it('that occurs twice means the first', () => {
    expect(timeReader('Europe/Berlin')('2027-10-31T02:30')).toBe(utc('2027-10-31T00:30:00Z'));
    expect(timeReader('America/New_York')('2027-11-07T01:30')).toBe(utc('2027-11-07T05:30:00Z'));
  });

  it('next to a change is not moved', () => {
    const read = timeReader('Europe/Berlin');

    expect(read('2027-03-28T01:59:59')).toBe(utc('2027-03-28T00:59:59Z'));
    expect(read('2027-03-28T03:00')).toBe(utc('2027-03-28T01:00:00Z'));
    expect(read('2027-10-31T01:59:59')).toBe(utc('2027-10-30T23:59:59Z'));
    expect(read('2027-10-31T03:00')).toBe(utc('2027-10-31T02:00:00Z'));
  });

  it('on a day the zone left out, or with a half-hour change, still is a time', () => {
    expect(timeReader('Pacific/Apia')('2011-12-30T12:00')).toBeDefined();
    expect(timeReader('Australia/Lord_Howe')('2027-10-03T02:15')).toBe(utc('2027-10-02T15:45:00Z'));
  });
});

describe('what is no time', () => {
  it.each([
    '2027-02-29T00:00',
    '2027-13-01T00:00',
    '2027-01-01T24:00',
    '2027-01-01T00:60',
    '2027-01-01',
    '2027-01-01T00:00+25:00',
    'now',
    '',
  ])('%s is refused', (text) => {
    expect(timeReader('UTC')(text)).toBeUndefined();
  });

  it('zones are those of the runtime', () => {
    expect([isTimeZone('Africa/Nairobi'), isTimeZone('UTC'), isTimeZone('Nairobi'), isTimeZone('')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
