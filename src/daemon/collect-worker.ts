import { parentPort, workerData } from 'node:worker_threads';
import { collectText } from '../manifest/load-manifest.ts';
import type { SourceFile } from '../source/source.ts';

// Runs in a thread of its own, see `warm-cache.ts`: one message with what each file declares, and it ends.
const files = workerData as readonly SourceFile[];
parentPort?.postMessage(files.map(({ path, text }) => collectText(path, text)));
