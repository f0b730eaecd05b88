import type { Clock } from '../base/clock.ts';
import { compact } from '../base/compact.ts';
import { messageOf } from '../base/errors.ts';
import { runWindowed } from '../base/run-windowed.ts';
import type { Router } from '../model/kinds/router.ts';
import type { Model } from '../model/model.ts';
import type { ObservedRow, Row } from '../reconcile/row.ts';
import type { RowName } from '../reconcile/row-name.ts';
import type {
  Armed,
  Change,
  Finding,
  HeldBack,
  Objection,
  Observation,
  Risk,
  SessionEffect,
  SessionResult,
  Settled,
  Target,
  TargetPart,
} from '../reconcile/target.ts';
import { AccessGuard } from './access-guard.ts';
import { AdaptiveWindow } from './adaptive-window.ts';
import { allMenus } from './all-menus.ts';
import { incapable, shortcomings, subjectToDeviceMode } from './capabilities.ts';
import { configRows } from './config/config-rows.ts';
import { Inspections } from './config/inspect.ts';
import { joinRows } from './config/join-rows.ts';
import { lookFor } from './config/look.ts';
import { forbiddenFeatures } from './device-mode.ts';
import { RouterClosedError, RouterTrapError } from './errors.ts';
import { armFallback } from './fallback-arming.ts';
import { leftBehind } from './left-behind.ts';
import { listOrder } from './list-order.ts';
import { localEffects } from './local-effects.ts';
import { endSessions, readSessions, type SessionName, sessionMenu } from './local-sessions.ts';
import { type MenuRules, rulesOf } from './menu-rules.ts';
import type { Menu } from './menus/menu.ts';
import { endLease, leaseNamed } from './radius-leases.ts';
import { readMenus } from './read-menus.ts';
import type { Board } from './read-rows.ts';
import { inWords, runSparing } from './refusals.ts';
import { type RouterPart, readPart, routerPart } from './router-part.ts';
import { readVersion, versionFindings } from './router-version.ts';
import { handleKey, RowHandles } from './row-handles.ts';
import type { RouterOsSession } from './session.ts';
import { switchOrder } from './switch-order.ts';
import { TableReader } from './table-reader.ts';
import type { RouterMemory } from './taken-back.ts';
import { DoneByHandError, FieldUnknownError, RowMissingError, SessionStaysError } from './target-errors.ts';
import { withoutSecrets } from './trap-secrets.ts';
import type { RouterOsVersion } from './versions.ts';
import { type Command, commandsFor, joinedMoves, movedTogether } from './write-rows.ts';
import { type DigestMemory, WrittenSecrets } from './written-secrets.ts';

export interface RouterTargetOptions {
  readonly router: Router;
  readonly operator: string;
  readonly clock: Clock;
  /** Dials the router's API; called again after a connection ended. `signal` ends with the target. */
  readonly connect: (signal: AbortSignal) => Promise<RouterOsSession>;
  readonly menus?: readonly Menu[];
  /** What routers told about themselves, shared. Absent: of this one alone. */
  readonly inspections?: Inspections;
  /** Of secrets that the router never shows. Absent: known until the target is gone. */
  readonly digests?: DigestMemory;
  readonly memory?: RouterMemory;
  /** How long the router waits for us after changes that could cut our access. Default 5 minutes. */
  readonly confirmMs?: number;
}

/** A router as a place desired state is applied to. Keeps one API connection open between reconciles. */
export class RouterTarget implements Target, AsyncDisposable {
  readonly name: string;
  readonly exclusive = false;
  readonly precedence = switchOrder;
  readonly behind = listOrder;
  readonly #options: RouterTargetOptions;
  /** Menus that we make rows in. */
  readonly #managed: ReadonlyMap<string, Menu>;
  /** These, and what `config` ever named, as they were last read. */
  #menus: ReadonlyMap<string, Menu>;
  #rules: MenuRules;
  readonly #inspections: Inspections;
  readonly #written: WrittenSecrets;
  readonly #window = new AdaptiveWindow();
  readonly #guard: AccessGuard;
  #reader = new TableReader();
  #board: Board = { flash: false };
  /** `.id` by menu and identity: from the last look, and from adds since. */
  #handles = new RowHandles();
  /** For each look under way, what was made (its `.id`) and removed (absent) since it began: its answers may be older. */
  readonly #looks = new Set<Map<string, string | undefined>>();
  readonly #closing = new AbortController();
  /** The connection over which all was seen last, and what the router had not. */
  #whole: { readonly over: Promise<RouterOsSession> | undefined; readonly absent: readonly string[] } | undefined;
  #session: Promise<RouterOsSession> | undefined;
  readonly #versions = new WeakMap<RouterOsSession, Promise<RouterOsVersion | undefined>>();

