import type { RouterOsRow } from '../routeros/wire/reply.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * The time of `/system/clock`, milliseconds since 1970: its own time less `gmt-offset`. Dates are `2026-11-22` since 7.10,
 * `nov/22/2026` before; offsets `+02:00`, or seconds.
 */
export function dateOf(row: RouterOsRow): number | undefined {
  const date = dayOf(row['date'] ?? '');
  const time = row['time'] ?? '';
  if (date === undefined || !/^\d\d:\d\d:\d\d$/.test(time)) return undefined;
  const local = Date.parse(`${date}T${time}Z`);
  return Number.isNaN(local) ? undefined : local - offsetMs(row['gmt-offset'] ?? '');
}

function dayOf(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return text;
  const [, name = '', day, year] = /^([a-z]{3})\/(\d\d)\/(\d{4})$/i.exec(text) ?? [];
  const month = months.indexOf(name.toLowerCase()) + 1;
  return month === 0 ? undefined : `${year}-${String(month).padStart(2, '0')}-${day}`;
}

function offsetMs(text: string): number {
  const [, sign, hours, minutes] = /^([+-]?)(\d\d):(\d\d)/.exec(text) ?? [];
  if (hours !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return (Number(text) || 0) * 1000;
}
