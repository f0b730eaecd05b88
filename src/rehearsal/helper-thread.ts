import { parentPort, workerData } from 'node:worker_threads';
import type { SourceFile } from '../source/source.ts';
import { openRepository, type RehearsalSettings } from './repository.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';

/** What a thread needs to play some of the scenarios. */
export interface HelperData {
  readonly files: readonly SourceFile[];
  readonly settings: RehearsalSettings;
  /** Of all scenarios that are to be played, in order. */
  readonly names: readonly string[];
  /** Place of the next that nobody has taken, shared by all threads. */
  readonly next: Int32Array;
  readonly block: string;
}

/** What came of the scenario in that place. */
export interface HelperResult extends Omit<ScenarioResult, 'scenario'> {
  readonly at: number;
}

// Runs in a thread of its own, see `rehearse.ts`: plays what is left, one after the other, until nothing is or it is told to stop.
if (parentPort !== null) await play(workerData as HelperData, parentPort);

async function play(data: HelperData, port: NonNullable<typeof parentPort>): Promise<void> {
  const { files, settings, names, next, block } = data;
  const stop = new AbortController();
  port.once('message', () => stop.abort());
  try {
    const { repository } = await openRepository(files, settings);
    if (repository === undefined) throw new TypeError('what was valid is not');
    const byName = new Map(repository.scenarios.map((each) => [each.name, each]));
    for (let at = Atomics.add(next, 0, 1); at < names.length; at = Atomics.add(next, 0, 1)) {
      const scenario = byName.get(names[at] ?? '');
      if (scenario === undefined) throw new TypeError(`no scenario is called ${names[at]}`);
      const { scenario: _, ...result } = await runScenario(scenario, repository, { block, signal: stop.signal });
      port.postMessage({ at, ...result } satisfies HelperResult);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    port.close();
  }
}
