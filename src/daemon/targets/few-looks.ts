import type { Clock } from '../../base/clock.ts';
import { Turns } from './turns.ts';

/** Targets whose rows are in memory at the same time, as a rule. */
const looksAtOnce = 12;
/** So many more for those that somebody waits for. */
const looksForFirst = 2;
/** A look that takes longer waits for its router, not for us: the next one begins. */
const longestLookMs = 2_000;

/** Leave to look at targets, a few at a time: what is read of them is in memory meanwhile. A slow one keeps no others waiting. */
export function fewLooks(clock: Pick<Clock, 'sleep'>): (signal: AbortSignal, isFirst?: boolean) => Promise<Disposable> {
  const turns = new Turns(() => looksAtOnce + looksForFirst, { keptForFirst: looksForFirst });
  return async (signal, isFirst) => {
    const turn = await turns.take(signal, isFirst);
    const over = new AbortController();
    const end = () => {
      if (over.signal.aborted) return;
      over.abort();
      turn[Symbol.dispose]();
    };
    clock.sleep(longestLookMs, over.signal).then(end, () => undefined);
    return { [Symbol.dispose]: end };
  };
}
