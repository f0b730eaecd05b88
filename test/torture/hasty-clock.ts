import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';

/** Time that runs that many times as fast as the machine's: waits of half a minute are over at once. */
export function hastyClock(factor: number): Clock {
  const [start, begun] = [Date.now(), performance.now()];
  const elapsed = () => (performance.now() - begun) * factor;
  return {
    now: () => start + elapsed(),
    monotonic: elapsed,
    async sleep(ms, signal) {
      await wait(ms / factor, undefined, signal === undefined ? {} : { signal });
    },
  };
}
