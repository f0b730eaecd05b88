import type { Logger } from 'pino';
import type { QuotaBook, QuotaVerdict } from '../../access/quota.ts';
import { AccountingUnavailableError } from '../../accounting/errors.ts';
import type { SessionChange } from '../../accounting/fold-commit.ts';
import type { SessionState } from '../../accounting/sessions/session-state.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { Clock } from '../../base/clock.ts';
import { LastmileError } from '../../base/errors.ts';
import { sameData } from '../../base/same-data.ts';
import { othersFirst } from '../../base/steps.ts';
import { asOf } from '../../model/as-of.ts';
import type { Subscription } from '../../model/kinds/subscription.ts';
import type { Model } from '../../model/model.ts';
import { forever } from '../../model/quota-period.ts';
import { believedFacts, believedTopUp, type SetClock } from '../../quota/believed.ts';
import { overlayMemory, withSteps, withValidity } from '../../quota/overlay.ts';
import { type QuotaClock, quotaClock } from '../../quota/quota-clock.ts';
import {
  endOf,
  firstSession,
  heldQuotas,
  lastingKey,
  markAt,
  newlyAssigned,
  type QuotaFacts,
} from '../../quota/quota-facts.ts';
import { quotaLeft } from '../../quota/quota-left.ts';
import { type QuotaStanding, standing } from '../../quota/quota-state.ts';
import { Tally } from '../../quota/tally.ts';
import type { TopUp } from '../../quota/top-up.ts';
import type { Write } from '../../store/table.ts';
import { DueLoop, longestWaitMs } from '../due-loop.ts';
import { FewAtOnce } from '../few-at-once.ts';
import { KeptFacts } from '../stored/kept-facts.ts';
import { QuotaCatchUp, type QuotaCatchUpOptions } from './quota-catch-up.ts';
import { type Holder, isHeld, loginsOf, QuotaHolders } from './quota-holders.ts';
import type { QuotaRecords } from './quota-records.ts';
import { slotMs, type UsageBooks, usageOfChange, usageSince } from './quota-usage.ts';

export interface QuotaKeeperOptions {
  readonly records: QuotaRecords;
  readonly accounting: Pick<AccountingStore, 'onStored' | 'openOf' | 'sequence' | 'touchedAfter' | 'clockSet'> &
    UsageBooks;
  readonly meta: QuotaCatchUpOptions['meta'];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Called with subscriptions of a model that stand otherwise by now: a step is in force or no longer, a validity has begun. */
type Listener = (changed: readonly Subscription[], model: Model) => void;

const loadsAtOnce = 8;

/**
 * Knows how every subscription stands with its quotas and its validity, tells who is at another step the moment accounting or
 * the time brings it about, and what the model is by that. What was used is counted from accounting's own rows, so that
 * neither a kill nor a jump of the clock makes it wrong for longer than it lasts.
 */
export class QuotaKeeper implements QuotaBook, AsyncDisposable {
  readonly #options: QuotaKeeperOptions;
  readonly #holders = new QuotaHolders();
  readonly #facts: KeptFacts;
  readonly #due: DueLoop;
  readonly #loads = new FewAtOnce(loadsAtOnce);
  readonly #listeners = new Set<Listener>();
  readonly #changed = new Set<string>();
  readonly #loading = new Set<Promise<void>>();
  readonly #validities = overlayMemory<number>();
  readonly #steps = overlayMemory<string>();
  readonly #unsubscribe: () => void;
  readonly #stopping = new AbortController();
  #clock: QuotaClock = quotaClock('UTC');
  #model: Model | undefined;
  #crossings = 0;
  /** Somebody was not looked at, for a stop came between. */
  #wasCut = false;
  #telling: Promise<void> | undefined;
  #catchUp: QuotaCatchUp | undefined;

