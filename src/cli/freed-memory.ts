/** How often what was freed is given back. */
const usualMs = 10_000;

/**
 * Gives back to the system, every ten seconds, what C has freed and keeps for itself: reading 100,000 subscribers leaves 30 MB
 * behind, most of it of threads that are gone. It takes two milliseconds where there is much, and hardly any where not.
 * Without `koffi`, or with another C library than GNU's, nothing is done.
 *
 * @param until ends it
 */
export function giveBackFreed(until: AbortSignal, load: () => Promise<() => void> = loadTrim, everyMs = usualMs): void {
  let loaded: Promise<() => void> | undefined;
  const giveBack = async (): Promise<void> => {
    try {
      loaded ??= load();
      (await loaded)();
    } catch {
      clearInterval(timer);
    }
  };
  const timer = setInterval(() => void giveBack(), everyMs).unref();
  until.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** malloc_trim(3). */
async function loadTrim(): Promise<() => void> {
  const { default: koffi } = await import('koffi');
  const trim = koffi.load(null).func('malloc_trim', 'int', ['size_t']);
  return () => void trim(0);
}
