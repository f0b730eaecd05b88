import { sameData } from '../../base/same-data.ts';
import { directoryName } from '../../directory/directory-target.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';

type ByRouter = ReadonlyMap<string, readonly Subscription[]>;

/**
 * Of which targets a commit changes something: of those whose subscriptions are others, or of all where anything else is. The
 * directory always counts: it is told what is in force. At the start nobody waits for one rather than for another. Pure.
 *
 * @param local subscriptions by router, with the list of before where nothing changed
 */
export function touchedBy(
  before: Model | undefined,
  now: Model,
  localBefore: ByRouter,
  local: ByRouter,
): (target: string) => boolean {
  if (before === undefined) return () => false;
  const ofAll = !sameData({ ...before, subscriptions: [] }, { ...now, subscriptions: [] });
  return (target) => ofAll || target === directoryName || localBefore.get(target) !== local.get(target);
}
