import { watch } from 'chokidar';

/** Quiet time after which a burst of writes counts as one change. */
const settledMs = 200;

/**
 * Watches files and folders; resolves once watching. A burst of changes calls back once, after it has settled.
 *
 * @param ignored paths not to descend into
 */
export async function watchPaths(
  paths: readonly string[],
  changed: () => void,
  ignored: (path: string) => boolean = () => false,
): Promise<AsyncDisposable> {
  const watcher = watch([...paths], { ignoreInitial: true, ignored, followSymlinks: false });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(changed, settledMs);
  });
  // What cannot be watched is still polled by the caller.
  watcher.on('error', () => undefined);
  await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}
