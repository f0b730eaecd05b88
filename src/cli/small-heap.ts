import { setFlagsFromString } from 'node:v8';

/** How much the heap may grow until it is swept, in percent of what was alive. */
const growthPercent = 40;

/** How many times as large the room for what is new becomes at once, where much of that stays alive. */
const growthOfNew = 8;

/**
 * Keeps the heap close to what is alive. V8 lets it grow up to fourfold where it is filled quickly and the machine has room:
 * with 100 routers of 1,000 subscribers it took 2 GB for 0.4. A daemon stays for months beside others; that it sweeps more
 * often costs it little, since what a request leaves behind never gets that far.
 *
 * What a request leaves behind is swept while logins wait, for a millisecond. After a quiet time V8 begins again with room for
 * 1 MB, and doubles it now and then: at 5,000 logins a second it swept a dozen times a second for half a minute. Grown at once,
 * that is over after a second. And it is swept by the thread that runs anyway: there is too little to share, and other threads
 * have to be woken and waited for.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString(`--semi-space-growth-factor=${growthOfNew}`);
  setFlagsFromString('--no-parallel-scavenge');
}
