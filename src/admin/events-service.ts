import type { EventJson } from '../events/event.ts';
import type { EventsRequest } from '../events/stream.ts';

/** What happened, and the webhooks that are told of it. */
export interface EventsService {
  /** Events that are kept: after the one named, else the newest. */
  read(request: EventsRequest, limit: number): Promise<readonly EventJson[]>;
  /** Text of a server-sent stream, until the signal fires. */
  stream(request: EventsRequest, signal: AbortSignal): AsyncIterable<string>;
  webhooks(): readonly WebhookJson[];
  /** Oldest first; `undefined` when no such webhook is declared. */
  letters(webhook: string, limit: number): Promise<readonly DeadLetterJson[] | undefined>;
  /** Has dead letters told again, or forgets them. @returns how many; `undefined` when no such webhook is declared */
  settle(request: LettersRequest): Promise<number | undefined>;
}

export interface WebhookJson {
  readonly name: string;
  /** Events that it is behind. */
  readonly pending: number;
  /** Told since the start, each once. */
  readonly taken: number;
  readonly failures: number;
  readonly deadLetters: number;
  /** Events deleted before it could be told: too many waited. */
  readonly lost: number;
  /** What is wrong, while it is. Times as RFC 3339. */
  readonly trouble?: { readonly why: string; readonly since: string; readonly nextTry: string };
}

/** An event that a webhook did not take. */
export interface DeadLetterJson {
  readonly event: EventJson;
  readonly why: string;
  /** When it was given up. */
  readonly at: string;
  /** It is being tried again. */
  readonly again?: true;
}

export interface LettersRequest {
  readonly webhook: string;
  readonly action: 'retry' | 'discard';
  /** IDs of events. Absent: all. */
  readonly ids?: readonly string[];
  readonly by: string;
}
