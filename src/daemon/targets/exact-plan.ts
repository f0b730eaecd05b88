import { publishedChanges } from '../../reconcile/plan.ts';
import { type PlanSeal, targetChecksum } from '../../reconcile/plan-checksum.ts';
import type { ReconcileDeps, Seen } from '../../reconcile/reconcile-once.ts';
import type { Approvals } from '../../status/approvals.ts';

/** What a saved plan says of one target. */
export interface ExactPlan {
  /** Of the target in the plan. */
  readonly checksum: string;
  /** Whether it stands for secrets, too. */
  readonly sealed: boolean;
}

/** The checksum of all that differs on a target, also of what waits for a window. Pure. */
export function checksumOfSeen({ plan }: Pick<Seen, 'plan'>, seal?: PlanSeal): string {
  const changes = [...plan.changes, ...(plan.held ?? []).map(({ change }) => change)];
  return targetChecksum(changes, publishedChanges({ ...plan, changes, levels: [changes] }, 'git'), seal);
}

/**
 * Refuses whatever nobody approved for a revision. Once something approved was begun, what is left of it is done without a word.
 */
export function declinesUnapproved(
  target: string,
  revision: string,
  approvals: Pick<Approvals, 'allows' | 'begin'>,
  seal: PlanSeal,
): NonNullable<ReconcileDeps['declines']> {
  return (seen) => {
    if (seen.plan.changes.length + (seen.plan.held ?? []).length === 0) return [];
    const checksum = checksumOfSeen(seen, seal);
    if (!approvals.allows(target, checksum, revision)) {
      const message =
        `${target}: nobody approved what would be done there for ${revision}: another target or moment was reviewed. ` +
        'lastmile plan shows it, lastmile approve takes the checksum of it';
      return [{ target, code: 'LM_NOT_APPROVED', message }];
    }
    // Where the disk takes nothing, what fails in the middle needs another word.
    approvals.begin(target, revision).catch(() => undefined);
    return [];
  };
}

/** Refuses whatever is not just what was planned. */
export function declinesOther(
  target: string,
  exact: ExactPlan,
  seal: PlanSeal,
): NonNullable<ReconcileDeps['declines']> {
  return (seen) => {
    if (checksumOfSeen(seen, exact.sealed ? seal : undefined) === exact.checksum) return [];
    const message = `${target}: what would be done now is not what was planned; nothing was changed there. Make a new plan`;
    return [{ target, code: 'LM_STALE_PLAN', message }];
  };
}
