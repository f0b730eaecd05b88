import type { Clock } from '../base/clock.ts';

/** Longest single wait: timers of Node overflow at 24.8 days. */
const maxWaitMs = 86_400_000;

/** Resolves at that monotonic moment, or rejects with the signal's reason. */
export async function sleepUntil(at: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let left = at - clock.monotonic(); left > 0; left = at - clock.monotonic()) {
    await clock.sleep(Math.min(left, maxWaitMs), signal);
  }
}

/** Runs until done or until the signal; any other failure is a fault of ours and surfaces. */
export function inBackground(signal: AbortSignal, work: () => Promise<void>): void {
  void work().catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
