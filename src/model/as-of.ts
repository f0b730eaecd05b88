import type { Model, Subscription } from './model.ts';

/**
 * The model as it stands at a moment: subscriptions whose `expires` has come are suspended with the reason `expired`.
 * Pure; returns the same object when nothing has expired.
 */
export function asOf(model: Model, now: number): Model {
  if (!model.subscriptions.some((each) => expiredAt(each, now))) return model;
  const subscriptions = model.subscriptions.map((each) =>
    expiredAt(each, now) ? { ...each, state: 'suspended' as const, reason: 'expired' } : each,
  );
  return { ...model, subscriptions };
}

/** When the model next changes by itself, milliseconds since 1970; `undefined` when it never does. */
export function nextChangeAfter(model: Model, now: number): number | undefined {
  let next: number | undefined;
  for (const { state, expires } of model.subscriptions) {
    if (state !== 'active' || expires === undefined || expires <= now) continue;
    if (next === undefined || expires < next) next = expires;
  }
  return next;
}

function expiredAt({ state, expires }: Subscription, now: number): boolean {
  return state === 'active' && expires !== undefined && expires <= now;
}
