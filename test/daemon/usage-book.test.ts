import { describe, expect, it } from 'vitest';
import { usageBook } from '../../src/daemon/usage-book.ts';

const hourMs = 3_600_000;

describe('what a login has used', () => {
  it('is of a session the part that lies in the period, as long as it was heard of', async () => {
    const session = (startedAt: number, sessionSeconds: number) => ({ startedAt, sessionSeconds });
    const sessions = [session(9 * hourMs, 7200), session(5 * hourMs, 7200), session(hourMs, 600)];
    const book = usageBook({ history: async () => sessions as never, usage: async () => [] });

    expect(await book.secondsOnline('anna', 6 * hourMs, 10 * hourMs)).toBe(7200);
    expect(await book.secondsOnline('anna', 20 * hourMs, 30 * hourMs)).toBe(0);
  });

  it('is of octets that of the hours that begin in the period', async () => {
    const asked: unknown[] = [];
    const usage = async (...span: unknown[]) => {
      asked.push(span);
      return [
        { hour: 2, up: 1n, down: 10n },
        { hour: 3, up: 2n, down: 20n },
      ] as never;
    };
    const book = usageBook({ history: async () => [], usage });

    expect(await book.octets('anna', 1.5 * hourMs, 4 * hourMs)).toEqual({ up: 3n, down: 30n });
    expect(asked).toEqual([['anna', 2, 4]]);
  });
});
