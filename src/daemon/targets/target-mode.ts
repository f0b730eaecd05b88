import { directoryName } from '../../directory/directory-target.ts';
import type { ReconcileMode } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import type { Target } from '../../reconcile/target.ts';

/** The stricter of the operator's and the router's mode wins. The directory always applies: RADIUS is served from it. */
export function modeOf(target: Pick<Target, 'name'>, model: Model): ReconcileMode {
  if (target.name === directoryName) return 'apply';
  const router = model.routers.find((each) => each.name === target.name);
  const modes = [model.operator.reconcile.mode, router?.mode ?? 'apply'];
  return modes.includes('observe') ? 'observe' : modes.includes('plan') ? 'plan' : 'apply';
}
