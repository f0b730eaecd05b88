import type { BlameRow } from '../status/blame.ts';
import type { HistoryRevision, HistoryWanted } from '../status/history.ts';
import type { TargetReport } from '../status/report.ts';
import type { ExplainRequest, Explanation } from './explain-service.ts';

/** What commits had done, and how one of them is taken back. */
export interface OperationsService {
  /** Revisions with what came of them, newest first. */
  history(wanted: HistoryWanted): Promise<readonly HistoryRevision[]>;
  /** Who last had rows changed: of a target, a menu, a row, or an object. */
  blame(what: string, limit: number): Promise<readonly BlameRow[]>;
  /**
   * Where everything that an object says and becomes comes from. `undefined`: there is no such object.
   *
   * @throws RequestError when there is no such kind, RefusedError when it cannot be told
   */
  explain(request: ExplainRequest): Promise<Explanation | undefined>;
  /**
   * Serves an earlier revision, and skips the one in force until the source has a newer one.
   *
   * @throws RefusedError when there is none to go back to, or it is not valid any more
   */
  rollback(request: RollbackRequest): Promise<RolledBack>;
}

export interface RollbackRequest {
  /** A revision that was in force, or the beginning of its hash. Absent: the one before. */
  readonly to?: string;
  readonly reason: string;
  readonly by: string;
  /** As of `apply`. */
  readonly allowDeletes?: number;
}

export interface RolledBack {
  readonly from: string;
  readonly to: string;
  readonly reports: readonly TargetReport[];
}
