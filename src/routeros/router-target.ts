import type { Clock } from '../base/clock.ts';
import { runWindowed } from '../base/run-windowed.ts';
import type { Model, Router } from '../model/model.ts';
import type {
  Change,
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
import { RouterTrapError } from './errors.ts';
import { localEffects, readSessions } from './local-sessions.ts';
import type { Menu } from './menus/menu.ts';
import { hidesSecrets, proplistOf, readRows } from './read-rows.ts';
import type { RouterOsSession } from './session.ts';
import { RouterHidesSecretsError } from './target-errors.ts';
import type { RouterOsRow } from './wire/reply.ts';
import { commandsFor } from './write-rows.ts';

export interface RouterTargetOptions {
  readonly router: Router;
  readonly operator: string;
  readonly clock: Clock;
  /** Dials the router's API; called again after a connection ended. */
  readonly connect: (signal: AbortSignal) => Promise<RouterOsSession>;
  readonly menus?: readonly Menu[];
}

/** A router as a place desired state is applied to. Keeps one API connection open between reconciles. */
export class RouterTarget implements Target, AsyncDisposable {
  readonly name: string;
  readonly exclusive = false;
  readonly references: Target['references'];
  readonly ordered: readonly string[];
  readonly #options: RouterTargetOptions;
  readonly #menus: ReadonlyMap<string, Menu>;
  readonly #window = new AdaptiveWindow();
  #showSensitive = true;
  /** `.id` by menu and identity: from the last look, and from adds since. */
  #handles = new Map<string, string>();
  #session: Promise<RouterOsSession> | undefined;

  constructor(options: RouterTargetOptions) {
    const menus = options.menus ?? allMenus;
    this.name = options.router.name;
    this.#options = options;
    this.#menus = new Map(menus.map((menu) => [menu.path, menu]));
    this.references = Object.fromEntries(menus.map((menu) => [menu.path, referencesOf(menu)]));
    this.ordered = menus.filter((menu) => menu.ordered === true).map((menu) => menu.path);
  }

  desired(model: Model): readonly Row[] {
    const router = model.routers.find((each) => each.name === this.name);
    return router === undefined ? [] : [...this.#menus.values()].flatMap((menu) => menu.rows(model, router));
  }

  async observe(signal: AbortSignal): Promise<Observation> {
    const session = await this.#connected(signal);
    const menus = [...this.#menus.values()];
    const [sessions, ...tables] = await Promise.all([
      readSessions(session, signal),
      ...menus.map((menu) => this.#read(session, menu, signal)),
    ]);
    const rows = tables.flat();
    this.#handles = new Map(rows.flatMap((row) => (row.handle === undefined ? [] : [[handleKey(row), row.handle]])));
    return { rows, sessions, pendingEffects: [], findings: [] };
  }

  sessionEffects(changes: readonly Change[], observation: Observation): readonly SessionEffect[] {
    return localEffects(changes, observation);
  }

  async apply(level: readonly Change[], signal: AbortSignal): Promise<readonly Settled[]> {
    const session = await this.#connected(signal);
    const settled: Settled[] = [];
    await runWindowed(level, this.#window, async (change, index) => {
      settled[index] = await this.#applyOne(session, change, signal);
    });
    return settled;
  }

  async settleSessions(effects: readonly SessionEffect[], signal: AbortSignal): Promise<readonly SessionResult[]> {
    const results: SessionResult[] = [];
    for (const effect of effects) {
      for (const sessionId of effect.sessionIds) {
        const ended = await this.removeSession(effect.username, sessionId, signal).then(
          (found) => (found ? ('disconnected' as const) : ('gone' as const)),
          () => 'failed' as const,
        );
        results.push({ effect, sessionId, nas: this.name, result: ended, detail: '/ppp/active/remove' });
      }
    }
    return results;
  }

  /**
   * Ends a session through the API and looks whether it is gone.
   *
   * @returns false when no such session was there
   */
  async removeSession(username: string, sessionId: string, signal: AbortSignal): Promise<boolean> {
    const session = await this.#connected(signal);
    const found = (await readSessions(session, signal)).find(
      (each) => each.username === username && each.sessionId === sessionId,
    );
    if (found?.handle === undefined) return false;
    await session.run('/ppp/active/remove', { '.id': found.handle }, { signal });
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.then(
      (open) => open.close(),
      () => undefined,
    );
  }

  async #read(session: RouterOsSession, menu: Menu, signal: AbortSignal): Promise<readonly ObservedRow[]> {
    const rows = await this.#print(session, menu, signal);
    if (hidesSecrets(menu, rows)) throw new RouterHidesSecretsError(this.name, menu.path);
    return readRows(menu, rows);
  }

  async #print(session: RouterOsSession, menu: Menu, signal: AbortSignal): Promise<readonly RouterOsRow[]> {
    const rows: RouterOsRow[] = [];
    const keep = (row: RouterOsRow): void => void rows.push(row);
    const attributes = { '.proplist': proplistOf(menu) };
    const secrets = Object.values(menu.fields).some((field) => field.secret === true);
    if (secrets && this.#showSensitive) {
      try {
        await session.stream(`${menu.path}/print`, { ...attributes, 'show-sensitive': '' }, keep, { signal });
        return rows;
      } catch (error) {
        // Before 7.21 there is no such switch, and secrets are shown to whoever may see them.
        if (!isUnknownParameter(error)) throw error;
        this.#showSensitive = false;
        rows.length = 0;
      }
    }
    await session.stream(`${menu.path}/print`, attributes, keep, { signal });
    return rows;
  }

  async #applyOne(session: RouterOsSession, change: Change, signal: AbortSignal): Promise<Settled> {
    const menu = this.#menus.get(change.menu);
    if (menu === undefined) throw new TypeError(`no menu ${change.menu}`);
    const started = this.#options.clock.monotonic();
    try {
      for (const { command, attributes } of commandsFor(menu, change, this.#context(change))) {
        const { ret } = await session.run(command, attributes, { signal });
        if (change.action === 'create' && ret !== undefined) this.#handles.set(handleKey(change), ret);
      }
      return { change, result: 'done' };
    } catch (error) {
      if (change.action === 'delete' && isGone(error)) return { change, result: 'done' };
      return { change, result: 'failed', error };
    } finally {
      this.#window.answered(this.#options.clock.monotonic() - started);
    }
  }

  #context(change: Change) {
    const handle = change.before?.handle ?? this.#handles.get(handleKey(change));
    const place =
      change.place === undefined ? undefined : this.#handles.get(handleKey({ ...change, identity: change.place }));
    return {
      operator: this.#options.operator,
      ...(handle === undefined ? {} : { handle }),
      ...(place === undefined ? {} : { place }),
    };
  }

  #connected(signal: AbortSignal): Promise<RouterOsSession> {
    if (this.#session !== undefined) return this.#session;
    const session = this.#options.connect(signal);
    this.#session = session;
    const forget = () => {
      if (this.#session === session) this.#session = undefined;
    };
    session.then((open) => open.closed.then(forget, forget), forget);
    return session;
  }
}

function referencesOf(menu: Menu): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(menu.fields).flatMap(([name, { references }]) =>
      references === undefined ? [] : [[name, references]],
    ),
  );
}

function handleKey({ menu, identity }: { readonly menu: string; readonly identity: string }): string {
  return `${menu}\n${identity}`;
}

function isUnknownParameter(error: unknown): boolean {
  return error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('unknown parameter'));
}

function isGone(error: unknown): boolean {
  return error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('no such item'));
}
