import type { QuotaMark } from '../model/kinds/quota.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';
import { atStep } from '../model/quota.ts';

/** Subscriptions as they were made otherwise before: what did not change is the same object. Filled in place. */
export interface OverlayMemory<Key> {
  readonly known: WeakMap<Subscription, { readonly key: Key; readonly made: Subscription }>;
}

export function overlayMemory<Key>(): OverlayMemory<Key> {
  return { known: new WeakMap() };
}

/**
 * The model with the end of each validity that has begun, where that comes before what is declared; itself where there is
 * none.
 *
 * @param endOf milliseconds since 1970
 */
export function withValidity(
  model: Model,
  endOf: (subscription: Subscription) => number | undefined,
  memory: OverlayMemory<number>,
): Model {
  if (!model.services.some(({ validity }) => validity !== undefined)) return model;
  return changed(model, memory, (each) => {
    const end = each.service.validity === undefined ? undefined : endOf(each);
    if (end === undefined || (each.expires !== undefined && each.expires <= end)) return undefined;
    return { key: end, make: () => ({ ...each, expires: end }) };
  });
}

/** The model with every subscription at its step of a quota; itself where nobody is at one. */
export function withSteps(
  model: Model,
  markOf: (subscription: Subscription) => QuotaMark | undefined,
  memory: OverlayMemory<string>,
): Model {
  if (!model.services.some(({ quotas }) => quotas !== undefined)) return model;
  return changed(model, memory, (each) => {
    const mark = each.service.quotas === undefined ? undefined : markOf(each);
    if (mark === undefined) return undefined;
    return { key: `${mark.step} ${mark.quota}`, make: () => atStep(each, mark) };
  });
}

function changed<Key>(
  model: Model,
  { known }: OverlayMemory<Key>,
  change: (each: Subscription) => { readonly key: Key; readonly make: () => Subscription } | undefined,
): Model {
  let any = false;
  const subscriptions = model.subscriptions.map((each) => {
    const wanted = change(each);
    if (wanted === undefined) return each;
    any = true;
    const before = known.get(each);
    if (before?.key === wanted.key) return before.made;
    const made = wanted.make();
    known.set(each, { key: wanted.key, made });
    return made;
  });
  return any ? { ...model, subscriptions } : model;
}
