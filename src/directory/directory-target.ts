import { LastmileError, messageOf } from '../base/errors.ts';
import { parseMac } from '../base/mac.ts';
import { runWindowed } from '../base/run-windowed.ts';
import { Secret } from '../base/secret.ts';
import { eachInSteps, inTurns, othersFirst, type Steps } from '../base/steps.ts';
import { changedSubscriptions } from '../model/changed-subscriptions.ts';
import type { Subscription } from '../model/kinds/subscription.ts';
import type { Model } from '../model/model.ts';
import { partTarget } from '../reconcile/part-target.ts';
import type { ObservedRow, Row, Value } from '../reconcile/row.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type {
  Change,
  LiveSession,
  Observation,
  SessionEffect,
  SessionResult,
  Settled,
  Target,
  TargetPart,
} from '../reconcile/target.ts';
import { AppliedRows } from './applied-rows.ts';
import type { Directory } from './directory.ts';
import { type Meaning, meaningSince, noGuests, type OnlineSessions, sessionEffects, whyEnded } from './effects.ts';
import { idOf, type Outbox, type OutboxEntry, type OutboxOrder, type RowBefore } from './outbox.ts';
import type { Login, PortalAccess } from './reader.ts';
import { loginOf, nasOf, portalOf, servedLogin } from './row-meaning.ts';
import type { RowSeal } from './row-seal.ts';
import { directoryRows, directoryRowsInSteps, type RowMemory, rowsOfSubscribers } from './rows.ts';
import type { StoredRow } from './stored-row.ts';
import type { StoredRows, StoredSecretRow } from './stored-rows.ts';

/** Name of the directory among targets. */
export const directoryName = 'directory';

/** Alters and ends sessions that RADIUS let in: by CoA, Disconnect, or whatever else reaches them. */
export interface SessionControl {
  /**
   * Tells the sessions the effect names, and no others. Never rejects: what failed says so in its result. `login` is absent
   * when the subscriber is gone.
   */
  settle(effect: SessionEffect, login: Login | undefined, signal: AbortSignal): Promise<readonly SessionResult[]>;
}

export interface DirectoryTargetOptions {
  readonly directory: Directory;
  readonly stored: StoredRows;
  /** Sessions that accounting knows to be open. */
  readonly online: OnlineSessions;
  /** The portal site whose guest without an account has this username; `undefined` for any other username. */
  readonly siteOfGuest: (username: string) => string | undefined;
  readonly control: SessionControl;
  /**
   * Was all that it pays for the last thing this login was let in with, as far as is known? Asked about sessions of people who
   * are suspended and may be online to meet a page. Absent: nothing is known.
   */
  readonly acceptedInFull?: (username: string) => boolean;
  /**
   * Was this session let in with other limits than these, as far as can be told: `firm`, some of them only a new login gets;
   * `loose`, all of them can be changed? Absent: nothing can be told.
   */
  readonly grantedOtherwise?: (session: LiveSession, login: Login) => 'firm' | 'loose' | undefined;
}

/** Of more subscriptions, a look at the whole takes no longer. */
const mostInPart = 5_000;
/** Written together, and served together: what it takes is time in which no login is answered. */
const rowsPerWrite = 512;

/** A NAS that is one device, or one of many whose address is not known. */
export const anyDevice = '';

interface KnownRows {
  /** What was applied. */
  readonly stored: AppliedRows;
  /** Those of them that are not in memory: no declarations with their secrets were seen since the start. */
  readonly unserved: Set<ObservedRow>;
}

/** The subscriber directory as a place desired state is applied to. Disk first, then memory. */
export class DirectoryTarget implements Target {
  readonly name = directoryName;
  readonly exclusive = true;
  readonly references = {};
  readonly ordered = [];
  readonly #options: DirectoryTargetOptions;
  readonly #settling = new Map<string, Promise<void>>();
  /** By NAS: what is being told for the first time. */
  readonly #firstAttempts = new Map<string, Set<AbortController>>();
  readonly #memory: RowMemory = { rows: new WeakMap() };
  #rows: Promise<KnownRows> | undefined;

