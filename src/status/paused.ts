import { suspendedOf } from './conditions.ts';
import type { Pause } from './pauses.ts';
import type { TargetStatus } from './status-book.ts';

/** What is said of targets by their last look, and whether they are left alone as it is now: somebody may have said so since. Pure. */
export function withPauses(
  targets: readonly TargetStatus[],
  pauses: readonly Pause[],
  now: number,
): readonly TargetStatus[] {
  return targets.map((target) => {
    const pause = pauses.find((each) => each.target === target.name);
    const judgement = suspendedOf(pause);
    const conditions = target.conditions.map((condition) => {
      if (condition.type !== 'Suspended') return condition;
      const changed = condition.status !== judgement.status;
      const since = changed ? new Date(pause?.since ?? now).toISOString() : condition.lastTransitionTime;
      return { ...judgement, lastTransitionTime: since };
    });
    return { ...target, conditions };
  });
}
