import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** Node's timers fire at once when they are set for longer than this. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    for (let left = ms; ; left -= longestTimerMs) {
      await wait(Math.min(left, longestTimerMs), undefined, signal === undefined ? {} : { signal });
      if (left <= longestTimerMs) return;
    }
  },
};
