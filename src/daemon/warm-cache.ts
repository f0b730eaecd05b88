import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { othersFirst } from '../base/steps.ts';
import { type FileCache, isRead, keepCollected, keepEdited, layersIn } from '../manifest/load-manifest.ts';
import type { SourceFile } from '../source/source.ts';
import { type Collected, type CollectedPart, type FileToCollect, partJoiner } from './collected-parts.ts';

/** More characters than this are read in a thread: in this one, logins would wait for it. */
const worthAThread = 5_000;
/** A thread that has read more keeps more memory than is worth it. */
const mostKept = 2_000_000;
/** Who commits once often commits again: a thread that has read before reads six times as fast. */
const keptMs = 300_000;

/** Built beside this module; where the sources are run as they are, there is none and files are read in place. */
const workerFile = fileURLToPath(new URL('./collect-worker.js', import.meta.url));

/** Reads files in another thread when there is much to read: RADIUS is answered meanwhile. One call at a time. */
export class ReadingThread implements Disposable {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** Reads the files that changed into the cache. Whatever goes wrong, those that are missing there are then read in place. */
  async warm(files: readonly SourceFile[], cache: FileCache): Promise<void> {
    const changed: FileToCollect[] = [];
    const layersOf = layersIn(files, cache);
    for (const file of files) {
      const layers = layersOf(file.path);
      if (isRead(cache.get(file.path), file.text, layers)) continue;
      if (!keepEdited(cache, file, layers)) changed.push({ ...file, layers });
      // Where it cannot be told, a millisecond or two went by as well.
      await othersFirst();
    }
    const characters = changed.reduce((sum, { text }) => sum + text.length, 0);
    if (characters < worthAThread || !existsSync(workerFile)) return;
    const byPath = new Map(changed.map((file) => [file.path, file]));
    await this.#collect(changed, (path, collected) => {
      const file = byPath.get(path);
      if (file !== undefined) keepCollected(cache, path, file.text, collected, file.layers);
    });
    if (characters > mostKept) this[Symbol.dispose]();
    else this.#keep();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#idle);
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** Part by part, each asked for in a turn of its own. Resolves when there is no more, or no way to more. */
  #collect(files: readonly FileToCollect[], take: (path: string, collected: Collected) => void): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker ?? this.#start();
    worker.ref();
    return new Promise((resolve) => {
      const join = partJoiner();
      const onPart = (part: CollectedPart | undefined): void => {
        if (part === undefined) {
          worker.off('message', onPart);
          worker.off('exit', resolve);
          resolve();
          return;
        }
        const whole = join(part);
        if (whole !== undefined) take(part.path, whole);
        setImmediate(() => worker.postMessage('next'));
      };
      worker.on('message', onPart);
      worker.once('exit', resolve);
      worker.postMessage(files);
    });
  }

  #start(): Worker {
    const worker = new Worker(workerFile);
    const over = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('error', over);
    worker.on('exit', over);
    this.#worker = worker;
    return worker;
  }

  /** It does not keep the process from ending. */
  #keep(): void {
    this.#worker?.unref();
    this.#idle = setTimeout(() => this[Symbol.dispose](), keptMs).unref();
  }
}
