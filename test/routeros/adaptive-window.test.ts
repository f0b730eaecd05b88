import { describe, expect, it } from 'vitest';
import { AdaptiveWindow } from '../../src/routeros/adaptive-window.ts';

function after(...answers: readonly (readonly [count: number, ms: number])[]): number {
  const window = new AdaptiveWindow();
  for (const [count, ms] of answers) for (let at = 0; at < count; at += 1) window.answered(ms);
  return window.size;
}

describe('commands in flight on one router', () => {
  it.each([
    ['begin with 8', [], 8],
    ['grow to 32 while answers come fast', [[1000, 1]], 32],
    ['grow, too, where the way is long but steady', [[1000, 200]], 32],
    [
      'halve when the router slows down',
      [
        [1000, 1],
        [1, 60],
      ],
      16,
    ],
    [
      'do not fall below 8',
      [
        [1000, 1],
        [10, 500],
      ],
      8,
    ],
    [
      'are not cut for what is still quick',
      [
        [1000, 1],
        [10, 20],
      ],
      32,
    ],
    [
      'come back',
      [
        [1000, 1],
        [10, 500],
        [1000, 2],
      ],
      32,
    ],
  ] as const)('%s', (_, answers, size) => {
    expect(after(...answers)).toBe(size);
  });
});
