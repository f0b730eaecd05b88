import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queueFieldsOf } from '../../src/simulator/nas/rate-limit.ts';
import { matchesQuery } from '../../src/simulator/routeros/query.ts';
import { octetsOf, textOf } from '../../src/simulator/routeros/text.ts';
import { formatRouterDate, formatRouterTime, parseRouterTime } from '../../src/simulator/routeros/time.ts';
import { isAtLeast } from '../../src/simulator/routeros/version.ts';

describe('text of a router', () => {
  it('gives back every octet it was made of', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        expect(octetsOf(textOf(Buffer.from(octets)))).toEqual(Buffer.from(octets));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(textOf(octetsOf(text))).toBe(text);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['7200s', '2h'],
    ['02:00:00', '2h'],
    ['1d00:10:00', '1d10m'],
    ['00:10', '10m'],
    ['300ms', '300ms'],
    ['1500ms', '1s500ms'],
    ['120', '2m'],
    ['0s', '0s'],
    ['1w2d3h4m5s', '1w2d3h4m5s'],
    ['35w3d13h13m56s', '35w3d13h13m56s'],
  ])('%s reads back %s', (written, shown) => {
    expect(formatRouterTime(parseRouterTime(written) ?? -1)).toBe(shown);
  });

  it('survive being shown and read', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (ms) => {
        expect(parseRouterTime(formatRouterTime(ms))).toBe(ms);
      }),
    );
    expect(['', 'soon', '5x', '1m2h', '::'].map(parseRouterTime)).toEqual(Array.from({ length: 5 }));
  });

  it('and dates follow the version', () => {
    const at = Date.UTC(2025, 5, 30, 0, 33, 7);

    expect(formatRouterDate(at, isAtLeast('7.22.3', '7.10'))).toBe('2025-06-30 00:33:07');
    expect(formatRouterDate(at, isAtLeast('7.9.2', '7.10'))).toBe('jun/30/2025 00:33:07');
  });
});

describe('a rate limit', () => {
  it.each([
    ['5M/20M', { 'max-limit': '5000000/20000000', 'burst-limit': '0/0', 'burst-time': '0s/0s', priority: '8/8' }],
    ['64k', { 'max-limit': '64000/64000' }],
    ['1M/2M 2M/4M', { 'burst-limit': '2000000/4000000', 'burst-threshold': '1000000/2000000', 'burst-time': '1s/1s' }],
    ['1M 2M 1500k 10/20 3 100k/200k', { 'burst-time': '10s/20s', priority: '3/3', 'limit-at': '100000/200000' }],
    ['0/0', { 'max-limit': '0/0' }],
  ])('%s makes a queue', (text, fields) => {
    expect(queueFieldsOf(text)).toMatchObject(fields);
  });

  it.each(['', 'fast', '1M/2M/3M', '-1', '1.5M', '1M 1M 1M 1 9', '1M 1M 1M 1 1 1M 1M', '1M/'])('%j is none', (text) => {
    expect(queueFieldsOf(text)).toBeUndefined();
  });
});

describe('query words', () => {
  const row: Readonly<Record<string, string>> = { type: 'ether', mtu: '1500', name: 'a' };
  const matches = (...queries: string[]) => matchesQuery(queries, (name) => row[name]);

  it('are evaluated on a stack, what is left being joined by and', () => {
    expect(matches()).toBe(true);
    expect(matches('type=ether', 'type=vlan', '#|')).toBe(true);
    expect(matches('type=ether', 'type=vlan')).toBe(false);
    expect(matches('type=vlan', '#!')).toBe(true);
    expect(matches('type=ether', 'name=b', 'mtu=1500', '#|&')).toBe(true);
    expect(matches('type=vlan', 'name=a', '#1')).toBe(false);
    expect(matches('type=vlan', 'name=a', '#1.&|')).toBe(false);
    expect(matches('type=ether', 'name=b', '#1.|')).toBe(true);
  });

  it('compare numbers as numbers, and anything may follow the second equals sign', () => {
    expect(matches('>mtu=999')).toBe(true);
    expect(matches('<mtu=999')).toBe(false);
    expect(matches('-comment')).toBe(true);
    expect(matches('comment')).toBe(false);
    expect(matchesQuery(['name=a=b\nc'], () => 'a=b\nc')).toBe(true);
  });

  it('never fail, whatever they are', () => {
    fc.assert(fc.property(fc.array(fc.string()), (queries) => typeof matches(...queries) === 'boolean'));
    fc.assert(fc.property(fc.string(), (text) => typeof matches('name=a', `#${text}`) === 'boolean'));
  });
});
