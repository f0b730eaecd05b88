import { createHash } from 'node:crypto';
import type { Session } from '../accounting/event.ts';
import { toSessionJson, viewOf } from '../accounting/view.ts';
import type { NewEvent } from './event.ts';

/** What a stored record did to a session. */
export interface SessionTouched {
  readonly before: Session | undefined;
  readonly after: Session;
}

/**
 * What is told of it: that it began, that it goes on, that it is over. One that is first heard of by its end began and is over
 * by the same record. Nothing is told where nothing changed but our own notes. Pure.
 *
 * @param at wall time, milliseconds since 1970
 */
export function sessionEvents({ before, after }: SessionTouched, at: number): readonly NewEvent[] {
  const data = dataOf(after);
  const tell = (type: NewEvent['type']): NewEvent => ({ type, at, subject: `session/${data.id}`, data });
  if (before === undefined) {
    const begun = { ...tell('session.started'), data: dataOf(running(after)) };
    return after.stoppedAt === undefined ? [tell('session.started')] : [begun, tell('session.stopped')];
  }
  if (before.stoppedAt === undefined && after.stoppedAt !== undefined) return [tell('session.stopped')];
  if (before.stoppedAt !== undefined && after.stoppedAt === undefined) return [tell('session.started')];
  if (JSON.stringify(dataOf(before)) === JSON.stringify(data)) return [];
  // What is learnt of a session after its end corrects what was told of the end.
  return [tell(after.stoppedAt === undefined ? 'session.updated' : 'session.stopped')];
}

function dataOf(session: Session) {
  const { key, stale: _stale, ...rest } = toSessionJson(viewOf(session, session.updatedAt, Number.MAX_SAFE_INTEGER));
  return { id: sessionUid(key), ...rest };
}

function running(session: Session): Session {
  const { stoppedAt: _stoppedAt, terminateCause: _cause, ...rest } = session;
  return rest;
}

/** A name for a session that is safe in paths, databases and file names: 32 hexadecimal digits of SHA-256 over its key. */
export function sessionUid(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
