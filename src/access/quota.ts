/** What is left of quotas until a session must end; each absent where none limits it. Directions are the subscriber's. */
export interface QuotaLeft {
  readonly seconds?: number;
  readonly up?: bigint;
  readonly down?: bigint;
  readonly total?: bigint;
}

/** `used`: one of them is used up, and lets nobody in. */
export type QuotaVerdict = QuotaLeft | 'used';

/** Knows what logins have used of their quotas. */
export interface QuotaBook {
  /** What is left to a login now. Rejects when it cannot be told. */
  left(username: string, now: number): QuotaVerdict | Promise<QuotaVerdict>;
}
