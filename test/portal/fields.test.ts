import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFields, readJsonFields } from '../../src/portal/fields.ts';

const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/);
const value = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !/[\0\r\n]/.test(text));
const fields = fc
  .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 40 })
  .filter((pairs) => pairs.every(([key, text]) => key !== 'username' || text.length <= 253));

describe('fields of a form', () => {
  it('are read as a browser writes them', () => {
    fc.assert(
      fc.property(fields, (pairs) => {
        expect(readFields(new URLSearchParams(pairs).toString())).toEqual({ result: 'read', fields: new Map(pairs) });
      }),
    );
  });

  it('are read or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (octets) => {
        const read = readFields(Buffer.from(octets).toString('latin1'));

        if (read.result === 'flawed') return;
        expect(read.fields.size).toBeLessThanOrEqual(40);
        for (const text of read.fields.values()) expect(text).not.toMatch(/[\0\r\n]/);
      }),
    );
  });

  it('keep an address that is too long in part', () => {
    const read = readFields(`link-orig=${'a'.repeat(3000)}`);

    expect(read.result === 'read' && read.fields.get('link-orig')?.length).toBe(2048);
  });
});

describe('fields in JSON', () => {
  it('are read as any program writes them', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(undefined, 2), (pairs, space) => {
        const text = JSON.stringify(Object.fromEntries(pairs), undefined, space);

        expect(readJsonFields(Buffer.from(text))).toEqual({
          result: 'read',
          fields: new Map(Object.entries(JSON.parse(text) as Record<string, string>)),
        });
      }),
    );
  });

  it.each([
    '{"a":"1","a":"2"}',
    '{"a":"1","\\u0061":"2"}',
    '{"a":1}',
    '{"a":null}',
    '{"a":["1"]}',
    '{"a":{"b":"1"}}',
    '{"a":"1"} {"b":"2"}',
    '{"a":"1",}',
    '{"a":"1"',
    '{"a":"\\x"}',
    '{"a":"\\ud800"}',
    '{"a b":"1"}',
    '["a"]',
    '"a"',
    '',
    'null',
  ])('%s: are refused', (text) => {
    expect(readJsonFields(Buffer.from(text)).result).toBe('flawed');
  });

  it('are refused when they are no UTF-8', () => {
    const text = Buffer.from('{"password":"caf\u00e9"}', 'latin1');

    expect(readJsonFields(text).result).toBe('flawed');
    expect(readJsonFields(Buffer.from('{"password":"caf\u00e9"}')).result).toBe('read');
  });

  it.each([`{"a":"${'\\\\'.repeat(8_000)}`, `{${'"a" : '.repeat(2_500)}`, `{${' '.repeat(16_000)}x`])(
    'are refused at any length',
    (text) => {
      expect(readJsonFields(Buffer.from(text)).result).toBe('flawed');
    },
  );
});
