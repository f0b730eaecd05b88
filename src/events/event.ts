import type { EventType } from '../model/event-types.ts';

/** Something that happened, as others are told of it. */
export interface NewEvent {
  readonly type: EventType;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  /** What it happened to: `session/1f0c…`, `router/core-1`. Events of one subject are told in order. */
  readonly subject: string;
  /** Plain JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event in its place. */
export interface StoredEvent extends NewEvent {
  /** Grows by one. */
  readonly number: number;
}

/** As JSON, for programs. */
export interface EventJson {
  /** The same whenever it is told again. */
  readonly id: string;
  readonly type: EventType;
  /** RFC 3339. */
  readonly at: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** @param series of the log: the numbers of another begin anew */
export function toEventJson(series: string, event: StoredEvent): EventJson {
  const { number, type, at, subject, data } = event;
  return { id: eventId(series, number), type, at: new Date(at).toISOString(), subject, data };
}

export function eventId(series: string, number: number): string {
  return `${series}-${number}`;
}

/** The number in an ID of this log; `undefined` for that of another, or no ID at all. */
export function numberIn(series: string, id: string): number | undefined {
  const [, of, digits] = /^([0-9a-f]+)-([0-9]{1,15})$/.exec(id) ?? [];
  return of === series ? Number(digits) : undefined;
}
