import { createHmac, randomBytes } from 'node:crypto';
import type { Agent } from 'undici';
import type { Authority, AuthorityQuestion, AuthorityVerdict } from '../access/authority.ts';
import type { SessionLimits } from '../access/login.ts';
import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/errors.ts';
import type { AuthorizeHook } from '../model/kinds/operator.ts';
import { type Bandwidth, type ReadAnswer, readAnswer } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';
import { type AuthorityLog, type TroubleLog, troubleLog } from './trouble-log.ts';

export interface HttpAuthorityOptions<L extends SessionLimits> {
  readonly hook: AuthorizeHook;
  readonly clock: Clock;
  readonly log: AuthorityLog;
  /** What somebody gets whom no declaration knows, but for what the answer says. Read anew for each. */
  readonly guests: L;
}

/** How often something came of a question. */
export type AuthorityCount = 'accept' | 'reject' | 'cached' | 'stale' | 'failed' | 'spared';

/** Limits with the rate in the two forms replies are made from. */
type Rated = SessionLimits & {
  readonly rateLimit?: string;
  readonly rate?: { readonly down: number; readonly up: number };
};

type Trouble = Extract<ReadAnswer, { readonly verdict: 'trouble' }>;
type Known = Exclude<ReadAnswer, Trouble>;

const largestAnswer = 64 * 1024;
/** Questions at a time. More are as good as unanswered: a program that is this slow is down. */
const mostQuestions = 128;
const connections = 16;
const failuresToSpare = 5;
const sparedMs = 5_000;
/** How long an accept is remembered for the time when nobody answers. */
const staleMs = 86_400_000;

/** Asks a program of the operator's about logins, by HTTP (docs/authorise-hook.md). */
export class HttpAuthority<L extends Rated> implements Authority<L>, AsyncDisposable {
  readonly asks: 'unknown' | 'all';
  readonly #options: HttpAuthorityOptions<L>;
  /** Made with the first question, with what it is made of: not every network has one. */
  #agent: Promise<Agent> | undefined;
  readonly #cache = new AnswerCache();
  /** Digests of passwords in keys are of no use to whoever reads our memory later. */
  readonly #salt = randomBytes(32);
  readonly #asking = new Map<string, Promise<ReadAnswer>>();
  readonly #counts = new Map<AuthorityCount, number>();
  readonly #told: TroubleLog;
  #failures = 0;
  #spareUntil = 0;
  #trouble: string | undefined;
  #closing = false;

  constructor(options: HttpAuthorityOptions<L>) {
    const { url, whenDown } = options.hook;
    this.#options = options;
    this.#told = troubleLog(options.log, options.clock, { url, whenDown });
    this.asks = options.hook.asks;
  }

  /** What is wrong with the program, for people; `undefined` while it answers. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  counts(): ReadonlyMap<AuthorityCount, number> {
    return this.#counts;
  }

  async ask(question: AuthorityQuestion): Promise<AuthorityVerdict<L>> {
    const { hook, clock } = this.#options;
    const key = this.#keyOf(question);
    const kept = this.#cache.get(key, hook.cacheMs, clock.monotonic());
    if (kept !== undefined) {
      this.#count('cached');
      return this.#verdict(kept, question);
    }
    const answer = await this.#askOnce(key, question);
    if (answer.verdict !== 'trouble') return this.#verdict(answer, question);
    return this.#withoutAnswer(key, question);
  }

  /** Another is asked from now on: what was asked is answered first, which takes no longer than a question may. */
  async retire(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#asking.values());
    await this[Symbol.asyncDispose]();
  }

  /** At once: who waits for an answer has none. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await (await this.#agent)?.destroy();
    await Promise.allSettled(this.#asking.values());
  }

  /** As declared for the time when nobody answers. */
  #withoutAnswer(key: string, question: AuthorityQuestion): AuthorityVerdict<L> {
    const { hook, clock } = this.#options;
    // No trouble of the program's: the NAS asks again, and then whoever is declared now.
    if (this.#closing) return { verdict: 'silent' };
    if (hook.whenDown === 'reject') return { verdict: 'reject', reason: 'authority-down' };
    if (hook.whenDown === 'silent') return { verdict: 'silent' };
    const kept = this.#cache.get(key, staleMs, clock.monotonic());
    if (kept === undefined) return { verdict: 'silent' };
    this.#count('stale');
    return this.#verdict(kept, question);
  }

