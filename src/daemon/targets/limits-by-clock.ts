import type { Clock } from '../../base/clock.ts';
import type { LoginLimits } from '../../directory/reader.ts';
import { serviceLimits } from '../../directory/rows.ts';
import { hasOtherRates, rateOfWindow } from '../../model/as-of.ts';
import type { ServicePlan } from '../../model/kinds/service.ts';
import { windowClock } from '../../model/window-turns.ts';

/**
 * What a service grants whoever has no row of his own, whenever that is asked: while one of its windows with a speed is open, that
 * speed. The same object as long as it is the same, so that answers made from it can be kept.
 */
export function limitsByClock(service: ServicePlan, timezone: string, clock: Pick<Clock, 'now'>): () => LoginLimits {
  const usual = serviceLimits(service, timezone);
  if (!hasOtherRates(service)) return () => usual;
  const windows = windowClock(timezone);
  const known = new Map<ServicePlan['rate'], LoginLimits>([[undefined, usual]]);
  return () => {
    const rate = rateOfWindow(service, windows, clock.now());
    const limits = known.get(rate) ?? serviceLimits({ ...service, ...(rate === undefined ? {} : { rate }) }, timezone);
    known.set(rate, limits);
    return limits;
  };
}

/** Equal exactly where `limitsByClock` always says the same. */
export function textOfLimits(service: ServicePlan, timezone: string): string {
  return JSON.stringify([timezone, serviceLimits(service, timezone), service.windows]);
}
