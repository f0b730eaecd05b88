import type { ServicePlan, ServiceWindow } from './kinds/service.ts';
import type { Subscription } from './kinds/subscription.ts';
import type { Model } from './model.ts';
import { type WindowClock, windowClock } from './window-turns.ts';

/**
 * The model as it stands at a moment: subscriptions whose `expires`, and the grace of their service, is over are suspended
 * with the reason `expired`; services have the speed of the window that is open. Pure; returns the same object when nothing
 * is otherwise than declared.
 */
export function asOf(model: Model, now: number): Model {
  const changed = servicesAt(model, now);
  const expired = model.subscriptions.some((each) => expiredAt(each, now));
  if (changed.size === 0 && !expired) return model;
  const subscriptions = model.subscriptions.map((each) => {
    const service = changed.get(each.service);
    const served = service === undefined ? each : { ...each, service };
    return expiredAt(each, now) ? { ...served, state: 'suspended' as const, reason: 'expired' } : served;
  });
  return changed.size === 0 ? { ...model, subscriptions } : withServices({ ...model, subscriptions }, changed);
}

/** When the model next changes by itself, milliseconds since 1970; `undefined` when it never does. */
export function nextChangeAfter(model: Model, now: number): number | undefined {
  let next: number | undefined;
  const soonest = (at: number | undefined): void => {
    if (at !== undefined && at > now && (next === undefined || at < next)) next = at;
  };
  for (const each of model.subscriptions) if (each.state === 'active') soonest(endOfAccess(each));
  const paced = model.services.filter(hasOtherRates);
  if (paced.length === 0) return next;
  const clock = windowClock(model.operator.timezone);
  for (const service of paced) soonest(nextRateChange(service, clock, now));
  return next;
}

/** What the clock alone has changed. */
export interface ChangedByClock {
  /** Names of routers whose own rows may be others. */
  readonly routers: ReadonlySet<string>;
  /** Ids of subscriptions whose access has ended. */
  readonly ended: ReadonlySet<string>;
  /** Whether services have other speeds, and with them whoever has one of these. */
  readonly isPaced: boolean;
}

/** What may have become otherwise by itself since then, that moment included. */
export function changedByClock(model: Model, since: number, now: number): ChangedByClock {
  const [before, after] = [servicesAt(model, since - 1), servicesAt(model, now)];
  const paced = new Set(model.services.filter((each) => before.get(each)?.rate !== after.get(each)?.rate));
  const [routers, ended] = [new Set<string>(), new Set<string>()];
  for (const service of paced) for (const router of service.routers ?? []) routers.add(router);
  for (const each of model.subscriptions) {
    const end = each.state === 'active' ? endOfAccess(each) : undefined;
    const isOver = end !== undefined && end >= since && end <= now;
    if (isOver) ended.add(each.id);
    if (isOver || paced.has(each.service)) for (const router of each.localOn) routers.add(router);
  }
  return { routers, ended, isPaced: paced.size > 0 };
}

/** When a subscriber's access ends, with the grace of his service, milliseconds since 1970. */
export function endOfAccess({ expires, service }: Pick<Subscription, 'expires' | 'service'>): number | undefined {
  return expires === undefined ? undefined : expires + (service.graceSeconds ?? 0) * 1000;
}

/** When the speed of a service next becomes another by one of its windows. */
export function nextRateChange({ windows = [] }: ServicePlan, clock: WindowClock, now: number): number | undefined {
  return clock.nextTurn(windows.filter(hasRate), now, (open) => open?.rate);
}

/** The speed of the window that is open, in place of the service's own; `undefined` when none is open. */
export function rateOfWindow({ windows = [] }: ServicePlan, clock: WindowClock, now: number): ServicePlan['rate'] {
  return clock.openAt(windows.filter(hasRate), now)?.rate;
}

function servicesAt({ services, operator }: Model, now: number): ReadonlyMap<ServicePlan, ServicePlan> {
  const changed = new Map<ServicePlan, ServicePlan>();
  const paced = services.filter(hasOtherRates);
  if (paced.length === 0) return changed;
  const clock = windowClock(operator.timezone);
  for (const service of paced) {
    const rate = rateOfWindow(service, clock, now);
    if (rate !== undefined) changed.set(service, { ...service, rate });
  }
  return changed;
}

function withServices(model: Model, changed: ReadonlyMap<ServicePlan, ServicePlan>): Model {
  const now = (service: ServicePlan): ServicePlan => changed.get(service) ?? service;
  const { services, portalSites, authorize } = model;
  return {
    ...model,
    services: services.map(now),
    portalSites: portalSites.map((site) =>
      site.clickThrough === undefined ? site : { ...site, clickThrough: now(site.clickThrough) },
    ),
    ...(authorize?.service === undefined ? {} : { authorize: { ...authorize, service: now(authorize.service) } }),
  };
}

/** Has it other speeds at certain times? */
export function hasOtherRates({ windows }: ServicePlan): boolean {
  return windows?.some(hasRate) === true;
}

function hasRate({ rate }: ServiceWindow): boolean {
  return rate !== undefined;
}

function expiredAt(subscription: Subscription, now: number): boolean {
  const end = endOfAccess(subscription);
  return subscription.state === 'active' && end !== undefined && end <= now;
}
