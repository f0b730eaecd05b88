import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { LastmileError } from '../base/errors.ts';
import { hasErrors, type Issue, wholeRepository } from '../manifest/issue.ts';
import type { FileCache, LoadMemory, Manifest } from '../manifest/load-manifest.ts';
import type { Model } from '../model/model.ts';
import type { Revision, Source } from '../source/source.ts';
import type { Judgement } from '../status/conditions.ts';
import type { CommitGate } from './commit-gate.ts';
import type { LastGood } from './last-good.ts';
import type { LoadSettings } from './load.ts';
import type { OpenedCache } from './open-sealed.ts';
import type { PolicyGate } from './policy-gate.ts';
import type { ReadingThread } from './warm-cache.ts';

/** Declarations that may be followed. */
export interface Accepted {
  readonly revision: Revision;
  readonly model: Model;
  /** Absent: of one that was in force before. */
  readonly secretUses?: Manifest['secretUses'];
  /** Whether it comes from the source, and what comes after it is judged by it. */
  readonly judged: boolean;
}

export interface SourceFollowerOptions {
  readonly source: Source;
  /** Changes in there are not the operator's. */
  readonly stateDir: string;
  readonly load: Omit<LoadSettings, 'mode'>;
  readonly lastGood: LastGood;
  readonly gate: CommitGate;
  readonly policies: PolicyGate;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Instead of the source's own. */
  readonly pollMs?: number;
  /** Done before each poll. */
  readonly beforePoll: () => Promise<void>;
  readonly accept: (accepted: Accepted) => Promise<void>;
  readonly refuse: (revision: Revision, issues: readonly Issue[], errors: number) => void;
  /** After each look, whatever came of it. */
  readonly looked: () => Promise<void>;
  /** @returns whether this is news */
  readonly judge: (judgement: Judgement) => boolean;
  /** What is taken in place of this revision, which a person took back, and what is said of it. */
  readonly instead: (newest: string) => Promise<Instead | undefined>;
}

/** A revision in the place of the newest. */
export interface Instead {
  readonly revision: Revision;
  readonly judgement: Judgement;
}

/** A plan that was refused by policy is looked at again by then. */
const denialsAgainMs = 300_000;

/** Reads the declarations when they change, and when it is time to; what has errors is refused, and what was taken stays. */
export class SourceFollower implements AsyncDisposable {
  /** Files read before, by their content. */
  readonly cache: FileCache = new Map();
  readonly #options: SourceFollowerOptions;
  readonly #memory: LoadMemory = { judged: { files: new Map() } };
  #thread: ReadingThread | undefined;
  #opened: OpenedCache | undefined;
  #watching = false;
  #nudged = false;
  #passedOver = '';
  /** The newest revision that was looked at, taken or not. */
  #seen: string | undefined;
  /** Looked at but not taken, for a reason outside of it: looked at again from that time of the monotonic clock. */
  #again: { readonly revision: Revision; readonly judged: boolean; readonly from: number } | undefined;
  /** What was said of the revision in force. */
  #warned: ReadonlySet<string> = new Set();
  /** What was told of the newest revision that was refused. */
  #refusal: string | undefined;
  /** What is to be said of the source while it can be read. */
  #judgement: Judgement | undefined;
  #reading: Promise<void> = Promise.resolve();
  readonly #stopping = new AbortController();

  constructor(options: SourceFollowerOptions) {
    this.#options = options;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#options.source[Symbol.asyncDispose]();
    await this.#reading;
    this.#thread?.[Symbol.dispose]();
  }

  /**
   * What to serve before anything is compared: the last good revision, else the newest if it is valid, and nothing is to be
   * said against it.
   *
   * @param orNewest false where it has to be approved
   */
  async firstModel(orNewest: boolean): Promise<Model | undefined> {
    const kept = await this.lastGoodModel();
    if (kept !== undefined || !orNewest) return kept;
    const { source, gate } = this.#options;
    const newest = await source.read().catch(() => undefined);
    const objection = newest && (await gate.objection(newest).catch(() => newest));
    if (newest === undefined || objection !== undefined) return undefined;
    const { model, objections = [] } = await this.#load(newest.files);
    return hasErrors(objections) ? undefined : model;
  }

  async lastGoodModel(): Promise<Model | undefined> {
    const kept = await this.#options.lastGood.read(this.#options.source);
    return kept === undefined ? undefined : await this.modelOf(kept.files);
  }

