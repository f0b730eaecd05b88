import { runWindowed } from '../base/run-windowed.ts';
import type { Model } from '../model/model.ts';
import { differingFields, keyOf } from '../reconcile/diff.ts';
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
} from '../reconcile/target.ts';
import type { Directory } from './directory.ts';
import { loginEffects } from './effects.ts';
import type { Login } from './reader.ts';
import { directoryRows, loginOf, nasOf } from './rows.ts';
import type { StoredRows } from './stored-rows.ts';

/** Name of the directory among targets. */
export const directoryName = 'directory';

/** Alters and ends sessions that RADIUS let in: by CoA, Disconnect, or whatever else reaches them. */
export interface SessionControl {
  /** Never rejects: what failed says so in its result. `login` is absent when the subscriber is gone. */
  settle(effect: SessionEffect, login: Login | undefined, signal: AbortSignal): Promise<readonly SessionResult[]>;
}

export interface DirectoryTargetOptions {
  readonly directory: Directory;
  readonly stored: StoredRows;
  /** Sessions that accounting knows to be open. */
  readonly sessionsOf: (username: string) => readonly LiveSession[];
  readonly control: SessionControl;
}

/** The subscriber directory as a place desired state is applied to. Disk first, then memory. */
export class DirectoryTarget implements Target {
  readonly name = directoryName;
  readonly exclusive = true;
  readonly references = {};
  readonly ordered = [];
  readonly #options: DirectoryTargetOptions;
  readonly #settling = new Map<string, Promise<void>>();
  #rows: Map<string, ObservedRow> | undefined;

  constructor(options: DirectoryTargetOptions) {
    this.#options = options;
  }

  desired(model: Model): readonly Row[] {
    return directoryRows(model);
  }

  async observe(): Promise<Observation> {
    const rows = await this.#stored();
    return {
      rows: [...rows.values()],
      sessions: [],
      pendingEffects: this.#options.stored.effects(),
      findings: [],
    };
  }

  /**
   * Fills the memory after a start with those rows of the last good declarations that the disk says were applied: the disk
   * holds no secrets. What differs comes with `apply`, as if it were new.
   */
  async load(model: Model): Promise<void> {
    const rows = await this.#stored();
    for (const row of this.desired(model)) {
      const known = rows.get(keyOf(row));
      if (known === undefined) continue;
      if (Object.keys(differingFields(row, known)).length === 0) this.#remember(row);
      else rows.delete(keyOf(row));
    }
  }

  sessionEffects(changes: readonly Change[]): readonly SessionEffect[] {
    return loginEffects(changes, this.#options.sessionsOf);
  }

  async apply(level: readonly Change[]): Promise<readonly Settled[]> {
    const effects = this.sessionEffects(level);
    for (const part of inParts(level, 4000)) {
      const touched = new Set(part.map((change) => change.identity));
      await this.#options.stored.write(
        part,
        effects.filter((effect) => touched.has(effect.username)),
      );
      for (const change of part) this.#applied(change);
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

  async #stored(): Promise<Map<string, ObservedRow>> {
    this.#rows ??= new Map((await this.#options.stored.rows()).map((row) => [keyOf(row), row]));
    return this.#rows;
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
    const { directory, stored, control } = this.#options;
    const effect = stored.effect(username);
    if (effect === undefined) return [];
    const results = await control.settle(effect, directory.login(username), signal);
    if (results.some((each) => each.result === 'failed')) return results;
    // Still on disk it is done again after a restart, without harm. That it cannot write the store says itself.
    await stored.settled(effect).catch(() => undefined);
    return results;
  }

  #applied(change: Change): void {
    const { after, menu, identity } = change;
    if (after !== undefined) {
      this.#rows?.set(keyOf(change), { ...after, ownership: 'ours' });
      this.#remember(after);
      return;
    }
    this.#rows?.delete(keyOf(change));
    if (menu === 'login') this.#options.directory.removeLogin(identity);
    else this.#options.directory.removeNas(identity);
  }

  #remember(row: Row): void {
    if (row.menu === 'login') this.#options.directory.putLogin(loginOf(row));
    else this.#options.directory.putNas(nasOf(row));
  }
}

function* inParts<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
