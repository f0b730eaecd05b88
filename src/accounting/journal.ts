import type { JournalDamage, JournalEntry, JournalPlace } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import { JournalDamagedError } from './errors.ts';
import type { AccountingRecord } from './event.ts';

/** One commit: the records that were synced together, in order of arrival. */
export interface JournalCommit {
  readonly place: JournalPlace;
  /** Wall time of the commit, milliseconds since 1970. */
  readonly at: number;
  readonly events: readonly AccountingRecord[];
}

/** All commits after a place. What is damaged is left out. */
export async function* readJournal(
  store: Pick<Store, 'replay'>,
  after: JournalPlace | undefined,
  onDamage: (damage: JournalDamage) => void,
): AsyncIterable<JournalCommit> {
  for await (const entry of store.replay(after, onDamage)) yield decodeEntry(entry);
}

/** @throws JournalDamagedError for what no release of ours wrote */
export function decodeEntry({ sequence, segment, offset, at, records }: JournalEntry): JournalCommit {
  try {
    const events = records.map((record) => JSON.parse(record) as AccountingRecord);
    return { place: { sequence, segment, offset, at }, at, events };
  } catch (error) {
    throw new JournalDamagedError(sequence, 'no record', error);
  }
}
