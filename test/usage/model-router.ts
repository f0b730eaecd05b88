import type { UserTotals } from '../../src/accounting/event.ts';
import type { OnlineSession, PathReading, RouterReading } from '../../src/usage/reading.ts';

interface Online {
  readonly access: 'ppp' | 'hotspot';
  readonly username: string;
  readonly sessionId: string;
  readonly since: number;
  readonly rowId: string;
  up: bigint;
  down: bigint;
  /** What the counter showed when it was reset. */
  from: { up: bigint; down: bigint };
}

const noPath: PathReading = { fastTrackRules: [], offloadedPorts: [], interfaces: new Map() };

/** What a router counts, as simple as can be: seconds pass when told. */
export class ModelRouter {
  /** Seconds since the test began, and when it booted last. */
  now = 0;
  #bootedAt = -1000;
  #next = 1;
  readonly #online: Online[] = [];
  readonly #totals = new Map<string, { up: bigint; down: bigint; seconds: number }>();

  dial(username: string): void {
    this.#next += 1;
    this.#begin('ppp', username, `81c0${this.#next.toString(16).padStart(4, '0')}`);
  }

  /** A guest logs in on the device of that number. */
  join(username: string, device: number): void {
    const mac = `02:00:00:00:00:0${device}`;
    if (this.#online.some(({ sessionId }) => sessionId === mac)) return;
    if (!this.#totals.has(username)) this.#totals.set(username, { up: 0n, down: 0n, seconds: 0 });
    this.#begin('hotspot', username, mac);
  }

  carry(at: number, up: bigint, down: bigint): { up: bigint; down: bigint } {
    const session = this.#online[at % Math.max(1, this.#online.length)];
    if (session === undefined) return { up: 0n, down: 0n };
    session.up += up;
    session.down += down;
    return { up, down };
  }

  end(at: number): void {
    const [session] = this.#online.splice(at % Math.max(1, this.#online.length), 1);
    if (session?.access !== 'hotspot') return;
    const total = this.#totals.get(session.username);
    if (total === undefined) return;
    total.up += session.up;
    total.down += session.down;
    total.seconds += this.now - session.since;
  }

  /** Somebody runs `reset-counters` on an interface. */
  resetCounter(at: number): void {
    const session = this.#online.filter(({ access }) => access === 'ppp')[at];
    if (session !== undefined) session.from = { up: session.up, down: session.down };
  }

  get count(): number {
    return this.#online.length;
  }

  read(): RouterReading {
    return {
      uptimeSeconds: this.now - this.#bootedAt,
      sessions: this.#online.map((session) => this.#shown(session)),
      totals: new Map(
        Array.from(this.#totals, ([name, { up, down, seconds }]): [string, UserTotals] => [
          name,
          { up: `${up}`, down: `${down}`, seconds },
        ]),
      ),
      path: noPath,
    };
  }

  /** Everybody is gone; ids are given out from the first on. What hotspot users had is lost. */
  reboot(): void {
    this.#online.splice(0);
    this.#bootedAt = this.now;
    this.#next = 1;
  }

  #begin(access: Online['access'], username: string, sessionId: string): void {
    this.#next += 1;
    const rowId = `*${this.#next.toString(16)}`;
    this.#online.push({
      access,
      username,
      sessionId,
      since: this.now,
      rowId,
      up: 0n,
      down: 0n,
      from: { up: 0n, down: 0n },
    });
  }

  #shown({ access, username, sessionId, since, rowId, up, down, from }: Online): OnlineSession {
    const meter = { up: `${up - from.up}`, down: `${down - from.down}` };
    return {
      access,
      username,
      sessionId,
      radius: false,
      uptimeSeconds: this.now - since,
      meter: access === 'ppp' ? { source: 'interface', id: rowId, ...meter } : { source: 'hotspot', ...meter },
      ...(access === 'hotspot' ? { callingStationId: sessionId } : {}),
    };
  }
}
