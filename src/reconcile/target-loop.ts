import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';

/** What one run of a loop came to. */
export interface RunReport {
  /** `failed`: nothing could be done (router away, refused login); tried again with backoff. */
  readonly result: 'in-sync' | 'applied' | 'planned' | 'partial' | 'refused' | 'failed';
  /** Whether trying again soon can help. */
  readonly retry: 'backoff' | 'never';
  /** True when less than the whole was looked at: the next look at it is due when it was before. */
  readonly brief?: boolean;
}

/** What whoever asks for a run allows, or insists on. They hold for that run alone. */
export interface RunTerms {
  /** How many deletes are meant. */
  readonly allowDeletes?: number;
  /** What was planned: nothing else is done. */
  readonly exact?: { readonly checksum: string; readonly sealed: boolean };
}

export interface TargetLoopOptions<Report extends RunReport> {
  readonly clock: Clock;
  readonly intervalMs: () => number;
  /** One reconcile, on the terms of whoever asked for it. Must not reject: a failure is a report. */
  readonly run: (reason: string, signal: AbortSignal, terms?: RunTerms) => Promise<Report>;
  /** 0 to 1. */
  readonly random: () => number;
}

interface Waiting<Report> {
  readonly resolve: (report: Report) => void;
  readonly reject: (error: Error) => void;
}

/** One run that is to be, and all who wait for it. */
interface Asked<Report> {
  /** Of those who ask, the one that asks for most. */
  reason: string;
  readonly terms: RunTerms | undefined;
  readonly waiting: Waiting<Report>[];
}

/** Asked of a loop that is being stopped. */
export class LoopEndedError extends LastmileError {
  readonly code = 'LM_STOPPING';
  readonly retry = 'backoff';

  constructor() {
    super('lastmile is stopping');
  }
}

const firstBackoffMs = 1_000;
const longestBackoffMs = 300_000;

/**
 * Reconciles one target for ever: when asked to, on an interval, and after a failure with backoff (1 s doubling to 5 min,
 * with jitter). One run at a time, so a target has one writer.
 */
export class TargetLoop<Report extends RunReport> implements AsyncDisposable {
  readonly #options: TargetLoopOptions<Report>;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  readonly #asked: Asked<Report>[] = [];
  #failures = 0;
  #running = false;
  /** When the interval began, by the monotonic clock. */
  #since: number;
  readonly #ended: Promise<void>;

  constructor(options: TargetLoopOptions<Report>) {
    this.#options = options;
    this.#since = options.clock.monotonic();
    this.#ended = this.#loop();
  }

  /**
   * Asks for a run; resolves with the report of one that began after this call, and does what this reason asks for.
   * A run is shared only with those who ask on the same terms.
   */
  request(reason: string, terms?: RunTerms): Promise<Report> {
    return new Promise((resolve, reject) => {
      if (this.#stop.signal.aborted) return reject(new LoopEndedError());
      const alike = this.#asked.find((each) => isDeepStrictEqual(each.terms ?? {}, terms ?? {}));
      if (alike === undefined) this.#asked.push({ reason, terms, waiting: [{ resolve, reject }] });
      else join(alike, reason, { resolve, reject });
      this.#wake.abort();
    });
  }

  /** Whether it runs, or is about to because somebody asked. */
  get busy(): boolean {
    return this.#running || this.#asked.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#ended;
    for (const { reject } of this.#asked.flatMap((each) => each.waiting)) reject(new LoopEndedError());
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#asked.length === 0) await this.#wait();
      if (this.#stop.signal.aborted) return;
      const asked = this.#asked.shift();
      this.#wake = new AbortController();
      this.#running = true;
      const report = await this.#options.run(asked?.reason ?? 'interval', this.#stop.signal, asked?.terms);
      this.#running = false;
      const failed = report.retry === 'backoff' && (report.result === 'failed' || report.result === 'partial');
      this.#failures = failed ? this.#failures + 1 : 0;
      if (failed || report.brief !== true) this.#since = this.#options.clock.monotonic();
      for (const { resolve } of asked?.waiting ?? []) resolve(report);
    }
  }

  async #wait(): Promise<void> {
    const { clock, intervalMs, random } = this.#options;
    const interval = intervalMs();
    const backoff = Math.min(firstBackoffMs * 2 ** (this.#failures - 1), longestBackoffMs);
    const ms = this.#failures === 0 ? interval : Math.min(backoff, Math.max(interval, firstBackoffMs));
    const passed = clock.monotonic() - this.#since;
    const left = Math.max(0, ms * (0.9 + 0.2 * random()) - passed);
    await clock.sleep(left, this.#wake.signal).catch(() => undefined);
  }
}

/**
 * A person's request makes what otherwise waits and looks at the whole; a commit may be content with less than the rest, and so
 * may a quota or an expiry, but neither with what the other looks at.
 */
function join<Report>(asked: Asked<Report>, reason: string, waiting: Waiting<Report>): void {
  const [one, other] = [strengthOf(asked.reason), strengthOf(reason)];
  const isOther = (reason === 'revision') !== (asked.reason === 'revision');
  if (one === 0 && other === 0 && isOther) asked.reason = 'time';
  else if (other > one) asked.reason = reason;
  asked.waiting.push(waiting);
}

/** Reasons for which less than the whole may be looked at. */
const ofPart: ReadonlySet<string> = new Set(['revision', 'quota', 'expiry']);

function strengthOf(reason: string): number {
  return reason === 'request' ? 2 : ofPart.has(reason) ? 0 : 1;
}
