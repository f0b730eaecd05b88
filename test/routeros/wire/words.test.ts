import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WordError } from '../../../src/routeros/wire/sentence.ts';
import { attributeWord, commandWord, parseWord, textDecoder } from '../../../src/routeros/wire/words.ts';

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);

describe('an attribute word', () => {
  it('is split at its second equals sign, whatever the value holds', () => {
    fc.assert(
      fc.property(name, fc.string({ unit: 'binary' }), (key, value) => {
        const parsed = parseWord(Buffer.from(attributeWord(key, value)));

        expect(parsed).toEqual({ kind: 'attribute', name: key, value: Buffer.from(value) });
      }),
    );
  });

  it('takes ids, cleared fields and print options as names', () => {
    expect(['.id', '!address', '.proplist', 'mac-address', 'MikroTik'].map((key) => attributeWord(key, ''))).toEqual([
      '=.id=',
      '=!address=',
      '=.proplist=',
      '=mac-address=',
      '=MikroTik=',
    ]);
  });

  it('without a second equals sign has an empty value', () => {
    expect(parseWord(Buffer.from('=detail'))).toEqual({ kind: 'attribute', name: 'detail', value: Buffer.alloc(0) });
  });
});

describe('hostile names', () => {
  it.each(['', 'a=b', 'a b', 'a\n', 'a\0', '=', '?name', '"; /system reset', 'ż', '!', '‮abc'])(
    'as an attribute %j are refused',
    (key) => {
      expect(() => attributeWord(key, 'x')).toThrow(WordError);
    },
  );

  it.each(['', 'login', '/', '/ppp secret', '/ppp//secret', '/ppp/secret/print\n', '/a\0', '!done', '/ppp/secret/'])(
    'as a command %j are refused',
    (command) => {
      expect(() => commandWord(command)).toThrow(WordError);
    },
  );
});

describe('other words', () => {
  it('are told apart by their first octet', () => {
    expect(parseWord(Buffer.from('.tag=a=b'))).toEqual({ kind: 'api', name: '.tag', value: Buffer.from('a=b') });
    expect(parseWord(Buffer.from('?>name=x'))).toEqual({ kind: 'query', query: Buffer.from('>name=x') });
    expect(parseWord(Buffer.from('!re'))).toEqual({ kind: 'bare', text: Buffer.from('!re') });
  });
});

describe('text of a router', () => {
  it('is UTF-8 where it can be, a byte order mark included', () => {
    expect(textDecoder()(Buffer.from('\ufeffZażółć 🙂'))).toBe('\ufeffZażółć 🙂');
  });

  it('is the code page of the router where it cannot', () => {
    expect(textDecoder()(Buffer.from([0x5a, 0xe9, 0x20, 0x80]))).toBe('Zé €');
    expect(textDecoder('windows-1250')(Buffer.from([0x5a, 0x61, 0xbf, 0xf3]))).toBe('Zażó');
  });

  it('keeps two different octets apart in the default code page', () => {
    const texts = Array.from({ length: 128 }, (_, i) => textDecoder()(Buffer.from([0x80 + i])));
    expect(new Set(texts).size).toBe(128);
  });
});