  constructor(options: RouterTargetOptions) {
    const menus = options.menus ?? allMenus;
    this.name = options.router.name;
    this.#options = options;
    this.#managed = new Map(menus.map((menu) => [menu.path, menu]));
    this.#menus = this.#managed;
    this.#rules = rulesOf(menus);
    this.#inspections = options.inspections ?? new Inspections();
    this.#written = new WrittenSecrets(options.digests);
    this.#guard = new AccessGuard({ ...options, dial: options.connect });
  }

  get references(): MenuRules['references'] {
    return this.#rules.references;
  }

  get spaces(): MenuRules['spaces'] {
    return this.#rules.spaces;
  }

  get ordered(): MenuRules['ordered'] {
    return this.#rules.ordered;
  }

  get refuses(): MenuRules['refuses'] {
    return this.#rules.refuses;
  }

  get folders(): MenuRules['folders'] {
    return this.#rules.folders;
  }

  get unique(): MenuRules['unique'] {
    return this.#rules.unique;
  }

  get aside(): MenuRules['aside'] {
    return this.#rules.aside;
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#connected(signal);
  }

  desired(model: Model): readonly Row[] {
    const router = model.routers.find((each) => each.name === this.name);
    if (router === undefined) return [];
    // Menus ask for no others; a network may have a hundred routers and a hundred thousand subscribers.
    const subscriptions = model.subscriptions.filter(({ localOn }) => localOn.includes(this.name));
    const own = { ...model, subscriptions };
    const ours = [...this.#managed.values()].flatMap((menu) => menu.rows(own, router));
    return joinRows(ours, configRows(router, this.#managed));
  }

  async observe(signal: AbortSignal, desired: readonly Row[] = [], held: readonly string[] = []): Promise<Observation> {
    const session = await this.#connected(signal);
    const over = this.#session;
    const since = new Map<string, string | undefined>();
    this.#looks.add(since);
    try {
      const [access, sessions, { rows, agreed, absent, findings, objections }] = await Promise.all([
        this.#guard.look(session, signal),
        readSessions(session, signal),
        this.#read(session, desired, held, signal),
      ]);
      this.#handles = new RowHandles(rows, this.#options.operator, agreed);
      for (const [key, handle] of since) this.#handled(key, handle);
      this.#whole = { over, absent };
      const ofAccess = this.#guard.findings(access, [...new Set(desired.map(({ menu }) => menu))]);
      return { rows, agreed, sessions, pendingEffects: [], findings: [...findings, ...ofAccess], absent, objections };
    } finally {
      this.#looks.delete(since);
    }
  }

  /** Over a connection that saw the whole: another may be to the same router with another version, or fewer rights. */
  partOf(touched: readonly RowName[], desired: readonly Row[]): TargetPart | undefined {
    const { over, absent = [] } = this.#whole ?? {};
    if (over === undefined || over !== this.#session) return undefined;
    const menus = new Map([...this.#menus].filter(([path]) => !absent.includes(path)));
    const part = routerPart(touched, desired, menus);
    // What falls short is told of all of a kind together.
    if (part === undefined || shortcomings(part.desired, this.name).length > 0) return undefined;
    return { desired: part.desired, observe: (signal) => this.#observePart(part, signal) };
  }

  async #observePart(part: RouterPart, signal: AbortSignal): Promise<Observation> {
    const session = await this.#connected(signal);
    const { operator } = this.#options;
    const since = new Map<string, string | undefined>();
    this.#looks.add(since);
    try {
      const about = { router: this.name, operator, session, reader: this.#reader, board: this.#board };
      const { rows, sessions } = await readPart(part, about, signal);
      const seen = new RowHandles(rows, operator);
      for (const row of [...part.touched, ...rows]) this.#handles.set(handleKey(row), seen.get(row));
      for (const [key, handle] of since) this.#handled(key, handle);
      return { rows, sessions, pendingEffects: [], findings: [] };
    } finally {
      this.#looks.delete(since);
    }
  }

  async objections(changes: readonly Change[], observation: Observation): Promise<readonly Objection[]> {
    return [...(observation.objections ?? []), ...(await this.#guard.objections(changes, observation))];
  }

  underConfirm(changes: readonly Change[], observation: Observation): Promise<readonly Risk[]> {
    return this.#guard.risks(changes, observation);
  }

  heldBack(changes: readonly Change[], observation: Observation): Promise<HeldBack | undefined> {
    return this.#guard.heldBack(changes, observation);
  }

  async settleArmed(wanted: readonly Change[], observation: Observation, signal: AbortSignal): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    await this.#guard.settle(await unlessAborted(session, signal), wanted, observation, signal);
  }

  async arm(changes: readonly Change[], observation: Observation, signal: AbortSignal): Promise<Armed | undefined> {
    const moved = (session: RouterOsSession | undefined) => this.#moveTo(session);
    const current = (until: AbortSignal) => this.#connected(until);
    const context = { menus: this.#menus, board: this.#board, rules: this, moved, current };
    return this.#guard.arm(await this.#connected(signal), changes, observation, context, signal);
  }

  leftBehind(unclaimed: readonly ObservedRow[]): readonly Finding[] {
    return leftBehind(unclaimed, this.#board);
  }

  sessionEffects(changes: readonly Change[], observation: Observation): readonly SessionEffect[] {
    return localEffects(changes, observation, this.#options.operator);
  }

  async apply(level: readonly Change[], signal: AbortSignal): Promise<readonly Settled[]> {
    const settled: Settled[] = [];
    const run = this.#runner(signal);
    const inTurn = (change: Change) => this.ordered.includes(change.menu);
    const work = async (changes: readonly Change[]) => void settled.push(...(await run(changes)));
    const others = level.filter((change) => !inTurn(change)).map((change) => [change]);
    // A router promises no order between commands under way, so rows whose order counts are written one by one.
    const inOrder = this.ordered.map((menu) => movedTogether(level.filter((change) => change.menu === menu)));
    await Promise.all([
      runWindowed(others, this.#window, work),
      ...inOrder.map((turns) => runWindowed(turns, { size: 1 }, work)),
    ]);
    return settled;
  }

  async settleSessions(effects: readonly SessionEffect[], signal: AbortSignal): Promise<readonly SessionResult[]> {
    const wanted = effects.flatMap((effect) => effect.sessionIds.map((sessionId) => ({ effect, sessionId })));
    const sessions = wanted.map(({ effect: { username }, sessionId }) => ({ username, sessionId }));
    try {
      const ended = await endSessions(await this.#connected(signal), sessions, this.#window, signal);
      return wanted.map((each, at) => this.#told(each, ended[at] ?? { result: 'failed' }));
    } catch (error) {
      return wanted.map((each) => this.#told(each, { result: 'failed' }, `: ${messageOf(error)}`));
    }
  }

  /**
   * Ends a session through the API and looks whether it is gone: by PPP or at a hotspot, else the lease that
   * RADIUS gave, where it is one of DHCP.
   *
   * @returns the menu it was in, false when no such session was there
   * @throws SessionStaysError when the router keeps it; the errors of the connection
   */
  async removeSession(name: SessionName, signal: AbortSignal): Promise<{ readonly menu: string } | false> {
    const session = await this.#connected(signal);
    const [online = { result: 'gone' as const, menu: sessionMenu(name) }] = await endSessions(
      session,
      [name],
      this.#window,
      signal,
    );
    const lease = online.result === 'gone' ? leaseNamed(name) : undefined;
    const { result, menu } = lease === undefined ? online : await endLease(session, lease, signal);
    if (result === 'failed') throw new SessionStaysError(this.name, name.username, name.sessionId);
    return result === 'disconnected' && { menu };
  }

  /**
   * Puts off, by this many seconds from now, that the router lets subscribers in by itself.
   *
   * @returns false when it is not told to
   * @throws the errors of the connection
   */
  async armFallback(seconds: number, signal: AbortSignal): Promise<boolean> {
    const { name: router } = this;
    const { operator } = this.#options;
    return armFallback(await this.#connected(signal), { router, operator, seconds }, signal);
  }

  /** The connection that reconciles the router, for who only reads: it is not theirs to close. @throws as connecting does */
  session(signal: AbortSignal): Promise<RouterOsSession> {
    return this.#connected(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(closedByUs(this.#options.router));
    const session = this.#session;
    this.#session = undefined;
    await session?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #told(
    { effect, sessionId }: { readonly effect: SessionEffect; readonly sessionId: string },
    { result, menu = sessionMenu({ sessionId }) }: Pick<SessionResult, 'result'> & { readonly menu?: string },
    more = '',
  ): SessionResult {
    return { effect, sessionId, nas: this.name, result, detail: `${menu}/remove${more}` };
  }

  async #read(session: RouterOsSession, desired: readonly Row[], held: readonly string[], signal: AbortSignal) {
    const version = await this.#versionOf(session, signal);
    const { operator } = this.#options;
    const about = { session, version, managed: this.#managed, inspections: this.#inspections, held };
    const look = await lookFor(desired, about, signal);
    const { refused } = look;
    const options = { router: this.name, operator, session, reader: this.#reader, menus: look.menus, desired, refused };
    const { menus, board, absent, objections, ...read } = await readMenus(options, signal);
    const rows = this.#written.seen(read.rows, menus);
    this.#board = board;
    this.#know(menus);
    const asksForMode = desired.some(({ menu }) => subjectToDeviceMode.has(menu));
    const forbidden = asksForMode ? await forbiddenFeatures(session, signal) : [];
    const facts = { router: this.name, ...compact({ version }), absent, forbidden };
    const findings = [...versionFindings(version), ...look.findings, ...shortcomings(desired, this.name)];
    const { agreed } = read;
    return {
      rows,
      agreed,
      absent,
      findings,
      objections: [...look.objections, ...objections, ...incapable(desired, facts)],
    };
  }

  /** What is applied may have been planned with another look: fields once known stay so. */
  #know(menus: readonly Menu[]): void {
    const known = new Map(this.#menus);
    for (const menu of menus) {
      known.set(menu.path, { ...menu, fields: { ...known.get(menu.path)?.fields, ...menu.fields } });
    }
    this.#menus = known;
    this.#rules = rulesOf([...known.values()]);
  }

  /** Asked once for each connection: a router that is upgraded ends those there are. */
  #versionOf(session: RouterOsSession, signal: AbortSignal): Promise<RouterOsVersion | undefined> {
    const known = this.#versions.get(session);
    if (known !== undefined) return known;
    const asked = readVersion(this.name, session, signal);
    this.#versions.set(session, asked);
    asked.catch(() => this.#versions.delete(session));
    return asked;
  }

  /** Carries out one change after another until the connection is lost; from then on says so without trying. */
  #runner(signal: AbortSignal): (changes: readonly Change[]) => Promise<readonly Settled[]> {
    let lost: unknown;
    return async (changes) => {
      if (lost !== undefined) return changes.map((change) => ({ change, result: 'failed', error: lost }));
      const [first] = changes;
      if (first === undefined) return [];
      const settled =
        changes.length === 1 ? [await this.#applyOne(first, signal)] : await this.#moveTogether(changes, signal);
      lost ??= settled.find(({ result, error }) => result === 'failed' && !concernsOneRow(error))?.error;
      return settled;
    };
  }

  /** Rows that go in front of the same row, in one command, which has one answer for all. */
  async #moveTogether(changes: readonly Change[], signal: AbortSignal): Promise<readonly Settled[]> {
    const started = this.#options.clock.monotonic();
    try {
      const session = await this.#connected(signal);
      const { command, attributes } = joinedMoves(changes.flatMap((change) => this.#commands(change)));
      await session.run(command, attributes, { signal });
      return changes.map((change) => ({ change, result: 'done' }));
    } catch (error) {
      return changes.map((change) => ({ change, result: 'failed', error }));
    } finally {
      this.#window.answered(this.#options.clock.monotonic() - started);
    }
  }

  async #applyOne(change: Change, signal: AbortSignal): Promise<Settled> {
    const started = this.#options.clock.monotonic();
    try {
      const session = await this.#connected(signal);
      const menu = this.#menus.get(change.menu);
      const carriedOut = (await menu?.carryOut?.(change, session, signal)) ?? false;
      for (const command of carriedOut ? [] : this.#commands(change)) {
        const { ret } = await runSparing(session, command, menu?.fields ?? {}, signal);
        if (change.action === 'create' && ret !== undefined) this.#handled(handleKey(change), ret);
      }
      await this.#written.wrote(change, menu);
      return { change, result: 'done' };
    } catch (error) {
      if (change.action === 'delete' && isGone(error)) return { change, result: 'done' };
      return { change, result: 'failed', error: this.#inWords(withoutSecrets(error, change), change) };
    } finally {
      if (change.action === 'delete') this.#handled(handleKey(change), undefined);
      this.#window.answered(this.#options.clock.monotonic() - started);
    }
  }

  #inWords(error: unknown, change: Change): unknown {
    const menu = this.#menus.get(change.menu);
    return menu === undefined ? error : inWords(error, change, menu);
  }

  #handled(key: string, handle: string | undefined): void {
    this.#handles.set(key, handle);
    for (const since of this.#looks) since.set(key, handle);
  }

  #commands(change: Change): readonly Command[] {
    const menu = this.#menus.get(change.menu);
    if (menu === undefined) throw new TypeError(`no menu ${change.menu}`);
    const context = this.#context(change);
    // A row that we made since the last look is not made twice: not every menu of RouterOS refuses doubles.
    const made = change.action === 'create' && context.handle !== undefined;
    return commandsFor(menu, made ? { ...change, action: 'update' } : change, context);
  }

  #context(change: Change) {
    const handle = change.before?.handle ?? this.#handles.get(change);
    const place = change.placeRow === undefined ? this.#placeOf(change) : change.placeRow.handle;
    return {
      operator: this.#options.operator,
      board: this.#board,
      ...(handle === undefined ? {} : { handle }),
      ...(place === undefined ? {} : { place }),
    };
  }

  #placeOf({ menu, place }: Change): string | undefined {
    return place === undefined ? undefined : this.#handles.get({ menu, identity: place });
  }

  /** The connection there is, or the one being dialled for whoever asks: who gives up does so for himself. */
  async #connected(signal: AbortSignal): Promise<RouterOsSession> {
    this.#closing.signal.throwIfAborted();
    signal.throwIfAborted();
    return unlessAborted(this.#session ?? this.#dial(), signal);
  }

  #dial(): Promise<RouterOsSession> {
    return this.#use(this.#options.connect(this.#closing.signal));
  }

  /** From here on it is the connection; the one before is closed. */
  #moveTo(session: RouterOsSession | undefined): void {
    const old = this.#session;
    this.#session = undefined;
    if (session !== undefined) void this.#use(Promise.resolve(session));
    void old?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  #use(session: Promise<RouterOsSession>): Promise<RouterOsSession> {
    this.#session = session;
    // It may have been upgraded meanwhile.
    this.#reader = new TableReader();
    const forget = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.then((open) => open.closed.then(forget, forget), forget);
    return session;
  }
}

/** @throws the reason of `signal` when it is aborted first; the promise goes on without us */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: over.signal });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    over.abort();
  }
}

function closedByUs({ name, address, api }: Router): RouterClosedError {
  return new RouterClosedError({ router: name, host: address, port: api?.port ?? 8728 }, 'us');
}

/** Whether an error says nothing about the changes still to come. */
function concernsOneRow(error: unknown): boolean {
  return [RouterTrapError, RowMissingError, DoneByHandError, FieldUnknownError].some((kind) => error instanceof kind);
}

function isGone(error: unknown): boolean {
  return error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('no such item'));
}
