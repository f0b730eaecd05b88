import type { QuotaMark } from '../model/kinds/quota.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { HeldQuota } from './tally.ts';
import type { TopUp } from './top-up.ts';
import { endOfValidity } from './validity.ts';

/** What is known of a subscription that no declaration says. Times are wall time, milliseconds since 1970. */
export interface QuotaFacts {
  /** Since when it has this service. */
  readonly service: string;
  readonly assignedAt: number;
  /** By how much the clock had been set in all when that was noted. Absent: it had not been. */
  readonly assignedSet?: number;
  /** When its first session since then began. */
  readonly firstLogin?: number;
  /** As `assignedSet`, of `firstLogin`. */
  readonly firstSet?: number;
  /** The step in force when it was looked at last, and until when that holds if nothing is used. */
  readonly mark?: QuotaMark & { readonly from: number; readonly till: number };
  /** So many times it came to stand otherwise, and that is yet to be told to other programs. */
  readonly untold?: number;
}

/** What stays the same when a subscriber is called otherwise. */
export function lastingKey({
  id,
  subscriber,
  firstName,
}: Pick<Subscription, 'id' | 'subscriber' | 'firstName'>): string {
  return firstName === undefined ? id : `${firstName}${id.slice(subscriber.length)}`;
}

/** Those who have another service than is known of them begin with it anew; one that is only called otherwise goes on. Pure. */
export function newlyAssigned(
  { service }: Subscription,
  known: QuotaFacts | undefined,
  assignedAt: number,
): QuotaFacts | undefined {
  if (known?.service === service.name) return undefined;
  const isRenamed = known !== undefined && service.previousNames?.includes(known.service) === true;
  return isRenamed ? { ...known, service: service.name } : { service: service.name, assignedAt };
}

/** With the begin of its first session, where that is news and begins its validity. Pure. */
export function firstSession(
  { service }: Subscription,
  known: QuotaFacts | undefined,
  startedAt: number,
): QuotaFacts | undefined {
  if (service.validity?.from !== 'first-login' || known === undefined || known.firstLogin !== undefined)
    return undefined;
  return { ...known, firstLogin: Math.max(known.assignedAt, startedAt) };
}

/** Quotas of a subscription, each since when it has it; `slotMs` is how long a slot of usage is. Pure. */
export function heldQuotas(
  subscription: Subscription,
  facts: QuotaFacts | undefined,
  slotMs: number,
): readonly HeldQuota[] {
  const assigned = subscription.since ?? facts?.assignedAt ?? 0;
  const began = Math.floor((beginOfValidity(subscription, facts) ?? assigned) / slotMs) * slotMs;
  return (subscription.service.quotas ?? []).map((quota) => ({
    quota,
    since: quota.period === 'validity' ? began : assigned,
  }));
}

/** When its validity ends, as far as it has begun. Pure. */
export function endOf(
  subscription: Subscription,
  facts: QuotaFacts | undefined,
  topUps: readonly TopUp[],
): number | undefined {
  const { validity } = subscription.service;
  const begin = validity === undefined ? undefined : beginOfValidity(subscription, facts);
  if (validity === undefined || begin === undefined) return undefined;
  return endOfValidity(begin, validity.lastsMs, topUps, facts?.assignedAt);
}

function beginOfValidity({ service, since }: Subscription, facts: QuotaFacts | undefined): number | undefined {
  if (facts?.service !== service.name) return undefined;
  return service.validity?.from === 'first-login' ? facts.firstLogin : (since ?? facts.assignedAt);
}

/** The step that is in force at a moment, as far as is known. Pure. */
export function markAt({ service }: Subscription, facts: QuotaFacts | undefined, now: number): QuotaFacts['mark'] {
  if (facts?.mark === undefined || facts.service !== service.name) return undefined;
  return now >= facts.mark.from && now < facts.mark.till ? facts.mark : undefined;
}
