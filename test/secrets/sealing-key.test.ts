import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealingKey } from '../../src/secrets/sealing-key.ts';

const fill = (octets: Uint8Array): void => void randomFillSync(octets);

describe('what is sealed', () => {
  it('opens with its key and for what it is about, whatever it says', () => {
    const key = SealingKey.draw(fill);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), fc.string({ maxLength: 50 }), (text, about) => {
        expect(key.open(key.seal(text, about), about)).toBe(text);
      }),
    );
  });

  it('opens with no other key, for nothing else, and not when one bit of it is another', () => {
    const [key, other] = [SealingKey.draw(fill), SealingKey.draw(fill)];
    const sealed = key.seal('hidden', 'anna');
    const octets = Buffer.from(sealed, 'base64');

    const flipped = Array.from({ length: octets.length * 8 }, (_, bit) => {
      const changed = Buffer.from(octets);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      return key.open(changed.toString('base64'), 'anna');
    });

    expect(other.open(sealed, 'anna')).toBeUndefined();
    expect(key.open(sealed, 'ben')).toBeUndefined();
    expect(flipped.filter((text) => text !== undefined)).toEqual([]);
  });

  it('is never the same twice, and shows nothing of the text', () => {
    const key = SealingKey.draw(fill);

    const sealed = [key.seal('hidden', 'anna'), key.seal('hidden', 'anna')];

    expect(sealed[0]).not.toBe(sealed[1]);
    for (const each of sealed) expect(Buffer.from(each, 'base64').includes('hidden')).toBe(false);
  });

  it('opens for nobody when it is cut, or is anything else', () => {
    const key = SealingKey.draw(fill);
    const sealed = key.seal('hidden', 'anna');

    for (let length = 0; length < sealed.length; length += 1)
      expect(key.open(sealed.slice(0, length), 'anna')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(key.open(text, 'anna')).toBeUndefined();
      }),
    );
  });
});

describe('a key that follows from texts', () => {
  it('is another for other texts, other borders between them and another salt', () => {
    const salt = Buffer.alloc(16);
    const keys = [['ab', 'c'], ['a', 'bc'], ['abc'], ['ab', 'c', '']].map(
      (texts) => SealingKey.from(texts, salt, fill).id,
    );
    const salted = SealingKey.from(['abc'], Buffer.alloc(16, 1), fill).id;

    expect(new Set([...keys, salted]).size).toBe(5);
    expect(SealingKey.from(['abc'], salt, fill).id).toBe(keys[2]);
  });

  it('opens a key that was sealed with it', () => {
    const [key, lock] = [SealingKey.draw(fill), SealingKey.from(['master'], Buffer.alloc(16), fill)];

    const opened = SealingKey.opened(key.sealedWith(lock), lock);

    expect(opened?.open(key.seal('hidden', 'anna'), 'anna')).toBe('hidden');
    expect(SealingKey.opened(key.sealedWith(lock), key)).toBeUndefined();
  });
});
