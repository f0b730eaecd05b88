/** Runs `work` over `items`, as many at once as `window.size` says at the moment. `work` must not reject. */
export async function runWindowed<T>(
  items: readonly T[],
  window: { readonly size: number },
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for (const [index, item] of items.entries()) {
    while (running.size >= window.size) await Promise.race(running);
    const one = work(item, index).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
}
