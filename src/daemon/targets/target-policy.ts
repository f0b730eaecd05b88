import { compact } from '../../base/compact.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { TimeWindow } from '../../model/kinds/limits.ts';
import type { ClosedTime, DeleteLimits, HealRule, IgnoreRule } from '../../model/kinds/operator.ts';
import type { Policy } from '../../model/kinds/policy.ts';
import type { Model } from '../../model/model.ts';
import { isOpen, nextOpening } from '../../model/time-windows.ts';
import type { GuardSettings } from '../../reconcile/guard.ts';
import type { ChangeCause } from '../../reconcile/plan.ts';
import type { Target } from '../../reconcile/target.ts';
import type { Protection } from '../../status/protection.ts';
import { judgeOf } from './judge-target.ts';
import { protectedBy } from './protected-objects.ts';

/** What is declared of how a target is changed: of the router, else of the operator. */
export interface TargetPolicy {
  readonly deleteLimits: DeleteLimits;
  readonly heal: HealRule;
  /** When changes are made; absent: at any time. */
  readonly windows?: readonly TimeWindow[];
  /** When none are, although a window is open. Absent: never. */
  readonly exceptions?: readonly ClosedTime[];
  readonly ignore: readonly IgnoreRule[];
}

/** The directory has no windows and no drift: RADIUS is served from it. Pure. */
export function policyOf({ name }: Pick<Target, 'name'>, model: Model): TargetPolicy {
  const { reconcile } = model.operator;
  if (name === directoryName) return { deleteLimits: reconcile.deleteLimits, heal: 'always', ignore: [] };
  const own = model.routers.find((each) => each.name === name)?.reconcile;
  const windows = own?.windows ?? reconcile.windows;
  return {
    deleteLimits: own?.deleteLimits ?? reconcile.deleteLimits,
    heal: own?.heal ?? reconcile.heal ?? 'always',
    ...(windows === undefined ? {} : { windows }),
    ...(reconcile.exceptions === undefined ? {} : { exceptions: reconcile.exceptions }),
    ignore: [...(reconcile.ignore ?? []), ...(own?.ignore ?? [])],
  };
}

/** Whether changes are made now, and if not, from when. */
export type WindowState =
  | { readonly open: true }
  | { readonly open: false; readonly opens?: number; readonly exception?: ClosedTime };

/** Pure. */
export function windowState(
  policy: Pick<TargetPolicy, 'windows' | 'exceptions'>,
  now: number,
  timezone: string,
): WindowState {
  const exception = exceptionAt(policy, now);
  const { windows } = policy;
  if (exception === undefined && (windows === undefined || isOpen(windows, now, timezone))) return { open: true };
  const opens = openingAfter(policy, now, timezone);
  return { open: false, ...compact({ opens, exception }) };
}

/** Of exceptions and windows that follow one another. */
const mostSteps = 1000;

function openingAfter(
  policy: Pick<TargetPolicy, 'windows' | 'exceptions'>,
  now: number,
  timezone: string,
): number | undefined {
  let at = now;
  for (let step = 0; step < mostSteps; step += 1) {
    const next = policy.windows === undefined ? at : nextOpening(policy.windows, at, timezone);
    const exception = next === undefined ? undefined : exceptionAt(policy, next);
    if (next === undefined || exception === undefined) return next;
    at = exception.till;
  }
  return undefined;
}

function exceptionAt({ exceptions = [] }: Pick<TargetPolicy, 'exceptions'>, now: number): ClosedTime | undefined {
  return exceptions.find(({ from, till }) => from <= now && now < till);
}

/** What the guard goes by beside declarations. */
export interface GuardFacts {
  readonly allowDeletes?: number;
  readonly protection?: Pick<Protection, 'has'>;
  /** Rules that were in force when the target was last in step. Absent: none are known. */
  readonly policiesBefore?: (target: string) => readonly Policy[];
  /** Why it differs. Absent: because of what is declared. */
  readonly cause?: ChangeCause;
}

/** What the guard is told of a target. Pure. */
export function guardOf(
  target: Pick<Target, 'name'>,
  model: Model,
  { allowDeletes, protection, policiesBefore, cause }: GuardFacts,
): GuardSettings {
  const judge = judgeOf(target, model, { ...compact({ policiesBefore, cause }) });
  return {
    ...compact({ judge }),
    deleteLimits: policyOf(target, model).deleteLimits,
    ...(protection === undefined ? {} : { protects: (change) => protectedBy(change, protection) }),
    ...(allowDeletes === undefined ? {} : { allowDeletes }),
  };
}
