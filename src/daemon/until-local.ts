import type { DirectoryReader } from '../directory/reader.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';

/**
 * The model as the directory is to serve it while routers are not yet in step: who is to be let in by a router itself from
 * now on, and was by RADIUS until now, still is until that router holds the row. Else there would be no way in meanwhile.
 * The model itself where nobody is. Pure.
 *
 * @param pending is this router one that is yet to be brought to the model?
 * @param admitted is this one let in by RADIUS now?
 */
export function untilLocal(
  model: Model,
  pending: (router: string) => boolean,
  admitted: (subscription: Subscription) => boolean,
): Model {
  const waits = (each: Subscription) => !each.radius && each.localOn.some(pending) && admitted(each);
  if (!model.subscriptions.some(waits)) return model;
  return {
    ...model,
    subscriptions: model.subscriptions.map((each) => (waits(each) ? { ...each, radius: true } : each)),
  };
}

/** Does the directory let this subscription in by RADIUS, by its name or by one of its devices? */
export function admittedBy(
  directory: Pick<DirectoryReader, 'login' | 'device'>,
  { username, macs }: Pick<Subscription, 'username' | 'macs'>,
): boolean {
  const login = username === undefined ? undefined : directory.login(username);
  return login?.radius === true || macs.some((mac) => directory.device(mac)?.radius === true);
}
