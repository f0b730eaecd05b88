import type { Router } from '../../model/kinds/router.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import { disabledOf, localSubscriptions, mayComeIn, ownerOfDevice } from './rows.ts';

/** One wireless device of a subscription that the router knows by itself. */
export interface WirelessDevice {
  readonly subscription: Subscription;
  readonly mac: string;
  readonly owner: string;
  /** False: refused whatever follows in the list. */
  readonly admitted: boolean;
  readonly disabled: 'yes' | 'no';
}

/** The wireless devices with rows on this router, in the order of subscriptions. */
export function wirelessDevices(model: Model, router: Router): readonly WirelessDevice[] {
  return localSubscriptions(model, router)
    .filter(({ service }) => service.access.includes('wireless'))
    .flatMap((subscription) =>
      subscription.macs.map((mac) => ({
        subscription,
        mac,
        owner: ownerOfDevice(subscription, mac),
        admitted: mayComeIn(subscription),
        // One who is shut out has a row that says so: a disabled one would say nothing.
        disabled: mayComeIn(subscription) ? disabledOf(subscription) : 'no',
      })),
    );
}
