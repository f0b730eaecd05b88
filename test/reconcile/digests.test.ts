import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { digestRows, rowsTouched } from '../../src/reconcile/digests.ts';
import type { Row } from '../../src/reconcile/row.ts';
import { row } from './support.ts';

const key = Buffer.alloc(32, 1);
const anna = row('/ppp/secret', 'anna', { name: 'anna', password: new Secret('one') });

function touched(before: readonly Row[], now: readonly Row[], ordered: readonly string[] = []) {
  return rowsTouched(digestRows(before, ordered, key), digestRows(now, ordered, key)).map(({ identity }) => identity);
}

describe('rows that are wanted anew', () => {
  it.each<[string, Partial<Row>]>([
    ['a field', { fields: { ...anna.fields, name: 'Anna' } }],
    ['a secret', { fields: { ...anna.fields, password: new Secret('two') } }],
    ['a secret that is one no more', { fields: { ...anna.fields, password: 'one' } }],
    ['a field more', { fields: { ...anna.fields, profile: 'home' } }],
    ['its owner', { owner: 'Subscriber/ben' }],
    ['a name it had', { previously: ['ann'] }],
    ['what it needs', { needs: ['ipv6'] }],
  ])('are touched by %s', (_, change) => {
    expect(touched([anna], [{ ...anna, ...change }])).toEqual(['anna']);
  });

  it('are not touched by the place of their declaration', () => {
    const origin = { file: 'a.yaml', line: 7, column: 1 };

    expect(touched([anna], [{ ...anna, source: origin }])).toEqual([]);
  });

  it('are touched when they come, when they go, and in an ordered menu when they change places', () => {
    const ben = row('/ppp/secret', 'ben');

    expect(touched([], [anna])).toEqual(['anna']);
    expect(touched([anna, ben], [ben])).toEqual(['anna']);
    expect(touched([anna, ben], [ben, anna])).toEqual([]);
    expect(touched([anna, ben], [ben, anna], ['/ppp/secret'])).toEqual(['ben', 'anna']);
  });

  it('are told apart whatever their texts are', () => {
    const texts = fc.tuple(fc.string(), fc.string(), fc.string());

    fc.assert(
      fc.property(texts, texts, ([a, b, c], [x, y, z]) => {
        fc.pre(a !== x || b !== y || c !== z);
        const one = row('/m', 'i', { a, b }, c);
        const other = row('/m', 'i', { a: x, b: y }, z);
        expect(touched([one], [other])).toEqual(['i']);
      }),
      { numRuns: 300 },
    );
  });
});
