import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FileCache } from '../manifest/load-manifest.ts';
import type { SourceFile } from '../source/source.ts';

/** Below this many characters a file is read sooner than a thread is started. */
const worthAThread = 100_000;

/** Built beside this module; where the sources are run as they are, there is none and files are read in place. */
const workerFile = fileURLToPath(new URL('./collect-worker.js', import.meta.url));

type Collected =
  FileCache extends Map<string, infer Cached> ? (Cached extends { collected: infer C } ? C : never) : never;

/**
 * Reads the files that changed into the cache, in another thread when there is much to read: RADIUS is answered
 * meanwhile. Whatever goes wrong there, the files are then read in place.
 */
export async function warmCache(files: readonly SourceFile[], cache: FileCache): Promise<void> {
  const changed = files.filter(({ path, text }) => cache.get(path)?.text !== text);
  const characters = changed.reduce((sum, { text }) => sum + text.length, 0);
  if (characters < worthAThread || !existsSync(workerFile)) return;
  const collected = await collectElsewhere(changed);
  for (const [at, { path, text }] of changed.entries()) {
    const one = collected[at];
    if (one !== undefined) cache.set(path, { text, collected: one, places: new Map() });
  }
}

function collectElsewhere(files: readonly SourceFile[]): Promise<readonly Collected[]> {
  return new Promise((resolve) => {
    const worker = new Worker(workerFile, { workerData: files });
    worker.once('message', (collected: readonly Collected[]) => resolve(collected));
    worker.once('error', () => resolve([]));
    worker.once('exit', () => resolve([]));
  });
}
