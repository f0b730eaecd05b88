import { ErasedUsers } from '../../accounting/erase-user.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { RecordsService } from '../../admin/records-service.ts';
import { RefusedError } from '../../admin/request-error.ts';
import { firstTextOf, keysUnder } from '../../store/layout.ts';
import { StateLook } from '../../store/state-look.ts';
import type { Store } from '../../store/store.ts';

/** What came of it. */
export interface ErasedAgain {
  /** Pseudonyms. */
  readonly erased: readonly string[];
  /** Why somebody was not. */
  readonly refused: readonly string[];
}

/** Whom a state folder that nobody holds says were erased; `undefined` where it cannot be read. */
export async function erasuresIn(dir: string, tmp: string): Promise<ErasedUsers | undefined> {
  try {
    await using look = await StateLook.open(dir, { tmp });
    return await ErasedUsers.open(look);
  } catch {
    return undefined;
  }
}

/**
 * Erases again whoever is stored here, as in a backup that was made before, and is to be erased.
 *
 * @throws LastmileError of the store
 */
export async function eraseAgain(
  { store, accounting }: { readonly store: Store; readonly accounting: AccountingStore },
  records: Pick<RecordsService, 'erase'>,
  isDue: (username: string) => boolean,
  by: string,
): Promise<ErasedAgain> {
  const [erased, refused]: [string[], string[]] = [[], []];
  const all = await everybody(store, accounting);
  for (const username of [...all].filter(isDue)) {
    try {
      const reason = 'was erased before, and came back with a backup';
      erased.push((await records.erase({ username, reason, by })).pseudonym);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refused.push(error.message);
    }
  }
  return { erased, refused };
}

/** By whatever name something is stored. */
async function everybody(store: Store, accounting: AccountingStore): Promise<ReadonlySet<string>> {
  await accounting.settled();
  const names = new Set<string>();
  for (const { username } of accounting.open()) names.add(username);
  for await (const user of accounting.usageUsers()) names.add(user);
  for await (const name of firstTexts(store.table('history'))) names.add(name);
  for await (const name of firstTexts(store.table('devices'))) names.add(name);
  for await (const [, { subscription }] of store.table<{ readonly subscription: string }>('quota').entries()) {
    names.add(subscription.split('/')[0] ?? '');
  }
  return names;
}

/** Each once: of the thousands of rows of one only the first is read. */
async function* firstTexts(table: ReturnType<Store['table']>): AsyncIterable<string> {
  for (let range: { readonly gte?: string } = {}; ; ) {
    let found: string | undefined;
    for await (const key of table.keys({ ...range, limit: 1 })) found = firstTextOf(key);
    if (found === undefined) return;
    yield found;
    range = { gte: keysUnder(found).lt };
  }
}
