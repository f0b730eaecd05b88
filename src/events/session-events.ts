import { createHash } from 'node:crypto';
import type { Session } from '../accounting/event.ts';
import { toSessionJson, viewOf } from '../accounting/sessions/view.ts';
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
 * @param wants whether anybody is told of such events: by far most records say that a session goes on
 */
export function sessionEvents(
  { before, after }: SessionTouched,
  at: number,
  wants: (type: NewEvent['type']) => boolean = () => true,
): readonly NewEvent[] {
  const types = wantedOf(typesOf(before, after), wants);
  if (types.length === 0) return [];
  const data = dataOf(after);
  if (before !== undefined && sameState(before, after) && JSON.stringify(dataOf(before)) === JSON.stringify(data))
    return [];
  return types.map((type) => ({
    type,
    at,
    subject: `session/${data.id}`,
    data: type === 'session.started' && after.stoppedAt !== undefined ? dataOf(running(after)) : data,
  }));
}

type Types = readonly NewEvent['type'][];

// Every record is asked about, and nearly all are of no interest to anybody: no arrays are made for these.
const none: Types = [];
const started: Types = ['session.started'];
const updated: Types = ['session.updated'];
const stopped: Types = ['session.stopped'];
const both: Types = [...started, ...stopped];

function typesOf(before: Session | undefined, after: Session): Types {
  const over = after.stoppedAt !== undefined;
  if (before === undefined) return over ? both : started;
  if (before.stoppedAt !== undefined && !over) return started;
  // What is learnt of a session after its end corrects what was told of the end.
  return over ? stopped : updated;
}

function wantedOf(types: Types, wants: (type: NewEvent['type']) => boolean): Types {
  const [only] = types;
  if (types.length > 1 || only === undefined) return types.filter(wants);
  return wants(only) ? types : none;
}

function sameState(before: Session, after: Session): boolean {
  return (before.stoppedAt === undefined) === (after.stoppedAt === undefined);
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
