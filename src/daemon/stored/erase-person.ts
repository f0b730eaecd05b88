import { type EraseUserOptions, eraseUser } from '../../accounting/erase-user.ts';
import { usernamesOf } from '../../accounting/sessions/session-user.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Erased, EraseRequest } from '../../admin/records-service.ts';
import { RefusedError } from '../../admin/request-error.ts';
import { parseMac } from '../../base/mac.ts';
import type { LearnedDevices } from '../../directory/learned-devices.ts';
import { evidenceOf, type LegalHolds } from '../../retention/legal-holds.ts';
import type { AuditLog } from '../../status/audit-log.ts';
import { Blame } from '../../status/blame.ts';
import { keyOf } from '../../store/layout.ts';
import type { Store } from '../../store/store.ts';
import type { Write } from '../../store/table.ts';
import type { QuotaKeeper } from '../quota/quota-keeper.ts';
import { forgetFormer } from './former-people.ts';

export interface EraseSurroundings {
  readonly store: Store;
  readonly accounting: Pick<AccountingStore, 'openOf' | 'history' | 'rewriteRows'>;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly holds: LegalHolds;
  readonly devices: Pick<LearnedDevices, 'forget'>;
  readonly quotas: Pick<QuotaKeeper, 'forget'>;
  /** How long the journal is kept. Absent: for good. */
  readonly journalMs?: number;
  readonly random: (octets: Uint8Array) => void;
  readonly now: number;
}

const dayMs = 86_400_000;
const rowsPerStep = 500;

/**
 * Takes out of all that is stored who somebody was. Sums stay right: a pseudonym, of which nobody knows whose it is, stands for
 * him. What it cost is kept in the audit log, without his name.
 *
 * @throws RefusedError while he is declared, online, or under a legal hold
 */
export async function erasePerson({ username, reason, by }: EraseRequest, around: EraseSurroundings): Promise<Erased> {
  const { store, accounting, audit, devices, now, journalMs } = around;
  await requireErasable(username, around);
  const options = { username, pseudonym: `erased-${hex(around, 6)}`, freshKey: hex(around, 32) };
  const books = await accounting.rewriteRows(async (upTo) => {
    // He may have come online, or been held, meanwhile: from here on no records come in.
    await requireErasable(username, around);
    return await eraseUser(store, { ...options, upTo });
  });
  const events = await eraseEvents(store, options);
  const facts = (await devices.forget(username)).length + (await eraseFacts(around, username));
  await new Blame(store.table('blame')).forget(new Set(usernamesOf(username)), `Subscriber/${username}`);
  await forgetFormer(store, username);
  const until = journalMs === undefined ? {} : { journalUntil: new Date(now + journalMs + dayMs).toISOString() };
  const erased = { pseudonym: options.pseudonym, ...books, events, facts, ...until };
  const counts = `${books.sessions} sessions, ${books.usage} rows of usage, ${events} events, ${facts} other facts`;
  const why = reason === undefined ? {} : { reason };
  await audit.record({
    ...{ at: now, who: by, action: 'erase', object: options.pseudonym, ...why, result: 'done', detail: counts },
  });
  return erased;
}

async function requireErasable(username: string, { store, accounting, holds }: EraseSurroundings): Promise<void> {
  const refuse = (why: string): never => {
    throw new RefusedError(`${username} is not erased: ${why}`);
  };
  const mac = parseMac(username);
  const rows = [keyOf('login') + username, ...(mac === undefined ? [] : [keyOf('device') + mac])];
  const directory = store.table('directory');
  if (rows.some((row) => directory.getSync(row) !== undefined)) {
    refuse('he is declared; take him out of the declarations first (git has him still, in its history)');
  }
  if (accounting.openOf(username).length > 0) refuse('he is online; lastmile disconnect ends his sessions');
  if (holds.ofUser(username).length > 0) refuse('he is under a legal hold');
  const sessions = await accounting.history(username, Number.MAX_SAFE_INTEGER);
  if (sessions.some((session) => holds.holds(evidenceOf(session)))) refuse('sessions of his are under a legal hold');
}

type Erasing = Pick<EraseUserOptions, 'username' | 'pseudonym'>;

/** Of what happened, only that it did stays: what is told to other programs must not have gaps. */
async function eraseEvents(store: Store, { username, pseudonym }: Erasing): Promise<number> {
  const names = new Set(usernamesOf(username));
  let count = 0;
  for (const name of ['events', 'letters'] as const) {
    const table = store.table<unknown>(name);
    let writes: Write[] = [];
    for await (const [key, row] of table.entries()) {
      if (!mentions(row, names)) continue;
      writes.push(table.toPut(key, blanked(row, names, pseudonym)));
      count += 1;
      if (writes.length < rowsPerStep) continue;
      await store.write(writes);
      writes = [];
    }
    await store.write(writes, { sync: true });
  }
  return count;
}

/** First logins and top-ups, where he was declared by that name. */
async function eraseFacts({ store, quotas }: EraseSurroundings, username: string): Promise<number> {
  let count = 0;
  for await (const [, { subscription }] of store.table<{ readonly subscription: string }>('quota').entries()) {
    if (subscription !== username && !subscription.startsWith(`${username}/`)) continue;
    await quotas.forget(subscription);
    count += 1;
  }
  return count;
}

const identifying = new Set([
  ...['sessionId', 'sentSessionId', 'multiSessionId', 'key', 'class', 'callingStationId', 'calledStationId', 'nasPort'],
  ...['nasPortId', 'framedIpAddress', 'framedIpv6Address', 'framedIpv6Prefix', 'delegatedIpv6Prefix', 'connectInfo'],
  ...['formerAddresses', 'subscriber', 'subscription', 'mac', 'address'],
]);

const ofSubscriber = 'subscriber/';

/** Of `subscriber/anna` and `subscriber/anna/home`, subjects of events. */
function subscriberIn(subject: string): string {
  return subject.startsWith(ofSubscriber) ? (subject.split('/')[1] ?? '') : '';
}

function mentions(value: unknown, names: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return names.has(value) || names.has(subscriberIn(value));
  return typeof value === 'object' && value !== null && Object.values(value).some((each) => mentions(each, names));
}

function blanked(value: unknown, names: ReadonlySet<string>, pseudonym: string): unknown {
  if (typeof value === 'string') {
    if (value.startsWith(ofSubscriber)) return `${ofSubscriber}${pseudonym}`;
    return names.has(value) ? pseudonym : value;
  }
  if (Array.isArray(value)) return value.map((each) => blanked(each, names, pseudonym));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([field]) => !identifying.has(field));
  return Object.fromEntries(kept.map(([field, each]) => [field, blanked(each, names, pseudonym)]));
}

function hex({ random }: EraseSurroundings, octets: number): string {
  const drawn = Buffer.alloc(octets);
  random(drawn);
  return drawn.toString('hex');
}
