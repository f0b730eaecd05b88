import { printable } from '../base/bytes.ts';
import { failedCount, type SessionEvent, type TargetReport } from '../status/report.ts';
import { exitCodes } from './io.ts';

export function sessionLine({ username, nas, sessionId, result, detail }: SessionEvent): string {
  return `${printable(username)} on ${nas} (${sessionId}): ${result}, ${detail}`;
}

/** Failed changes shown of each target. */
const shown = 20;

export function reportLines(report: TargetReport): readonly string[] {
  const { target, result, summary, error, failed, refusals } = report;
  const counts = `${summary.create} created, ${summary.update} updated, ${summary.delete} deleted`;
  const words = {
    'in-sync': 'nothing to change',
    applied: `applied: ${counts}`,
    partial: `applied in part: ${failedCount(report)} failed`,
    planned: notApplied(report),
    refused: 'refused',
    failed: `unknown: ${error?.message ?? ''}`,
  }[result];
  return [
    `${target}: ${words}`,
    ...failed.slice(0, shown).map((each) => `  ${printable(each.address)}: ${each.error}`),
    ...(failedCount(report) > shown ? [`  … and ${failedCount(report) - shown} more`] : []),
    ...refusals.map((each) => `  ${each.message}`),
  ];
}

function notApplied({ pause, reverted, waiting }: TargetReport): string {
  if (pause !== undefined) return `not applied: it is suspended: ${printable(pause.reason)} (${printable(pause.by)})`;
  if (reverted !== undefined) return `not applied: the router took ${reverted} back`;
  if (waiting !== undefined) return `not applied now: ${waiting[0]?.why ?? ''}`;
  return 'not applied: its mode only looks (Router.mode, Operator.reconcile.mode)';
}

/**
 * Refused beats partial beats done; an unreachable target is 5, or 1 when nothing at all was applied. So is one that is
 * suspended: 5, or 4 when nothing was.
 */
export function exitOf(reports: readonly TargetReport[]): number {
  const has = (result: TargetReport['result']) => reports.some((report) => report.result === result);
  if (has('refused')) return exitCodes.refused;
  const suspended = reports.some(({ pause, result }) => pause !== undefined && result === 'planned');
  if (suspended && !has('partial') && !has('failed')) return has('applied') ? exitCodes.partial : exitCodes.refused;
  if (has('partial')) return exitCodes.partial;
  if (!has('failed')) return exitCodes.success;
  return has('applied') ? exitCodes.partial : exitCodes.error;
}
