import { createHmac } from 'node:crypto';
import { keyOf, keysUnder } from '../store/layout.ts';
import type { Store } from '../store/store.ts';
import type { Table, Write } from '../store/table.ts';
import { deletes } from './sessions/drop-sessions.ts';
import { closedKey, historyKey } from './sessions/session-keys.ts';
import { fromStored, type SessionState, type StoredSession, sessionKey, toStored } from './sessions/session-state.ts';
import { usernamesOf, userOf } from './sessions/session-user.ts';

/** What is stored of somebody who was erased: nothing of the journal up to that commit counts any more. */
interface ErasedRow {
  readonly upTo: number;
}

/** Whom a state folder knows to be erased, for another. */
export interface StoredErasures {
  /** What usernames are digested with. */
  readonly key: string;
  readonly digests: readonly string[];
}

/** In `meta`: what usernames are digested with. */
const erasingKey = 'erasing-key';
const rowsPerStep = 200;

/** Who was erased, by digests of their usernames: for when the journal, which has them still, is gone through again. */
export class ErasedUsers {
  readonly #key: string | undefined;
  readonly #rows: ReadonlyMap<string, ErasedRow>;

  private constructor(key: string | undefined, rows: ReadonlyMap<string, ErasedRow>) {
    this.#key = key;
    this.#rows = rows;
  }

  /** @throws LastmileError of the store */
  static async open(store: Pick<Store, 'table'>): Promise<ErasedUsers> {
    const rows = new Map<string, ErasedRow>();
    for await (const [digest, row] of store.table<ErasedRow>('erased').entries()) rows.set(digest, row);
    return new ErasedUsers(await store.table<string>('meta').get(erasingKey), rows);
  }

  static fromStored({ key, digests }: StoredErasures): ErasedUsers {
    return new ErasedUsers(key, new Map(digests.map((digest) => [digest, { upTo: Number.MAX_SAFE_INTEGER }])));
  }

  toStored(): StoredErasures {
    return { key: this.#key ?? '', digests: [...this.#rows.keys()] };
  }

  /** Whether a record of this username, in that commit, is of before he was erased. */
  covers(username: string | undefined, sequence: number): boolean {
    if (this.#key === undefined || this.#rows.size === 0 || username === undefined) return false;
    return (this.#rows.get(digestOf(this.#key, username))?.upTo ?? -1) >= sequence;
  }

  /** Whether somebody of this username was erased at all. */
  knows(username: string): boolean {
    return this.covers(username, 0);
  }

  /** Digests that the journal, which begins with that commit, has nothing of any more. */
  over(first: number): readonly string[] {
    return [...this.#rows].filter(([, { upTo }]) => upTo < first).map(([digest]) => digest);
  }
}

export interface EraseUserOptions {
  readonly username: string;
  /** Stands in his place. */
  readonly pseudonym: string;
  /** Number of the newest commit. */
  readonly upTo: number;
  /** What usernames are digested with, where none were yet. */
  readonly freshKey: string;
}

/**
 * Puts a pseudonym in the place of somebody in all rows of accounting: sessions keep their times, octets and NAS, and nothing
 * that tells whose they were; so sums stay what they were. Nobody may write rows meanwhile.
 *
 * @returns how many rows of sessions and of usage
 * @throws LastmileError of the store: done again, it goes on
 */
export async function eraseUser(
  store: Pick<Store, 'table' | 'write'>,
  options: EraseUserOptions,
): Promise<{ readonly sessions: number; readonly usage: number }> {
  const meta = store.table<string>('meta');
  const key = (await meta.get(erasingKey)) ?? options.freshKey;
  const names = usernamesOf(options.username);
  const marks = names.map((name) =>
    store.table<ErasedRow>('erased').toPut(digestOf(key, name), { upTo: options.upTo }),
  );
  // First of all: from here on the journal brings nothing of him back.
  await store.write([meta.toPut(erasingKey, key), ...marks], { sync: true });
  let sessions = 0;
  for (const name of names) sessions += await eraseSessions(store, name, options.pseudonym, sessions);
  const usage = await eraseUsage(store, userOf(options.username), options.pseudonym);
  await eraseTotals(store, new Set(names));
  await store.write([], { sync: true });
  return { sessions, usage };
}

/** @param first number of the first of them */
async function eraseSessions(
  store: Pick<Store, 'table' | 'write'>,
  username: string,
  pseudonym: string,
  first: number,
): Promise<number> {
  const closed = store.table<StoredSession>('closed');
  let count = 0;
  for (;;) {
    const ats: string[] = [];
    const rows: string[] = [];
    for await (const [row, at] of store
      .table<string>('history')
      .entries({ ...keysUnder(username), limit: rowsPerStep })) {
      rows.push(row);
      ats.push(at);
    }
    if (rows.length === 0) return count;
    const found = (await closed.getMany(ats)).flatMap((stored) => (stored === undefined ? [] : [fromStored(stored)]));
    const written = found.flatMap((session, at) => rowsOf(store, nameless(session, pseudonym, first + count + at)));
    const gone = rows.map((row): Write => store.table('history').toDel(row));
    await store.write([...gone, ...deletes(store, found), ...written]);
    count += found.length;
  }
}

/** Only what sums and the load of a NAS are made of. */
function nameless(session: SessionState, username: string, number: number): SessionState {
  const { nas, startedAt, updatedAt, stoppedAt, sessionSeconds, upOctets, downOctets, up, down } = session;
  const { startKnown, startFrom, originAt, eventAt, terminateCause, endedBy, endedAt } = session;
  const sessionId = `erased-${number}`;
  return {
    key: sessionKey(nas, sessionId, username, startedAt),
    ...{ nas, sessionId, username, startedAt, updatedAt, sessionSeconds, upOctets, downOctets, up, down },
    ...{ startKnown, startFrom, originAt, eventAt },
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(terminateCause === undefined ? {} : { terminateCause }),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

function rowsOf(store: Pick<Store, 'table'>, session: SessionState): readonly Write[] {
  const at = closedKey(session);
  return [
    store.table<StoredSession>('closed').toPut(at, toStored(session)),
    store.table<string>('history').toPut(historyKey(session), at),
  ];
}

async function eraseUsage(store: Pick<Store, 'table' | 'write'>, user: string, pseudonym: string): Promise<number> {
  const table = store.table<unknown>('usage');
  const prefix = keyOf(user);
  let count = 0;
  for (;;) {
    const writes: Write[] = [];
    for await (const [key, row] of table.entries({ ...keysUnder(user), limit: rowsPerStep })) {
      // What follows the user and the hour has his username in it.
      const hour = key.slice(prefix.length, prefix.length + 14);
      writes.push(table.toDel(key), table.toPut(`${keyOf(pseudonym)}${hour}${keyOf('', count + writes.length)}`, row));
    }
    if (writes.length === 0) return count;
    await store.write(writes);
    count += writes.length / 2;
  }
}

/** What routers counted of him. */
async function eraseTotals(store: Pick<Store, 'table' | 'write'>, names: ReadonlySet<string>): Promise<void> {
  const table: Table<{ readonly username: string }> = store.table('totals');
  const writes: Write[] = [];
  for await (const [key, { username }] of table.entries()) if (names.has(username)) writes.push(table.toDel(key));
  await store.write(writes);
}

function digestOf(key: string, username: string): string {
  return createHmac('sha256', key).update(userOf(username)).digest('hex');
}
