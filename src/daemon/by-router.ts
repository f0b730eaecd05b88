import type { Model, Subscription } from '../model/model.ts';

/** Subscriptions by each router that lets them in by itself: looked for once, not once for each router. Pure. */
export function subscriptionsByRouter({
  routers,
  subscriptions,
}: Pick<Model, 'routers' | 'subscriptions'>): ReadonlyMap<string, readonly Subscription[]> {
  const found = new Map<string, Subscription[]>(routers.map(({ name }) => [name, []]));
  for (const each of subscriptions) for (const name of each.localOn) found.get(name)?.push(each);
  return found;
}
