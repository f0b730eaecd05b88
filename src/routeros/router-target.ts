import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { runWindowed } from '../base/run-windowed.ts';
import type { Model, Router } from '../model/model.ts';
import type {
  Change,
  Finding,
  Observation,
  ObservedRow,
  Row,
  SessionEffect,
  SessionResult,
  Settled,
  Target,
} from '../reconcile/target.ts';
import { AdaptiveWindow } from './adaptive-window.ts';
import { allMenus } from './all-menus.ts';
import { RouterClosedError, RouterTrapError } from './errors.ts';
import { leftBehind } from './left-behind.ts';
import { localEffects } from './local-effects.ts';
import { endSessions, readSessions, type SessionName, sessionMenu } from './local-sessions.ts';
import type { Menu } from './menus/menu.ts';
import { endLease, leaseNamed } from './radius-leases.ts';
import { type Board, boardOf, hidesSecrets, readRows } from './read-rows.ts';
import { inWords, runSparing } from './refusals.ts';
import type { RouterOsSession } from './session.ts';
import { switchOrder } from './switch-order.ts';
import { TableReader } from './table-reader.ts';
import {
  DoneByHandError,
  FieldUnknownError,
  RouterHidesSecretsError,
  RowMissingError,
  SessionStaysError,
} from './target-errors.ts';
import { withoutSecrets } from './trap-secrets.ts';
import { type Command, commandsFor, joinedMoves, movedTogether } from './write-rows.ts';

export interface RouterTargetOptions {
  readonly router: Router;
  readonly operator: string;
  readonly clock: Clock;
  /** Dials the router's API; called again after a connection ended. `signal` ends with the target. */
  readonly connect: (signal: AbortSignal) => Promise<RouterOsSession>;
  readonly menus?: readonly Menu[];
}

/** A router as a place desired state is applied to. Keeps one API connection open between reconciles. */
export class RouterTarget implements Target, AsyncDisposable {
  readonly name: string;
  readonly exclusive = false;
  readonly references: Target['references'];
  readonly ordered: readonly string[];
  readonly refuses: NonNullable<Target['refuses']>;
  readonly folders: readonly string[];
  readonly unique: NonNullable<Target['unique']>;
  readonly aside: NonNullable<Target['aside']>;
  readonly precedence = switchOrder;
  readonly #options: RouterTargetOptions;
  readonly #menus: ReadonlyMap<string, Menu>;
  readonly #window = new AdaptiveWindow();
  #reader = new TableReader();
  #board: Board = { flash: false };
  /** `.id` by menu and identity: from the last look, and from adds since. */
  #handles = new Map<string, string>();
  /** For each look under way, what was made (its `.id`) and removed (absent) since it began: its answers may be older. */
  readonly #looks = new Set<Map<string, string | undefined>>();
  readonly #closing = new AbortController();
  #session: Promise<RouterOsSession> | undefined;

  constructor(options: RouterTargetOptions) {
    const menus = options.menus ?? allMenus;
    this.name = options.router.name;
    this.#options = options;
    this.#menus = new Map(menus.map((menu) => [menu.path, menu]));
    this.references = Object.fromEntries(menus.map((menu) => [menu.path, referencesOf(menu)]));
    this.ordered = menus.filter((menu) => menu.ordered === true).map((menu) => menu.path);
    this.refuses = Object.fromEntries(menus.flatMap(refusesOf));
    this.unique = Object.fromEntries(menus.map((menu) => [menu.path, uniqueOf(menu)]));
    this.aside = Object.fromEntries(menus.flatMap(({ path, aside }) => (aside === undefined ? [] : [[path, aside]])));
    this.folders = menus.filter((menu) => menu.folders === true).map((menu) => menu.path);
  }

