import type { NotifyFormat, Webhook } from '../model/kinds/operator.ts';
import { eventId, type NewEvent, type StoredEvent, toEventJson } from './event.ts';
import { isGoodNews, messageOfEvent } from './message.ts';
import { signatureHeaders } from './signature.ts';

/** What is posted. */
export interface ToldRequest {
  /** Behind the address of the webhook. */
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ToldAround {
  /** Of the event log. */
  readonly series: string;
  /** Wall time, milliseconds since 1970. */
  readonly now: number;
}

/** Most events in one request. */
export const mostTogether: Readonly<Record<NotifyFormat, number>> = {
  events: 100,
  slack: 20,
  teams: 20,
  github: 1,
  gitlab: 1,
  gitea: 1,
};

/**
 * Events as a program takes them: all of them as they are, signed; lines of a chat; or the status of a commit. Pure.
 *
 * @returns `undefined` when there is nothing to tell it: a status needs a commit
 */
export function toldAs(
  { format, secret, previousSecret, token }: Pick<Webhook, 'format' | 'secret' | 'previousSecret' | 'token'>,
  events: readonly [StoredEvent, ...StoredEvent[]],
  { series, now }: ToldAround,
): ToldRequest | undefined {
  switch (format) {
    case 'events': {
      const body = JSON.stringify({ events: events.map((event) => toEventJson(series, event)) });
      const id = `${eventId(series, events[0].number)}+${events.length}`;
      const keys = [secret, previousSecret].flatMap((key) => (key === undefined ? [] : [key.reveal()]));
      return { path: '', body, headers: signatureHeaders({ id, timestamp: Math.floor(now / 1000), body }, keys) };
    }
    case 'slack':
      return { path: '', body: JSON.stringify({ text: events.map(slackLine).join('\n') }), headers: {} };
    case 'teams':
      return { path: '', body: JSON.stringify(adaptiveCard(events)), headers: {} };
    case 'github':
    case 'gitlab':
    case 'gitea':
      return commitStatus(format, events[0], token?.reveal() ?? '');
  }
}

/** `&`, `<` and `>` are all that mean something in a text of Slack's, beside what people write themselves. */
function slackLine(event: NewEvent): string {
  const words = messageOfEvent(event).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `${isGoodNews(event.type) ? ':white_check_mark:' : ':warning:'} ${words}`;
}

/** As a workflow of Teams takes it ("when a Teams webhook request is received"). */
function adaptiveCard(events: readonly NewEvent[]): object {
  const blocks = events.map((event) => ({
    type: 'TextBlock',
    wrap: true,
    color: isGoodNews(event.type) ? 'Good' : 'Attention',
    // Links, emphasis and the like are not wanted of what somebody wrote in a commit.
    text: messageOfEvent(event).replace(/[\\`*_[\]()#~>]/g, '\\$&'),
  }));
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: blocks,
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

type Forge = 'github' | 'gitlab' | 'gitea';

const states: Readonly<Record<string, 'pending' | 'success' | 'failure'>> = {
  'revision.in-force': 'pending',
  'revision.applied': 'success',
  'revision.failing': 'failure',
  'revision.refused': 'failure',
  'revision.rolled-back': 'failure',
};
const context = 'lastmile/apply';
/** GitHub takes no more. */
const longestDescription = 140;

function commitStatus(forge: Forge, { type, data }: NewEvent, token: string): ToldRequest | undefined {
  const sha = /@sha1:([0-9a-f]{40,64})$/.exec(String(data['revision'] ?? ''))?.[1];
  const state = states[type];
  if (sha === undefined || state === undefined) return undefined;
  const description = cut(String(data['message'] ?? ''), longestDescription);
  const path = `/statuses/${sha}`;
  if (forge === 'gitlab') {
    const body = { state: state === 'failure' ? 'failed' : state, name: context, description };
    return { path, body: JSON.stringify(body), headers: { 'private-token': token } };
  }
  const authorization = forge === 'github' ? `Bearer ${token}` : `token ${token}`;
  const accept = forge === 'github' ? 'application/vnd.github+json' : 'application/json';
  return { path, body: JSON.stringify({ state, context, description }), headers: { authorization, accept } };
}

function cut(text: string, most: number): string {
  const symbols = Array.from(text);
  return symbols.length <= most ? text : `${symbols.slice(0, most - 1).join('')}…`;
}
