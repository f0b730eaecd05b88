import type { Subscription } from './kinds/subscription.ts';

/** Subscriptions that are not the objects they were. */
export interface ChangedSubscriptions {
  readonly gone: readonly Subscription[];
  readonly come: readonly Subscription[];
}

/** Who is in one of two models alone, as an object. Both in order of id, as models have them: of most, nothing is looked at. Pure. */
export function changedSubscriptions(
  before: readonly Subscription[],
  now: readonly Subscription[],
): ChangedSubscriptions {
  const [gone, come]: [Subscription[], Subscription[]] = [[], []];
  let [at, to] = [0, 0];
  for (;;) {
    const old = before[at];
    const one = now[to];
    if (old === undefined && one === undefined) return { gone, come };
    if (old === one) {
      at += 1;
      to += 1;
      continue;
    }
    if (old !== undefined && (one === undefined || old.id <= one.id)) {
      gone.push(old);
      at += 1;
    }
    if (one !== undefined && (old === undefined || one.id <= old.id)) {
      come.push(one);
      to += 1;
    }
  }
}
