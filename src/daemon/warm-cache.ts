import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FileCache } from '../manifest/load-manifest.ts';
import type { SourceFile } from '../source/source.ts';
import { type Collected, type CollectedPart, partJoiner } from './collected-parts.ts';

/** Below this many characters a file is read sooner than a thread is started. */
const worthAThread = 100_000;

/** Built beside this module; where the sources are run as they are, there is none and files are read in place. */
const workerFile = fileURLToPath(new URL('./collect-worker.js', import.meta.url));

/**
 * Reads the files that changed into the cache, in another thread when there is much to read: RADIUS is answered
 * meanwhile. Whatever goes wrong there, the files are then read in place.
 */
export async function warmCache(files: readonly SourceFile[], cache: FileCache): Promise<void> {
  const changed = files.filter(({ path, text }) => cache.get(path)?.text !== text);
  const characters = changed.reduce((sum, { text }) => sum + text.length, 0);
  if (characters < worthAThread || !existsSync(workerFile)) return;
  const texts = new Map(changed.map(({ path, text }) => [path, text]));
  await collectElsewhere(changed, (path, collected) => {
    cache.set(path, { text: texts.get(path) ?? '', collected, places: new Map() });
  });
}

/** Part by part, each asked for in a turn of its own. Resolves when there is no more, or no way to more. */
function collectElsewhere(
  files: readonly SourceFile[],
  take: (path: string, collected: Collected) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(workerFile, { workerData: files });
    const join = partJoiner();
    const next = () => worker.postMessage('next');
    worker.on('message', (part: CollectedPart | undefined) => {
      if (part === undefined) return resolve();
      const whole = join(part);
      if (whole !== undefined) take(part.path, whole);
      setImmediate(next);
    });
    worker.once('error', () => resolve());
    worker.once('exit', () => resolve());
    next();
  });
}
