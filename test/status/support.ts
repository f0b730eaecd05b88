import { noChanges, type TargetReport } from '../../src/status/report.ts';

/** A run that found everything in step, but for what is said. */
export function report(more: Partial<TargetReport> = {}): TargetReport {
  return {
    target: 'core-1',
    revision: 'r1',
    reason: 'revision',
    result: 'in-sync',
    retry: 'backoff',
    at: Date.UTC(2026, 0, 1),
    durationMs: 12,
    drift: false,
    summary: noChanges,
    changed: [],
    failed: [],
    refusals: [],
    findings: [],
    ...more,
  };
}
