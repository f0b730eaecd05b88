/**
 * Runs `work` under a signal that is aborted, with the same reason, when one of these is. Listens to them no longer than
 * that: what `AbortSignal.any` hangs on a signal that lives long stays there (Node 20).
 */
export async function underEither<T>(
  signals: readonly AbortSignal[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = new AbortController();
  const done = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) either.abort(signal.reason);
    else signal.addEventListener('abort', () => either.abort(signal.reason), { signal: done.signal });
  }
  try {
    return await work(either.signal);
  } finally {
    done.abort();
  }
}
