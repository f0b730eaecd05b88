import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { DemoError } from '../../src/demo/demo-error.ts';
import { sayTo } from '../../src/demo/say.ts';
import type { Step } from '../../src/demo/step.ts';
import { type TourPlace, takeTour } from '../../src/demo/tour.ts';

function place(signal: AbortSignal): TourPlace {
  return { clock: systemClock, signal, logs: () => [{ name: 'daemon', tail: ['{"msg":"plan applied"}'] }] };
}

async function take(steps: readonly Step<TourPlace>[], signal = new AbortController().signal) {
  let said = '';
  const say = sayTo((text) => {
    said += text;
  }, false);
  const happened = await takeTour(steps, place(signal), say);
  return { happened, said };
}

const good: Step<TourPlace> = { title: 'Water runs', run: async (_place, say) => say.fact('downhill') };
const bad: Step<TourPlace> = {
  title: 'Water burns',
  run: () => Promise.reject(new DemoError('it is wet', { cause: new DemoError('hydrogen is spent') })),
};

describe('a tour', () => {
  it('says of each step what happened', async () => {
    const { happened, said } = await take([good, good]);

    expect(happened).toBe(true);
    expect(said).toMatch(/1\/2 {2}Water runs\n {5}downhill\n {2}✓ {2}0\.0 s\n\n2\/2/);
  });

  it('ends at a step that did not happen, with what was seen and the last lines of the logs', async () => {
    const { happened, said } = await take([bad, good]);

    expect(happened).toBe(false);
    expect(said).toContain('✗  it is wet\n     because: hydrogen is spent');
    expect(said).toContain('What daemon said last:\n       {"msg":"plan applied"}');
    expect(said).not.toContain('Water runs');
  });

  it('that is interrupted blames no step', async () => {
    await expect(take([bad], AbortSignal.abort())).rejects.toThrow('it is wet');
  });
});