  /** What these declare; `undefined` where they are not valid now. */
  async modelOf(files: Revision['files']): Promise<Model | undefined> {
    return (await this.#load(files)).model;
  }

  /** Looks now, and from now on; resolves after the first look. */
  async follow(): Promise<void> {
    await this.#watch();
    await this.refreshQuietly();
  }

  /** The newest revision that was looked at, taken or not. */
  get newest(): string | undefined {
    return this.#seen;
  }

  /** Looks as if for the first time, right after something was decided about what there is. @param decide while nothing is read */
  lookAnew(decide: () => Promise<void>): Promise<void> {
    return this.inTurn(async () => {
      await decide();
      this.#seen = undefined;
      await this.#quietly(() => this.#read());
    });
  }

  /** Told of what comes into force, which may be later than it is accepted: what comes after it is judged by it. */
  async entered({ revision, model, judged }: Accepted): Promise<void> {
    const { gate, log } = this.#options;
    log.info({ revision: revision.id, author: revision.author, subject: revision.subject }, 'revision in force');
    if (judged) await gate.took(revision, model.operator.source);
  }

  /** Reads the source now and takes what is new; resolves when every target follows it (not when it is applied). */
  refresh(): Promise<void> {
    const next = this.#reading.then(() => this.#read());
    this.#reading = next.catch(() => undefined);
    return next;
  }

  /** Does something while nothing is read: one after another. */
  inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#reading.then(work);
    this.#reading = next.catch(() => undefined);
    return next;
  }

  /** As `refresh`; a source that cannot be read is told of. */
  refreshQuietly(): Promise<void> {
    return this.#quietly(() => this.refresh());
  }

