import { describe, expect, it } from 'vitest';
import { giveBackFreed } from '../../src/cli/freed-memory.ts';

describe('memory that C has freed', () => {
  it('is given back again and again, until the end', async () => {
    const over = new AbortController();
    let times = 0;

    await new Promise<void>((resolve) => {
      const trim = (): void => {
        times += 1;
        if (times === 3) resolve();
      };
      giveBackFreed(over.signal, async () => trim, 1);
    });
    over.abort();

    const atTheEnd = times;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(times).toBe(atTheEnd);
  });

  it('stays where the way to give it back is not there, which is asked for once', async () => {
    const over = new AbortController();
    let asked = 0;

    await new Promise<void>((resolve) => {
      const load = async (): Promise<() => void> => {
        asked += 1;
        setTimeout(resolve, 20);
        throw new Error('no such function');
      };
      giveBackFreed(over.signal, load, 1);
    });

    expect(asked).toBe(1);
    over.abort();
  });
});
