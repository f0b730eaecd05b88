import { directoryName } from '../../directory/directory-target.ts';
import type { TimeWindow } from '../../model/kinds/limits.ts';
import type { DeleteLimits, HealRule, IgnoreRule } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import { isOpen, nextOpening } from '../../model/time-windows.ts';
import type { GuardSettings } from '../../reconcile/guard.ts';
import type { Target } from '../../reconcile/target.ts';
import type { Protection } from '../../status/protection.ts';
import { protectedBy } from './protected-objects.ts';

/** What is declared of how a target is changed: of the router, else of the operator. */
export interface TargetPolicy {
  readonly deleteLimits: DeleteLimits;
  readonly heal: HealRule;
  /** When changes are made; absent: at any time. */
  readonly windows?: readonly TimeWindow[];
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
    ignore: [...(reconcile.ignore ?? []), ...(own?.ignore ?? [])],
  };
}

/** Whether changes are made now, and if not, from when. */
export type WindowState = { readonly open: true } | { readonly open: false; readonly opens?: number };

/** Pure. */
export function windowState({ windows }: TargetPolicy, now: number, timezone: string): WindowState {
  if (windows === undefined || isOpen(windows, now, timezone)) return { open: true };
  const opens = nextOpening(windows, now, timezone);
  return { open: false, ...(opens === undefined ? {} : { opens }) };
}

/** What the guard is told of a target. Pure. */
export function guardOf(
  target: Pick<Target, 'name'>,
  model: Model,
  { allowDeletes, protection }: { readonly allowDeletes?: number; readonly protection?: Pick<Protection, 'has'> },
): GuardSettings {
  return {
    deleteLimits: policyOf(target, model).deleteLimits,
    ...(protection === undefined ? {} : { protects: (change) => protectedBy(change, protection) }),
    ...(allowDeletes === undefined ? {} : { allowDeletes }),
  };
}
