import { endOfAccess, nextRateChange } from './as-of.ts';
import type { ServicePlan } from './kinds/service.ts';
import type { Subscription } from './kinds/subscription.ts';
import { type WindowClock, windowClock } from './window-turns.ts';

/** What becomes of a subscription by itself, and when. */
export interface NextChange {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly what: 'expires' | 'is overdue' | 'has another speed' | 'opens' | 'closes';
}

/** Predicts changes, for many subscriptions at the same moment: what their services do is worked out once. Pure. */
export function nextChanges(timezone: string, now: number): (subscription: Subscription) => NextChange | undefined {
  const clock = windowClock(timezone);
  const known = new Map<ServicePlan, readonly NextChange[]>();
  const ofService = (service: ServicePlan): readonly NextChange[] => {
    const found = known.get(service) ?? serviceChanges(service, clock, now);
    known.set(service, found);
    return found;
  };
  return (subscription) => {
    if (subscription.state !== 'active') return undefined;
    const all = [...expiry(subscription, now), ...ofService(subscription.service)];
    return all.sort((a, b) => a.at - b.at)[0];
  };
}

/** Is it no longer paid for, and still served? */
export function isOverdue({ state, expires }: Pick<Subscription, 'state' | 'expires'>, now: number): boolean {
  return state === 'active' && expires !== undefined && expires <= now;
}

function expiry(subscription: Subscription, now: number): readonly NextChange[] {
  const { expires } = subscription;
  const end = endOfAccess(subscription);
  if (expires === undefined || end === undefined || end <= now) return [];
  return expires > now && end > expires ? [{ at: expires, what: 'is overdue' }] : [{ at: end, what: 'expires' }];
}

function serviceChanges(service: ServicePlan, clock: WindowClock, now: number): readonly NextChange[] {
  const rate = nextRateChange(service, clock, now);
  const hours = (service.windows ?? []).filter((window) => window.rate === undefined);
  const turn = clock.nextTurn(hours, now, (open) => open !== undefined);
  const what = clock.openAt(hours, now) === undefined ? 'opens' : 'closes';
  return [
    ...(rate === undefined ? [] : [{ at: rate, what: 'has another speed' as const }]),
    ...(turn === undefined ? [] : [{ at: turn, what } as const]),
  ];
}
