import { LastmileError } from '../../base/errors.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { Model } from '../../model/model.ts';
import { publishedChanges } from '../../reconcile/plan.ts';
import { type PlanSeal, targetChecksum, wholeChecksum } from '../../reconcile/plan-checksum.ts';
import type { ReconcileDeps, Seen } from '../../reconcile/reconcile-once.ts';
import type { Approvals } from '../../status/approvals.ts';

/** What a saved plan says of one target. */
export interface ExactPlan {
  /** Of the target in the plan. */
  readonly checksum: string;
  /** Whether it stands for secrets, too. */
  readonly sealed: boolean;
}

/** Of one target, what its changes are held against. */
export interface ReviewedTarget {
  readonly target: string;
  readonly revision: string;
  readonly approvals: Pick<Approvals, 'allows' | 'begin' | 'use' | 'remember' | 'knows'>;
  readonly seal: PlanSeal;
  /** Wall time. */
  readonly now: number;
}

/** What a run asks before it changes anything, and tells when it does. */
export type Reviewed = Required<Pick<ReconcileDeps, 'declines' | 'begins'>>;

/** The checksum of all that differs on a target, also of what waits for a window. Pure. */
export function checksumOfSeen({ plan }: Pick<Seen, 'plan'>, seal?: PlanSeal): string {
  const changes = [...plan.changes, ...(plan.held ?? []).map(({ change }) => change)];
  return targetChecksum(changes, publishedChanges({ ...plan, changes, levels: [changes] }, 'git'), seal);
}

/**
 * Refuses whatever nobody approved for a revision. Once something approved was begun, what is left of it is done without a
 * word; a look begins nothing, nor does what is refused for another reason, or has to wait.
 */
export function onlyApproved({ target, revision, approvals, seal, now }: ReviewedTarget): Reviewed {
  return {
    declines: (seen) => {
      if (seen.plan.changes.length + (seen.plan.held ?? []).length === 0) return [];
      const checksum = checksumOfSeen(seen, seal);
      if (approvals.allows(target, checksum, revision)) return [];
      const targets = [{ name: target, checksum }];
      // So that it can be approved by what is told of it.
      if (!approvals.knows(checksum))
        void unlessFull(approvals.remember({ checksum: wholeChecksum(targets), revision, targets }, now));
      const message =
        `${target}: nobody approved what would be done there for ${revision}: another target or moment was reviewed. ` +
        `lastmile plan --target ${target} shows it, lastmile approve ${checksum} has it done`;
      return [{ target, code: 'LM_NOT_APPROVED', message }];
    },
    begins: async (plan) => {
      // Where the disk takes nothing, what fails in the middle needs another word.
      await unlessFull(approvals.use([checksumOfSeen({ plan }, seal)], revision));
      await unlessFull(approvals.begin(target, revision));
    },
  };
}

/** Whether changes of a target are held against approvals. The directory was compared when the revision was let in. Pure. */
export function isReviewed(target: string, { operator }: Pick<Model, 'operator'>): boolean {
  return target !== directoryName && operator.reconcile.approved === true;
}

/** Does just what was planned, by the word of an admin: what is left of it when it fails needs no other. */
export function onlyPlanned(
  { target, revision, approvals, seal }: ReviewedTarget,
  exact: ExactPlan,
  begun: boolean,
): Partial<Reviewed> {
  const declines = declinesOther(target, exact, seal);
  return begun ? { declines, begins: () => unlessFull(approvals.begin(target, revision)) } : { declines };
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

/** A disk that takes nothing must not stop what was approved. */
export async function unlessFull(writing: Promise<void>): Promise<void> {
  await writing.catch((error: unknown) => {
    if (!(error instanceof LastmileError)) throw error;
  });
}
