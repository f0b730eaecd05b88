import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSentence, SentenceReader, WireError, WordError } from '../../../src/routeros/wire/sentence.ts';

const word = fc.uint8Array({ minLength: 1, maxLength: 300 });
const sentence = fc.array(word, { minLength: 1, maxLength: 8 });

/** `bytes` in chunks of the given sizes, repeated until nothing is left. */
function* split(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

function readAll(reader: SentenceReader, chunks: Iterable<Buffer>): Buffer[][] {
  return [...chunks].flatMap((chunk) => reader.push(chunk));
}

describe('a sentence sent in any segmentation', () => {
  it('is read as it was written', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(sentence, { maxLength: 5 }), sizes, (sentences, cuts) => {
        const stream = Buffer.concat(sentences.map(encodeSentence));

        const read = readAll(new SentenceReader(), split(stream, cuts));

        expect(read.map((words) => words.map((w) => [...w]))).toEqual(sentences.map((s) => s.map((w) => [...w])));
      }),
    );
  });

  it('is read at every length where the prefix grows, cut at every octet of the prefix', () => {
    for (const length of [1, 0x7f, 0x80, 0x3fff, 0x4000, 0x1f_ffff, 0x20_0000]) {
      const bytes = encodeSentence([Buffer.alloc(length, 0x61)]);
      for (let cut = 1; cut <= 5; cut += 1) {
        const [read] = readAll(new SentenceReader(), [bytes.subarray(0, cut), bytes.subarray(cut)]);
        expect(read?.map((w) => w.length)).toEqual([length]);
      }
    }
  });

  it('is held back until its last zero octet, which may come alone', () => {
    const reader = new SentenceReader();
    const bytes = encodeSentence(['!done', '.tag=7']);

    expect(reader.push(bytes.subarray(0, -1))).toEqual([]);
    expect(reader.push(bytes.subarray(-1)).map((words) => words.map(String))).toEqual([['!done', '.tag=7']]);
  });

  it('keeps its words intact while later chunks arrive', () => {
    const reader = new SentenceReader();
    const stream = encodeSentence(['!re', '=name=anna']);
    const kept = readAll(reader, [stream.subarray(0, 6), Buffer.concat([stream.subarray(6), stream.subarray(0, 3)])]);

    readAll(reader, split(Buffer.concat([stream.subarray(3), stream]), [1]));

    expect(kept.map((words) => words.map(String))).toEqual([['!re', '=name=anna']]);
  });
});

describe('text', () => {
  it('goes out as UTF-8, its length counted in octets', () => {
    expect(encodeSentence(['Zażółć €'])).toEqual(Buffer.from([14, ...Buffer.from('Zażółć €', 'utf8'), 0]));
  });

  it('may not be empty, since that would start another sentence', () => {
    expect(() => encodeSentence(['/login', '', '/system/reset-configuration'])).toThrow(WordError);
  });
});

describe('empty sentences', () => {
  it('are skipped', () => {
    const stream = Buffer.concat([Buffer.alloc(1000), encodeSentence(['!done']), Buffer.alloc(3)]);
    expect(new SentenceReader().push(stream).map((words) => words.map(String))).toEqual([['!done']]);
  });
});

describe('a stream that is not the API or promises too much', () => {
  it('is refused at a control byte, after the sentences before it', () => {
    const reader = new SentenceReader();
    reader.feed(Buffer.concat([encodeSentence(['!fatal', 'bye']), Buffer.from([0xf8])]));

    expect(reader.next()?.bounds).toHaveLength(4);
    expect(() => reader.next()).toThrow(/control byte 0xf8/);
    expect(() => reader.push(Buffer.from([0]))).toThrow(WireError);
  });

  it.each([
    ['a word over the limit, by its prefix alone', Buffer.from([0xf0, 0xff, 0xff, 0xff, 0xff])],
    ['words that together are over the limit', encodeSentence([Buffer.alloc(60, 1), Buffer.alloc(60, 1)])],
    ['too many words', encodeSentence(Array.from({ length: 11 }, () => 'a'))],
  ])('is refused for %s', (_, bytes) => {
    const reader = new SentenceReader({ maxWordBytes: 64, maxSentenceBytes: 100, maxWords: 10 });
    expect(() => readAll(reader, split(bytes, [1]))).toThrow(WireError);
  });

  it('either reads or throws WireError, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          new SentenceReader({ maxWordBytes: 100 }).push(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
    );
  });
});

describe('a word of 8 MiB that comes in small pieces', () => {
  it('is put together without copying it again for each piece', () => {
    const bytes = encodeSentence(['!re', Buffer.alloc(8 * 2 ** 20, 0x62)]);

    const [read] = readAll(new SentenceReader(), split(bytes, [1400]));

    expect(read?.[1]?.length).toBe(8 * 2 ** 20);
  });
});
