import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { emptyFrame, type Frame } from '../../src/radius/packet/framing.ts';

const keepMs = 10_000;

/** A request as far as it is remembered. */
function request(identifier: number, authenticator: number, length = 20): { packet: Buffer; frame: Frame } {
  const packet = Buffer.alloc(length, authenticator);
  return { packet, frame: { ...emptyFrame(), identifier, length } };
}

function onePort(): { cache: DuplicateCache; client: NonNullable<ReturnType<DuplicateCache['port']>> } {
  const cache = new DuplicateCache(keepMs);
  const client = cache.port('192.0.2.1', 1812, 0);
  if (client === undefined) throw new Error('there is room for one port');
  return { cache, client };
}

describe('requests of one port', () => {
  it('are remembered by Identifier until another has it, they are forgotten, or their time is over', () => {
    interface Kept {
      readonly authenticator: number;
      readonly length: number;
      readonly number: number;
      readonly at: number;
      reply?: Buffer;
    }
    const step = fc.record({
      identifier: fc.constantFrom(0, 1, 7, 8, 255),
      authenticator: fc.constantFrom(0, 1, 255),
      length: fc.constantFrom(20, 21),
      what: fc.constantFrom('ask', 'answer', 'forget'),
      reply: fc.constantFrom(20, 160, 161, 4096),
      wait: fc.constantFrom(0, 1, keepMs, keepMs + 1),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { cache, client } = onePort();
        const model = new Map<number, Kept>();
        const older: { readonly identifier: number; readonly number: number }[] = [];
        let now = 0;
        for (const each of steps) {
          now += each.wait;
          const { identifier, authenticator, length } = each;
          const { packet, frame } = request(identifier, authenticator, length);
          const known = model.get(identifier);
          const isSame =
            known !== undefined &&
            [known.authenticator === authenticator, known.length === length, now - known.at <= keepMs].every(Boolean);

          expect(cache.knows(client, packet, frame, now)).toBe(isSame);
          if (known !== undefined) {
            expect(client.replyTo(identifier)).toEqual(known.reply);
            expect(client.arrivedAt(identifier)).toBe(known.at);
          }
          if (each.what === 'ask') {
            if (known !== undefined) older.push({ identifier, number: known.number });
            model.set(identifier, { authenticator, length, number: client.remember(packet, frame, now), at: now });
          } else if (each.what === 'answer' && known !== undefined) {
            known.reply = Buffer.alloc(each.reply, steps.indexOf(each));
            expect(client.answer(identifier, known.number, known.reply)).toBe(true);
          } else if (each.what === 'forget' && known !== undefined) {
            client.forget(identifier, known.number);
            model.delete(identifier);
            older.push({ identifier, number: known.number });
          }
        }

        // Whoever is late with an answer finds that nobody awaits it.
        for (const { identifier, number } of older) {
          client.forget(identifier, number);
          expect(client.answer(identifier, number, Buffer.alloc(20))).toBe(false);
        }
        for (const [identifier, { reply }] of model) expect(client.replyTo(identifier)).toEqual(reply);
      }),
    );
  });

  it('are answered with the same octets, whatever becomes of those that were handed over', () => {
    const { client } = onePort();
    const { packet, frame } = request(3, 9);
    const number = client.remember(packet, frame, 0);
    const reply = Buffer.from('an answer');

    client.answer(3, number, reply);
    reply.fill(0);

    expect(client.replyTo(3)?.toString()).toBe('an answer');
  });
});