  constructor(options: DirectoryTargetOptions) {
    this.#options = options;
  }

  /** What sessions have still to be told. */
  get outbox(): Outbox {
    return this.#options.stored.outbox;
  }

  desired(model: Model): readonly Row[] {
    return directoryRows(model, this.#memory);
  }

  desiredInSteps(model: Model): Steps<readonly Row[]> {
    return directoryRowsInSteps(model, this.#memory);
  }

  async observe(_signal?: AbortSignal, desired: readonly Row[] = []): Promise<Observation> {
    const rows = await this.#stored();
    await inTurns(this.#serve(rows, desired));
    await inTurns(rows.stored.adopt(desired));
    return {
      ...rows.stored.besides(desired),
      sessions: [],
      pendingEffects: this.outbox.effects(),
      findings: [],
    };
  }

  /** Who is at another step of a quota is put there without a look at all others. What sessions are owed from before, the whole sees to. */
  ofSome(some: Model): Target {
    const desired = rowsOfSubscribers(directoryRows(some, this.#memory));
    const observe = async (): Promise<Observation> => {
      const rows = await this.#stored();
      await inTurns(this.#serve(rows, desired));
      await inTurns(rows.stored.adopt(desired));
      return { ...rows.stored.amid(desired), sessions: [], pendingEffects: [], findings: [] };
    };
    return partTarget(this, { desired, observe });
  }

  /** Whatever the whole finds besides, it would have found before: nobody else writes here. */
  since(before: Model, now: Model): TargetPart | undefined {
    if (before.operator !== now.operator || before.routers !== now.routers) return undefined;
    if (before.portalSites !== now.portalSites) return undefined;
    const { gone, come } = changedSubscriptions(before.subscriptions, now.subscriptions);
    if (gone.length + come.length > mostInPart) return undefined;
    const rowsOf = (subscriptions: readonly Subscription[]) =>
      rowsOfSubscribers(directoryRows({ ...now, routers: [], portalSites: [], subscriptions }, this.#memory));
    const desired = rowsOf(come);
    const wanted = new Set(desired.map(keyOf));
    const others = rowsOf(gone).filter((row) => !wanted.has(keyOf(row)));
    const observe = async (): Promise<Observation> => {
      const rows = await this.#stored();
      await inTurns(this.#serve(rows, desired));
      await inTurns(rows.stored.adopt(desired));
      const seen = rows.stored.amid(desired);
      const left = others.flatMap((row) => rows.stored.get(row) ?? []);
      const pendingEffects = this.outbox.effects();
      return { ...seen, rows: [...seen.rows, ...left], sessions: [], pendingEffects, findings: [] };
    };
    return { desired, observe };
  }

  /** From here on the disk keeps the secrets of rows, under this seal. Absent: it does not. */
  useSeal(seal: RowSeal | undefined): void {
    this.#options.stored.useSeal(seal);
  }

  /**
   * Serves what was applied from the disk, each login when it is asked for, until `load` has all in memory.
   *
   * @returns whether there is anybody to serve
   */
  async standIn(): Promise<boolean> {
    const { directory, stored } = this.#options;
    let some = false;
    for (const menu of ['portal', 'nas']) {
      for await (const row of stored.opened(menu)) {
        remember(directory, row);
        some ||= menu === 'nas';
      }
    }
    if (!some) return false;
    directory.standOn({
      login: (username) => loginIn(stored.row('login', username)),
      device: (mac) => loginIn(stored.row('device', mac)),
    });
    return true;
  }

  /** Puts the secrets of all that is applied under the seal, where they are not. */
  async sealAll(): Promise<void> {
    const { stored } = await this.#stored();
    await this.#options.stored.sealAll(stored.declared());
  }

  /** Begins to read what the disk holds, for whoever needs it soon. A failure is told to them. */
  readAhead(): void {
    this.#stored().catch(() => undefined);
  }

  /**
   * Fills the memory after a start with what the disk says was applied: the disk holds no secrets, so each row waits for
   * declarations that have its own. What differs from them otherwise comes with `apply`, as the change it is.
   */
  async load(model: Model): Promise<void> {
    const rows = await this.#stored();
    await inTurns(this.#serve(rows, await inTurns(this.desiredInSteps(model))));
    await this.#takeUp(rows);
  }

  sessionEffects(changes: readonly Change[]): readonly SessionEffect[] {
    const { directory, online } = this.#options;
    // A declared login comes before a guest of the same name.
    const guestSessions = () =>
      [...online.guestSessions()].filter(({ username }) => directory.login(username) === undefined);
    return sessionEffects(changes, { ...online, guestSessions });
  }

  async apply(level: readonly Change[]): Promise<readonly Settled[]> {
    const rows = await this.#stored();
    for (const part of inParts(level, rowsPerWrite)) {
      await this.#applyPart(rows, part);
      await othersFirst();
    }
    return level.map((change) => ({ change, result: 'done' }));
  }

  async settleSessions(effects: readonly SessionEffect[], signal: AbortSignal): Promise<readonly SessionResult[]> {
    const places = new Map<string, { readonly username: string; readonly nas: string }>();
    for (const { username, nas: only } of effects) {
      const all = only === undefined ? this.outbox.of(username).map((entry) => entry.nas) : [only];
      for (const nas of all) places.set(keyOfTurn(username, nas), { username, nas });
    }
    const results: SessionResult[] = [];
    await runWindowed([...places.values()], { size: 64 }, async ({ username, nas }) => {
      for (const each of await this.#settleFirst(username, nas, signal)) results.push(each);
    });
    return results;
  }

  /** Where sessions of a NAS wait to be told something: of one that is declared as a prefix the addresses of its devices. */
  devicesAt(nas: string): ReadonlySet<string> {
    return new Set(this.#byDevice(nas).keys());
  }

  /**
   * Tells the sessions of one NAS what they have still to be told, each device of a NAS that is many by itself. One session
   * goes ahead: where nobody answers about it, the others wait for another time, and another goes ahead then.
   *
   * @param only this device of it, as `devicesAt` names it
   */
  async deliver(nas: string, signal: AbortSignal, only?: string): Promise<readonly SessionResult[]> {
    // It can be reached now: whoever still waits for it in another way need wait no longer.
    for (const first of this.#firstAttempts.get(nas) ?? []) first.abort();
    const devices = [...this.#byDevice(nas)].filter(([device]) => only === undefined || device === only);
    const results: SessionResult[] = [];
    await runWindowed(devices, { size: 16 }, async ([, entries]) => {
      results.push(...(await this.#deliverTo(entries, signal)));
    });
    return results;
  }

  /**
   * The effect a session that is being accounted for calls for: its login was let in, and suspended before accounting told
   * that it is online; or a guest was, by accepting terms that nobody is let in by any more; or, of a new session, limits
   * changed between its login and now. `undefined` when it may stay, or is about to be told already.
   */
  unwanted(session: Omit<LiveSession, 'radius'>, isNew = false): SessionEffect | undefined {
    const { sessionId, nas } = session;
    const login = this.#loginNamed(session.username);
    // Not a copy of all of it: this is asked of every accounting record.
    const live = { username: session.username, sessionId, radius: true, ...(nas === undefined ? {} : { nas }) };
    const meaning = this.#lateMeaning(live, login, isNew);
    if (meaning === undefined) return undefined;
    const { username } = login ?? session;
    const due = this.outbox
      .of(username)
      .find((entry) => entry.sessionId === sessionId && (nas ?? entry.nas) === entry.nas);
    if (due !== undefined && [meaning.action, 'disconnect'].includes(due.action)) return undefined;
    return { username, ...meaning, sessionIds: [sessionId], ...(nas === undefined ? {} : { nas }) };
  }

  /** Keeps an effect of its own and carries it out. @throws LastmileError of the store, when it cannot be kept */
  async end(effect: SessionEffect, signal: AbortSignal): Promise<readonly SessionResult[]> {
    const { username, action, why, sessionIds, nas = '' } = effect;
    await this.#options.stored.write(
      [],
      sessionIds.map((sessionId) => ({ nas, username, sessionId, action, why })),
    );
    return this.settleSessions([effect], signal);
  }

  /**
   * What opens while it is being written was let in by what still holds, and judged by it: it has its order before that ends.
   * The last look and the change of memory are one step, so that whatever opens after is judged by what holds then.
   */
  async #applyPart(rows: KnownRows, part: readonly Change[]): Promise<void> {
    const { stored } = this.#options;
    const ordered = new Set<string>();
    // Whoever has none is in no session.
    const before = part.filter((change) => change.before !== undefined).map((change) => this.#rowBefore(change));
    let orders = this.#orders(part);
    for (let unwritten = part; unwritten.length > 0 || orders.length > 0; unwritten = []) {
      await stored.write(unwritten, orders, unwritten.length > 0 ? before : []);
      for (const order of orders) ordered.add(idOf(order));
      orders = this.#orders(part).filter((order) => !ordered.has(idOf(order)));
    }
    for (const change of part) this.#applied(rows, change);
    if (before.length > 0) await stored.finished();
  }

  /** Orders of the sessions that began while rows were being written, where the process ended before theirs were. */
  async #takeUp(rows: KnownRows): Promise<void> {
    const { stored } = this.#options;
    const before = await stored.underWay();
    if (before.length === 0) return;
    const rowsBefore = new Map(before.map((row) => [keyOf(row), row]));
    const changes = before.map((row) => this.#changeSince(row, rows));
    await stored.write(
      [],
      this.#orders(changes, (change) => rowsBefore.get(keyOf(change))),
    );
    await stored.finished();
  }

  /** What these changes mean for each session, with the row it runs by. */
  #orders(
    changes: readonly Change[],
    rowBefore = (change: Change): RowBefore | undefined => this.#rowBefore(change),
  ): readonly OutboxOrder[] {
    const byRow = new Map(changes.map((change) => [keyOf(change), change]));
    return this.sessionEffects(changes).flatMap(({ username, action, why, sessionIds }) => {
      const concerned = new Set(sessionIds);
      const change = changeFor(username, byRow, this.#options.siteOfGuest);
      const before = change === undefined ? undefined : rowBefore(change);
      const was = before === undefined ? {} : { was: before };
      const sessions = this.#options.online.sessionsOf(username).filter(({ sessionId }) => concerned.has(sessionId));
      return sessions.map(({ sessionId, nas = '' }) => ({ nas, username, sessionId, action, why, ...was }));
    });
  }

  /** Only the fields that change: all others are as they were. Of a row that goes, all of them. */
  #rowBefore({ menu, identity, set, before, after }: Change): RowBefore {
    const all = Object.entries(before?.fields ?? {});
    const known = new Map(all);
    const changed = after === undefined ? all : Object.keys(set).map((name) => [name, known.get(name) ?? ''] as const);
    return { menu, identity, fields: this.#options.stored.asStored(Object.fromEntries(changed)) };
  }

  /** Read once, whoever asks first; a read that failed is tried again by the next who asks. */
  #stored(): Promise<KnownRows> {
    this.#rows ??= this.#read().catch((error: unknown) => {
      this.#rows = undefined;
      throw error;
    });
    return this.#rows;
  }

  async #read(): Promise<KnownRows> {
    const rows = await this.#options.stored.rows();
    return { stored: new AppliedRows(rows), unserved: new Set(rows) };
  }

  /** Takes into memory the stored rows whose secrets these declarations have. */
  *#serve({ stored, unserved }: KnownRows, declared: readonly Row[]): Steps<void> {
    if (unserved.size === 0) return;
    yield* eachInSteps(declared, (row) => {
      const known = stored.get(row);
      if (known === undefined || !unserved.has(known)) return;
      const wanted = row.fields;
      const fields = withSecrets(known, wanted);
      if (fields === undefined) return;
      if (sameFields(fields, wanted)) stored.put(row);
      this.#remember({ menu: row.menu, identity: row.identity, fields });
      unserved.delete(known);
    });
    yield* eachInSteps(this.#options.stored.hasSeal ? [...unserved] : [], (known) => {
      const sealed = unserved.has(known) ? this.#opened(known) : undefined;
      if (sealed === undefined) return;
      remember(this.#options.directory, sealed);
      unserved.delete(known);
    });
    if (unserved.size === 0) this.#options.directory.standOn(undefined);
  }

  /** A row with the secrets that it was applied with, where the disk has them. */
  #opened({ menu, identity }: ObservedRow): StoredSecretRow | undefined {
    try {
      return this.#options.stored.row(menu, identity);
    } catch (error) {
      if (!(error instanceof LastmileError)) throw error;
      return undefined;
    }
  }

  /** Tells a user's sessions at one NAS for the first time: for so long, unless the NAS turns out to be back before. */
  async #settleFirst(username: string, nas: string, signal: AbortSignal): Promise<readonly SessionResult[]> {
    const first = new AbortController();
    const attempts = this.#firstAttempts.get(nas) ?? new Set();
    this.#firstAttempts.set(nas, attempts.add(first));
    const abort = (): void => first.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      const concerned = (entry: OutboxEntry): boolean => entry.nas === nas;
      return await this.#inTurn(username, nas, () => this.#settle(username, first.signal, concerned));
    } finally {
      signal.removeEventListener('abort', abort);
      attempts.delete(first);
      if (attempts.size === 0 && this.#firstAttempts.get(nas) === attempts) this.#firstAttempts.delete(nas);
    }
  }

  /** One at a time for each username and NAS: what is told last must be what holds, and no NAS waits for another. */
  async #inTurn<T>(user: string, nas: string, work: () => Promise<T>): Promise<T> {
    const username = keyOfTurn(user, nas);
    const before = this.#settling.get(username) ?? Promise.resolve();
    const running = before.then(work);
    const over = running.then(
      () => undefined,
      () => undefined,
    );
    this.#settling.set(username, over);
    try {
      return await running;
    } finally {
      if (this.#settling.get(username) === over) this.#settling.delete(username);
    }
  }

  /** @param due at one device. Of those that were tried in vain as often, the oldest goes ahead */
  async #deliverTo(due: readonly OutboxEntry[], signal: AbortSignal): Promise<readonly SessionResult[]> {
    const sessions = new Set(due.map(({ sessionId }) => sessionId));
    const concerned = ({ nas, sessionId }: OutboxEntry) => nas === due[0]?.nas && sessions.has(sessionId);
    const seldomFirst = due.toSorted((a, b) => (a.tried?.times ?? 0) - (b.tried?.times ?? 0));
    const usernames = [...new Set(seldomFirst.map(({ username }) => username))];
    const nas = due[0]?.nas ?? '';
    const settle = (username: string) => this.#inTurn(username, nas, () => this.#settle(username, signal, concerned));
    const results: SessionResult[] = [];
    for (let at = 0; at < usernames.length && !signal.aborted; at += 1) {
      const first = await settle(usernames[at] as string);
      results.push(...first);
      if (first.some(({ unreached }) => unreached === true)) return results;
      // It had nothing to be told any more: that says nothing of its NAS.
      if (first.every(({ result }) => result === 'stale')) continue;
      await runWindowed(usernames.slice(at + 1), { size: 16 }, async (username) => {
        if (!signal.aborted) results.push(...(await settle(username)));
      });
      return results;
    }
    return results;
  }

  #byDevice(nas: string): ReadonlyMap<string, readonly OutboxEntry[]> {
    const entries = this.outbox.at(nas);
    const isMany = this.#options.directory.nas(nas)?.clientAddress.includes('/') === true;
    if (!isMany) return new Map(entries.length === 0 ? [] : [[anyDevice, entries]]);
    const devices = new Map<string, OutboxEntry[]>();
    const sessionOf = this.#sessionsLookedUp();
    for (const entry of entries) {
      const device = sessionOf(entry)?.nasAddress ?? anyDevice;
      const others = devices.get(device);
      if (others === undefined) devices.set(device, [entry]);
      else others.push(entry);
    }
    return devices;
  }

  /** The session an entry is about, as far as is known. Each user's are looked up once: one may have thousands. */
  #sessionsLookedUp(): (entry: OutboxEntry) => LiveSession | undefined {
    const known = new Map<string, ReadonlyMap<string, readonly LiveSession[]>>();
    return ({ username, nas, sessionId }) => {
      let sessions = known.get(username);
      if (sessions === undefined) {
        sessions = byId(this.#options.online.sessionsOf(username));
        known.set(username, sessions);
      }
      return sessions.get(sessionId)?.find((each) => nas === '' || (each.nas ?? nas) === nas);
    };
  }

  /** What is due by now, which may be more than what was asked for, or nothing any more. */
  async #settle(
    username: string,
    signal: AbortSignal,
    concerned: (entry: OutboxEntry) => boolean = () => true,
  ): Promise<readonly SessionResult[]> {
    const rows = await this.#stored();
    const due = this.outbox.of(username).filter(concerned);
    const results: SessionResult[] = [];
    for (const { effect, entries } of await inTurns(this.#asEffects(due, rows))) {
      const told = effect === undefined ? entries.map(stale) : await this.#told(effect, signal);
      const byEntry = new Map(told.map((each) => [each.sessionId, each]));
      for (const entry of entries) {
        const result = byEntry.get(entry.sessionId);
        // Still on disk it is done again after a restart, without harm. That it cannot write the store says itself.
        await this.outbox.settle(entry, result).catch(() => undefined);
      }
      for (const each of told) results.push(each);
    }
    return results;
  }

  async #told(effect: SessionEffect, signal: AbortSignal): Promise<readonly SessionResult[]> {
    const login = this.#servedNamed(effect.username);
    // After a start what it is to be told may not be known yet: it is no reason to cut somebody off.
    if (login === undefined && effect.action === 'change') return failedAll(effect, 'its limits are not known yet');
    return this.#options.control
      .settle(effect, login, signal)
      .catch((error: unknown) => failedAll(effect, messageOf(error)));
  }

  /** What has to be done by now, one for all sessions that need the same; without an effect, those that need nothing. */
  *#asEffects(due: readonly OutboxEntry[], rows: KnownRows): Steps<readonly Batch[]> {
    const batches = new Map<string, { readonly meaning: Meaning | undefined; readonly entries: OutboxEntry[] }>();
    const sessionOf = this.#sessionsLookedUp();
    yield* eachInSteps(due, (entry) => {
      const meaning = this.#meaningNow(entry, sessionOf(entry), rows);
      const key = `${meaning?.action} ${meaning?.why} ${entry.nas}`;
      const known = batches.get(key);
      if (known === undefined) batches.set(key, { meaning, entries: [entry] });
      else known.entries.push(entry);
    });
    return [...batches.values()].map(({ meaning, entries }) => ({ effect: effectOf(meaning, entries), entries }));
  }

  /**
   * What an order comes to by now: whoever was to be put off the line may have paid meanwhile. Where a change of limits may
   * have got through already, the limits that hold are told all the same.
   */
  #meaningNow(entry: OutboxEntry, session: LiveSession | undefined, rows: KnownRows): Meaning | undefined {
    const ordered = { action: entry.action, why: entry.why };
    // Its end may have been asked for and be under way: that is seen by who tells it.
    if (session === undefined) return ordered;
    const since = entry.was === undefined ? undefined : meaningSince(this.#changeSince(entry.was, rows), session);
    if (since?.action === 'disconnect') return since;
    const late = this.#lateMeaning(session, this.#loginNamed(entry.username), true);
    if (late !== undefined) return since !== undefined && late.action === 'change' ? since : late;
    if (since !== undefined) return since;
    if (entry.was === undefined && entry.nas === '') return ordered;
    return entry.touched === true ? { action: 'change', why: `${entry.why}, and back` } : undefined;
  }

  /** The row from what it was to what it is. */
  #changeSince({ menu, identity, fields: was }: RowBefore, { stored }: KnownRows): Change {
    const row = stored.get({ menu, identity });
    const now = row === undefined ? undefined : this.#options.stored.asStored(row.fields);
    const before: ObservedRow = { menu, identity, ownership: 'ours', fields: shownFields({ ...now, ...was }) };
    if (now === undefined) return { action: 'delete', menu, identity, owner: '', set: {}, before };
    const names = Object.keys(was).filter((name) => !sameField(was[name], now[name] ?? ''));
    const fields = shownFields(now);
    const set = Object.fromEntries(names.map((name) => [name, fields[name] ?? '']));
    return { action: 'update', menu, identity, owner: '', set, before, after: { menu, identity, owner: '', fields } };
  }

  #applied({ stored, unserved }: KnownRows, change: Change): void {
    const { after, menu, identity } = change;
    const before = stored.get(change);
    if (before !== undefined) unserved.delete(before);
    if (unserved.size === 0) this.#options.directory.standOn(undefined);
    if (after !== undefined) {
      stored.put(after);
      this.#remember(after);
      return;
    }
    stored.delete(change);
    forget(this.#options.directory, menu, identity);
  }

  #remember(row: StoredSecretRow): void {
    remember(this.#options.directory, row);
  }

  #servedNamed(username: string): Login | undefined {
    const login = this.#loginNamed(username);
    return login === undefined ? undefined : servedLogin(login);
  }

  #lateMeaning(session: LiveSession, login: Login | undefined, isNew: boolean): Meaning | undefined {
    const why = login === undefined ? this.#whyNoGuest(session.username) : this.#whyUnwanted(login);
    if (why !== undefined) return { action: 'disconnect', why };
    if (!isNew || login === undefined || !login.radius) return undefined;
    const otherwise = this.#options.grantedOtherwise?.(session, servedLogin(login));
    if (otherwise === undefined) return undefined;
    return { action: otherwise === 'firm' ? 'disconnect' : 'change', why: 'changed since its login' };
  }

  #whyUnwanted(login: Login): string | undefined {
    if (!login.radius || login.state === 'active') return undefined;
    const meetsPage = login.state === 'suspended' && login.whileSuspended !== undefined;
    return meetsPage && this.#options.acceptedInFull?.(login.username) !== true ? undefined : whyEnded(login);
  }

