import type { Pause } from './pauses.ts';
import { failedCount, type TargetReport, waitingCount } from './report.ts';

export type ConditionType =
  | 'Ready'
  | 'Reconciling'
  | 'Stalled'
  | 'SourceReady'
  | 'SourceVerified'
  | 'Approved'
  | 'Listening'
  | 'Synced'
  | 'Drifted'
  | 'Collected'
  | 'Suspended';

/** As Kubernetes and Flux show them. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** CamelCase, stable. */
  readonly reason: string;
  readonly message: string;
  /** RFC 3339: when `status` last changed. */
  readonly lastTransitionTime: string;
}

export type Judgement = Omit<Condition, 'lastTransitionTime'>;

/** What a run says about its target. Pure. */
export function judge(report: TargetReport): readonly Judgement[] {
  const message = wordsOf(report);
  const reason = reasonOf(report);
  const good = ['in-sync', 'applied', 'planned'].includes(report.result) && report.refusals.length === 0;
  const kept = report.refusals.length > 0 || report.reverted !== undefined;
  const stalled = kept || (!good && report.retry === 'never');
  const held = stalled ? undefined : heldByOthers(report);
  return [
    { type: 'Ready', status: good ? 'True' : 'False', reason, message },
    { type: 'Synced', ...(held ?? { status: syncedStatus(report), reason: waitingReason(report) ?? reason, message }) },
    held === undefined
      ? { type: 'Stalled', status: stalled ? 'True' : 'False', reason: stalled ? reason : 'Progressing', message }
      : { type: 'Stalled', ...held, status: 'True' },
    driftOf(report),
    suspendedOf(report.pause),
  ];
}

/** Whether a target is left alone, and why. Pure. */
export function suspendedOf(pause: Pause | undefined): Judgement {
  if (pause === undefined) return { type: 'Suspended', status: 'False', reason: 'NotSuspended', message: '' };
  const { kind, reason, by, until } = pause;
  const till = until === undefined ? '' : `, until ${new Date(until).toISOString()}`;
  return {
    type: 'Suspended',
    status: 'True',
    reason: kind === 'breakglass' ? 'BreakGlass' : 'Suspended',
    message: `${reason} (${by}${till})`,
  };
}

/** Findings about what is declared and somebody else's: it stays as it is until a person removes it. */
const othersCodes = new Set(['LM_FOREIGN_OWNER', 'LM_FILE_IN_THE_WAY']);

function heldByOthers({ findings }: TargetReport): Omit<Judgement, 'type'> | undefined {
  const held = findings.filter(({ code }) => othersCodes.has(code)).map(({ message }) => message);
  if (held.length === 0) return undefined;
  const rest = held.length > 3 ? `; and ${held.length - 3} more` : '';
  return { status: 'False', reason: 'ForeignOwner', message: held.slice(0, 3).join('; ') + rest };
}

function syncedStatus(report: TargetReport): Condition['status'] {
  const { result } = report;
  if (result === 'failed') return 'Unknown';
  if (waitingCount(report) > 0) return 'False';
  return result === 'in-sync' || result === 'applied' ? 'True' : 'False';
}

function driftOf({ drift, result, changed, waiting = [] }: TargetReport): Judgement {
  if (result === 'failed') return { type: 'Drifted', status: 'Unknown', reason: 'NotObserved', message: '' };
  const left = waiting.map(({ address }) => address);
  const open = drift && (result !== 'applied' || left.length > 0);
  if (open) {
    const differs = left.length > 0 ? left : changed;
    return {
      type: 'Drifted',
      status: 'True',
      reason: 'DriftDetected',
      message: `differs: ${differs.slice(0, 3).join(', ')}`,
    };
  }
  const healed = drift && result === 'applied';
  return {
    type: 'Drifted',
    status: 'False',
    reason: healed ? 'DriftHealed' : 'InSync',
    message: healed ? `healed: ${changed.slice(0, 3).join(', ')}` : '',
  };
}

function waitingReason(report: TargetReport): string | undefined {
  if (waitingCount(report) === 0 || report.refusals.length > 0 || report.reverted !== undefined) return undefined;
  return report.commitWaits === true ? 'OutsideWindow' : 'DriftLeft';
}

const reasonsByCode: Readonly<Record<string, string>> = {
  LM_ROUTER_UNREACHABLE: 'RouterUnreachable',
  LM_ROUTER_LOGIN: 'AuthFailed',
  LM_REVERTED: 'RolledBack',
  LM_PREVENT_DESTROY: 'DestroyPrevented',
  LM_LOCK_OUT: 'LockOut',
  LM_POLICY_DENIED: 'PolicyDenied',
  LM_POLICY_FAILED: 'PolicyDenied',
};

function reasonOf(report: TargetReport): string {
  const { result, error, refusals } = report;
  const code = error?.code ?? refusals[0]?.code;
  if (report.reverted !== undefined) return 'RolledBack';
  const known = code === undefined ? undefined : reasonsByCode[code];
  if (known !== undefined) return known;
  if (waitingCount(report) > 0 && result === 'planned')
    return report.commitWaits === true ? 'OutsideWindow' : 'DriftLeft';
  switch (result) {
    case 'in-sync':
    case 'applied':
      return 'ReconciliationSucceeded';
    case 'planned':
      return 'OutOfSync';
    case 'refused':
      return 'ThresholdExceeded';
    default:
      return 'ReconciliationFailed';
  }
}

function wordsOf(report: TargetReport): string {
  const { result, summary, failed, refusals, error } = report;
  if (error !== undefined) return error.message;
  if (report.reverted !== undefined) {
    const told = report.findings.find(({ code }) => code === 'LM_REVERTED')?.message;
    return told ?? `the router took ${report.reverted} back; lastmile apply tries it once more`;
  }
  if (refusals.length > 0) return refusals.map((refusal) => refusal.message).join('; ');
  if (failed.length > 0) return `${failedCount(report)} failed: ${failed[0]?.address ?? ''}: ${failed[0]?.error ?? ''}`;
  const { create, update, delete: deleted, move } = summary;
  const waits = waitingCount(report);
  const waiting = waits === 0 ? '' : `${waits} not changed now: ${report.waiting?.[0]?.why ?? ''}`;
  if (create + update + deleted + move === 0) return waits === 0 ? 'in step' : waiting;
  if (result === 'planned')
    return `${create} to create, ${update} to update, ${deleted} to delete${moves(move, 'to move')}; ${report.pause === undefined ? 'its mode only looks' : 'it is suspended'}`;
  const done = `${create} created, ${update} updated, ${deleted} deleted${moves(move, 'moved')}`;
  return waits === 0 ? done : `${done}; ${waiting}`;
}

function moves(count: number, word: string): string {
  return count === 0 ? '' : `, ${count} ${word}`;
}
