import type { Hours } from '../model/hours.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import type { AccessLogin } from './login.ts';

/** RouterOS takes no Session-Timeout above this many seconds (248 days). */
export const longestSessionSeconds = 21_474_720;

/** A lease to meet a page with is short: who has paid soon has a better one. */
const redirectedLeaseSeconds = 300;

/** An expiry further away than this does not make a DHCP lease longer than its server gives. */
const longestLeaseSeconds = 86_400;

/**
 * Seconds from now until a session must end, for Access-Accept and CoA alike (a NAS counts Session-Timeout from when it is told): the
 * soonest of the service's own limit, expiry, the end of its hours and of a quota of time. Never 0, which routers read as no
 * limit: the last second is one. Of DHCP it is the time of the lease, and each has the service's own limit anew.
 *
 * @param startedAt of a session that is open, milliseconds since 1970
 * @param quotaSeconds left of quotas; none where nothing is limited by them, or where that is looked at afterwards
 * @returns nothing when there is no limit
 */
export function sessionSecondsLeft(
  { limits, expires }: Pick<AccessLogin, 'limits' | 'expires'>,
  door: AccessKind | undefined,
  now: number,
  startedAt = now,
  quotaSeconds?: number,
): number | undefined {
  const { sessionTimeoutSeconds: own, hours } = limits;
  const isLease = door === 'dhcp';
  if (isLease && limits.page !== undefined) return redirectedLeaseSeconds;
  let left = own;
  if (own !== undefined && !isLease) left = own - Math.floor((now - startedAt) / 1000);
  if (expires !== undefined) left = soonest(left, Math.floor((expires - now) / 1000));
  if (hours !== undefined) left = soonest(left, secondsToClosing(hours, now));
  if (quotaSeconds !== undefined) left = soonest(left, quotaSeconds);
  if (left === undefined || (isLease && own === undefined && left > longestLeaseSeconds)) return undefined;
  return Math.max(1, Math.min(left, longestSessionSeconds));
}

/** The lesser of two limits, each of which may be absent. */
export function soonest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** Nobody may be on who is outside of his hours. */
function secondsToClosing(hours: Hours, now: number): number | undefined {
  const { open, until } = hours.at(now);
  if (!open) return 0;
  return until === undefined ? undefined : Math.floor((until - now) / 1000);
}
