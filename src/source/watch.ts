/** Quiet time after which a burst of writes counts as one change. */
const settledMs = 200;
/** A burst that does not end is told of all the same. */
const longestMs = 2_000;

/**
 * Watches files and folders; resolves once watching. A burst of changes calls back once, after it has settled, at the latest after two seconds.
 *
 * @param ignored paths not to descend into
 */
export async function watchPaths(
  paths: readonly string[],
  changed: () => void,
  ignored: (path: string) => boolean = () => false,
): Promise<AsyncDisposable> {
  // Loaded only here: what is declared is watched when it has been read.
  const { watch } = await import('chokidar');
  const watcher = watch([...paths], { ignoreInitial: true, ignored, followSymlinks: false });
  let timer: NodeJS.Timeout | undefined;
  let due: number | undefined;
  watcher.on('all', () => {
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
