// What benches beside FreeRADIUS have in common: a folder, processes that all end with the bench, contenders that alternate.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLoad } from './load.mjs';
import { end } from './processes.mjs';
import { median } from './report.mjs';

export const subscribers = Number(process.env.BENCH_SUBSCRIBERS ?? 100_000);

/** Anybody of them, again and again. */
export function anybody() {
  return Math.floor(Math.random() * subscribers);
}

/** Runs a bench in a folder that is gone afterwards, as are all processes handed to `keep`. */
export async function withPeers(work) {
  const folder = mkdtempSync(join(tmpdir(), 'lastmile-bench-'));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user
  const kept = [];
  const keep = (started) => {
    kept.unshift(started.child);
    return started;
  };
  try {
    return await work({ folder, keep, program: buildLoad(folder) });
  } finally {
    for (const child of kept) await end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Measures contenders in turn, round after round: the machine's speed wanders less within a round than between rounds.
 *
 * @param contenders functions by name, each called with the number of the round
 * @returns results by name, one a round
 */
export async function alternate(contenders, rounds) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contenders)) {
      const result = await measure(round);
      results[name].push(result);
      console.error(`round ${round + 1}: ${name}: ${inWords(result)}`);
    }
  }
  return results;
}

export function medianOf(results, field) {
  return median(results.map((result) => result[field]));
}

/** The median of what each round gives beside its neighbour of the same round. */
export function ratioOf(results, beside, field) {
  return median(results.map((result, round) => result[field] / beside[round][field]));
}

/** Answers that did not come, or were not right, of all. */
export function failuresOf(results) {
  return Object.values(results)
    .flat()
    .reduce((sum, { lost, bad }) => sum + lost + bad, 0);
}

function inWords({ perSecond, cpuMicros, p50, p99, lost, bad }) {
  const failures = lost + bad === 0 ? '' : `, ${lost} lost, ${bad} wrong`;
  return `${Math.round(perSecond)}/s, ${cpuMicros.toFixed(1)} µs CPU, p50 ${p50} µs, p99 ${p99} µs${failures}`;
}
