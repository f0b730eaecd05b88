import { describe, expect, it } from 'vitest';
import { UntilRoom } from '../../src/accounting/until-room.ts';
import { StoreFullError } from '../../src/store/errors.ts';
import { QuickClock } from '../support/quick-clock.ts';

const { signal } = new AbortController();
const full = new StoreFullError('state', new Error('ENOSPC'));
const MiB = 1 << 20;

async function waited(room: UntilRoom, clock: QuickClock, free: () => number): Promise<number> {
  const from = clock.monotonic();
  await room.wait(async () => free(), signal);
  return clock.monotonic() - from;
}

describe('a disk with a little room that is too little', () => {
  it('is tried ever more seldom, and within a second of somebody making room', async () => {
    const clock = new QuickClock();
    const room = new UntilRoom(clock);
    const waits: number[] = [];
    for (let tries = 0; tries < 9; tries += 1) {
      room.failed(full, MiB);
      waits.push(await waited(room, clock, () => MiB));
    }
    const cleared = clock.monotonic() + 3_500;
    const again = await waited(room, clock, () => (clock.monotonic() < cleared ? MiB : 2 * MiB));

    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1000));
    expect(again).toBe(4_000);
    expect(await waited(room, clock, () => MiB)).toBe(0);
  });

  it('says nothing of a disk with room, where a quota was met, nor of another trouble', async () => {
    const clock = new QuickClock();
    const room = new UntilRoom(clock);

    room.failed(full, 100 * MiB);
    room.failed(new Error('EIO'), 0);

    expect(await waited(room, clock, () => 0)).toBe(0);
  });
});
