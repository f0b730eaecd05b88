import pino from 'pino';
import { siteOfGuest } from '../../src/daemon/sessions/online-sessions.ts';
import { Directory } from '../../src/directory/directory.ts';
import {
  DirectoryTarget,
  type DirectoryTargetOptions,
  type SessionControl,
} from '../../src/directory/directory-target.ts';
import type { GuestSession, OnlineSessions } from '../../src/directory/effects.ts';
import { StoredRows } from '../../src/directory/stored-rows.ts';
import type { LiveSession, SessionEffect, SessionResult } from '../../src/reconcile/target.ts';
import { Store } from '../../src/store/store.ts';
import { ManualClock } from './manual-clock.ts';

/** Sessions by RADIUS as a NAS that always obeys, or never answers, would have them. */
export class FakeSessions implements SessionControl {
  readonly online = new Map<string, string>();
  /** What was asked, with the speed the subscriber had in the directory at that moment. */
  readonly asked: { readonly action: string; readonly username: string; readonly rate: string | undefined }[] = [];
  answering = true;
  /** Usernames about whose sessions nobody answers. */
  readonly unreachable = new Set<string>();
  /** Where the session of a username is, of a NAS that is many devices. */
  readonly deviceOf = new Map<string, string>();
  /** Called while an effect is being carried out. */
  during: (effect: SessionEffect) => Promise<void> = async () => undefined;

  sessionsOf(username: string): readonly LiveSession[] {
    const sessionId = this.online.get(username);
    const device = this.deviceOf.get(username);
    const at = device === undefined ? {} : { nas: 'core-1', nasAddress: device };
    return sessionId === undefined ? [] : [{ username, sessionId, radius: true, ...at }];
  }

  *guestSessions(): Generator<GuestSession> {
    for (const [username, sessionId] of this.online) {
      const site = siteOfGuest(username);
      if (site !== undefined) yield { username, sessionId, radius: true, site };
    }
  }

  async settle(
    effect: SessionEffect,
    login: Parameters<SessionControl['settle']>[1],
  ): Promise<readonly SessionResult[]> {
    this.asked.push({ action: effect.action, username: effect.username, rate: login?.limits.rateLimit });
    await this.during(effect);
    const sessionId = this.online.get(effect.username);
    if (sessionId === undefined) return [];
    const unreached = { result: 'failed', unreached: true, detail: 'no answer' } as const;
    if (this.unreachable.has(effect.username)) return [{ effect, sessionId, nas: 'core-1', ...unreached }];
    const ends = effect.action === 'disconnect';
    const result = this.answering ? (ends ? 'disconnected' : 'changed') : 'failed';
    if (this.answering && ends) this.online.delete(effect.username);
    return [{ effect, sessionId, nas: 'core-1', result, detail: '' }];
  }
}

/** A directory on a real store. */
export class DirectoryLab implements AsyncDisposable {
  readonly store: Store;
  readonly directory: Directory;
  readonly target: DirectoryTarget;
  readonly sessions: FakeSessions;

  private constructor(store: Store, directory: Directory, target: DirectoryTarget, sessions: FakeSessions) {
    this.store = store;
    this.directory = directory;
    this.target = target;
    this.sessions = sessions;
  }

  static async open(
    folder: string,
    sessions = new FakeSessions(),
    more: Pick<DirectoryTargetOptions, 'acceptedInFull'> = {},
  ): Promise<DirectoryLab> {
    const store = await Store.open(folder, { clock: new ManualClock(), log: pino({ level: 'silent' }) });
    const stored = await StoredRows.open(store, () => 0);
    const directory = new Directory();
    const online: OnlineSessions = {
      sessionsOf: (username) => sessions.sessionsOf(username),
      guestSessions: () => sessions.guestSessions(),
    };
    const target = new DirectoryTarget({ directory, stored, online, siteOfGuest, control: sessions, ...more });
    return new DirectoryLab(store, directory, target, sessions);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
  }
}
