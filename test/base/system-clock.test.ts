import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';

describe("the machine's time", () => {
  it('sleeps for longer than a timer of Node can', async () => {
    const warned = vi.fn();
    process.on('warning', warned);
    const stop = new AbortController();
    const sleeping = systemClock.sleep(30 * 86_400_000, stop.signal).then(
      () => 'over',
      () => 'stopped',
    );

    await systemClock.sleep(20);
    stop.abort();

    expect(await sleeping).toBe('stopped');
    expect(warned).not.toHaveBeenCalled();
    process.off('warning', warned);
  });
});
