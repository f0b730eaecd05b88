import type { LoggedDecision } from '../../access/decision-log.ts';
import { usernamesOf } from '../../accounting/sessions/session-user.ts';
import { type InterimSeconds, toSessionJson, viewOf } from '../../accounting/sessions/view.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import { hourMs } from '../../accounting/usage/usage-deltas.ts';
import { correctionsBy, periodsOf } from '../../accounting/usage/usage-periods.ts';
import type { PersonRequest } from '../../admin/records-service.ts';
import type { LearnedDevice } from '../../directory/learned-devices.ts';
import type { AuditLog } from '../../status/audit-log.ts';
import type { Store } from '../../store/store.ts';
import { type NamedLogins, usersNamed } from '../sessions/sessions-named.ts';

export interface PersonSurroundings {
  readonly store: Pick<Store, 'table'>;
  readonly accounting: Pick<AccountingStore, 'history' | 'usage'>;
  readonly audit: Pick<AuditLog, 'record' | 'all'>;
  /** Absent: nobody knows what a subscriber goes by. */
  readonly directory?: NamedLogins;
  /** Of the last logins. */
  readonly decisions: (username: string) => readonly LoggedDecision[];
  readonly timezone: string;
  readonly interimSeconds: InterimSeconds;
  readonly now: number;
}

/**
 * All that is stored of a person, a JSON object a line with what it is in `is`. What authorities asked about him, and legal
 * holds, are not for him to know. That it was exported is kept in the audit log.
 */
export async function exportPerson(request: PersonRequest, around: PersonSurroundings): Promise<AsyncIterable<string>> {
  const { directory, audit, now } = around;
  const { username, by = 'unknown', reason } = request;
  const names = directory === undefined ? [username] : usersNamed(directory, username);
  const why = reason === undefined ? {} : { reason };
  await audit.record({
    at: now,
    who: by,
    action: 'export-person',
    object: username,
    ...why,
    result: 'done',
    detail: '',
  });
  return lines(username, names, around);
}

async function* lines(who: string, names: readonly string[], around: PersonSurroundings): AsyncIterable<string> {
  const { accounting, timezone, now, interimSeconds, decisions } = around;
  yield line('person', { name: who, usernames: names, at: new Date(now).toISOString(), timezone });
  for (const name of names) {
    for (const session of await accounting.history(name, Number.MAX_SAFE_INTEGER)) {
      yield line('session', { ...toSessionJson(viewOf(session, now, interimSeconds)) });
    }
    const hours = await accounting.usage(name, 0, Math.ceil(now / hourMs));
    for (const { period, up, down } of periodsOf(hours, 'day', timezone)) {
      yield line('usage', { username: name, day: period, up: `${up}`, down: `${down}` });
    }
    for (const { period, kind, times, up, down } of correctionsBy(hours, 'day', timezone)) {
      yield line('correction', { username: name, day: period, kind, times, up: `${up}`, down: `${down}` });
    }
    for (const decision of decisions(name)) yield line('decision', { ...decision });
  }
  yield* storedLines(new Set([who, ...names].flatMap(usernamesOf)), who, around);
}

async function* storedLines(
  names: ReadonlySet<string>,
  who: string,
  { store, audit }: PersonSurroundings,
): AsyncIterable<string> {
  for await (const [, device] of store.table<LearnedDevice>('devices').entries()) {
    if (names.has(device.username)) yield line('device', { ...device });
  }
  for (const [is, name] of [
    ['standing', 'quota'],
    ['top-up', 'topups'],
  ] as const) {
    for await (const [, row] of store.table<{ readonly subscription: string }>(name).entries()) {
      const [subscriber = ''] = row.subscription.split('/');
      if (subscriber === who || names.has(subscriber)) yield line(is, { ...row });
    }
  }
  for await (const [, event] of store.table<object>('events').entries()) {
    if (isOf(event, names)) yield line('event', { ...event });
  }
  for await (const { hash: _hash, ...entry } of audit.all()) {
    if (confidential.has(entry.action)) continue;
    const { apply, ...rest } = entry;
    const changes = apply?.changes.filter(({ identity }) => names.has(identity)) ?? [];
    if (apply !== undefined && changes.length > 0) yield line('audit', { ...rest, apply: { ...apply, changes } });
    else if (wordsOf(entry.object).some((word) => names.has(word))) yield line('audit', entry);
  }
}

/** What was asked about somebody, not done to him. */
const confidential: ReadonlySet<string> = new Set(['whohad', 'hold', 'release-hold', 'export']);

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,()]+/);
}

function isOf(value: unknown, names: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return names.has(value);
  return typeof value === 'object' && value !== null && Object.values(value).some((each) => isOf(each, names));
}

function line(is: string, what: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ is, ...what }, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}\n`;
}
