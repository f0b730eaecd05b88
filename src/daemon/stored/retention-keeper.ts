import type { Logger } from 'pino';
import { guestPrefix } from '../../access/portal-password.ts';
import type { AccountingStore } from '../../accounting/store.ts';
import type { HoldRequest, RecordsService, ReleaseRequest, RetentionJson } from '../../admin/records-service.ts';
import { RequestError } from '../../admin/request-error.ts';
import type { Clock } from '../../base/clock.ts';
import { sameData } from '../../base/same-data.ts';
import type { Retention } from '../../model/kinds/operator.ts';
import type { Model } from '../../model/model.ts';
import { ClockGuard, type LastLook } from '../../retention/clock-guard.ts';
import type { GuestRetention } from '../../retention/guest-records.ts';
import { LegalHolds } from '../../retention/legal-holds.ts';
import { nothingRemoved, type Removed, type RetentionSurroundings, removeOld } from '../../retention/retention.ts';
import type { Engine } from '../engine.ts';
import { siteOfGuest } from '../sessions/online-sessions.ts';
import type { NamedLogins } from '../sessions/sessions-named.ts';
import { dropFormer, type FormerSurroundings } from './former-people.ts';
import { addHold, holdJson, releaseHold } from './hold-requests.ts';

export interface RetentionKeeperOptions {
  readonly engine: Pick<Engine, 'store' | 'audit' | 'directory'> &
    Pick<RetentionSurroundings, 'accounting'> & { readonly accounting: Pick<AccountingStore, 'readUpTo'> } & Pick<
      FormerSurroundings,
      'quotas'
    >;
  readonly devices: FormerSurroundings['devices'];
  /** In force. */
  readonly model: () => Model | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Absent: the directory. */
  readonly names?: NamedLogins;
  /** Absent: nothing is told to anybody. */
  readonly dropLetters?: (before: number) => Promise<number>;
}

/** In `meta`: what was done last, for whoever asks. */
interface Kept extends LastLook {
  /** Since the folder was made. */
  readonly removed: Removed;
}

/** In `meta`: how long what is kept, as it was declared last: for a command that works while no daemon does. */
interface Rules {
  readonly retention?: Retention;
  readonly timezone: string;
  /** By portal site, milliseconds. */
  readonly guests: Readonly<Record<string, number>>;
}

const keptKey = 'retention';
const rulesKey = 'retention-rules';
const firstLookMs = 600_000;
const lookEveryMs = 3_600_000;

/** Removes, each hour, what was kept as long as declared; and knows what is under a legal hold. */
export class RetentionKeeper implements Pick<RecordsService, 'retention' | 'holds' | 'hold' | 'release' | 'prune'> {
  readonly legalHolds: LegalHolds;
  readonly #options: RetentionKeeperOptions;
  readonly #guard: ClockGuard;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #kept: Kept | undefined;
  /** As they were kept last. */
  #rules: Rules | undefined;
  /** Until when nothing is removed, for the clock may be wrong. */
  #waitsUntil: number | undefined;
  #trouble: string | undefined;
  #working: Promise<Removed> | undefined;
  /** Ends what is being removed now. */
  #interrupt = new AbortController();

  private constructor(
    options: RetentionKeeperOptions,
    holds: LegalHolds,
    kept: Kept | undefined,
    rules: Rules | undefined,
  ) {
    this.#options = options;
    this.legalHolds = holds;
    this.#kept = kept;
    this.#rules = rules;
    this.#guard = new ClockGuard(kept?.at ?? options.engine.accounting.readUpTo);
    this.#ended = this.#loop();
  }

  /** @throws LastmileError of the store */
  static async start(options: RetentionKeeperOptions): Promise<RetentionKeeper> {
    const { store } = options.engine;
    const kept = await store.table<Kept>('meta').get(keptKey);
    const rules = await store.table<Rules>('meta').get(rulesKey);
    return new RetentionKeeper(options, await LegalHolds.open(store.table('holds')), kept, rules);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
    await this.#working?.catch(() => undefined);
    await this.#keepRules().catch(() => undefined);
  }

  /** Whether it is known how long things are to be kept: by what is declared, or was when a daemon ran last. */
  get isKnown(): boolean {
    return this.#rulesNow !== undefined;
  }

  /** Removes what is due, unless the clock may be wrong. @throws LastmileError of the store */
  async look(): Promise<Removed> {
    const { clock, model } = this.#options;
    // Rules of an earlier run are for whoever asks.
    if (model() === undefined) return nothingRemoved;
    this.#waitsUntil = this.#guard.look(clock.now(), clock.monotonic());
    return this.#waitsUntil === undefined ? await this.#remove() : nothingRemoved;
  }

  /** At once: whoever asks for it says that the time is right. */
  async prune({ by }: { readonly by: string }): Promise<RetentionJson> {
    const { clock, engine } = this.#options;
    const now = clock.now();
    this.#guard.trust(now);
    this.#waitsUntil = undefined;
    const removed = await this.#remove();
    const detail = Object.entries(removed)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
    await engine.audit.record({ at: now, who: by, action: 'prune', object: 'state', result: 'done', detail });
    return this.retention();
  }

