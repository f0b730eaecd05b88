import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateLimitText } from '../../src/model/rate-limit.ts';
import { allMenus } from '../../src/routeros/all-menus.ts';
import { address, formatTime, ranges, rateLimit, time, timeMs, wordSet, yesNo } from '../../src/routeros/canonical.ts';
import { parseRouterTime } from '../../src/simulator/routeros/time.ts';

const rates = fc.oneof(
  fc.nat(100).map((n) => `${n}M`),
  fc.nat(9999).map(String),
  fc.nat(99).map((n) => `${n}k`),
);
const times = fc.oneof(
  fc.nat(99).map(String),
  fc.nat(9999).map((n) => `${n}ms`),
  fc.constantFrom('1m', '00:00:16', '2s'),
);
const pairOf = (one: fc.Arbitrary<string>) =>
  fc.oneof(
    one,
    fc.tuple(one, one).map((parts) => parts.join('/')),
  );
const rateTexts = fc
  .tuple(pairOf(rates), pairOf(rates), pairOf(rates), pairOf(times), fc.integer({ min: 1, max: 8 }), pairOf(rates))
  .chain((parts) => fc.integer({ min: 1, max: 6 }).map((count) => parts.slice(0, count).join(' ')));
const texts = fc.oneof(
  fc.string(),
  rateTexts,
  times,
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map((parts) => parts.join('/')),
  fc.array(fc.constantFrom('ppp', ' hotspot', 'ppp ', '', 'login')).map((words) => words.join(',')),
  fc.constantFrom('yes', 'no', 'true', 'false', 'none', '10', '1.2', '0x10', '*7', '5M/20M/30M'),
);

describe('the canonical form of every field', () => {
  const fields = allMenus.flatMap((menu) =>
    Object.entries(menu.fields).map(([name, field]) => ({ at: `${menu.path} ${name}`, field })),
  );
  const formed = fields.filter(({ field }) => 'canonical' in field);

  it.each(formed)('of $at is its own canonical form', ({ field: { canonical } }) => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = canonical?.(text) ?? text;

        expect(canonical?.(once)).toBe(once);
      }),
    );
  });

  it.each(fields.filter(({ field }) => field.default !== undefined))(
    'of $at takes its default as it is',
    ({ field }) => {
      expect(field.canonical?.(field.default ?? '') ?? field.default).toBe(field.default);
    },
  );
});

describe('rates', () => {
  it.each([
    ['5M/20M', '5M/20M'],
    ['5000k/20000000', '5M/20M'],
    ['5M', '5M/5M'],
    ['5M/20M 0/0 0/0 0/0 8 0/0', '5M/20M'],
    ['5M/20M 10M/40M', '5M/20M 10M/40M 5M/20M 1/1'],
    ['5M/20M 10M/40M 4M/16M 16', '5M/20M 10M/40M 4M/16M 16/16'],
    ['5M/20M 10M/40M 4M/16M 500ms', '5M/20M 10M/40M 4M/16M 500ms/500ms'],
    ['5M/20M 0/0 0/0 0/0 8 1M/2M', '5M/20M 0/0 0/0 0/0 8 1M/2M'],
    ['0/0', '0/0'],
  ])('%j is %j', (text, canonical) => {
    expect(rateLimit(text)).toBe(canonical);
  });

  it.each(['', 'fast', '5M/20M junk', '5M/20M 10M/40M 5M/20M soon', '1M/2M/3M', '5M/20M 0/0 0/0 0/0 8 0/0 more'])(
    '%j does not parse and stays as it is, so that it shows as drift',
    (text) => {
      expect(rateLimit(text)).toBe(text);
    },
  );

  it('IW-06: are told upload first, and read back as what was declared', () => {
    const bps = fc.integer({ min: 1, max: 10_000 }).map((k) => k * 1000);
    const pair = fc.record({ down: bps, up: bps });
    const burst = fc.record({ down: bps, up: bps, seconds: fc.integer({ min: 1, max: 60 }) });
    const rate = fc
      .tuple(pair, fc.option(burst), fc.option(pair), fc.option(fc.integer({ min: 1, max: 8 })))
      .map(([both, bursts, guaranteed, priority]) => ({
        ...both,
        ...(bursts === null ? {} : { burst: bursts }),
        ...(guaranteed === null ? {} : { guaranteed }),
        ...(priority === null ? {} : { priority }),
      }));
    fc.assert(
      fc.property(rate, (declared) => {
        const text = rateLimitText(declared);

        expect(rateLimit(text)).toBe(text);
        expect(text.startsWith(`${rateLimitText({ up: declared.up, down: declared.up }).split('/')[0]}/`)).toBe(true);
      }),
    );
    expect(rateLimitText({ down: 20_000_000, up: 5_000_000 })).toBe('5M/20M');
  });
});

describe('times', () => {
  it.each([
    ['1s500ms', '1s500ms'],
    ['1500ms', '1s500ms'],
    ['300', '5m'],
    ['00:10:00', '10m'],
    ['1d00:10:00', '1d10m'],
    ['7200s', '2h'],
    ['694861s', '1w1d1h1m1s'],
    ['0', '0s'],
    ['none', 'none'],
    ['', ''],
  ])('%j is %j', (text, canonical) => {
    expect(time(text)).toBe(canonical);
  });

  it('are written as they will be read', () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), (ms) => {
        expect(timeMs(formatTime(ms))).toBe(ms);
        expect(parseRouterTime(formatTime(ms))).toBe(ms);
      }),
    );
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.5/32', '10.0.0.5'],
    ['2001:DB8:0::1', '2001:db8::1'],
    ['10', '10'],
    ['0x10', '0x10'],
    ['1.2', '1.2'],
    ['10.0.0.1@main', '10.0.0.1@main'],
    ['home', 'home'],
  ])('%j is %j: names of pools stay names', (text, canonical) => {
    expect(address(text)).toBe(canonical);
  });

  it('of pools are ranges in their order', () => {
    expect(ranges('10.0.1.0/24, 10.0.0.2-10.0.0.9,10.0.0.1-10.0.0.1')).toBe(
      '10.0.1.0-10.0.1.255,10.0.0.2-10.0.0.9,10.0.0.1',
    );
  });
});

describe('words', () => {
  it('are a set, and booleans have one spelling', () => {
    expect(wordSet('ppp, hotspot,ppp')).toBe('hotspot,ppp');
    expect(['true', 'false', 'yes', 'no', 'required'].map(yesNo)).toEqual(['yes', 'no', 'yes', 'no', 'required']);
  });
});
