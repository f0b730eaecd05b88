import { describe, expect, it } from 'vitest';
import { DueLoop, longestWaitMs } from '../../src/daemon/due-loop.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('a clock that is set by a little several times', () => {
  it('is seen to be set as soon as that comes to more than a little, by all of it', async () => {
    const clock = new ManualClock();
    const jumps: number[] = [];
    let tell = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const onJump = (by: number) => {
      jumps.push(by);
      tell();
    };
    await using loop = new DueLoop({ clock, onDue: () => undefined, onJump });
    loop.start();

    for (const by of [2785, 1021, 4276]) {
      await new Promise(setImmediate);
      clock.set(by);
      clock.advance(longestWaitMs);
    }
    await told;

    expect(jumps).toEqual([8082]);
  });
});
