import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterTime } from '../routeros/time.ts';

/** A name and its password that a router keeps for a device. */
export interface Remembered {
  readonly mac: string;
  readonly user: string;
  readonly password: string;
  /** What the browser has to show; absent: the device alone is enough. */
  readonly browserId?: string;
}

interface Cookie extends Remembered {
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
  readonly row: TableRow;
}

/** `/ip/hotspot/cookie`: names and passwords a router remembers for devices, whatever became of their sessions. */
export class Cookies {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #cookies = new Set<Cookie>();

  constructor({ clock, database }: { readonly clock: Clock; readonly database: Database }) {
    this.#clock = clock;
    this.#database = database;
  }

  /** In place of what was remembered of this kind for the device. @param lifetimeMs 0: nothing is remembered */
  remember(what: Remembered, lifetimeMs: number): void {
    const isMac = what.browserId === undefined;
    this.#drop((cookie) => cookie.mac === what.mac && isMac === (cookie.browserId === undefined));
    if (lifetimeMs <= 0) return;
    const expiresAt = this.#clock.monotonic() + lifetimeMs;
    const left = () => formatRouterTime(Math.ceil(Math.max(0, expiresAt - this.#clock.monotonic()) / 1000) * 1000);
    const row = this.#database.addByRouter(
      '/ip/hotspot/cookie',
      { user: what.user, 'mac-address': what.mac, 'mac-cookie': String(isMac) },
      { live: { 'expires-in': left }, onRemove: () => this.#drop((each) => each === cookie) },
    );
    const cookie: Cookie = { ...what, expiresAt, row };
    this.#cookies.add(cookie);
  }

  /** What is remembered of a device by its MAC; one that has expired is gone. */
  ofDevice(mac: string): Remembered | undefined {
    return this.#valid().find((cookie) => cookie.mac === mac && cookie.browserId === undefined);
  }

  /** What a browser's cookie stands for: it is good on the device it was given to. */
  ofBrowser(mac: string, browserId: string): Remembered | undefined {
    return this.#valid().find((cookie) => cookie.mac === mac && cookie.browserId === browserId);
  }

  /** The device has to say who it is. @param which `device`: its browser may go on */
  forget(mac: string, which: 'device' | 'browser' | 'both'): void {
    const kinds = which === 'both' ? ['device', 'browser'] : [which];
    this.#drop((cookie) => cookie.mac === mac && kinds.includes(cookie.browserId === undefined ? 'device' : 'browser'));
  }

  #valid(): readonly Cookie[] {
    const now = this.#clock.monotonic();
    this.#drop(({ expiresAt }) => now >= expiresAt);
    return [...this.#cookies];
  }

  #drop(isGone: (cookie: Cookie) => boolean): void {
    for (const cookie of [...this.#cookies].filter(isGone)) {
      this.#cookies.delete(cookie);
      this.#database.table('/ip/hotspot/cookie').remove(cookie.row);
    }
  }
}
