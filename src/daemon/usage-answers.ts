import type { AccountingStore } from '../accounting/store.ts';
import { hourMs, type UsageDelta } from '../accounting/usage-deltas.ts';
import { periodsOf, usualSince } from '../accounting/usage-periods.ts';
import { RequestError } from '../admin/request-error.ts';
import type { UsageAnswer, UsageRequest } from '../admin/usage.ts';
import { parseDuration } from '../base/units.ts';
import { timeReader } from '../model/local-time.ts';
import type { Model } from '../model/model.ts';

/**
 * What somebody used, from the hours kept.
 *
 * @throws RequestError when `since` or `until` is no moment
 */
export async function usageAnswer(
  accounting: Pick<AccountingStore, 'usage' | 'openOf'>,
  request: UsageRequest,
  { logins, timezone, now, notes, standings }: UsageSurroundings,
): Promise<UsageAnswer> {
  const { username, by } = request;
  const moment = (name: 'since' | 'until') => momentOf(name, request[name], timezone, now);
  const since = Math.max(0, moment('since') ?? usualSince(now, by, timezone));
  const until = Math.max(since, moment('until') ?? now);
  const [from, to] = [Math.floor(since / hourMs), Math.ceil((until + 1) / hourMs)];
  const hours = (await Promise.all(logins.map((login) => accounting.usage(login, from, to)))).flat();
  const periods = periodsOf(
    [...hours].sort((a, b) => a.hour - b.hour),
    by,
    timezone,
  );
  const sum = (direction: keyof Pick<UsageDelta, 'up' | 'down'>) =>
    hours.reduce((octets, each) => octets + each[direction], 0n).toString();
  return {
    username,
    logins,
    by,
    timezone,
    since: new Date(from * hourMs).toISOString(),
    until: new Date(until).toISOString(),
    periods: periods.map(({ period, up, down }) => ({ period, up: up.toString(), down: down.toString() })),
    total: { up: sum('up'), down: sum('down') },
    openSessions: logins.reduce((count, login) => count + accounting.openOf(login).length, 0),
    ...(standings === undefined ? {} : { standings }),
    notes,
  };
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
