import type { Agent } from 'undici';
import { codeOf, messageOf } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Webhook } from '../model/kinds/operator.ts';
import { type Outcome, outcomeOf } from './retry.ts';
import type { ToldRequest } from './told-as.ts';

const largestAnswer = 64 * 1024;

/** One connection to the program of a webhook. */
export class WebhookConnection implements AsyncDisposable {
  readonly #webhook: Webhook;
  /** Made with the first event, with what it is made of: not every network has a webhook. */
  #agent: Promise<Agent> | undefined;

  constructor(webhook: Webhook) {
    this.#webhook = webhook;
  }

  /** Never throws: trouble is an outcome. */
  async post({ path, body, headers }: ToldRequest, signal: AbortSignal): Promise<Outcome> {
    const { url: base } = this.#webhook;
    const url = `${base instanceof Secret ? base.reveal() : base}${path}`;
    const all = { 'content-type': 'application/json', 'user-agent': 'lastmile', ...headers };
    try {
      const { request } = await import('undici');
      this.#agent ??= agentFor(this.#webhook);
      const dispatcher = await this.#agent;
      const answer = await request(url, { dispatcher, method: 'POST', headers: all, body, signal });
      const retryAfter = answer.headers['retry-after'];
      // To its end, so that the connection can be used again.
      const says = answer.statusCode === 400 ? await answer.body.text() : '';
      if (says === '') await answer.body.dump({ limit: largestAnswer });
      // GitLab's word for a status that it has already: it was told, and the answer was lost.
      if (this.#webhook.format === 'gitlab' && says.includes('Cannot transition status')) return { result: 'taken' };
      return outcomeOf(answer.statusCode, typeof retryAfter === 'string' ? retryAfter : undefined);
    } catch (error) {
      return { result: 'failed', why: wordsFor(error, this.#webhook) };
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#agent?.catch(() => undefined))?.destroy();
  }
}

async function agentFor({ timeoutMs, ca }: Webhook): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({
    connections: 1,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: largestAnswer,
    connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
  });
}

function wordsFor(error: unknown, { timeoutMs }: Webhook): string {
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return `does not answer within ${timeoutMs} ms`;
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `cannot be reached within ${timeoutMs} ms`;
  if (code === 'ECONNREFUSED') return 'nothing listens there (connection refused)';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name is not known to DNS';
  return code === undefined ? messageOf(error) : `${messageOf(error)} (${code})`;
}
