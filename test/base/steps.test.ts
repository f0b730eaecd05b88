import { describe, expect, it } from 'vitest';
import { eachInSteps, finish, flatMapInSteps, inTurns } from '../../src/base/steps.ts';

const thousand = Array.from({ length: 1000 }, (_, at) => at);

describe('a computation in steps', () => {
  it('comes to the same at once and in turns', async () => {
    const twice = () => flatMapInSteps(thousand, (each) => (each % 2 === 0 ? [each, each] : []));

    expect(await inTurns(twice())).toEqual(finish(twice()));
    expect(finish(twice())).toHaveLength(1000);
  });

  it('lets others come in between, and takes some hundred items at a time', async () => {
    const seen: number[] = [];
    const between: number[] = [];
    const over = new AbortController();
    const watch = () => {
      between.push(seen.length);
      if (!over.signal.aborted) setImmediate(watch);
    };
    setImmediate(watch);

    await inTurns(eachInSteps(thousand, (each) => seen.push(each)));
    over.abort();

    expect(seen).toEqual(thousand);
    expect(between).toEqual(expect.arrayContaining([256, 512, 768]));
  });

  it('ends with what it throws', async () => {
    const broken = () =>
      eachInSteps(thousand, (each) => {
        if (each === 700) throw new Error('no more');
      });

    await expect(inTurns(broken())).rejects.toThrow('no more');
    expect(() => finish(broken())).toThrow('no more');
  });
});
