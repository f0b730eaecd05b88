/** One decision about a login, kept for `lastmile why`. */
export interface LoggedDecision {
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly username: string;
  readonly nas: string;
  readonly callingStationId?: string;
  /** `pap`, `chap`, `mschap1`, `mschap2`, `none`. */
  readonly method: string;
  readonly verdict: 'accept' | 'reject';
  /** Why it was rejected. */
  readonly reason?: string;
  /** What an accept granted, for people: `Mikrotik-Rate-Limit=5M/20M, …`. */
  readonly reply?: string;
  readonly sessionTimeoutSeconds?: number;
}

/** Where decisions go. */
export interface DecisionLog {
  record(decision: LoggedDecision): void;
}

/** The last decisions of each username, newest last, in memory. */
export interface RecentDecisions extends DecisionLog {
  of(username: string): readonly LoggedDecision[];
}

/**
 * Keeps the last `perUsername` decisions of the `usernames` seen most recently, or a few more.
 *
 * Two generations rather than one list in order of use: a username moves to the young one when it is seen, and when that
 * is full the old one is dropped. So a flood of invented usernames costs a bounded amount of memory and no sorting.
 */
export function recentDecisions(usernames = 200_000, perUsername = 5): RecentDecisions {
  const half = Math.max(1, Math.ceil(usernames / 2));
  let young = new Map<string, LoggedDecision[]>();
  let old = new Map<string, LoggedDecision[]>();

  const adopt = (username: string): LoggedDecision[] => {
    const decisions = old.get(username) ?? [];
    if (young.size >= half) {
      old = young;
      young = new Map();
    }
    young.set(username, decisions);
    return decisions;
  };

  return {
    record(decision) {
      const decisions = young.get(decision.username) ?? adopt(decision.username);
      if (decisions.length === perUsername) decisions.shift();
      decisions.push(decision);
    },
    of(username) {
      return [...(young.get(username) ?? old.get(username) ?? [])];
    },
  };
}