  constructor(options: QuotaKeeperOptions) {
    const { records, accounting, clock, log } = options;
    this.#options = options;
    this.#facts = new KeptFacts(records, clock, () => accounting.clockSet, log);
    this.#due = new DueLoop({
      clock,
      onDue: (key, now) => this.#lookAt(key, now),
      onJump: (by) => this.#clockWasSet(by),
    });
    this.#unsubscribe = accounting.onStored((session, _isNew, change) => this.#heard(session, change));
  }

  /** Takes a model into force: from here on its subscriptions are watched. */
  async follow(model: Model): Promise<void> {
    const { records, clock } = this.#options;
    const isFirst = this.#model === undefined;
    this.#useTimezone(model.operator.timezone);
    this.#model = model;
    const { gone, held } = this.#holders.use(model.subscriptions.filter(isHeld));
    for (const key of gone) this.#due.set(key, undefined);
    for (const { holder, before } of held) {
      const { key, subscription } = holder;
      const now = clock.now();
      const facts = newlyAssigned(subscription, records.facts(key), now);
      if (facts?.assignedAt === now) this.#facts.keepAssigned(key, facts);
      else if (facts !== undefined) this.#facts.keep(key, facts);
      this.#watch(holder, before !== undefined);
    }
    await this.#facts.settled();
    if (!isFirst) return;
    // What was not told before a kill is told now.
    for (const key of records.untold()) this.#tell(key);
    this.#due.start();
    this.#catchUp = new QuotaCatchUp({
      ...this.#options,
      missed: (username) => this.#missed(username),
      settled: () => this.#settledWhole(),
    });
  }

  /** Whether something is being worked out, or is about to be told. */
  get busy(): boolean {
    return this.#loading.size > 0 || this.#telling !== undefined;
  }

  /** When the next thing comes by itself, milliseconds since 1970: a period begins, free hours open or close. */
  get nextDue(): number | undefined {
    return this.#due.next;
  }

  /** Calls `listener`, which must not throw. @returns how to end that */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The model with the end of each validity that has begun. */
  aged(model: Model): Model {
    return withValidity(model, (each) => this.#endOf(each), this.#validities);
  }

  /** The model as it stands at a moment: expired, by its windows, and by its quotas. */
  asOf(model: Model, now: number): Model {
    const { records } = this.#options;
    const markOf = (each: Subscription) => markAt(each, records.facts(lastingKey(each)), now);
    return withSteps(asOf(this.aged(model), now), markOf, this.#steps);
  }

  left(username: string, now: number): QuotaVerdict | Promise<QuotaVerdict> {
    const holder = this.#holders.named(username);
    if (holder?.subscription.service.quotas === undefined) return {};
    const known = standingAt(holder, now);
    if (known !== undefined) return quotaLeft(known);
    return this.#load(holder).then(() => quotaLeft(standingAt(holder, now) ?? standing([])));
  }

  /** How the subscription of a login stands; `undefined` when it has no quotas. @throws LastmileError of the store */
  async standingOf(username: string): Promise<HeldQuotas | undefined> {
    const holder = this.#holders.named(username);
    if (holder === undefined) return undefined;
    const { clock } = this.#options;
    const now = clock.now();
    if (standingAt(holder, now) === undefined) await this.#load(holder);
    const { key, subscription } = holder;
    const facts = this.#believed(key);
    const ends = this.#endOf(subscription);
    return {
      key,
      subscription,
      ...(standingAt(holder, now) ?? standing([])),
      topUps: this.#topUps(key),
      ...(facts === undefined ? {} : { assignedAt: subscription.since ?? facts.assignedAt }),
      ...(ends === undefined ? {} : { validUntil: ends }),
    };
  }

  /** How many news of a subscription are yet to be told to other programs. */
  newsOf(key: string): number | undefined {
    return this.#options.records.facts(key)?.untold;
  }

  /** That they are told: goes to the disk with what tells them. */
  told(key: string, news: number | undefined): readonly Write[] {
    return this.#options.records.told(key, news);
  }

  /** Gives a subscription more, from now on. Resolves when it is on disk. @throws LastmileError of the store */
  async add(held: Pick<HeldQuotas, 'key' | 'states'>, topUp: Omit<TopUp, 'number' | 'used'>): Promise<TopUp> {
    const used = Object.fromEntries(held.states.map(({ name, used: so }) => [name, String(so)]));
    const { records, accounting } = this.#options;
    const set = accounting.clockSet === 0 ? {} : { clockSet: accounting.clockSet };
    const added = await records.add(held.key, { ...topUp, used, ...set }, this.#facts.noting());
    const holder = this.#holders.get(held.key);
    if (holder === undefined) return added;
    if (topUp.of === 'validity') this.#news(held.key);
    await this.#load(holder, true);
    return added;
  }

  /** First login, top-ups and step of a subscription that is declared no more. @throws LastmileError of the store */
  async forget(key: string): Promise<void> {
    if (this.#holders.get(key) === undefined) await this.#facts.forget(key);
  }

  /** Subscriptions by service, quota and step in force; and steps taken or left since the start. */
  counts(): { readonly steps: readonly StepCount[]; readonly crossings: number } {
    const counts = new Map<string, StepCount>();
    const now = this.#options.clock.now();
    for (const { key, subscription } of this.#holders.all()) {
      const mark = this.#options.records.facts(key)?.mark;
      if (mark === undefined || mark.till <= now) continue;
      const { quota, step } = mark;
      const id = `${subscription.service.name} ${quota} ${step}`;
      const known = counts.get(id) ?? { service: subscription.service.name, quota, step, subscriptions: 0 };
      counts.set(id, { ...known, subscriptions: known.subscriptions + 1 });
    }
    return { steps: [...counts.values()], crossings: this.#crossings };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#unsubscribe();
    await this.#due[Symbol.asyncDispose]();
    await this.#telling;
    await this.#settled();
    await this.#catchUp?.[Symbol.asyncDispose]();
  }

  /** Somebody of whom accounting may have stored something that was not looked at before the last stop. */
  #missed(username: string): void {
    const holder = this.#holders.named(username);
    if (holder !== undefined && holder.tally === undefined) this.#wantLoad(holder);
  }

  /** Resolves when what came of all that was stored by now is on disk, or could not be brought there. */
  async #settled(): Promise<void> {
    await Promise.allSettled(this.#loading);
    await this.#facts.settled();
  }

  /** @throws AccountingUnavailableError where a stop came between: the next start is to look at it */
  async #settledWhole(): Promise<void> {
    await this.#settled();
    if (this.#wasCut) throw new AccountingUnavailableError('shutting down');
  }

  #useTimezone(timezone: string): void {
    if (timezone === (this.#model?.operator.timezone ?? 'UTC')) return;
    this.#clock = quotaClock(timezone);
    for (const holder of this.#holders.all()) delete holder.tally;
  }

  /** Of one that is counted on, what comes next is known. Of others it is known who may be at another step than he was. */
  #watch(holder: Holder, wasHeld: boolean): void {
    if (holder.tally !== undefined) return;
    const { key, subscription } = holder;
    const mark = this.#options.records.facts(key)?.mark;
    this.#due.set(key, mark?.till);
    const isOnline = () => loginsOf(subscription).some((login) => this.#options.accounting.openOf(login).length > 0);
    if (mark !== undefined || wasHeld || isOnline()) this.#wantLoad(holder);
  }

  /** A record was stored. */
  #heard(session: SessionState, change: SessionChange): void {
    const holder = this.#holders.named(session.username);
    if (holder === undefined) return;
    const { service } = holder.subscription;
    if (service.validity !== undefined) this.#seenOnline(holder, session);
    if (service.quotas === undefined) return;
    if (holder.loading !== undefined) holder.stale = true;
    const used = usageOfChange(change, this.#options.accounting.timeSince);
    const now = this.#options.clock.now();
    if (holder.tally === undefined || used === undefined || !holder.tally.goTo(now)) this.#wantLoad(holder);
    else if (used.length > 0 && holder.tally.add(used, now)) this.#look(holder, holder.tally.standing(now), now);
  }

  #seenOnline(holder: Holder, { startedAt }: SessionState): void {
    const { key, subscription } = holder;
    const { records, clock } = this.#options;
    const at = Math.min(startedAt, clock.now());
    const known = records.facts(key);
    const firstLogin = firstSession(subscription, this.#believed(key), at)?.firstLogin;
    if (known === undefined || firstLogin === undefined) return;
    this.#facts.keepFirstLogin(key, { ...known, firstLogin }, at);
    // Quotas of the validity begin with it.
    delete holder.tally;
    this.#news(key);
  }

  #endOf(subscription: Subscription, clock = this.#setClock()): number | undefined {
    if (subscription.service.validity === undefined) return undefined;
    const key = lastingKey(subscription);
    return endOf(subscription, this.#believed(key, clock), this.#topUps(key, clock));
  }

  #setClock(): SetClock {
    const { clock, accounting } = this.#options;
    return { now: clock.now(), clockSet: accounting.clockSet };
  }

  #believed(key: string, clock = this.#setClock()): QuotaFacts | undefined {
    const facts = this.#options.records.facts(key);
    return facts === undefined ? undefined : believedFacts(facts, clock);
  }

  #topUps(key: string, clock = this.#setClock()): readonly TopUp[] {
    return this.#options.records.topUps(key).map((each) => believedTopUp(each, clock));
  }

  #lookAt(key: string, now: number): void {
    const holder = this.#holders.get(key);
    if (holder === undefined) return;
    const stands = standingAt(holder, now);
    if (stands === undefined) this.#wantLoad(holder);
    else this.#look(holder, stands, now);
  }

  /** Is it at another step by now? */
  #look({ key, subscription }: Holder, { mark, next, states }: QuotaStanding, now: number): void {
    const facts = this.#options.records.facts(key);
    if (facts === undefined) return;
    this.#due.set(key, next);
    const { mark: before, ...rest } = facts;
    const from = states.find(({ name }) => name === mark?.quota)?.from ?? now;
    const after = mark === undefined ? undefined : { ...mark, from, till: next ?? forever };
    if (sameData(before, after)) return;
    this.#facts.keep(key, after === undefined ? rest : { ...rest, mark: after });
    if (before?.quota === mark?.quota && before?.step === mark?.step && wasInForce(before, now)) return;
    this.#crossings += 1;
    this.#options.log.info({ subscription: subscription.id, quota: mark?.quota, step: mark?.step ?? 0 }, 'quota step');
    this.#news(key);
  }

  /** It stands otherwise: that is kept, so that other programs are told though this one is killed before. */
  #news(key: string): void {
    const facts = this.#options.records.facts(key);
    if (facts !== undefined) this.#facts.keep(key, { ...facts, untold: (facts.untold ?? 0) + 1 });
    this.#tell(key);
  }

  #tell(key: string): void {
    this.#changed.add(key);
    this.#telling ??= othersFirst().then(() => {
      this.#telling = undefined;
      const changed = [...this.#changed].flatMap((each) => this.#holders.get(each)?.subscription ?? []);
      this.#changed.clear();
      if (this.#model !== undefined) for (const listener of this.#listeners) listener(changed, this.#model);
    });
  }

  #wantLoad(holder: Holder): void {
    this.#load(holder).catch((err: unknown) => {
      if (!(err instanceof LastmileError)) throw err;
      this.#options.log.warn({ err, subscription: holder.key }, 'usage not read; tried again');
      this.#due.set(holder.key, this.#options.clock.now() + longestWaitMs);
    });
  }

  /** Reads what was used, in turn. @param anew what is being read is not new enough */
  #load(holder: Holder, anew = false): Promise<void> {
    if (anew) holder.stale = true;
    if (holder.loading !== undefined) return holder.loading;
    const loading = this.#loads
      .run(() => this.#readAll(holder))
      .finally(() => {
        delete holder.loading;
        this.#loading.delete(loading);
      });
    holder.loading = loading;
    this.#loading.add(loading);
    return loading;
  }

  async #readAll(holder: Holder): Promise<void> {
    const { signal } = this.#stopping;
    do {
      holder.stale = false;
      if (!signal.aborted) await this.#read(holder);
      this.#wasCut ||= signal.aborted;
    } while (holder.stale && !signal.aborted);
  }

  async #read(holder: Holder): Promise<void> {
    const { accounting, clock } = this.#options;
    const { key, subscription } = holder;
    const { quotas = [] } = subscription.service;
    if (quotas.length === 0) return;
    const held = heldQuotas(subscription, this.#believed(key), slotMs);
    const tally = Tally.empty(held, this.#topUps(key), clock.now(), this.#clock);
    const wantsTime = quotas.some(({ of }) => of === 'time');
    const used = await usageSince(accounting, loginsOf(subscription), tally.from, wantsTime);
    if (holder.stale || this.#stopping.signal.aborted) return;
    tally.add(used, clock.now());
    holder.tally = tally;
    this.#lookAt(key, clock.now());
  }

  /** By another clock other periods are in force. */
  #clockWasSet(by: number): void {
    this.#options.log.warn({ byMs: Math.round(by) }, 'the clock was set: quotas are looked at anew');
    const before = this.#setClock();
    const old = { now: before.now - by, clockSet: before.clockSet - Math.round(by) };
    const ends = [...this.#holders.all()].map(({ subscription }) => this.#endOf(subscription, old));
    const corrected = new Set(this.#facts.correct());
    for (const [at, { key, subscription }] of [...this.#holders.all()].entries()) {
      if (corrected.has(key) || this.#endOf(subscription) !== ends[at]) this.#news(key);
    }
    for (const holder of this.#holders.all()) {
      // What is being read may be read as by the clock of before.
      if (holder.loading !== undefined) holder.stale = true;
      if (holder.tally === undefined) continue;
      delete holder.tally;
      this.#wantLoad(holder);
    }
  }
}

/** How a subscription stands, for people. */
export interface HeldQuotas extends QuotaStanding {
  readonly key: string;
  readonly subscription: Subscription;
  readonly topUps: readonly TopUp[];
  /** Since when it has its service. */
  readonly assignedAt?: number;
  /** When its validity ends. Absent: it has none, or none that has begun. */
  readonly validUntil?: number;
}

export interface StepCount {
  readonly service: string;
  readonly quota: string;
  readonly step: number;
  readonly subscriptions: number;
}

/** `undefined` when it has to be read first what was used. */
function standingAt({ tally, subscription }: Holder, now: number): QuotaStanding | undefined {
  if (subscription.service.quotas === undefined) return standing([]);
  return tally?.goTo(now) === true ? tally.standing(now) : undefined;
}

/** One that had run out was not in force any more, though nobody had looked. */
function wasInForce(mark: QuotaFacts['mark'], now: number): boolean {
  return mark === undefined || now < mark.till;
}
