import type { Logger } from 'pino';
import type { QuotaBook, QuotaVerdict } from '../access/quota.ts';
import type { SessionChange } from '../accounting/fold-commit.ts';
import type { SessionState } from '../accounting/session-state.ts';
import { userOf } from '../accounting/session-user.ts';
import type { AccountingStore } from '../accounting/store.ts';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';
import { sameData } from '../base/same-data.ts';
import { othersFirst } from '../base/steps.ts';
import { asOf } from '../model/as-of.ts';
import type { Model, Subscription } from '../model/model.ts';
import { forever } from '../model/quota-period.ts';
import { type DueQueue, dueQueue } from '../quota/due-queue.ts';
import { overlayMemory, withSteps, withValidity } from '../quota/overlay.ts';
import { carriedOn, emptyPieces, type Piece, type SlotUse, withUse } from '../quota/pieces.ts';
import { type QuotaClock, quotaClock } from '../quota/quota-clock.ts';
import { quotaLeft } from '../quota/quota-left.ts';
import { type QuotaStanding, quotaState, standing } from '../quota/quota-state.ts';
import { lotsOf, type TopUp } from '../quota/top-up.ts';
import { endOfValidity } from '../quota/validity.ts';
import { lastingKey, type QuotaFacts, type QuotaRecords } from './quota-records.ts';
import { slotMs, usageOfChange, usageSince } from './quota-usage.ts';

export interface QuotaKeeperOptions {
  readonly records: QuotaRecords;
  readonly accounting: Pick<AccountingStore, 'onStored' | 'usage' | 'history' | 'openOf'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Called with subscriptions that stand otherwise by now: a step is in force or no longer, a validity has begun. */
type Listener = (changed: readonly Subscription[]) => void;

/** A subscription that has quotas, or a validity. */
interface Holder {
  readonly key: string;
  subscription: Subscription;
  /** What was used, by quota. Absent: not read yet. */
  pieces?: ReadonlyMap<string, readonly Piece[]>;
  loading?: Promise<void>;
  /** Something was used while it was being read: it may be in what was read, or not. */
  stale: boolean;
}

/** A wall-clock wait is taken in steps, so that a jump of the clock is noticed within one. */
const longestWaitMs = 30_000;
/** Clocks that differ by more than this since the last look were set. */
const jumpMs = 5_000;
/** One that is set by more than this was wrong before, and did not only stand still with the machine. */
const wrongMs = 86_400_000;
const loadsAtOnce = 8;
const holdersPerTurn = 128;

/**
 * Knows how every subscription stands with its quotas and its validity, tells who is at another step the moment accounting or
 * the time brings it about, and what the model is by that. What was used is counted from accounting's own rows, so that
 * neither a kill nor a jump of the clock makes it wrong for longer than it lasts.
 */
export class QuotaKeeper implements QuotaBook, AsyncDisposable {
  readonly #options: QuotaKeeperOptions;
  readonly #holders = new Map<string, Holder>();
  readonly #byLogin = new Map<string, Holder>();
  readonly #due: DueQueue = dueQueue();
  readonly #listeners = new Set<Listener>();
  readonly #changed = new Map<string, Subscription>();
  readonly #waiting: (() => void)[] = [];
  readonly #validities = overlayMemory<number>();
  readonly #steps = overlayMemory<string>();
  readonly #unsubscribe: () => void;
  #clock: QuotaClock = quotaClock('UTC');
  #timezone = 'UTC';
  #loads = 0;
  #crossings = 0;
  #offset: number;
  #waking = new AbortController();
  #loop: Promise<void> | undefined;
  #telling: Promise<void> | undefined;
  readonly #unwritten = new Set<string>();
  /** Whose times were noted since the start, or since the clock was set. */
  readonly #noted = new Map<string, Noted>();
  #writing: Promise<void> | undefined;
  #written: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: QuotaKeeperOptions) {
    this.#options = options;
    this.#offset = this.#wallOffset();
    this.#unsubscribe = options.accounting.onStored((session, _isNew, change) => this.#heard(session, change));
  }

