import type { DeadLetterJson, EventsService, LettersRequest, WebhookJson } from '../../admin/events-service.ts';
import type { Clock } from '../../base/clock.ts';
import type { DeadLetter } from '../../events/dead-letters.ts';
import { type EventJson, numberIn, toEventJson } from '../../events/event.ts';
import type { EventLog } from '../../events/event-log.ts';
import { type EventsRequest, eventStream, keep, readEvents } from '../../events/stream.ts';
import type { AuditLog } from '../../status/audit-log.ts';
import type { DeclaredWebhooks } from './declared-webhooks.ts';

export interface EventAnswersOptions {
  readonly log: EventLog;
  readonly webhooks: DeclaredWebhooks;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'record'>;
}

/** What the daemon says of events and webhooks. */
export class EventAnswers implements EventsService {
  readonly #options: EventAnswersOptions;

  constructor(options: EventAnswersOptions) {
    this.#options = options;
  }

  async read(request: EventsRequest, limit: number): Promise<readonly EventJson[]> {
    const { log, clock } = this.#options;
    await keep({ log, clock, types: request.types });
    return await readEvents(log, request, limit);
  }

  stream(request: EventsRequest, signal: AbortSignal): AsyncIterable<string> {
    const { log, clock } = this.#options;
    return eventStream({ ...request, log, clock, signal });
  }

  webhooks(): readonly WebhookJson[] {
    return this.#options.webhooks.states().map(({ trouble, ...rest }) => ({
      ...rest,
      ...(trouble === undefined
        ? {}
        : { trouble: { why: trouble.why, since: timeText(trouble.since), nextTry: timeText(trouble.nextTry) } }),
    }));
  }

  async letters(webhook: string, limit: number): Promise<readonly DeadLetterJson[] | undefined> {
    return (await this.#options.webhooks.letters(webhook, limit))?.map((letter) => this.#json(letter));
  }

  async settle({ webhook, action, ids, by }: LettersRequest): Promise<number | undefined> {
    const { webhooks, audit, clock, log } = this.#options;
    const numbers = ids === undefined ? undefined : new Set(ids.map((id) => numberIn(log.series, id) ?? -1));
    const count = await webhooks[action](webhook, numbers);
    if (count === undefined) return undefined;
    const detail = `${count} dead letters`;
    const result = action === 'retry' ? 'tried again' : 'discarded';
    await audit.record({ at: clock.now(), who: by, action: 'webhook', object: webhook, result, detail });
    return count;
  }

  #json({ event, why, at, again }: DeadLetter): DeadLetterJson {
    return {
      event: toEventJson(this.#options.log.series, event),
      why,
      at: timeText(at),
      ...(again === undefined ? {} : { again }),
    };
  }
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}
