import { describe, expect, it } from 'vitest';
import { ServerHealth } from '../../../src/radius/proxy/server-health.ts';

const times = { zombieMs: 20_000, reviveMs: 60_000, answersToLive: 3 };

describe('a home server that left something unanswered', () => {
  it('is a zombie, then dead, and back when it has answered Status-Server three times', () => {
    const health = new ServerHealth(true, times);

    health.unanswered(0, 2_000);
    const course = [2_000, 21_999, 22_000, 10_000_000].map((now) => health.at(now));
    const probed = [1, 2, 3].map((nth) => {
      health.probeAnswered(22_000 + nth);
      return health.at(22_000 + nth);
    });

    expect(course).toEqual(['zombie', 'zombie', 'dead', 'dead']);
    expect(probed).toEqual(['dead', 'dead', 'alive']);
  });

  it('is back as a zombie with one answer to Status-Server', () => {
    const health = new ServerHealth(true, times);

    health.unanswered(0, 2_000);
    health.probeAnswered(3_000);

    expect(health.at(3_000)).toBe('alive');
  });

  it('is alive as soon as it answers anything else', () => {
    const health = new ServerHealth(true, times);

    health.unanswered(0, 2_000);
    health.answered(30_000);

    expect(health.at(30_000)).toBe('alive');
    expect(health.silentSince(30_000)).toBeUndefined();
  });

  it('is only slow when it has answered something since', () => {
    const health = new ServerHealth(true, times);

    health.answered(1_000);
    health.unanswered(500, 2_500);

    expect(health.at(2_500)).toBe('alive');
  });

  it('is tried again after a minute where it speaks no Status-Server', () => {
    const health = new ServerHealth(false, times);

    health.unanswered(0, 2_000);
    const course = [22_000, 81_999, 82_000].map((now) => health.at(now));
    health.unanswered(82_000, 84_000);

    expect(course).toEqual(['dead', 'dead', 'alive']);
    expect(health.at(84_000)).toBe('zombie');
    expect(health.silentSince(84_000)).toBe(84_000);
  });
});
