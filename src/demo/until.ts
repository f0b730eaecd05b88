import { inspect } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { DemoError } from './demo-error.ts';

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const longestMs = 15_000;
const betweenMs = 50;

/**
 * Asks a live system again and again until its answer holds what is looked for.
 *
 * @param pick what is looked for, `undefined` while it is not there
 * @throws DemoError with the last answer after 15 s; what `ask` throws
 */
export async function until<T, U>(
  what: string,
  ask: () => Promise<T>,
  pick: (seen: T) => U | undefined,
  { clock, signal }: Patience,
): Promise<U> {
  const deadline = clock.monotonic() + longestMs;
  for (;;) {
    const seen = await ask();
    const found = pick(seen);
    if (found !== undefined) return found;
    if (clock.monotonic() > deadline) throw notSeen(what, seen);
    await clock.sleep(betweenMs, signal);
  }
}

function notSeen(what: string, seen: unknown): DemoError {
  const answer = inspect(seen, { depth: 6, breakLength: 110 }).split('\n');
  const shown = answer.length > 20 ? [...answer.slice(0, 20), `… ${answer.length - 20} more lines`] : answer;
  return new DemoError(`${what}: not within ${longestMs / 1000} s. Seen last:\n${shown.join('\n')}`);
}