  /** Takes a model into force: from here on its subscriptions are watched. */
  async follow(model: Model): Promise<void> {
    this.#useTimezone(model.operator.timezone);
    const held = model.subscriptions.filter(
      ({ service }) => service.quotas !== undefined || service.validity !== undefined,
    );
    const all = new Map(held.map((subscription) => [lastingKey(subscription), subscription]));
    for (const [key, facts] of this.#assigned(all)) {
      this.#keep(key, facts);
      this.#note(key, { assigned: facts.firstLogin === undefined });
    }
    for (const key of this.#holders.keys()) if (!all.has(key)) this.#release(key);
    this.#byLogin.clear();
    for (const [key, subscription] of all) this.#hold(key, subscription);
    await this.#writing;
    await this.#written;
    this.#loop ??= this.#run();
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
    return withSteps(asOf(this.aged(model), now), (each) => this.#markOf(each, now), this.#steps);
  }

  left(username: string, now: number): QuotaVerdict | Promise<QuotaVerdict> {
    const holder = this.#byLogin.get(userOf(username));
    if (holder?.subscription.service.quotas === undefined) return {};
    const known = this.#standing(holder, now);
    if (known !== undefined) return quotaLeft(known);
    return this.#load(holder).then(() => quotaLeft(this.#standing(holder, now) ?? standing([])));
  }

  /** How the subscription of a login stands; `undefined` when it has no quotas. @throws LastmileError of the store */
  async standingOf(username: string): Promise<HeldQuotas | undefined> {
    const holder = this.#byLogin.get(userOf(username));
    if (holder === undefined) return undefined;
    const now = this.#options.clock.now();
    if (this.#standing(holder, now) === undefined) await this.#load(holder);
    const { key, subscription } = holder;
    const facts = this.#options.records.facts(key);
    const ends = this.#endOf(subscription);
    return {
      key,
      subscription,
      ...(this.#standing(holder, now) ?? standing([])),
      topUps: this.#options.records.topUps(key),
      ...(facts === undefined ? {} : { assignedAt: subscription.since ?? facts.assignedAt }),
      ...(ends === undefined ? {} : { validUntil: ends }),
    };
  }

  /** Gives a subscription more, from now on. Resolves when it is on disk. @throws LastmileError of the store */
  async add(held: Pick<HeldQuotas, 'key' | 'states'>, topUp: Omit<TopUp, 'number' | 'used'>): Promise<TopUp> {
    const used = Object.fromEntries(held.states.map(({ name, used: so }) => [name, String(so)]));
    const added = await this.#options.records.add(held.key, { ...topUp, used });
    const holder = this.#holders.get(held.key);
    if (holder === undefined) return added;
    if (topUp.of === 'validity') this.#tell(holder.subscription);
    await this.#load(holder, true);
    return added;
  }

  /** Subscriptions by service, quota and step in force; and steps taken or left since the start. */
  counts(): { readonly steps: readonly StepCount[]; readonly crossings: number } {
    const counts = new Map<string, StepCount>();
    const now = this.#options.clock.now();
    for (const { key, subscription } of this.#holders.values()) {
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
    this.#closed = true;
    this.#unsubscribe();
    this.#waking.abort();
    for (const go of this.#waiting.splice(0)) go();
    await this.#loop;
    await this.#telling;
    await Promise.allSettled([...this.#holders.values()].flatMap(({ loading }) => loading ?? []));
    await this.#writing;
    await this.#written;
  }

  #useTimezone(timezone: string): void {
    if (timezone === this.#timezone) return;
    this.#timezone = timezone;
    this.#clock = quotaClock(timezone);
    for (const holder of this.#holders.values()) delete holder.pieces;
  }

  #hold(key: string, subscription: Subscription): void {
    const { records, accounting } = this.#options;
    const known = this.#holders.get(key);
    const holder: Holder = known ?? { key, subscription, stale: false };
    const before = known?.subscription;
    holder.subscription = subscription;
    this.#holders.set(key, holder);
    for (const login of loginsOf(subscription)) this.#byLogin.set(login, holder);
    const isSame = before !== undefined && isCountedAlike(before, subscription);
    if (!isSame) delete holder.pieces;
    const mark = records.facts(key)?.mark;
    // Of one that is counted on, what comes next is known.
    if (holder.pieces === undefined) this.#due.set(key, mark?.till);
    const isOnline = loginsOf(subscription).some((login) => accounting.openOf(login).length > 0);
    if (holder.pieces === undefined && (isOnline || mark !== undefined || before !== undefined)) this.#wantLoad(holder);
  }

  /** Whoever is given another service begins with it anew. */
  #assigned(all: ReadonlyMap<string, Subscription>): ReadonlyMap<string, QuotaFacts> {
    const found = new Map<string, QuotaFacts>();
    const assignedAt = this.#options.clock.now();
    for (const [key, { service }] of all) {
      const facts = this.#options.records.facts(key);
      if (facts?.service === service.name) continue;
      const isRenamed = facts !== undefined && service.previousNames?.includes(facts.service) === true;
      found.set(key, isRenamed ? { ...facts, service: service.name } : { service: service.name, assignedAt });
    }
    return found;
  }

  #release(key: string): void {
    this.#holders.delete(key);
    this.#due.set(key, undefined);
  }

  /** A record was stored. */
  #heard(session: SessionState, change: SessionChange): void {
    if (this.#byLogin.size === 0) return;
    const holder = this.#byLogin.get(userOf(session.username));
    if (holder === undefined) return;
    this.#seenOnline(holder, session);
    if (holder.subscription.service.quotas === undefined) return;
    if (holder.loading !== undefined) holder.stale = true;
    const used = usageOfChange(change);
    if (holder.pieces === undefined || used === undefined) this.#wantLoad(holder);
    else this.#count(holder, used);
  }

  #seenOnline({ key, subscription }: Holder, { startedAt }: SessionState): void {
    const facts = this.#options.records.facts(key);
    if (subscription.service.validity?.from !== 'first-login' || facts === undefined) return;
    if (facts.firstLogin !== undefined) return;
    const firstLogin = Math.max(facts.assignedAt, Math.min(startedAt, this.#options.clock.now()));
    this.#keep(key, { ...facts, firstLogin });
    this.#note(key, { firstLogin: true });
    this.#tell(subscription);
  }

  #count(holder: Holder, used: readonly SlotUse[]): void {
    if (used.length === 0) return;
    const now = this.#options.clock.now();
    let pieces = this.#current(holder, now);
    for (const use of used) {
      if (pieces === undefined) break;
      pieces = this.#withUse(holder, pieces, use);
    }
    if (pieces !== undefined) holder.pieces = pieces;
    if (pieces === undefined) this.#wantLoad(holder);
    else this.#look(holder, now);
  }

  #withUse(holder: Holder, pieces: Pieces, use: SlotUse): Pieces {
    return this.#each(holder, (quota) => {
      const known = pieces.get(quota.name) ?? [];
      // Of a time that is yet to come: the clock was set back, and it is read again when it is right.
      return withUse(known, quota, use, this.#clock) ?? known;
    });
  }

  /** Pieces for this moment; `undefined` when they have to be read. */
  #current(holder: Holder, now: number): Pieces | undefined {
    const { pieces } = holder;
    if (pieces === undefined) return undefined;
    const last = [...pieces.values()].map((each) => each.at(-1));
    if (last.every((piece) => piece !== undefined && now >= piece.period && now < piece.till)) return pieces;
    const found = new Map<string, readonly Piece[]>();
    for (const [name, fresh] of this.#fresh(holder, now)) {
      const carried = carriedOn(fresh, pieces.get(name) ?? []);
      if (carried === undefined) return undefined;
      found.set(name, carried);
    }
    return found;
  }

  #fresh(holder: Holder, now: number): Pieces {
    return this.#each(holder, (quota, { lots, since }) => emptyPieces(quota, lots, since, now, this.#clock));
  }

  #each<T>(holder: Holder, make: (quota: HeldQuota['quota'], held: HeldQuota) => T): ReadonlyMap<string, T> {
    return new Map(this.#quotasOf(holder).map((held) => [held.quota.name, make(held.quota, held)]));
  }

  #quotasOf({ key, subscription }: Holder): readonly HeldQuota[] {
    const topUps = this.#options.records.topUps(key);
    return (subscription.service.quotas ?? []).map((quota) => {
      const since = this.#sinceOf(key, subscription, quota.period === 'validity');
      return { quota, since, lots: lotsOf(quota, topUps, since, this.#clock) };
    });
  }

  #sinceOf(key: string, subscription: Subscription, ofValidity: boolean): number {
    const assigned = subscription.since ?? this.#options.records.facts(key)?.assignedAt ?? 0;
    if (!ofValidity) return assigned;
    return Math.floor((this.#startOf(subscription) ?? assigned) / slotMs) * slotMs;
  }

  /** When its validity began. */
  #startOf(subscription: Subscription): number | undefined {
    const facts = this.#options.records.facts(lastingKey(subscription));
    if (facts?.service !== subscription.service.name) return undefined;
    if (subscription.service.validity?.from === 'first-login') return facts.firstLogin;
    return subscription.since ?? facts.assignedAt;
  }

  #endOf(subscription: Subscription): number | undefined {
    const { validity } = subscription.service;
    const start = validity === undefined ? undefined : this.#startOf(subscription);
    if (validity === undefined || start === undefined) return undefined;
    return endOfValidity(start, validity.lastsMs, this.#options.records.topUps(lastingKey(subscription)));
  }

  #markOf(subscription: Subscription, now: number): QuotaFacts['mark'] {
    const facts = this.#options.records.facts(lastingKey(subscription));
    if (facts?.mark === undefined || facts.service !== subscription.service.name) return undefined;
    return now >= facts.mark.from && now < facts.mark.till ? facts.mark : undefined;
  }

  /** `undefined` when it has to be read first what was used. */
  #standing(holder: Holder, now: number): QuotaStanding | undefined {
    const pieces = this.#current(holder, now);
    if (pieces === undefined) return undefined;
    holder.pieces = pieces;
    return standing(
      this.#quotasOf(holder).map(({ quota, lots, since }) =>
        quotaState(quota, pieces.get(quota.name) ?? [], lots, { since, now }, this.#clock),
      ),
    );
  }

  /** Is it at another step by now? */
  #look(holder: Holder, now: number): void {
    const stands = this.#standing(holder, now);
    const facts = this.#options.records.facts(holder.key);
    if (stands === undefined) this.#wantLoad(holder);
    if (stands === undefined || facts === undefined) return;
    const { mark, next, states } = stands;
    this.#dueAt(holder.key, next);
    const { mark: before, ...rest } = facts;
    const from = states.find(({ name }) => name === mark?.quota)?.from ?? now;
    const after = mark === undefined ? undefined : { ...mark, from, till: next ?? forever };
    if (sameData(before, after)) return;
    this.#keep(holder.key, after === undefined ? rest : { ...rest, mark: after });
    if (before?.quota === mark?.quota && before?.step === mark?.step && wasInForce(before, now)) return;
    this.#crossings += 1;
    const { id } = holder.subscription;
    this.#options.log.info({ subscription: id, quota: mark?.quota, step: mark?.step ?? 0 }, 'quota step');
    this.#tell(holder.subscription);
  }

