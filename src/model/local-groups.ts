import type { Subscription } from './kinds/subscription.ts';

/** Subscriptions that routers keep rows of, alike in all that rules between documents ask about. */
export interface LocalGroup {
  /** Any of them: the first, where they were all looked at in order. */
  readonly subscription: Subscription;
  readonly count: number;
}

/** In the order of the first of each. Of a hundred thousand subscriptions there are some hundred groups. */
export type LocalGroups = Map<string, LocalGroup>;

/** Counts a subscription, or one less. */
export function countLocally(groups: LocalGroups, subscription: Subscription, by: 1 | -1): void {
  if (subscription.localOn.length === 0) return;
  const key = keyOf(subscription);
  const known = groups.get(key);
  const count = (known?.count ?? 0) + by;
  if (count === 0) groups.delete(key);
  else groups.set(key, { subscription: known?.subscription ?? subscription, count });
}

function keyOf({ service, localOn, fallback, radius, address, ipv6 }: Subscription): string {
  const fixed = [address, ipv6?.prefix, ipv6?.delegated].map((each) => (each === undefined ? '-' : '+')).join('');
  return `${service.name}\0${localOn.join('\0')}\0${fallback === true}${radius}${fixed}`;
}
