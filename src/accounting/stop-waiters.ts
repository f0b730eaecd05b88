/** Those who wait for a session to end. */
export class StopWaiters {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** Resolves with true when `tell` is called for this key, false when the signal fires first. */
  wait(key: string, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const onEnd = () => settle(true);
      const onAbort = () => settle(false);
      const settle = (ended: boolean) => {
        signal.removeEventListener('abort', onAbort);
        this.#leave(key, onEnd);
        resolve(ended);
      };
      this.#join(key, onEnd);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  tell(key: string): void {
    for (const onEnd of this.#waiters.get(key) ?? []) onEnd();
  }

  #join(key: string, onEnd: () => void): void {
    const waiters = this.#waiters.get(key);
    if (waiters === undefined) this.#waiters.set(key, new Set([onEnd]));
    else waiters.add(onEnd);
  }

  #leave(key: string, onEnd: () => void): void {
    const waiters = this.#waiters.get(key);
    waiters?.delete(onEnd);
    if (waiters?.size === 0) this.#waiters.delete(key);
  }
}
