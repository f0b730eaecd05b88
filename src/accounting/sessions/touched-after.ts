import type { Journal } from '../../store/journal.ts';
import type { AccountingRecord } from '../event.ts';
import { decodeEntry } from '../journal.ts';
import { readingKey } from '../usage/fold-reading.ts';
import type { SessionIndex } from './session-index.ts';
import type { SessionRows } from './session-rows.ts';
import type { SessionState } from './session-state.ts';

/** A NAS says of sessions that they are over, and its clock may be off. */
const slackMs = 3_600_000;

/**
 * Sessions that commits after this one touched, as they are now, each once. For whoever was told of every commit up to then:
 * what it missed is in the journal. What is damaged there is passed over.
 */
export async function touchedAfter(
  sequence: number,
  journal: Pick<Journal, 'read'>,
  index: SessionIndex,
  rows: SessionRows,
): Promise<readonly SessionState[]> {
  const found = new Map<string, SessionState>();
  const keep = (session: SessionState | undefined) => session !== undefined && found.set(session.key, session);
  const rebooted = new Set<string>();
  let from = Number.POSITIVE_INFINITY;
  for await (const entry of journal.read(sequence)) {
    const { at, events } = decodeEntry(entry);
    for (const record of events) {
      for (const session of sessionsOf(record, index, rows)) keep(session);
      if (record.status !== 'on' && record.status !== 'off') continue;
      rebooted.add(record.nas);
      from = Math.min(from, at - slackMs);
    }
  }
  if (rebooted.size > 0) {
    for await (const session of rows.endedIn({ from: Math.max(0, from), till: Number.MAX_SAFE_INTEGER })) {
      if (rebooted.has(session.nas)) keep(session);
    }
  }
  return [...found.values()];
}

function sessionsOf(
  record: AccountingRecord,
  index: SessionIndex,
  rows: SessionRows,
): readonly (SessionState | undefined)[] {
  if (record.status === 'read') return [index.byKey(readingKey(record)), ...index.named(record.nas, record.sessionId)];
  if (record.status === 'moved') {
    return [
      index.byKey(record.key),
      ...index.named(record.to, record.sessionId),
      ...index.named(record.nas, record.sessionId),
    ];
  }
  if (!('sessionId' in record) || record.sessionId === undefined) return [];
  const { nas, sessionId } = record;
  const username = 'username' in record ? (record.username ?? '') : '';
  return [...index.named(nas, sessionId), rows.recall(nas, sessionId, username)];
}
