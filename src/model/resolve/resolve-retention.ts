import { compact } from '../../base/compact.ts';
import { parseDuration } from '../../base/units.ts';
import type { Declared, OperatorSpec } from '../declarations.ts';
import type { Operator } from '../kinds/operator.ts';
import { error, type Resolving } from './resolving.ts';

type Retention = NonNullable<Operator['accounting']['retention']>;

const dayMs = 86_400_000;
/** Two months of the longest: what quotas look back on. */
const leastHoursMs = 62 * dayMs;
const leastAuditMs = 30 * dayMs;

/** How long what is stored is kept. A time that is too short is an error, and nothing goes by it. */
export function resolveRetention(to: Resolving, declared: Declared<OperatorSpec> | undefined): Retention | undefined {
  const spec = declared?.spec.accounting?.retention;
  if (declared === undefined || spec === undefined) return undefined;
  const path = ['spec', 'accounting', 'retention'];
  const time = (text: string | undefined, least: number, ...field: readonly string[]): number | undefined =>
    text === undefined ? undefined : longEnough(to, declared, text, least, [...path, ...field]);
  const { usage = {} } = spec;
  const hoursMs = time(usage.hours, leastHoursMs, 'usage', 'hours');
  const daysMs = time(usage.days, Math.max(hoursMs ?? 0, leastHoursMs), 'usage', 'days');
  const monthsMs = time(usage.months, Math.max(daysMs ?? 0, hoursMs ?? 0, leastHoursMs), 'usage', 'months');
  return compact({
    sessionsMs: time(spec.sessions, dayMs, 'sessions'),
    ...{ hoursMs, daysMs, monthsMs },
    journalMs: time(spec.journal, dayMs, 'journal'),
    auditMs: time(spec.audit, leastAuditMs, 'audit'),
    formerMs: time(spec.former, dayMs, 'former'),
    eventsMs: time(spec.events, dayMs, 'events'),
    lettersMs: time(spec.letters, dayMs, 'letters'),
  });
}

/** A time for which something of one object is kept, in milliseconds; `undefined` when it is too short, which is an error. */
export function keptFor(to: Resolving, declared: Declared<unknown>, text: string, field: string): number | undefined {
  return longEnough(to, declared, text, dayMs, ['spec', field]);
}

function longEnough(
  to: Resolving,
  declared: Declared<unknown>,
  text: string,
  least: number,
  path: readonly string[],
): number | undefined {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= least) return ms;
  const message = `"${text}" is too short a time to keep this`;
  error(to, 'LM_RETENTION', message, declared, path, `from ${least / dayMs}d`);
  return undefined;
}
