import type { Judgement } from './conditions.ts';

/** How the reading of a router's counters goes. Plain data. */
export interface CollectionStatus {
  readonly router: string;
  readonly everySeconds: number;
  /** RFC 3339: the last reading that was whole, and stored. Absent: none since the start. */
  readonly lastCollected?: string;
  /** Seconds since then, by a clock that nobody sets; without one, since the start. */
  readonly ageSeconds: number;
  /** Whole intervals without one. */
  readonly missed: number;
  /** Why the last one failed. Absent: it did not. */
  readonly reason?: string;
  /** Since the start. */
  readonly failures: number;
  /** Online and read over the API, at the last reading. */
  readonly sessions?: number;
  readonly durationMs?: number;
  /** What may be wrong with the numbers. */
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

/** Two missed intervals are a warning. Pure. */
export function judgeCollection(status: CollectionStatus): Judgement {
  const { lastCollected, missed, reason, everySeconds, ageSeconds } = status;
  const why = reason === undefined ? '' : `: ${reason}`;
  if (missed >= 2) {
    const since = lastCollected === undefined ? 'nothing' : `nothing since ${lastCollected}`;
    const message = `${since} was read (${missed} times of every ${everySeconds} s)${why}`;
    return { type: 'Collected', status: 'False', reason: 'IntervalsMissed', message };
  }
  if (lastCollected === undefined) {
    return { type: 'Collected', status: 'Unknown', reason: 'NotYet', message: `nothing was read yet${why}` };
  }
  const message = `read ${ageSeconds} s ago${why === '' ? '' : `, then not${why}`}`;
  return { type: 'Collected', status: 'True', reason: reason === undefined ? 'Succeeded' : 'Retrying', message };
}
