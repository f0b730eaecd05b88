import type { AccountingEvent } from './event.ts';

/** What the time of an event rests on. */
export type TimeSource = 'event-timestamp' | 'delay' | 'arrival';

export interface EventTime {
  /** Milliseconds since 1970, by the NAS's clock where it is believable. */
  readonly at: number;
  /** The same by our own clock alone: arrival less delay. */
  readonly byArrival: number;
  readonly from: TimeSource;
}

const dayMs = 86_400_000;
const longestDelayMs = 7 * dayMs;

/**
 * When it happened: Event-Timestamp (RFC 2869 §5.3) where it is within a day of arrival less Acct-Delay-Time, else arrival less
 * Acct-Delay-Time, else arrival.
 *
 * @param sessionStart start of the session it belongs to, by our clock: a delay longer than the session's age is not believed, nor one of
 * more than a week
 */
export function eventTime(event: AccountingEvent, sessionStart?: number): EventTime {
  const delayMs = believableDelay(event, sessionStart);
  const byArrival = event.receivedAt - delayMs;
  const stamp = event.eventTimestamp === undefined ? undefined : event.eventTimestamp * 1000;
  if (stamp !== undefined && Math.abs(stamp - byArrival) <= dayMs)
    return { at: stamp, byArrival, from: 'event-timestamp' };
  return { at: byArrival, byArrival, from: delayMs > 0 ? 'delay' : 'arrival' };
}

function believableDelay(event: AccountingEvent, sessionStart: number | undefined): number {
  const delayMs = (event.delaySeconds ?? 0) * 1000;
  if (delayMs > longestDelayMs) return 0;
  if (sessionStart !== undefined && delayMs > event.receivedAt - sessionStart) return 0;
  return delayMs;
}
