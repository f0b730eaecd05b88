import { expect, it } from 'vitest';
import { fuzz } from './lab.ts';

const { LASTMILE_FUZZ_INPUTS, LASTMILE_FUZZ_SEED, LASTMILE_FUZZ_MINUTES } = process.env;
const inputs = Number(LASTMILE_FUZZ_INPUTS ?? 1_000_000);
const firstSeed = Number(LASTMILE_FUZZ_SEED ?? 1);
const endsAt = performance.now() + Number(LASTMILE_FUZZ_MINUTES ?? Number.POSITIVE_INFINITY) * 60_000;
const perRun = 100_000;
const policies = ['require', 'learn', 'off'] as const;

it('packets of every kind, broken in any way, get no answer that they have not earned, and stop nothing', async () => {
  let [done, replies, longestMs] = [0, 0, 0];
  for (let seed = firstSeed; done < inputs && performance.now() < endsAt; seed += 1) {
    const report = await fuzz(seed, Math.min(perRun, inputs - done), policies[seed % 3] ?? 'require');
    expect(report.failures).toEqual([]);
    done += report.inputs;
    replies += report.replies;
    longestMs = Math.max(longestMs, report.longestMs);
    const heap = Math.round(process.memoryUsage().heapUsed / 1_000_000);
    process.stdout.write(
      `seed ${seed}: ${done} packets, ${replies} replies, longest ${longestMs.toFixed(1)} ms, heap ${heap} MB\n`,
    );
  }
});
