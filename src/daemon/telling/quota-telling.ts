import type { NewEvent } from '../../events/event.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { QuotaState } from '../../quota/quota-state.ts';
import type { HeldQuotas } from '../quota/quota-keeper.ts';

/**
 * What is told of somebody who is at another step of his quotas, or at none again, or whose validity has begun. Amounts as
 * decimal text, octets or milliseconds. Pure.
 *
 * @param at wall time, milliseconds since 1970
 */
export function quotaEvent(subscription: Subscription, held: HeldQuotas, at: number): NewEvent {
  const { mark, states, validUntil } = held;
  return {
    type: 'quota.changed',
    at,
    subject: `subscriber/${subscription.id}`,
    data: {
      subscriber: subscription.id,
      ...(subscription.username === undefined ? {} : { username: subscription.username }),
      service: subscription.service.name,
      step: mark?.step ?? 0,
      ...(mark === undefined ? {} : { quota: mark.quota }),
      quotas: states.map(stateOf),
      ...(validUntil === undefined ? {} : { validUntil: timeText(validUntil) }),
    },
  };
}

function stateOf({ name, quota, used, own, carried, left, step, from, till }: QuotaState) {
  return {
    ...{ name, of: quota.of, step },
    ...{ used: String(used), included: String(own + carried), left: String(left) },
    ...{ from: timeText(from), till: timeText(till) },
  };
}

/** A time that has no end is none. */
function timeText(at: number): string | undefined {
  return Math.abs(at) > 8.64e15 ? undefined : new Date(at).toISOString();
}
