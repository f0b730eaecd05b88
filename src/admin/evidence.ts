import type { ExportFormat } from '../accounting/sessions/session-export.ts';
import type { SessionJson } from '../accounting/sessions/view.ts';
import type { Period } from '../accounting/usage/usage-periods.ts';

/** Who asks, and why: kept in the audit log. */
export interface Asker {
  readonly by?: string;
  readonly reason?: string;
}

export interface WhoHadRequest extends Asker {
  /** `10.0.0.1`, `10.0.0.1:4000`, `2001:db8::1`, `[2001:db8::1]:4000`, `10.0.0.0/24`. */
  readonly address: string;
  /** A duration ago (`2h`), a day or a time. Absent: now. */
  readonly at?: string;
  readonly limit: number;
}

export interface WhoHadAnswer {
  readonly address: string;
  readonly port?: number;
  readonly at: string;
  /** Those who held it, then those who may have; each the one that began last first. */
  readonly holders: readonly HolderJson[];
  /** There are more. */
  readonly more: boolean;
  /** What whoever reads this should know. */
  readonly notes: readonly string[];
}

export interface HolderJson {
  /** `held`: certainly; `near`: it began or ended so close that a clock may be wrong, or nobody saw its end. */
  readonly match: 'held' | 'near';
  readonly username: string;
  /** As declared now; absent: nobody declared has this username. */
  readonly subscriber?: string;
  /** The address or prefix of the session that was asked for, or that has it in it. */
  readonly address: string;
  /** The address that was asked for, where a router put it in place of the one of the session. */
  readonly outside?: {
    readonly address: string;
    /** Of the router. */
    readonly nas: string;
    /** Absent: any. */
    readonly ports?: readonly [first: number, last: number];
  };
  readonly from: string;
  /** Absent: it has it still. */
  readonly till?: string;
  readonly session: SessionJson;
}

export interface ExportRequest extends Asker {
  readonly what: 'sessions' | 'usage';
  readonly format: ExportFormat;
  /** As `at` above. Sessions: those that ended from this moment on. */
  readonly from?: string;
  /** Sessions: those that ended before. Absent: now. */
  readonly till?: string;
  /** Sessions: those that are open as well, at the end. */
  readonly open?: boolean;
  /** Of usage. Default: day. */
  readonly per?: Period;
}

/** The MIME type of a format. */
export function exportType({ format }: Pick<ExportRequest, 'format'>): string {
  return format === 'jsonl' ? 'application/x-ndjson' : 'text/csv; charset=utf-8';
}
