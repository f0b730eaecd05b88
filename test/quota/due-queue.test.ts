import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueQueue } from '../../src/quota/due-queue.ts';

const order = fc.oneof(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), at: fc.option(fc.nat(50), { nil: undefined }) }),
  fc.record({ now: fc.nat(50) }),
);

describe('what is due', () => {
  it('is each key once, at the time that was said last, the soonest first', () => {
    fc.assert(
      fc.property(fc.array(order, { maxLength: 200 }), (orders) => {
        const [queue, plain] = [dueQueue(), new Map<string, number>()];
        for (const each of orders) {
          if ('key' in each) {
            queue.set(each.key, each.at);
            if (each.at === undefined) plain.delete(each.key);
            else plain.set(each.key, each.at);
          } else {
            const due = [...plain].filter(([, at]) => at <= each.now);
            const taken = queue.take(each.now);
            expect([...taken].sort()).toEqual(due.map(([key]) => key).sort());
            expect(taken.map((key) => plain.get(key))).toEqual(due.map(([, at]) => at).sort((a, b) => a - b));
            for (const [key] of due) plain.delete(key);
          }
          expect(queue.next()).toBe(plain.size === 0 ? undefined : Math.min(...plain.values()));
        }
      }),
    );
  });
});