  retention(): RetentionJson {
    const { sessionsMs, hoursMs, daysMs, monthsMs, journalMs, auditMs, formerMs } = this.#policy ?? {};
    const { eventsMs, lettersMs } = this.#policy ?? {};
    const kept = { sessions: sessionsMs, usageByHour: hoursMs, usageByDay: daysMs, usageByMonth: monthsMs };
    const all = { ...kept, journal: journalMs, audit: auditMs, former: formerMs, events: eventsMs, letters: lettersMs };
    const entries = Object.entries(all).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, ms / 1000] as const]));
    return {
      keptSeconds: Object.fromEntries(entries),
      removed: this.#kept?.removed ?? nothingRemoved,
      holds: this.legalHolds.all().length,
      ...(this.#kept === undefined ? {} : { last: new Date(this.#kept.at).toISOString() }),
      ...(this.#waitsUntil === undefined ? {} : { waitsUntil: new Date(this.#waitsUntil).toISOString() }),
      ...(this.#trouble === undefined ? {} : { trouble: this.#trouble }),
    };
  }

  holds() {
    return this.legalHolds.all().map(holdJson);
  }

  async hold(request: HoldRequest) {
    const hold = await addHold(request, { ...this.#around(), holds: this.legalHolds });
    // What was found free before it must not go after it is said to be in force.
    this.#interrupt.abort();
    await this.#working?.catch(() => undefined);
    return holdJson(hold);
  }

  async release(request: ReleaseRequest) {
    const released = await releaseHold(request, { ...this.#around(), holds: this.legalHolds });
    if (released === undefined) throw new RequestError(`there is no legal hold ${request.number}`);
    return holdJson(released);
  }

  #around() {
    const { engine, clock, model, names = engine.directory } = this.#options;
    const timezone = model()?.operator.timezone;
    return { audit: engine.audit, directory: names, timezone, now: clock.now() };
  }

  get #policy() {
    return this.#rulesNow?.retention;
  }

  get #rulesNow(): Rules | undefined {
    const model = this.#options.model();
    return model === undefined ? this.#rules : rulesOf(model);
  }

  async #keepRules(): Promise<void> {
    const rules = this.#rulesNow;
    if (rules === undefined || sameData(rules, this.#rules)) return;
    await this.#options.engine.store.table<Rules>('meta').put(rulesKey, rules);
    this.#rules = rules;
  }

  /** One at a time. */
  async #remove(): Promise<Removed> {
    this.#working ??= this.#removeNow().finally(() => {
      this.#working = undefined;
    });
    return await this.#working;
  }

  async #removeNow(): Promise<Removed> {
    const { engine, clock, model: inForce, devices, dropLetters } = this.#options;
    this.#interrupt = new AbortController();
    const model = inForce();
    const now = clock.now();
    await this.#keepRules();
    const rules = this.#rulesNow;
    const guests = rules === undefined ? undefined : guestRetention(rules);
    if (rules === undefined || (rules.retention === undefined && guests === undefined)) return nothingRemoved;
    const holds = this.legalHolds;
    const isHeld = (name: string) => holds.ofUser(name).length > 0;
    const removed = await removeOld(rules.retention ?? {}, {
      ...{ store: engine.store, accounting: engine.accounting, audit: engine.audit, holds, now },
      timezone: rules.timezone,
      ...(guests === undefined ? {} : { guests }),
      // Who is declared no more only a daemon knows.
      dropFormer: async (forMs) =>
        model === undefined
          ? 0
          : await dropFormer(forMs, { store: engine.store, quotas: engine.quotas, devices, model, now, isHeld }),
      ...(dropLetters === undefined ? {} : { dropLetters }),
      signal: AbortSignal.any([this.#stopping.signal, this.#interrupt.signal]),
    });
    this.#kept = { at: now, removed: sum(this.#kept?.removed ?? nothingRemoved, removed) };
    await engine.store.table<Kept>('meta').put(keptKey, this.#kept);
    return removed;
  }

  async #loop(): Promise<void> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    for (let waitMs = firstLookMs; !signal.aborted; waitMs = lookEveryMs) {
      try {
        await clock.sleep(waitMs, signal);
        const removed = await this.look();
        this.#trouble = undefined;
        if (Object.values(removed).some((count) => count > 0))
          log.info({ ...removed }, 'removed what was kept long enough');
        if (this.#waitsUntil !== undefined)
          log.warn({ until: this.#waitsUntil }, 'clock moved on by days: nothing is removed yet');
      } catch (err) {
        if (signal.aborted) return;
        this.#trouble = err instanceof Error ? err.message : String(err);
        log.warn({ err }, 'what was kept long enough is not removed yet');
      }
    }
  }
}

function rulesOf({ operator, portalSites }: Model): Rules {
  const { retention } = operator.accounting;
  const guests = portalSites.flatMap(({ name, retentionMs: ms }) => (ms === undefined ? [] : [[name, ms] as const]));
  const { timezone } = operator;
  return { timezone, guests: Object.fromEntries(guests), ...(retention === undefined ? {} : { retention }) };
}

/** How long sites keep what they know of guests without an account; `undefined` where none says. */
function guestRetention({ guests }: Rules): GuestRetention | undefined {
  const times = new Map(Object.entries(guests));
  if (times.size === 0) return undefined;
  const keptMs = (username: string) => times.get(siteOfGuest(username) ?? '');
  return { prefix: guestPrefix, shortestMs: Math.min(...times.values()), keptMs };
}

function sum(a: Removed, b: Removed): Removed {
  return {
    sessions: a.sessions + b.sessions,
    usage: a.usage + b.usage,
    segments: a.segments + b.segments,
    audit: a.audit + b.audit,
    former: a.former + b.former,
    letters: (a.letters ?? 0) + (b.letters ?? 0),
  };
}