  /** A NAS that asks again while we wait does not make us ask again. */
  #askOnce(key: string, question: AuthorityQuestion): Promise<ReadAnswer> {
    const open = this.#asking.get(key);
    if (open !== undefined) return open;
    const asked = this.#answer(key, question).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asked);
    return asked;
  }

  async #answer(key: string, question: AuthorityQuestion): Promise<ReadAnswer> {
    const { clock } = this.#options;
    const now = clock.monotonic();
    if (now < this.#spareUntil || this.#asking.size >= mostQuestions) {
      this.#count('spared');
      return { verdict: 'trouble', message: 'is not asked for a moment' };
    }
    // Of several that wait for a program that is down, one finds out whether it is back.
    if (this.#failures >= failuresToSpare) this.#spareUntil = now + sparedMs;
    const answer = await this.#post(question);
    if (answer.verdict === 'trouble') this.#failed(answer.message);
    else this.#worked(key, answer);
    return answer;
  }

  async #post(question: AuthorityQuestion): Promise<ReadAnswer> {
    const { hook, clock } = this.#options;
    const late = new AbortController();
    const done = new AbortController();
    const expire = (): void => late.abort();
    try {
      // Before the time of the program begins: it is not the one that takes it.
      const { request } = await import('undici');
      this.#agent ??= agentFor(hook);
      const dispatcher = await this.#agent;
      void clock.sleep(hook.timeoutMs, done.signal).then(expire, () => undefined);
      const { statusCode, body } = await request(hook.url, {
        dispatcher,
        ...this.#requestFor(question),
        signal: late.signal,
      });
      return readAnswer(statusCode, await body.text());
    } catch (error) {
      const message = late.signal.aborted ? `does not answer within ${hook.timeoutMs} ms` : failureWords(error);
      return { verdict: 'trouble', message };
    } finally {
      done.abort();
    }
  }

  #requestFor(question: AuthorityQuestion) {
    const { secret } = this.#options.hook;
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(secret === undefined ? {} : { authorization: `Bearer ${secret.reveal()}` }),
      },
      body: JSON.stringify(this.#bodyFor(question)),
    } as const;
  }

  /** What the program is told, by the names of its contract. */
  #bodyFor(question: AuthorityQuestion): Readonly<Record<string, string | undefined>> {
    const password = this.#passwordFor(question);
    return {
      username: question.username,
      nas: question.nas,
      service: question.door,
      mac: question.mac,
      calling_station_id: question.callingStationId,
      called_station_id: question.calledStationId,
      session_id: question.sessionId,
      password: password === undefined ? undefined : Buffer.from(password).toString('utf8'),
    };
  }

  #passwordFor({ password }: AuthorityQuestion): Uint8Array | undefined {
    return this.#options.hook.sendPassword ? password : undefined;
  }

  /** Whoever asks with another password, from another device, elsewhere or by another way is another question. */
  #keyOf(question: AuthorityQuestion): string {
    const { username, nas, door = '', callingStationId = '', calledStationId = '' } = question;
    const password = this.#passwordFor(question);
    const proof = password === undefined ? '' : createHmac('sha256', this.#salt).update(password).digest('base64');
    return JSON.stringify([username, nas, door, callingStationId, calledStationId, proof]);
  }

  #verdict(answer: Known, question: AuthorityQuestion): AuthorityVerdict<L> {
    if (answer.verdict === 'reject') return answer;
    const { bandwidth, remainingSeconds, password } = answer;
    const { guests } = this.#options;
    return {
      verdict: 'accept',
      grants: (declared) => withRate(declared ?? guests, bandwidth),
      ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
      ...(password === undefined ? {} : { password }),
      sawPassword: this.#passwordFor(question) !== undefined,
    };
  }

  #worked(key: string, answer: Known): void {
    this.#count(answer.verdict);
    this.#failures = 0;
    this.#spareUntil = 0;
    // A refusal is asked again each time: who has paid a moment ago must not wait.
    if (answer.verdict === 'accept') this.#cache.put(key, answer, this.#options.clock.monotonic());
    else this.#cache.forget(key);
    this.#trouble = undefined;
    this.#told.note(undefined);
  }

  #failed(message: string): void {
    if (this.#closing) return;
    this.#count('failed');
    this.#failures += 1;
    this.#trouble = message;
    this.#told.note(message);
  }

  #count(what: AuthorityCount): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}

async function agentFor({ timeoutMs, ca }: AuthorizeHook): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: largestAnswer,
    connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
  });
}

function withRate<L extends Rated>(limits: L, bandwidth: Bandwidth | undefined): L {
  return bandwidth === undefined ? limits : { ...limits, ...bandwidth };
}

function failureWords(error: unknown): string {
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
      return 'refuses the connection';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'has a name that is not known';
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return 'does not answer in time';
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return `answers with more than ${largestAnswer} octets`;
    default:
      return messageOf(error);
  }
}
