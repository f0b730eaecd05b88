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

/** Who is told of what is left out. */
export interface JournalListeners {
  readonly onDamage: (damage: JournalDamage) => void;
  /** It is as it was written, and no record. */
  readonly onNoRecord: (sequence: number, error: unknown) => void;
}

/** All commits after a place. What is damaged is left out. */
export async function* readJournal(
  store: Pick<Store, 'replay'>,
  after: JournalPlace | undefined,
  { onDamage, onNoRecord }: JournalListeners,
): AsyncIterable<JournalCommit> {
  for await (const { sequence, segment, offset, at, records } of store.replay(after, onDamage)) {
    const events: AccountingRecord[] = [];
    for (const record of records) {
      try {
        events.push(decoded(record));
      } catch (error) {
        onNoRecord(sequence, error);
      }
    }
    yield { place: { sequence, segment, offset, at }, at, events };
  }
}

/** @throws JournalDamagedError for what no release of ours wrote */
export function decodeEntry({ sequence, segment, offset, at, records }: JournalEntry): JournalCommit {
  try {
    const events = records.map(decoded);
    return { place: { sequence, segment, offset, at }, at, events };
  } catch (error) {
    throw new JournalDamagedError(sequence, 'no record', error);
  }
}

function decoded(text: string): AccountingRecord {
  const record: unknown = JSON.parse(text);
  if (typeof record !== 'object' || record === null) throw new TypeError('no object');
  return record as AccountingRecord;
}
