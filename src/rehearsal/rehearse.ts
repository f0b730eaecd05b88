import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Declared, ScenarioSpec } from '../model/declarations.ts';
import type { HelperData, HelperResult } from './helper-thread.ts';
import type { Repository } from './repository.ts';
import { runScenario, type ScenarioResult } from './run-scenario.ts';

export interface RehearseOptions {
  readonly signal: AbortSignal;
  /** Number of this process: two that rehearse at the same time keep out of each other's way by it. */
  readonly process: number;
  /** How many threads play, this one among them: each plays one scenario at a time. */
  readonly threads: number;
  /** Told of each as it ends, in the order in which they are declared. */
  readonly onResult?: (result: ScenarioResult) => void;
}

/** A further thread has to read all that is declared before it plays: with fewer scenarios for each it would come too late. */
const worthAThread = 8;
/** Built beside this module; where the sources are run as they are, there is none and this thread plays alone. */
const helperFile = fileURLToPath(new URL('./helper-thread.js', import.meta.url));

/** Plays scenarios, each in a world of its own. What comes of them is in the order in which they are given. */
export async function rehearse(
  scenarios: readonly Declared<ScenarioSpec>[],
  repository: Repository,
  { signal, process, threads, onResult }: RehearseOptions,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  let told = 0;
  const tell = (at: number, result: ScenarioResult): void => {
    results[at] = result;
    for (; results[told] !== undefined; told += 1) onResult?.(results[told] as ScenarioResult);
  };
  // Whoever is free takes the next, whichever thread that is.
  const next = new Int32Array(new SharedArrayBuffer(4));
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const here = async (): Promise<void> => {
    for (let at = Atomics.add(next, 0, 1); at < scenarios.length; at = Atomics.add(next, 0, 1))
      tell(
        at,
        await runScenario(scenarios[at] as Declared<ScenarioSpec>, repository, {
          block: blockOf(process, 0),
          signal: either,
        }),
      );
  };
  const helpers = existsSync(helperFile) ? Math.min(threads - 1, Math.floor(scenarios.length / worthAThread)) : 0;
  const names = scenarios.map(({ name }) => name);
  const { files, settings } = repository;
  const elsewhere = Array.from({ length: helpers }, (_, place) => {
    const data: HelperData = { files, settings, names, next, block: blockOf(process, place + 1) };
    return helped(data, either, ({ at, ...rest }) =>
      tell(at, { scenario: scenarios[at] as Declared<ScenarioSpec>, ...rest }),
    );
  });
  const all = [here(), ...elsewhere];
  // Where one cannot go on, the others are not left playing.
  for (const each of all) each.catch((error: unknown) => stop.abort(error));
  const [failed] = (await Promise.allSettled(all)).flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  if (failed !== undefined) throw failed;
  return results;
}

/** Resolves when a thread has played what it took. */
function helped(data: HelperData, signal: AbortSignal, onResult: (result: HelperResult) => void): Promise<void> {
  const worker = new Worker(helperFile, { workerData: data, execArgv: [] });
  const stop = () => worker.postMessage('stop');
  signal.addEventListener('abort', stop, { once: true });
  worker.on('message', onResult);
  return new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    // What it threw comes first.
    worker.once('exit', () => (signal.aborted ? reject(signal.reason) : resolve()));
  }).finally(() => signal.removeEventListener('abort', stop));
}

/** The first three numbers of addresses of loopback that no other process takes, nor another scenario at the same time. */
function blockOf(process: number, place: number): string {
  return `127.${64 + (process % 160)}.${(Math.floor(process / 160) + place) % 256}`;
}
