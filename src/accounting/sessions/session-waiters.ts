/** Those who wait for a session to begin or to end, by some key of it. */
export class SessionWaiters {
  readonly #waiters = new Map<string, Set<() => void>>();

  /** Whether anybody waits. */
  get some(): boolean {
    return this.#waiters.size > 0;
  }

  /** Resolves with true when `tell` is called for this key, false when the signal fires first, or has. */
  wait(key: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const onEvent = () => settle(true);
      const onAbort = () => settle(false);
      const settle = (happened: boolean) => {
        signal.removeEventListener('abort', onAbort);
        this.#leave(key, onEvent);
        resolve(happened);
      };
      this.#join(key, onEvent);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  tell(key: string): void {
    for (const onEvent of this.#waiters.get(key) ?? []) onEvent();
  }

  #join(key: string, onEvent: () => void): void {
    const waiters = this.#waiters.get(key);
    if (waiters === undefined) this.#waiters.set(key, new Set([onEvent]));
    else waiters.add(onEvent);
  }

  #leave(key: string, onEvent: () => void): void {
    const waiters = this.#waiters.get(key);
    waiters?.delete(onEvent);
    if (waiters?.size === 0) this.#waiters.delete(key);
  }
}
