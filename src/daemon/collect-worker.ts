import { parentPort, workerData } from 'node:worker_threads';
import { collectText } from '../manifest/load-manifest.ts';
import type { SourceFile } from '../source/source.ts';
import { partsOf } from './collected-parts.ts';

// Runs in a thread of its own, see `warm-cache.ts`: for each word it is sent, one message with some of what the next file
// declares; and it ends.
const parts = partsOf(workerData as readonly SourceFile[], ({ path, text }) => collectText(path, text));
parentPort?.on('message', () => {
  const { done, value } = parts.next();
  parentPort?.postMessage(done === true ? undefined : value);
  if (done === true) parentPort?.close();
});
