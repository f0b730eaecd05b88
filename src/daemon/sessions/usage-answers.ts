import type { AccountingStore } from '../../accounting/store.ts';
import { hourMs, type UsageDelta } from '../../accounting/usage/usage-deltas.ts';
import {
  correctionsBy,
  correctionsIn,
  type PeriodCorrection,
  periodsOf,
  quartersIn,
  usualSince,
} from '../../accounting/usage/usage-periods.ts';
import { RequestError } from '../../admin/request-error.ts';
import type { UsageAnswer, UsageCorrectionJson, UsageRequest } from '../../admin/usage.ts';
import { parseDuration } from '../../base/units.ts';
import type { Quota } from '../../model/kinds/quota.ts';
import { timeReader } from '../../model/local-time.ts';
import type { Model } from '../../model/model.ts';
import { quotaClock } from '../../quota/quota-clock.ts';
import { quotaPeriods, usageByPeriod } from '../../quota/usage-by-period.ts';

/**
 * What somebody used, from the hours kept.
 *
 * @throws RequestError when `since` or `until` is no moment
 */
export async function usageAnswer(
  accounting: Pick<AccountingStore, 'usage' | 'openOf'>,
  request: UsageRequest,
  { logins, timezone, now, notes, standings, quota, serviceOf = () => ({}) }: UsageSurroundings,
): Promise<UsageAnswer> {
  const { username, by } = request;
  const moment = (name: 'since' | 'until') => momentOf(name, request[name], timezone, now);
  const since = Math.max(0, moment('since') ?? usualSince(now, by, timezone));
  const until = Math.max(since, moment('until') ?? now);
  const { from, to } = quartersIn(since, until + 1);
  const each = await Promise.all(
    logins.map(async (login) => ({ login, hours: await accounting.usage(login, from, to) })),
  );
  const hours = each.flatMap((one) => one.hours).sort((a, b) => a.hour - b.hour);
  const periods = quota === undefined ? periodsOf(hours, by, timezone) : byQuota(quota, hours, timezone);
  const corrections =
    quota === undefined ? correctionsBy(hours, by, timezone) : correctionsByQuota(quota, hours, timezone);
  return {
    username,
    logins,
    by,
    timezone,
    since: new Date(from * hourMs).toISOString(),
    until: new Date(until).toISOString(),
    periods: periods.map(({ period, up, down }) => ({ period, up: up.toString(), down: down.toString() })),
    total: sumOf(periods),
    ...(corrections.length === 0 ? {} : { corrections: corrections.map(correctionJson) }),
    ...(quota === undefined ? {} : { quota: quota.quota.name }),
    ...(logins.length < 2
      ? {}
      : { services: each.map((one) => ({ login: one.login, ...serviceOf(one.login), ...sumOf(one.hours) })) }),
    openSessions: logins.reduce((count, login) => count + accounting.openOf(login).length, 0),
    ...(standings === undefined ? {} : { standings }),
    notes,
  };
}

function correctionJson({ period, kind, times, up, down, onlineMs }: PeriodCorrection): UsageCorrectionJson {
  return { period, kind, times, up: up.toString(), down: down.toString(), seconds: Math.round(onlineMs / 1000) };
}

/** A quota, and since when somebody has it. */
export interface QuotaOf {
  readonly quota: Quota;
  readonly since: number;
}

function byQuota({ quota, since }: QuotaOf, hours: readonly UsageDelta[], timezone: string) {
  const uses = hours.map(({ hour, up, down }) => ({ at: hour * hourMs, up, down }));
  return usageByPeriod(quota, uses, since, timezone, quotaClock(timezone));
}

/** As `byQuota`: of the direction that counts, and not of free hours. */
function correctionsByQuota({ quota, since }: QuotaOf, hours: readonly UsageDelta[], timezone: string) {
  const periodOf = quotaPeriods(quota, since, timezone, quotaClock(timezone));
  return correctionsIn(hours, (at) => periodOf(at)?.period).map((each) => ({
    ...each,
    ...(quota.direction === 'down' ? { up: 0n } : {}),
    ...(quota.direction === 'up' ? { down: 0n } : {}),
  }));
}

function sumOf(all: readonly Pick<UsageDelta, 'up' | 'down'>[]): { readonly up: string; readonly down: string } {
  const sum = (direction: 'up' | 'down') => all.reduce((octets, each) => octets + each[direction], 0n).toString();
  return { up: sum('up'), down: sum('down') };
}

/** @throws RequestError when it is no moment */
export function momentOf(name: string, text: string | undefined, timezone: string, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const at = timeReader(timezone)(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  if (at === undefined) {
    throw new RequestError(`${name} ${JSON.stringify(text)}: a duration (7d), a day (2026-11-01) or a time is needed`);
  }
  return at;
}

export interface UsageSurroundings {
  readonly logins: readonly string[];
  /** IANA name. */
  readonly timezone: string;
  readonly now: number;
  readonly notes: readonly string[];
  readonly standings?: UsageAnswer['standings'];
  /** By whose periods. */
  readonly quota?: QuotaOf;
  readonly serviceOf?: (login: string) => { readonly service?: string };
}

/** Routers on which somebody may be: where sessions are open, and where local rows are. */
export function routersOf(
  accounting: Pick<AccountingStore, 'openOf'>,
  model: Model | undefined,
  logins: readonly string[],
): readonly string[] {
  const names = new Set(logins);
  const open = logins.flatMap((login) => accounting.openOf(login).map(({ nas }) => nas));
  const local = (model?.subscriptions ?? [])
    .filter(({ username, macs }) => names.has(username ?? '') || macs.some((mac) => names.has(mac)))
    .flatMap(({ localOn }) => localOn);
  return [...new Set([...open, ...local])];
}
