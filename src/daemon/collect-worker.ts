import { type MessagePort, parentPort } from 'node:worker_threads';
import { collectText } from '../manifest/load-manifest.ts';
import { type FileToCollect, partsOf } from './collected-parts.ts';

// Runs in a thread of its own, see `warm-cache.ts`: sent files, it begins with them; for each word after that, one message with
// some of what the next of them declares, and `undefined` when there is no more.
if (parentPort !== null) serve(parentPort);

function serve(port: MessagePort): void {
  let parts = partsOf([], collect);
  port.on('message', (message: readonly FileToCollect[] | 'next') => {
    if (message !== 'next') parts = partsOf(message, collect);
    port.postMessage(parts.next().value);
  });
}

function collect({ path, text, layers }: FileToCollect): ReturnType<typeof collectText> {
  return collectText(path, text, layers);
}