  /** Why whoever has this username is no guest; nothing when he is none of a site of ours. */
  #whyNoGuest(username: string): string | undefined {
    const { directory, siteOfGuest } = this.#options;
    const site = siteOfGuest(username);
    return site !== undefined && directory.portal(site) !== undefined ? noGuests : undefined;
  }

  /** Whose session goes by this User-Name: a login has it exactly, a device in the spelling of its NAS. */
  #loginNamed(username: string): Login | undefined {
    const { directory, siteOfGuest } = this.#options;
    const login = directory.login(username);
    if (login !== undefined) return login;
    const mac = parseMac(username);
    if (mac !== undefined) return directory.device(mac);
    const site = siteOfGuest(username);
    return site === undefined ? undefined : guestOf(directory.portal(site), username);
  }
}

/** What holds for a guest without an account; `undefined` where there are none any more. */
function guestOf(portal: PortalAccess | undefined, username: string): Login | undefined {
  if (portal?.clickThrough === undefined) return undefined;
  const { service, limits } = portal.clickThrough;
  return { username, subscriber: '', service, password: new Secret(''), state: 'active', radius: true, limits };
}

function loginIn(row: StoredSecretRow | undefined): Login | undefined {
  return row === undefined ? undefined : loginOf(row);
}

function remember(directory: Directory, row: StoredSecretRow): void {
  if (row.menu === 'login') directory.putLogin(loginOf(row));
  else if (row.menu === 'device') directory.putDevice(loginOf(row));
  else if (row.menu === 'portal') directory.putPortal(portalOf(row));
  else directory.putNas(nasOf(row));
}

