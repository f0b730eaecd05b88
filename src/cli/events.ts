import type { DeadLetterJson, WebhookJson } from '../admin/events-service.ts';
import { printable } from '../base/bytes.ts';
import type { EventJson } from '../events/event.ts';
import { choosesAny, eventTypes } from '../model/event-types.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface EventsOptions extends RuntimeOptions {
  readonly after?: string;
  readonly type: readonly string[];
  readonly limit: number;
  /** Goes on telling what happens until it is interrupted. */
  readonly follow: boolean;
}

/** `lastmile events`: what happened, oldest first. With --follow a line for each, as it happens. */
export async function eventsCommand(options: EventsOptions, io: Io, around: Surroundings): Promise<number> {
  const odd = options.type.find((type) => !choosesAny(type));
  if (odd !== undefined) {
    complain(new Error(`there are no events ${odd}: ${Object.keys(eventTypes).join(', ')}`), io);
    return exitCodes.usage;
  }
  const daemon = await daemonOf(options, io, around);
  if (daemon === undefined) return exitCodes.error;
  const common = {
    ...(options.type.length === 0 ? {} : { types: options.type.join() }),
    ...(options.after === undefined ? {} : { after: options.after }),
  };
  if (!options.follow) {
    const query = new URLSearchParams({ ...common, follow: 'false', limit: String(options.limit) });
    const events = await daemon.get<readonly EventJson[]>(`/api/v1/events?${query}`);
    io.out(await render(events, options.output, () => eventsText(events)));
    return exitCodes.success;
  }
  for await (const { event, data } of daemon.stream(`/api/v1/events?${new URLSearchParams(common)}`)) {
    const told = JSON.parse(data) as EventJson;
    if (event === 'gap') io.err(`lastmile: ${(told as unknown as { readonly message: string }).message}\n`);
    else io.out(options.output === 'text' ? eventsText([told]) : `${data}\n`);
  }
  return around.signal.aborted ? exitCodes.interrupted : exitCodes.error;
}

/** `lastmile webhooks list`: how far each has been told. */
export async function webhooksCommand(options: RuntimeOptions, io: Io, around: Surroundings): Promise<number> {
  const daemon = await daemonOf(options, io, around);
  if (daemon === undefined) return exitCodes.error;
  const webhooks = await daemon.get<readonly WebhookJson[]>('/api/v1/webhooks');
  io.out(await render(webhooks, options.output, () => webhooksText(webhooks)));
  return exitCodes.success;
}

/** `lastmile webhooks letters WEBHOOK`: what it did not take. */
export async function lettersCommand(
  webhook: string,
  options: RuntimeOptions & { readonly limit: number },
  io: Io,
  around: Surroundings,
): Promise<number> {
  const daemon = await daemonOf(options, io, around);
  if (daemon === undefined) return exitCodes.error;
  const path = `/api/v1/webhooks/${encodeURIComponent(webhook)}/letters?limit=${options.limit}`;
  const letters = await daemon.get<readonly DeadLetterJson[]>(path);
  io.out(await render(letters, options.output, () => lettersText(letters)));
  return exitCodes.success;
}

/** `lastmile webhooks retry|discard WEBHOOK [ID…]`: 1 when there was none. */
export async function settleLettersCommand(
  action: 'retry' | 'discard',
  webhook: string,
  ids: readonly string[],
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const daemon = await daemonOf(options, io, around);
  if (daemon === undefined) return exitCodes.error;
  const asked = { webhook, action, by: whoOf(io), ...(ids.length === 0 ? {} : { ids }) };
  const answer = await daemon.post<{ readonly count: number }>('/api/v1/webhooks/letters', asked);
  const done = action === 'retry' ? 'are tried again' : 'are discarded';
  io.out(await render(answer, options.output, () => `${answer.count} dead letters of ${webhook} ${done}.\n`));
  return answer.count === 0 ? exitCodes.error : exitCodes.success;
}

async function daemonOf(options: RuntimeOptions, io: Io, around: Surroundings) {
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon === undefined) complain(new Error(`no daemon answers for ${options.state}: it is the one that tells`), io);
  return daemon;
}

function eventsText(events: readonly EventJson[]): string {
  if (events.length === 0) return 'Nothing is kept.\n';
  return events.map((event) => `${event.at} ${event.id} ${event.type} ${wordsOf(event)}\n`).join('');
}

const shown = ['username', 'nas', 'sessionId', 'framedIpAddress', 'callingStationId', 'terminateCause', 'message'];

function wordsOf({ data, subject }: EventJson): string {
  const words = shown.flatMap((name) => (data[name] === undefined ? [] : [printable(String(data[name]), 300)]));
  return words.length === 0 ? subject : words.join(' ');
}

function webhooksText(webhooks: readonly WebhookJson[]): string {
  if (webhooks.length === 0) return 'No webhook is declared (notify of the Operator).\n';
  const rows = webhooks.map(({ name, pending, taken, deadLetters, trouble }) => [
    ...[name, String(pending), String(taken), String(deadLetters)],
    trouble === undefined ? 'taken' : `${printable(trouble.why)} since ${trouble.since}, next at ${trouble.nextTry}`,
  ]);
  return table(['WEBHOOK', 'WAITING', 'TAKEN', 'GIVEN UP', 'STATE'], rows);
}

function lettersText(letters: readonly DeadLetterJson[]): string {
  if (letters.length === 0) return 'It took all it was told.\n';
  const rows = letters.map(({ event, why, at, again }) => [
    ...[event.id, event.type, wordsOf(event), at],
    again === true ? 'tried again' : printable(why),
  ]);
  return table(['EVENT', 'TYPE', 'ABOUT', 'GIVEN UP', 'WHY'], rows);
}