  async #quietly(read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      if (this.#stopping.signal.aborted) return;
      const judgement = { type: 'SourceReady', status: 'False', reason: 'ReadFailed', message: error.message } as const;
      if (this.#options.judge(judgement)) {
        this.#options.log.error({ err: error }, 'declarations cannot be read; what is in force stays');
      }
    }
  }

  /** Somebody says that there is something new. However many say so before it is looked, it is looked once. */
  nudge(): void {
    if (this.#nudged) return;
    this.#nudged = true;
    const look = this.#reading.then(() => {
      this.#nudged = false;
      return this.refreshQuietly();
    });
    void look;
  }

  /** Each time a little earlier or later, so that those who were started together do not ask together. */
  async poll(): Promise<void> {
    const { clock, source, pollMs, beforePoll, random } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const jitter = 0.9 + 0.2 * random();
      await clock.sleep(Math.round((pollMs ?? source.pollMs) * jitter), signal).catch(() => undefined);
      if (signal.aborted) return;
      await beforePoll();
      await this.follow();
    }
  }

  /** In another thread as far as it goes: a large commit must not hold up logins. */
  async #load(files: Revision['files']): Promise<Manifest> {
    const [{ ReadingThread }, { loadOpenedInTurns }, { OpenedCache, openSealed }] = await Promise.all([
      import('./warm-cache.ts'),
      import('./load.ts'),
      import('./open-sealed.ts'),
    ]);
    this.#thread ??= new ReadingThread();
    this.#opened ??= new OpenedCache();
    const { load, policies } = this.#options;
    const policiesBefore = policies.before;
    const settings = { ...load, mode: 'use' as const, opened: this.#opened, policiesBefore };
    const sources = await openSealed(files, settings);
    await this.#thread.warm(sources.files, this.cache);
    return loadOpenedInTurns(sources, { ...settings, cache: this.cache, memory: this.#memory });
  }

  /** Without being told of changes they are still found by polling; it is tried again with each poll. */
  async #watch(): Promise<void> {
    const { source, stateDir, log } = this.#options;
    if (this.#watching) return;
    try {
      await source.watch(() => this.nudge(), [resolve(stateDir)]);
      this.#watching = true;
      if (this.#stopping.signal.aborted) await source[Symbol.asyncDispose]();
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      log.debug({ err: error }, 'the source cannot be watched yet');
    }
  }

  async #read(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    const newest = await this.#options.source.read(this.#seen);
    const again = newest === undefined ? this.#dueAgain() : undefined;
    if (newest !== undefined) await this.#considerOrInstead(newest);
    if (again !== undefined) await this.#consider(again.revision, again.judged);
    if (this.#judgement !== undefined) this.#options.judge(this.#judgement);
    await this.#options.looked();
  }

  #dueAgain() {
    const again = this.#again;
    return again !== undefined && this.#options.clock.monotonic() >= again.from ? again : undefined;
  }

  async #considerOrInstead(revision: Revision): Promise<void> {
    const instead = await this.#options.instead(revision.id);
    // What an administrator goes back to was judged when it came: what comes next is judged by what was newest.
    await this.#consider(instead?.revision ?? revision, instead === undefined);
    if (instead === undefined) return;
    this.#seen = revision.id;
    if (this.#refusal === undefined) this.#judgement = instead.judgement;
  }

  /** @param judged whether it comes from the source, and the gate has a say in it */
  async #consider(revision: Revision, judged: boolean): Promise<void> {
    const { clock, log } = this.#options;
    const objection = judged ? await this.#options.gate.objection(revision) : undefined;
    this.#seen = revision.id;
    if (objection !== undefined) return this.#keepOut(revision, objection);
    const started = clock.monotonic();
    const { model, issues, secretUses, objections = [] } = await this.#load(revision.files);
    const now = clock.monotonic();
    // Of a large network, this must not take more than a tenth of the time.
    this.#again = issues.some(isOutside) ? { revision, judged, from: now + 10 * (now - started) } : undefined;
    if (model === undefined) return this.#refuse(revision, issues);
    if (hasErrors(objections)) return this.#refuse(revision, objections, 'PolicyDenied');
    const signer = revision.signer ?? this.#options.gate.signerOf(revision.id);
    const denials = await this.#options.policies.denials(revision.id, model, signer?.split(', ') ?? []);
    if (denials.length > 0) {
      // What a plan comes to may be less by then.
      this.#again = { revision, judged, from: clock.monotonic() + denialsAgainMs };
      return this.#refuse(revision, denials, 'PolicyDenied');
    }
    this.#warn([...issues, ...objections]);
    if (revision.passedOver !== undefined && revision.passedOver.join() !== this.#passedOver) {
      log.warn({ paths: revision.passedOver }, 'links and repositories within are not followed; nothing is read there');
    }
    this.#passedOver = revision.passedOver?.join() ?? '';
    this.#refusal = undefined;
    const message = `following ${revision.id}`;
    this.#judgement = { type: 'SourceReady', status: 'True', reason: 'Succeeded', message };
    await this.#options.accept({ revision: { ...revision, ...compact({ signer }) }, model, secretUses, judged });
  }

  /** Nothing in it counts, not even as an error. */
  #keepOut(revision: Revision, objection: Judgement): void {
    const { message } = objection;
    this.#again = undefined;
    this.#judgement = objection;
    this.#options.log.error(
      { revision: revision.id, reason: objection.reason },
      'revision kept out; what is in force stays',
    );
    const issue = { severity: 'error', code: 'LM_SOURCE_KEPT_OUT', message, ...wholeRepository } as const;
    this.#options.refuse(revision, [issue], 1);
  }

  /** Says what it did not say of the revision before. */
  #warn(issues: readonly Issue[]): void {
    const warned = new Set(issues.map(({ file, code, message }) => `${file} ${code} ${message}`));
    for (const { file, line, column, code, message } of issues) {
      if (this.#warned.has(`${file} ${code} ${message}`)) continue;
      this.#options.log.warn({ place: `${file}:${line}:${column}`, code }, message);
    }
    this.#warned = warned;
  }

  #refuse(revision: Revision, issues: readonly Issue[], reason = 'BuildFailed'): void {
    const errors = issues.filter((issue) => issue.severity === 'error');
    const refusal = JSON.stringify([revision.id, errors]);
    if (refusal === this.#refusal) return;
    this.#refusal = refusal;
    const first = errors[0];
    const place = first === undefined ? '' : `: ${first.file}:${first.line}:${first.column} ${first.message}`;
    const what = reason === 'PolicyDenied' ? 'is refused by policy' : `has ${errors.length} errors`;
    const by = reason === 'PolicyDenied' && first?.hint !== undefined ? ` (${first.hint})` : '';
    const message = `${revision.id} ${what}${place}${by}`;
    this.#judgement = { type: 'SourceReady', status: 'False', reason, message };
    const { log } = this.#options;
    log.error({ revision: revision.id, errors: errors.length }, 'revision refused; what is in force stays');
    this.#options.refuse(revision, issues, errors.length);
  }
}

/** May this go away without a new revision? A secret may appear that was not there. */
function isOutside({ code }: Issue): boolean {
  return (
    code === 'LM_SECRET_MISSING' ||
    code === 'LM_SOPS_NO_KEY' ||
    code === 'LM_SECRET_REFUSED' ||
    code === 'LM_SECRET_EMPTY'
  );
}
