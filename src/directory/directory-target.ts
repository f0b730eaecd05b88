import { messageOf } from '../base/errors.ts';
import { parseMac } from '../base/mac.ts';
import { runWindowed } from '../base/run-windowed.ts';
import { Secret } from '../base/secret.ts';
import type { Model } from '../model/model.ts';
import { keyOf } from '../reconcile/row-key.ts';
import type {
  Change,
  LiveSession,
  Observation,
  ObservedRow,
  Row,
  SessionEffect,
  SessionResult,
  Settled,
  Target,
  Value,
} from '../reconcile/target.ts';
import type { Directory } from './directory.ts';
import { noGuests, type OnlineSessions, sessionEffects, whyEnded } from './effects.ts';
import type { Login, PortalAccess } from './reader.ts';
import { loginOf, nasOf, portalOf, servedLogin } from './row-meaning.ts';
import { directoryRows } from './rows.ts';
import type { StoredRows } from './stored-rows.ts';

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
}

interface KnownRows {
  /** What was applied, by key. */
  readonly stored: Map<string, ObservedRow>;
  /** Those of them that are not in memory: no declarations with their secrets were seen since the start. */
  readonly unserved: Set<string>;
}

/** The subscriber directory as a place desired state is applied to. Disk first, then memory. */
export class DirectoryTarget implements Target {
  readonly name = directoryName;
  readonly exclusive = true;
  readonly references = {};
  readonly ordered = [];
  readonly #options: DirectoryTargetOptions;
  readonly #settling = new Map<string, Promise<void>>();
  #rows: Promise<KnownRows> | undefined;

  constructor(options: DirectoryTargetOptions) {
    this.#options = options;
  }

  desired(model: Model): readonly Row[] {
    return directoryRows(model);
  }

  async observe(_signal?: AbortSignal, desired: readonly Row[] = []): Promise<Observation> {
    const rows = await this.#stored();
    this.#serve(rows, desired);
    return {
      rows: [...rows.stored.values()],
      sessions: [],
      pendingEffects: this.#options.stored.effects(),
      findings: [],
    };
  }

  /**
   * Fills the memory after a start with what the disk says was applied: the disk holds no secrets, so each row waits for
   * declarations that have its own. What differs from them otherwise comes with `apply`, as the change it is.
   */
  async load(model: Model): Promise<void> {
    this.#serve(await this.#stored(), this.desired(model));
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
    for (const part of inParts(level, 4000)) {
      await this.#options.stored.write(part, this.sessionEffects(part));
      for (const change of part) this.#applied(rows, change);
    }
    return level.map((change) => ({ change, result: 'done' }));
  }

  async settleSessions(effects: readonly SessionEffect[], signal: AbortSignal): Promise<readonly SessionResult[]> {
    const usernames = new Set(effects.map((effect) => effect.username));
    const results: SessionResult[] = [];
    await runWindowed([...usernames], { size: 64 }, async (username) => {
      results.push(...(await this.#inTurn(username, () => this.#settle(username, signal))));
    });
    return results;
  }

  /**
   * The effect a session that is being accounted for calls for: its login was let in, and suspended before accounting told
   * that it is online; or a guest was, by accepting terms that nobody is let in by any more. `undefined` when it may stay, or
   * is about to be ended already.
   */
  unwanted(session: Pick<LiveSession, 'username' | 'sessionId'>): SessionEffect | undefined {
    const { sessionId } = session;
    const login = this.#loginNamed(session.username);
    const why = login === undefined ? this.#whyNoGuest(session.username) : this.#whyUnwanted(login);
    if (why === undefined) return undefined;
    const { username } = login ?? session;
    const due = this.#options.stored.effect(username);
    if (due?.action === 'disconnect' && due.sessionIds.includes(sessionId)) return undefined;
    return { username, action: 'disconnect', why, sessionIds: [sessionId] };
  }

  /** Keeps an effect of its own and carries it out. @throws LastmileError of the store, when it cannot be kept */
  async end(effect: SessionEffect, signal: AbortSignal): Promise<readonly SessionResult[]> {
    await this.#options.stored.write([], [effect]);
    return this.settleSessions([effect], signal);
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
    const stored = new Map((await this.#options.stored.rows()).map((row) => [keyOf(row), row]));
    return { stored, unserved: new Set(stored.keys()) };
  }

  /** Takes into memory the stored rows whose secrets these declarations have. */
  #serve({ stored, unserved }: KnownRows, declared: readonly Row[]): void {
    if (unserved.size === 0) return;
    for (const row of declared) {
      const key = keyOf(row);
      const known = unserved.has(key) ? stored.get(key) : undefined;
      const fields = known === undefined ? undefined : withSecrets(known, row);
      if (fields === undefined) continue;
      this.#remember({ ...row, fields });
      unserved.delete(key);
    }
  }

  /** One at a time for each username: what is told last must be what holds. */
  async #inTurn<T>(username: string, work: () => Promise<T>): Promise<T> {
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

  /** What is due by now, which may be more than what was asked for, or nothing any more. */
  async #settle(username: string, signal: AbortSignal): Promise<readonly SessionResult[]> {
    const { stored, control } = this.#options;
    const effect = stored.effect(username);
    if (effect === undefined) return [];
    const results = await control
      .settle(effect, this.#servedNamed(username), signal)
      .catch((error: unknown) => failedAll(effect, messageOf(error)));
    const left = results.filter(({ result }) => result === 'failed').map(({ sessionId }) => sessionId);
    // Still on disk it is done again after a restart, without harm. That it cannot write the store says itself.
    await stored.settled(effect, [...new Set(left)]).catch(() => undefined);
    return results;
  }

  #applied({ stored, unserved }: KnownRows, change: Change): void {
    const { after, menu, identity } = change;
    const key = keyOf(change);
    unserved.delete(key);
    if (after !== undefined) {
      stored.set(key, { ...after, ownership: 'ours' });
      this.#remember(after);
      return;
    }
    stored.delete(key);
    forget(this.#options.directory, menu, identity);
  }

  #remember(row: Row): void {
    remember(this.#options.directory, row);
  }

  #servedNamed(username: string): Login | undefined {
    const login = this.#loginNamed(username);
    return login === undefined ? undefined : servedLogin(login);
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

function remember(directory: Directory, row: Row): void {
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
function withSecrets({ fields }: ObservedRow, declared: Row): Row['fields'] | undefined {
  const found: Record<string, Value> = {};
  for (const [name, value] of Object.entries(fields)) {
    const secret = declared.fields[name];
    if (typeof value === 'string') found[name] = value;
    else if (secret instanceof Secret && value.equals(secret)) found[name] = secret;
    else return undefined;
  }
  return found;
}

function failedAll(effect: SessionEffect, detail: string): readonly SessionResult[] {
  return effect.sessionIds.map((sessionId) => ({ effect, sessionId, nas: 'unknown', result: 'failed', detail }));
}

function* inParts<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
