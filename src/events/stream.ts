import type { Clock } from '../base/clock.ts';
import { type EventType, eventTypes, isChosen } from '../model/event-types.ts';
import { type EventJson, eventId, numberIn, toEventJson } from './event.ts';
import type { EventLog } from './event-log.ts';

export interface EventsRequest {
  /** ID of the last event that was seen. Absent: nothing of the past is asked for. */
  readonly after?: string;
  /** Types, families (`session.*`), or `*`. */
  readonly types: readonly string[];
}

export interface StreamOptions extends EventsRequest {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const together = 200;
/** Proxies close what is silent for longer. */
const silenceMs = 15_000;
/** Somebody who was cut off may come back so much later, and has missed nothing. */
const keptForMs = 86_400_000;
const renewedMs = 3_600_000;
/** What a browser or a program waits before it connects again. */
const reconnectMs = 2_000;

/**
 * Events as text of a server-sent stream (WHATWG HTML, Server-sent events): those after the one named, then each as it
 * happens, and a comment when nothing happens for a while. Whoever names an event that is not kept any more is told so by an
 * event `gap` first. Ends with the signal.
 *
 * @throws LastmileError of the store
 */
export async function* eventStream(options: StreamOptions): AsyncGenerator<string> {
  const { log, clock, signal, types } = options;
  // From the first line on nothing is left out.
  let keptUntil = await keep(options);
  const start = startOf(log, options);
  yield `retry: ${reconnectMs}\n\n`;
  if (start.gap !== undefined) yield `event: gap\ndata: ${JSON.stringify({ message: start.gap })}\n\n`;
  for (let number = start.number; !signal.aborted; ) {
    if (clock.now() > keptUntil - keptForMs) keptUntil = await keep(options);
    const newest = log.last;
    const events = await log.after(number, together);
    const chosen = events.filter(({ type }) => isChosen(types, type));
    // Where none is, those that were there are damaged: to wait for them would be for ever.
    number = events.at(-1)?.number ?? newest;
    if (chosen.length > 0) yield chosen.map((event) => textOf(toEventJson(log.series, event))).join('');
    else if (events.length === 0 && !(await happens(options, number))) yield ': nothing new\n\n';
  }
}

/**
 * Has events of these types kept from now on, for whoever reads them and may come back.
 *
 * @returns until when, wall time
 * @throws LastmileError of the store
 */
export async function keep({ log, clock, types }: Pick<StreamOptions, 'log' | 'clock' | 'types'>): Promise<number> {
  const until = clock.now() + keptForMs + renewedMs;
  await log.wantUntil(typesOf(types), until);
  return until;
}

/** Events that are kept, in order: after the one named, else the newest. @throws LastmileError of the store */
export async function readEvents(
  log: EventLog,
  { after, types }: EventsRequest,
  limit: number,
): Promise<readonly EventJson[]> {
  const found: EventJson[] = [];
  if (after === undefined) {
    for (let upTo = log.last; upTo >= log.first && found.length < limit; upTo -= together) {
      const from = Math.max(log.first - 1, upTo - together);
      const events = (await log.after(from, together)).filter(
        ({ number, type }) => number <= upTo && isChosen(types, type),
      );
      found.unshift(...events.map((event) => toEventJson(log.series, event)));
    }
    return found.slice(-limit);
  }
  for (let { number } = startOf(log, { after, types }); found.length < limit; ) {
    const events = await log.after(number, together);
    const last = events.at(-1);
    if (last === undefined) break;
    number = last.number;
    found.push(...events.filter(({ type }) => isChosen(types, type)).map((event) => toEventJson(log.series, event)));
  }
  return found.slice(0, limit);
}

/** Whether something happens before it gets too quiet. */
async function happens({ log, clock, signal }: StreamOptions, number: number): Promise<boolean> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  void clock.sleep(silenceMs, either).then(
    () => over.abort(),
    () => undefined,
  );
  await log.beyond(number, either);
  const happened = log.last > number || signal.aborted;
  over.abort();
  return happened;
}

function startOf(log: EventLog, { after, types }: EventsRequest): { readonly number: number; readonly gap?: string } {
  if (after === undefined) return { number: log.last };
  const number = numberIn(log.series, after);
  const oldest = log.first - 1;
  if (number !== undefined && number >= oldest) {
    const lacks = log.lacksAfter(number, typesOf(types));
    const gap = `some of what came after ${after} was not kept: nobody had read it for a day`;
    return { number: Math.min(number, log.last), ...(lacks ? { gap } : {}) };
  }
  const next = log.first > log.last ? 'the next one' : eventId(log.series, log.first);
  return { number: oldest, gap: `what came right after ${after} is not kept any more; this goes on from ${next}` };
}

function typesOf(chosen: readonly string[]): readonly EventType[] {
  return (Object.keys(eventTypes) as EventType[]).filter((type) => isChosen(chosen, type));
}

function textOf(event: EventJson): string {
  return `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
