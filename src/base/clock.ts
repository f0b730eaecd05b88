/** Time as code sees it: wall time for records, monotonic time for intervals, timers to wait with. */
export interface Clock {
  /** Wall time, milliseconds since 1970. May jump. */
  now(): number;
  /** Milliseconds that only grow. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** No release is from before that: a wall clock that says less is wrong, as of a machine whose battery is empty. */
export const firstRightTime = Date.UTC(2024, 0, 1);
