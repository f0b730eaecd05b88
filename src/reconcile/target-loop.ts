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

/** How a run stands to one that comes before it. */
export interface Course {
  /** Somebody waits for just this run: it comes before what is due from time to time. */
  readonly isFirst: boolean;
  /** Whether it may be given up, for now, for a run that comes first: its signal is aborted then. */
  givesWay(yes: boolean): void;
  /** From here on it is done to its end. @throws OvertakenError when it was given up before */
  stays(): void;
}

export interface TargetLoopOptions<Report extends RunReport> {
  readonly clock: Clock;
  readonly intervalMs: () => number;
  /** One reconcile, on the terms of whoever asked for it. Must not reject: a failure is a report. */
  readonly run: (reason: string, signal: AbortSignal, terms: RunTerms | undefined, course: Course) => Promise<Report>;
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
  readonly isFirst: boolean;
  readonly waiting: Waiting<Report>[];
}

/** The run under way. */
interface Running {
  readonly over: AbortController;
  readonly isFirst: boolean;
  givesWay: boolean;
  stays: boolean;
}

/** Asked of a loop that is being stopped. */
export class LoopEndedError extends LastmileError {
  readonly code = 'LM_STOPPING';
  readonly retry = 'backoff';

  constructor() {
    super('lastmile is stopping');
  }
}

/** Why a run was given up: another came first. It is made up for. */
export class OvertakenError extends LastmileError {
  readonly code = 'LM_OVERTAKEN';
  readonly retry = 'backoff';

  constructor() {
    super('a commit came first');
  }
}

/** Was the run of this signal given up for another? What came of it counts for nothing then. */
export function isOvertaken(signal: AbortSignal): boolean {
  return signal.reason instanceof OvertakenError;
}

/** What is due from time to time is given up so often in a row: then it is done, whoever waits. */
const mostOvertaken = 8;
const firstBackoffMs = 1_000;
const longestBackoffMs = 300_000;

/**
 * Reconciles one target for ever: when asked to, on an interval, and after a failure with backoff (1 s doubling to 5 min,
 * with jitter). One run at a time, so a target has one writer. Runs that come first do not wait for one that only looks: it is
 * given up, and done again after them.
 */
export class TargetLoop<Report extends RunReport> implements AsyncDisposable {
  readonly #options: TargetLoopOptions<Report>;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  readonly #asked: Asked<Report>[] = [];
  #failures = 0;
  #running: Running | undefined;
  /** Runs that were given up since one came to its end that does not come first. */
  #overtaken = 0;
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
   *
   * @param isFirst whether it comes before what others asked for, and what is due from time to time
   */
  request(reason: string, terms?: RunTerms, isFirst = false): Promise<Report> {
    return new Promise((resolve, reject) => {
      if (this.#stop.signal.aborted) return reject(new LoopEndedError());
      this.#queue({ reason, terms, isFirst, waiting: [{ resolve, reject }] });
      this.#wake.abort();
      this.#overtake();
    });
  }

  /** Whether it runs, or is about to because somebody asked. */
  get busy(): boolean {
    return this.#running !== undefined || this.#asked.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    this.#running?.over.abort();
    await this.#ended;
    for (const { reject } of this.#asked.flatMap((each) => each.waiting)) reject(new LoopEndedError());
  }

  async #loop(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#asked.length === 0) await this.#wait();
      if (this.#stop.signal.aborted) return;
      const asked = this.#next();
      this.#wake = new AbortController();
      const isFirst = asked?.isFirst === true;
      const running: Running = { over: new AbortController(), isFirst, givesWay: false, stays: isFirst };
      const { signal } = running.over;
      this.#running = running;
      const report = await this.#options.run(
        asked?.reason ?? 'interval',
        signal,
        asked?.terms,
        this.#courseOf(running),
      );
      this.#running = undefined;
      if (isOvertaken(signal)) {
        this.#overtaken += 1;
        if (asked !== undefined) this.#queue(asked);
        continue;
      }
      if (!isFirst) this.#overtaken = 0;
      const failed = report.retry === 'backoff' && (report.result === 'failed' || report.result === 'partial');
      this.#failures = failed ? this.#failures + 1 : 0;
      if (failed || report.brief !== true) this.#since = this.#options.clock.monotonic();
      for (const { resolve } of asked?.waiting ?? []) resolve(report);
    }
  }

  #next(): Asked<Report> | undefined {
    const first = this.#asked.findIndex(({ isFirst }) => isFirst);
    return this.#asked.splice(Math.max(0, first), 1)[0];
  }

  #queue(asked: Asked<Report>): void {
    const { reason, terms, isFirst, waiting } = asked;
    const alike = this.#asked.find(
      (each) => each.isFirst === isFirst && isDeepStrictEqual(each.terms ?? {}, terms ?? {}),
    );
    if (alike === undefined) this.#asked.push(asked);
    else join(alike, reason, waiting);
  }

  #courseOf(running: Running): Course {
    return {
      isFirst: running.isFirst,
      givesWay: (yes) => {
        running.givesWay = yes && !running.stays && this.#overtaken < mostOvertaken;
        this.#overtake();
      },
      stays: () => {
        if (isOvertaken(running.over.signal)) throw running.over.signal.reason;
        [running.stays, running.givesWay] = [true, false];
      },
    };
  }

  #overtake(): void {
    if (this.#running?.givesWay !== true || !this.#asked.some(({ isFirst }) => isFirst)) return;
    this.#running.givesWay = false;
    this.#running.over.abort(new OvertakenError());
  }

  async #wait(): Promise<void> {
    const { clock, intervalMs, random } = this.#options;
    const interval = intervalMs();
    const backoff = Math.min(firstBackoffMs * 2 ** (this.#failures - 1), longestBackoffMs);
    const ms = this.#failures === 0 ? interval : Math.min(backoff, Math.max(interval, firstBackoffMs));
    const passed = clock.monotonic() - this.#since;
    const left = ms * (0.9 + 0.2 * random()) - passed;
    // It was due before something else came first.
    if (left > 0) await clock.sleep(left, this.#wake.signal).catch(() => undefined);
  }
}

/**
 * A person's request makes what otherwise waits and looks at the whole; a commit may be content with less than the rest, and so
 * may a quota or an expiry, but neither with what the other looks at.
 */
function join<Report>(asked: Asked<Report>, reason: string, waiting: readonly Waiting<Report>[]): void {
  const [one, other] = [strengthOf(asked.reason), strengthOf(reason)];
  const isOther = (reason === 'revision') !== (asked.reason === 'revision');
  if (one === 0 && other === 0 && isOther) asked.reason = 'time';
  else if (other > one) asked.reason = reason;
  asked.waiting.push(...waiting);
}

/** Reasons for which less than the whole may be looked at. */
const ofPart: ReadonlySet<string> = new Set(['revision', 'quota', 'expiry']);

function strengthOf(reason: string): number {
  return reason === 'request' ? 2 : ofPart.has(reason) ? 0 : 1;
}
