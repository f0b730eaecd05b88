import type { BackupManifest } from '../store/backup.ts';
import type { StateReport } from '../store/check-state.ts';

export const stateActions = ['check', 'verify', 'repair', 'backup'] as const;

/** What to do with what is stored. */
export interface StateRequest {
  readonly action: (typeof stateActions)[number];
  /** Of a backup: a folder on the daemon's machine, absolute, that is empty or not there. */
  readonly to?: string;
  /** Who has it done. */
  readonly by?: string;
}

/** What came of it. */
export interface StateAnswer {
  /** As it is now: after a repair, what could not be mended. */
  readonly report?: StateReport;
  readonly repaired?: {
    /** Rows that were not what was written, and are gone. */
    readonly dropped: number;
    /** The file that has them as they were. Absent: there were none. */
    readonly kept?: string;
  };
  readonly backup?: BackupManifest;
}
