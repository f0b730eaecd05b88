import type { Declared, ScenarioSpec } from '../model/declarations.ts';
import type { Repository } from './repository.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';

export interface RehearseOptions {
  readonly signal: AbortSignal;
  /** Number of this process: two that rehearse at the same time keep out of each other's way by it. */
  readonly process: number;
  /** Scenarios that are played at the same time: while one waits for the disk, another goes on. */
  readonly atOnce: number;
  /** Told of each as it ends, in the order in which they are declared. */
  readonly onResult?: (result: ScenarioResult) => void;
}

/** Plays scenarios, each in a world of its own. What comes of them is in the order in which they are given. */
export async function rehearse(
  scenarios: readonly Declared<ScenarioSpec>[],
  repository: Repository,
  { signal, process, atOnce, onResult }: RehearseOptions,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  let [next, told] = [0, 0];
  const play = async (place: number): Promise<void> => {
    for (let at = next++; at < scenarios.length; at = next++) {
      const scenario = scenarios[at] as Declared<ScenarioSpec>;
      results[at] = await runScenario(scenario, repository, { block: blockOf(process, place), signal });
      for (; results[told] !== undefined; told += 1) onResult?.(results[told] as ScenarioResult);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, scenarios.length) }, (_, place) => play(place)));
  return results;
}

/** The first three numbers of addresses of loopback that no other process takes, nor another scenario at the same time. */
function blockOf(process: number, place: number): string {
  return `127.${64 + (process % 160)}.${(Math.floor(process / 160) + place) % 256}`;
}
