import { changedSubscriptions } from '../../model/changed-subscriptions.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';

type Network = Pick<Model, 'routers' | 'subscriptions'>;
type ByRouter = ReadonlyMap<string, readonly Subscription[]>;

/** Subscriptions by each router that lets them in by itself: looked for once, not once for each router. Pure. */
export function subscriptionsByRouter({ routers, subscriptions }: Network): ByRouter {
  const found = new Map<string, Subscription[]>(routers.map(({ name }) => [name, []]));
  for (const each of subscriptions) for (const name of each.localOn) found.get(name)?.push(each);
  return found;
}

/** The same by what it was for another model: where nothing changed, the lists are those of before. Pure. */
export function subscriptionsByRouterSince(known: ByRouter, before: Network, now: Network): ByRouter {
  if (before.routers !== now.routers) return subscriptionsByRouter(now);
  const { gone, come } = changedSubscriptions(before.subscriptions, now.subscriptions);
  const found = new Map(known);
  const left = new Set(gone);
  for (const name of new Set([...gone, ...come].flatMap(({ localOn }) => localOn))) {
    const kept = found.get(name)?.filter((each) => !left.has(each));
    const news = come.filter(({ localOn }) => localOn.includes(name));
    if (kept !== undefined)
      found.set(
        name,
        [...kept, ...news].sort((a, b) => (a.id < b.id ? -1 : 1)),
      );
  }
  return found;
}
