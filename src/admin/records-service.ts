import type { Removed } from '../retention/retention.ts';

/** How long what is stored is kept, legal holds, and what is stored of one person. */
export interface RecordsService {
  retention(): RetentionJson;
  /** Removes now what was kept long enough. */
  prune(request: { readonly by: string }): Promise<RetentionJson>;
  holds(): readonly HoldJson[];
  /** @throws RequestError when it makes no sense */
  hold(request: HoldRequest): Promise<HoldJson>;
  /** @throws RequestError when there is none of that number */
  release(request: ReleaseRequest): Promise<HoldJson>;
  /** All that is stored of a person, a JSON object a line. */
  person(request: PersonRequest): Promise<AsyncIterable<string>>;
  /** @throws RefusedError when it must not be */
  erase(request: EraseRequest): Promise<Erased>;
}

export interface RetentionJson {
  /** By what it is of: `sessions`, `usageByHour`, `usageByDay`, `usageByMonth`, `journal`, `audit`, `former`, `events`, `letters`. Others are kept for good. */
  readonly keptSeconds: Readonly<Record<string, number>>;
  /** Since the state folder was made. */
  readonly removed: Removed;
  /** In force. */
  readonly holds: number;
  /** When it was looked at last, RFC 3339. */
  readonly last?: string;
  /** The clock moved on by days: nothing is removed before. */
  readonly waitsUntil?: string;
  readonly trouble?: string;
}

export interface HoldRequest {
  /** A username, a device or a subscriber. */
  readonly who?: string;
  readonly address?: string;
  /** So long ago, a day or a time. */
  readonly from?: string;
  readonly till?: string;
  readonly reason: string;
  readonly by: string;
}

export interface ReleaseRequest {
  readonly number: number;
  readonly reason: string;
  readonly by: string;
}

/** A legal hold. Times as RFC 3339. */
export interface HoldJson {
  readonly number: number;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly who?: string;
  readonly usernames?: readonly string[];
  readonly address?: string;
  readonly from?: string;
  readonly till?: string;
}

export interface PersonRequest {
  readonly username: string;
  readonly by?: string;
  readonly reason?: string;
}

export interface EraseRequest {
  readonly username: string;
  readonly reason?: string;
  readonly by: string;
}

/** What came of an erasure. */
export interface Erased {
  /** What stands in his place where sums are kept. */
  readonly pseudonym: string;
  readonly sessions: number;
  readonly usage: number;
  readonly events: number;
  readonly facts: number;
  /** Until when records of him are in closed segments of the journal, RFC 3339. Absent: for good, no time is declared. */
  readonly journalUntil?: string;
}
