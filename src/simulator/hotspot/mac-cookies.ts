import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterTime } from '../routeros/time.ts';

interface MacCookie {
  readonly user: string;
  readonly password: string;
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
  readonly row: TableRow;
}

/** `/ip/hotspot/cookie`: names and passwords a router remembers for devices, whatever became of their sessions. */
export class MacCookies {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #cookies = new Map<string, MacCookie>();

  constructor({ clock, database }: { readonly clock: Clock; readonly database: Database }) {
    this.#clock = clock;
    this.#database = database;
  }

  /** @param lifetimeMs 0: nothing is remembered */
  remember(mac: string, user: string, password: string, lifetimeMs: number): void {
    this.forget(mac);
    if (lifetimeMs <= 0) return;
    const expiresAt = this.#clock.monotonic() + lifetimeMs;
    const left = () => formatRouterTime(Math.ceil(Math.max(0, expiresAt - this.#clock.monotonic()) / 1000) * 1000);
    const row = this.#database.addByRouter(
      '/ip/hotspot/cookie',
      { user, 'mac-address': mac, 'mac-cookie': 'true' },
      { live: { 'expires-in': left }, onRemove: () => this.forget(mac) },
    );
    this.#cookies.set(mac, { user, password, expiresAt, row });
  }

  /** What is remembered for a device; one that has expired is gone. */
  of(mac: string): { readonly user: string; readonly password: string } | undefined {
    const cookie = this.#cookies.get(mac);
    if (cookie === undefined || this.#clock.monotonic() < cookie.expiresAt) return cookie;
    this.forget(mac);
    return undefined;
  }

  forget(mac: string): void {
    const cookie = this.#cookies.get(mac);
    if (cookie === undefined) return;
    this.#cookies.delete(mac);
    this.#database.table('/ip/hotspot/cookie').remove(cookie.row);
  }
}