function forget(directory: Directory, menu: string, identity: string): void {
  if (menu === 'login') directory.removeLogin(identity);
  else if (menu === 'device') directory.removeDevice(identity);
  else if (menu === 'portal') directory.removePortal(identity);
  else directory.removeNas(identity);
}

/** Fields as they were applied, secrets in clear; `undefined` when a secret of the row is not the declared one. */
function withSecrets({ fields }: ObservedRow, declared: Row['fields']): Row['fields'] | undefined {
  const found: Record<string, Value> = {};
  for (const name of Object.keys(fields)) {
    const [value, secret] = [fields[name], declared[name]];
    if (value === undefined) continue;
    if (typeof value === 'string') found[name] = value;
    else if (secret instanceof Secret && value.equals(secret)) found[name] = secret;
    else return undefined;
  }
  return found;
}

/** Of fields that have the same secrets, if any. */
function sameFields(a: Row['fields'], b: Row['fields']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function failedAll(effect: SessionEffect, detail: string): readonly SessionResult[] {
  return effect.sessionIds.map((sessionId) => ({ effect, sessionId, nas: 'unknown', result: 'failed', detail }));
}

/** What one effect is for. */
interface Batch {
  /** Absent: nothing has to be done. */
  readonly effect: SessionEffect | undefined;
  readonly entries: readonly OutboxEntry[];
}

/** One for all sessions of one user at one NAS that need the same. */
function effectOf(meaning: Meaning | undefined, entries: readonly OutboxEntry[]): SessionEffect | undefined {
  const [first] = entries;
  if (meaning === undefined || first === undefined) return undefined;
  const { username, nas } = first;
  const sessionIds = entries.map(({ sessionId }) => sessionId);
  return { username, ...meaning, sessionIds, ...(nas === '' ? {} : { nas }) };
}

function byId(sessions: readonly LiveSession[]): ReadonlyMap<string, readonly LiveSession[]> {
  const found = new Map<string, LiveSession[]>();
  for (const session of sessions) {
    const known = found.get(session.sessionId);
    if (known === undefined) found.set(session.sessionId, [session]);
    else known.push(session);
  }
  return found;
}

function keyOfTurn(username: string, nas: string): string {
  return JSON.stringify([username, nas]);
}

function stale(entry: OutboxEntry): SessionResult {
  const { username, action, why, sessionId, nas } = entry;
  const effect = { username, action, why, sessionIds: [sessionId] };
  return { effect, sessionId, nas, result: 'stale', detail: 'no longer called for by what is declared' };
}

/** The change of the row that a username's sessions run by. */
function changeFor(
  username: string,
  changes: ReadonlyMap<string, Change>,
  siteOfGuest: (username: string) => string | undefined,
): Change | undefined {
  const own = ['login', 'device'].flatMap((menu) => changes.get(keyOf({ menu, identity: username })) ?? [])[0];
  const site = own === undefined ? siteOfGuest(username) : undefined;
  return own ?? (site === undefined ? undefined : changes.get(keyOf({ menu: 'portal', identity: site })));
}

type StoredField = string | { readonly digest: string };

function sameField(a: StoredField | undefined, b: StoredField): boolean {
  if (typeof a === 'object' && typeof b === 'object') return a.digest === b.digest;
  return (a ?? '') === b;
}

/** For whoever asks what fields mean: of secrets, that there are any. */
function shownFields(fields: StoredRow['fields']): Readonly<Record<string, Value>> {
  const shown = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : new Secret(value.digest),
  ]);
  return Object.fromEntries(shown);
}

function* inParts<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
