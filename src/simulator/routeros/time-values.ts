import { invalidValue } from './trap.ts';
import type { ValueType } from './value-types.ts';

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** A day as routers take it, `2026-01-02` or `jan/02/2026`, kept in the first form. `undefined`: neither. */
export function parseRouterDay(text: string): string | undefined {
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (iso !== null) return text;
  const old = /^([a-z]{3})\/(\d\d)\/(\d{4})$/i.exec(text);
  const month = months.indexOf(old?.[1]?.toLowerCase() ?? '') + 1;
  return old === null || month === 0 ? undefined : `${old[3]}-${String(month).padStart(2, '0')}-${old[2]}`;
}

/** The day as a version shows it: `2026-01-02` since 7.10, `jan/02/2026` before. */
export function formatRouterDay(day: string, since710: boolean): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return since710 ? day : `${months[Number(month) - 1] ?? ''}/${date}/${year}`;
}

/** A day, kept as it was written; in either format. */
export const date: ValueType = {
  parse: (value, { argument }) => {
    if (parseRouterDay(value) === undefined) throw invalidValue(argument);
    return value.toLowerCase();
  },
};

/** `14:05:00`, or `startup`. */
export const clockTime: ValueType = {
  parse: (value, { argument }) => {
    if (value === 'startup') return value;
    const match = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(value);
    if (match === null || Number(match[1]) > 23) throw invalidValue(argument);
    return `${(match[1] ?? '').padStart(2, '0')}:${match[2]}:${match[3] ?? '00'}`;
  },
};
