import { fallbackScheduler } from './menus/fallback-scheduler.ts';
import type { RouterOsSession } from './session.ts';

const menu = '/system/scheduler';

/**
 * Tells the scheduler that lets subscribers in by local rows to begin anew: its turn is `seconds` from now, by the router's
 * own clock. RouterOS counts from `start-date` and `start-time`, so these are told, in the spelling of its clock.
 *
 * @returns false when there is no such scheduler
 * @throws the errors of `RouterOsSession.run`
 */
export async function armFallback(
  session: Pick<RouterOsSession, 'run'>,
  seconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  const queries = [`?name=${fallbackScheduler}`];
  const { rows } = await session.run(`${menu}/print`, { '.proplist': '.id' }, { signal, queries });
  const id = rows[0]?.['.id'];
  if (id === undefined) return false;
  const clock = await session.run('/system/clock/print', { '.proplist': 'date,time' }, { signal });
  const start = laterBy(clock.rows[0] ?? {}, seconds);
  await session.run(`${menu}/set`, { '.id': id, ...start }, { signal });
  return true;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * A date and a time of the router, so many seconds later, in its own spelling: `2025-06-30` since RouterOS 7.10, before it
 * `jun/30/2025`. Summer time that begins or ends in between shifts it by an hour. Pure.
 *
 * @throws RangeError when it is neither
 */
export function laterBy(
  { date = '', time = '' }: Readonly<Record<string, string>>,
  seconds: number,
): { readonly 'start-date': string; readonly 'start-time': string } {
  const old = /^([a-z]{3})\/(\d\d)\/(\d{4})$/.exec(date);
  const month = String(months.indexOf(old?.[1] ?? '') + 1).padStart(2, '0');
  const day = old === null ? date : `${old[3]}-${month}-${old[2]}`;
  const later = new Date(Date.parse(`${day}T${time}Z`) + seconds * 1000).toISOString();
  const [year = '', monthLater = '', dayLater = ''] = later.slice(0, 10).split('-');
  const spelt = old === null ? later.slice(0, 10) : `${months[Number(monthLater) - 1]}/${dayLater}/${year}`;
  return { 'start-date': spelt, 'start-time': later.slice(11, 19) };
}
