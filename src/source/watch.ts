import { type FSWatcher, watch as watchFolder } from 'node:fs';

/** Quiet time after which a burst of writes to files counts as one change. */
const filesSettledMs = 200;
/** A burst that does not end is told of all the same. */
const longestMs = 2_000;

export interface WatchOptions {
  /** How long nothing is written until it counts. */
  readonly settledMs?: number;
  /** In which files are replaced by renaming others: that is no change of what was there. */
  readonly folders?: readonly string[];
}

/**
 * Watches files and folders; resolves once watching. A burst of changes calls back once, after it has settled, at the latest after two seconds.
 *
 * @param ignored paths not to descend into
 */
export async function watchPaths(
  paths: readonly string[],
  changed: () => void,
  ignored: (path: string) => boolean = () => false,
  { settledMs = filesSettledMs, folders = [] }: WatchOptions = {},
): Promise<AsyncDisposable> {
  // Loaded only here: what is declared is watched when it has been read.
  const { watch } = await import('chokidar');
  const watcher = watch([...paths], { ignoreInitial: true, ignored, followSymlinks: false });
  let timer: NodeJS.Timeout | undefined;
  let due: number | undefined;
  const heard = (): void => {
    const now = performance.now();
    due ??= now + longestMs;
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        due = undefined;
        changed();
      },
      Math.min(settledMs, Math.max(0, due - now)),
    );
  };
  watcher.on('all', heard);
  // What cannot be watched is still polled by the caller.
  watcher.on('error', () => undefined);
  const byName = folders.flatMap((folder) => namesIn(folder, heard));
  await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      for (const each of byName) each.close();
      await watcher.close();
    },
  };
}

/** Tells of whatever happens to a name in a folder. What cannot be watched is still polled by the caller. */
function namesIn(folder: string, heard: () => void): readonly FSWatcher[] {
  try {
    return [watchFolder(folder, { persistent: false }, heard).on('error', () => undefined)];
  } catch {
    return [];
  }
}