  desired(model: Model): readonly Row[] {
    const router = model.routers.find((each) => each.name === this.name);
    return router === undefined ? [] : [...this.#menus.values()].flatMap((menu) => menu.rows(model, router));
  }

  async observe(signal: AbortSignal, desired: readonly Row[] = []): Promise<Observation> {
    const session = await this.#connected(signal);
    const since = new Map<string, string | undefined>();
    this.#looks.add(since);
    try {
      const [sessions, { rows, absent }] = await Promise.all([
        readSessions(session, signal),
        this.#readRows(session, desired, signal),
      ]);
      this.#handles = handlesOf(rows, this.#options.operator);
      for (const [key, handle] of since) this.#handled(key, handle);
      return { rows, sessions, pendingEffects: [], findings: [], ...(absent.length === 0 ? {} : { absent }) };
    } finally {
      this.#looks.delete(since);
    }
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

  /** In the order of the menus. What a board is like shows among its files, so paths are read when all is there. */
  async #readRows(
    session: RouterOsSession,
    desired: readonly Row[],
    signal: AbortSignal,
  ): Promise<Required<Pick<Observation, 'rows' | 'absent'>>> {
    const menus = [...this.#menus.values()];
    const absent: string[] = [];
    const tables = await Promise.all(
      menus.map(async (menu) => {
        const rows = await this.#reader.read(session, menu, signal);
        if (rows === undefined && menu.optional === true) absent.push(menu.path);
        return { menu, rows: rows ?? [] };
      }),
    );
    const hiding = tables.find(({ menu, rows }) => hidesSecrets(menu, rows));
    if (hiding !== undefined) throw new RouterHidesSecretsError(this.name, hiding.menu.path);
    const board = boardOf(tables.find(({ menu }) => menu.path === '/file')?.rows ?? []);
    this.#board = board;
    const wanted = new Set(desired.map(handleKey));
    const filled = tables.map(async ({ menu, rows }) => {
      const isWanted = (row: ObservedRow) => wanted.has(handleKey(row));
      const whole = await this.#reader.fill(
        session,
        menu,
        rows,
        (row) => readRows(menu, [row], board).some(isWanted),
        signal,
      );
      return readRows(menu, whole, board, this.#options.operator);
    });
    return { rows: (await Promise.all(filled)).flat(), absent };
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
      for (const command of this.#commands(change)) {
        const { ret } = await runSparing(session, command, menu?.fields ?? {}, signal);
        if (change.action === 'create' && ret !== undefined) this.#handled(handleKey(change), ret);
      }
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
    if (handle === undefined) this.#handles.delete(key);
    else this.#handles.set(key, handle);
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
    const handle = change.before?.handle ?? this.#handles.get(handleKey(change));
    const place = change.placeRow === undefined ? this.#placeOf(change) : change.placeRow.handle;
    return {
      operator: this.#options.operator,
      board: this.#board,
      ...(handle === undefined ? {} : { handle }),
      ...(place === undefined ? {} : { place }),
    };
  }

  #placeOf({ menu, place }: Change): string | undefined {
    return place === undefined ? undefined : this.#handles.get(handleKey({ menu, identity: place }));
  }

  /** The connection there is, or the one being dialled for whoever asks: who gives up does so for himself. */
  async #connected(signal: AbortSignal): Promise<RouterOsSession> {
    this.#closing.signal.throwIfAborted();
    signal.throwIfAborted();
    return unlessAborted(this.#session ?? this.#dial(), signal);
  }

  #dial(): Promise<RouterOsSession> {
    const session = this.#options.connect(this.#closing.signal);
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

function referencesOf(menu: Menu): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(menu.fields).flatMap(([name, { references }]) =>
      references === undefined ? [] : [[name, references]],
    ),
  );
}

function refusesOf({ path, refuses }: Menu): readonly [string, (row: ObservedRow) => boolean][] {
  return refuses === undefined ? [] : [[path, ({ fields }) => refuses(fields)]];
}

function uniqueOf(menu: Menu): Readonly<Record<string, (value: string) => boolean>> {
  return Object.fromEntries(
    Object.entries(menu.fields).flatMap(([name, { unique }]) => (unique === undefined ? [] : [[name, unique]])),
  );
}

/** Where several rows have one identity, the one that carries our marker. */
function handlesOf(rows: readonly ObservedRow[], operator: string): Map<string, string> {
  const ours = (row: ObservedRow) => row.marker?.operator === operator;
  const handles = new Map<string, string>();
  for (const row of [...rows.filter(ours), ...rows.filter((each) => !ours(each))]) {
    if (row.handle !== undefined && !handles.has(handleKey(row))) handles.set(handleKey(row), row.handle);
  }
  return handles;
}

function handleKey({ menu, identity }: { readonly menu: string; readonly identity: string }): string {
  return `${menu}\n${identity}`;
}

/** Whether an error says nothing about the changes still to come. */
function concernsOneRow(error: unknown): boolean {
  return [RouterTrapError, RowMissingError, DoneByHandError, FieldUnknownError].some((kind) => error instanceof kind);
}

function isGone(error: unknown): boolean {
  return error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('no such item'));
}