  #dueAt(key: string, at: number | undefined): void {
    const next = this.#due.next();
    this.#due.set(key, at);
    if (at !== undefined && (next === undefined || at < next)) this.#waking.abort();
  }

  #tell(subscription: Subscription): void {
    this.#changed.set(subscription.id, subscription);
    this.#telling ??= othersFirst().then(() => {
      this.#telling = undefined;
      const changed = [...this.#changed.values()];
      this.#changed.clear();
      for (const listener of this.#listeners) listener(changed);
    });
  }

  /** Those of one turn are one write: thousands may be at another step at the same moment. */
  #keep(key: string, facts: QuotaFacts): void {
    this.#options.records.note(key, facts);
    this.#unwritten.add(key);
    this.#writing ??= othersFirst().then(() => {
      this.#writing = undefined;
      const all = [...this.#unwritten];
      this.#unwritten.clear();
      this.#written = this.#written.then(() => this.#stored(this.#options.records.write(all)));
    });
  }

  /** A disk that takes nothing must not keep a step from being taken: it is in memory, and is worked out anew after a start. */
  async #stored(writing: Promise<void>): Promise<void> {
    await writing.catch((err: unknown) => {
      if (!(err instanceof LastmileError)) throw err;
      this.#options.log.warn({ err }, 'how quotas stand is not stored');
    });
  }

  #wantLoad(holder: Holder): void {
    this.#load(holder).catch((err: unknown) => {
      if (!(err instanceof LastmileError)) throw err;
      this.#options.log.warn({ err, subscription: holder.key }, 'usage not read; tried again');
      this.#dueAt(holder.key, this.#options.clock.now() + longestWaitMs);
    });
  }

  /** Reads what was used, in turn. @param anew what is being read is not new enough */
  #load(holder: Holder, anew = false): Promise<void> {
    if (anew) holder.stale = true;
    holder.loading ??= this.#inTurn(holder).finally(() => {
      delete holder.loading;
    });
    return holder.loading;
  }

  async #inTurn(holder: Holder): Promise<void> {
    if (this.#loads >= loadsAtOnce) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#loads += 1;
    try {
      do {
        holder.stale = false;
        await this.#read(holder);
      } while (holder.stale && !this.#closed);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#loads -= 1;
      else next();
    }
  }

  async #read(holder: Holder): Promise<void> {
    const { accounting, clock } = this.#options;
    const quotas = holder.subscription.service.quotas ?? [];
    const fresh = this.#fresh(holder, clock.now());
    const from = Math.min(...[...fresh.values()].map((pieces) => pieces[0]?.from ?? clock.now()));
    const wanted = { octets: quotas.some(({ of }) => of === 'octets'), time: quotas.some(({ of }) => of === 'time') };
    const used = quotas.length === 0 ? [] : await usageSince(accounting, loginsOf(holder.subscription), from, wanted);
    if (holder.stale || this.#closed) return;
    let pieces = fresh;
    for (const use of used) pieces = this.#withUse(holder, pieces, use);
    holder.pieces = pieces;
    this.#look(holder, clock.now());
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#closed) {
      this.#noticeJump();
      this.#waking = new AbortController();
      await this.#lookAtDue(clock.now());
      const next = this.#due.next();
      const wait = next === undefined ? longestWaitMs : Math.min(Math.max(0, next - clock.now()) + 1, longestWaitMs);
      await clock.sleep(wait, this.#waking.signal).catch(() => undefined);
    }
  }

  async #lookAtDue(now: number): Promise<void> {
    for (const [at, key] of this.#due.take(now).entries()) {
      const holder = this.#holders.get(key);
      if (holder === undefined) continue;
      this.#look(holder, now);
      if (at % holdersPerTurn === holdersPerTurn - 1) await othersFirst();
      if (this.#closed) return;
    }
  }

  /** By another clock other periods are in force. */
  #noticeJump(): void {
    const offset = this.#wallOffset();
    const jumped = Math.abs(offset - this.#offset) > jumpMs;
    const by = offset - this.#offset;
    this.#offset = offset;
    if (!jumped) return;
    this.#options.log.warn({ byMs: Math.round(by) }, 'the clock was set: quotas are looked at anew');
    if (Math.abs(by) > wrongMs) this.#correct(by);
    for (const holder of this.#holders.values()) {
      if (holder.pieces === undefined) continue;
      delete holder.pieces;
      this.#wantLoad(holder);
    }
  }

  /** What was noted since the start was noted by the clock that was wrong: nobody's time is to be over, or to begin, for that. */
  #correct(by: number): void {
    const { records } = this.#options;
    for (const [key, { assigned, firstLogin }] of this.#noted) {
      const known = records.facts(key);
      if (known === undefined) continue;
      const first = known.firstLogin === undefined ? {} : { firstLogin: known.firstLogin + (firstLogin ? by : 0) };
      this.#keep(key, { ...known, assignedAt: known.assignedAt + (assigned ? by : 0), ...first });
      const holder = this.#holders.get(key);
      if (holder !== undefined) this.#tell(holder.subscription);
    }
    void this.#stored(records.shiftTopUps(by));
  }

  #note(key: string, what: Partial<Noted>): void {
    this.#noted.set(key, { assigned: false, firstLogin: false, ...this.#noted.get(key), ...what });
  }

  #wallOffset(): number {
    return this.#options.clock.now() - this.#options.clock.monotonic();
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

type Pieces = ReadonlyMap<string, readonly Piece[]>;

/** Which times of a subscription were noted by the clock as it is. */
interface Noted {
  readonly assigned: boolean;
  readonly firstLogin: boolean;
}

interface HeldQuota {
  readonly quota: NonNullable<Subscription['service']['quotas']>[number];
  readonly since: number;
  readonly lots: ReturnType<typeof lotsOf>;
}

function loginsOf({ username, macs }: Subscription): readonly string[] {
  return username === undefined ? macs : [userOf(username), ...macs];
}

function isCountedAlike(a: Subscription, b: Subscription): boolean {
  return (
    a.since === b.since &&
    a.service.name === b.service.name &&
    sameData(a.service.quotas, b.service.quotas) &&
    sameData(loginsOf(a), loginsOf(b))
  );
}

/** One that had run out was not in force any more, though nobody had looked. */
function wasInForce(mark: QuotaFacts['mark'], now: number): boolean {
  return mark === undefined || now < mark.till;
}
