import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { loopStalls } from '../../src/daemon/loop-stalls.ts';

describe('a process that computes for long', () => {
  it('IW-24: knows how long it attended to nothing, once', async () => {
    using stalls = loopStalls();
    stalls.longest();
    // It measures from its first tick on, which is 20 ms away.
    await systemClock.sleep(100);
    const until = systemClock.monotonic() + 400;

    while (systemClock.monotonic() < until);
    await systemClock.sleep(100);

    expect(stalls.longest()).toBeGreaterThanOrEqual(350);
  });
});
