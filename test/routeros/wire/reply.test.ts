import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reply, ReplyParser } from '../../../src/routeros/wire/reply.ts';
import { encodeSentence, SentenceReader } from '../../../src/routeros/wire/sentence.ts';
import { parseWord, textDecoder } from '../../../src/routeros/wire/words.ts';

const decode = textDecoder();

function parseAll(sentences: readonly (readonly (string | Uint8Array)[])[]): Reply[] {
  const reader = new SentenceReader();
  const parser = new ReplyParser(decode);
  reader.feed(Buffer.concat(sentences.map(encodeSentence)));
  return sentences.map(() => {
    const raw = reader.next();
    if (raw === undefined) throw new Error('a sentence is missing');
    return parser.parse(raw);
  });
}

/** Attribute by attribute, with nothing remembered: what the parser must come to. */
function attributesOf(words: readonly Uint8Array[]): Map<string, string> {
  const pairs = words.map((word) => parseWord(Buffer.from(word))).filter((word) => word.kind === 'attribute');
  return new Map(pairs.map(({ name, value }) => [name, decode(value)]));
}

describe('rows', () => {
  it('are what their words say, whatever rows came before', () => {
    const name = fc.constantFrom('name', 'nam', 'names', '.id', 'a', '', '__proto__', 'comment');
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '=', '=name=x', 'Ż'.repeat(70)));
    const octets = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from('=raw='), bytes]));
    const attribute = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(name, value).map(([key, text]) => Buffer.from(`=${key}=${text}`)) },
      { weight: 1, arbitrary: octets },
      { weight: 1, arbitrary: fc.constantFrom('=', '=detail', '=nam').map((text) => Buffer.from(text)) },
    );
    fc.assert(
      fc.property(fc.array(fc.array(attribute, { maxLength: 6 }), { minLength: 1, maxLength: 6 }), (rows) => {
        const replies = parseAll(rows.map((words) => ['!re', ...words, '.tag=1']));

        expect(replies.map(({ attributes }) => new Map(Object.entries(attributes)))).toEqual(rows.map(attributesOf));
      }),
    );
  });

  it('are told apart where a word ends as the next one begins', () => {
    // 61 octets: the length prefix of the second word is the octet of `=`.
    const [, second] = parseAll([
      ['!re', '=name=anna'],
      ['!re', '=name', `=comment=${'x'.repeat(52)}`],
    ]);

    expect(second?.attributes).toEqual({ name: '', comment: 'x'.repeat(52) });
  });
});

describe('a reply', () => {
  it('may carry its tag anywhere, or none', () => {
    const replies = parseAll([
      ['!done', '.tag=a=b', '=ret=*1'],
      ['!done', '=ret=*1', '.tag=a=b'],
      ['!fatal', 'too many', 'commands'],
    ]);

    expect(replies).toEqual([
      { word: '!done', tag: 'a=b', attributes: { ret: '*1' }, text: '' },
      { word: '!done', tag: 'a=b', attributes: { ret: '*1' }, text: '' },
      { word: '!fatal', attributes: {}, text: 'too many commands' },
    ]);
  });
});
