import type { MeterReading, UserTotals } from '../../src/accounting/event.ts';
import { pppPorts } from '../../src/usage/ppp-ports.ts';
import { metersOf, pppSession } from '../../src/usage/read-router.ts';
import type { FlowsRead, OnlineSession, PathReading, RouterReading } from '../../src/usage/reading.ts';

interface Online {
  readonly access: 'ppp' | 'hotspot' | 'dhcp';
  readonly username: string;
  readonly sessionId: string;
  readonly since: number;
  readonly rowId: string;
  /** Of a lease, its address; of a dial-in session, its interface. */
  readonly place: string;
  /** What the pool gave a dial-in session. */
  readonly address?: string;
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
  /** Octets by address since the last snapshot, and that. */
  #flows = new Map<string, { up: bigint; down: bigint }>();
  #snapshot: { readonly id: string; readonly flows: ReadonlyMap<string, { up: bigint; down: bigint }> } | undefined;
  #snapshots = 0;
  readonly #totals = new Map<string, { up: bigint; down: bigint; seconds: number }>();

  /** @param address what the pool gives: the next may get it as soon as this one is gone */
  dial(username: string, address = '10.20.0.2'): void {
    this.#next += 1;
    const names = [`<pppoe-${username}>`, ...Array.from({ length: 99 }, (_, at) => `<pppoe-${username}-${at + 1}>`)];
    const free = names.find((name) => !this.#online.some(({ place }) => place === name)) ?? '';
    this.#begin('ppp', username, `81c0${this.#next.toString(16).padStart(4, '0')}`, free, address);
  }

  /** The lease of the house of that number is bound; its octets are counted by address. */
  bind(house: number): void {
    const mac = houseMac(house);
    if (this.#online.some(({ username }) => username === mac)) return;
    this.#begin('dhcp', mac, `lease-${mac.toLowerCase()}`, `10.30.0.${house}`);
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
    if (session.access === 'dhcp') {
      const known = this.#flows.get(session.place) ?? { up: 0n, down: 0n };
      this.#flows.set(session.place, { up: known.up + up, down: known.down + down });
    }
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

  /** What each session online has sent in truth. */
  get sent(): readonly (readonly [sessionId: string, up: bigint])[] {
    return this.#online.map(({ sessionId, up }) => [sessionId, up]);
  }

  get count(): number {
    return this.#online.length;
  }

  /** @param stored id of the snapshot in the journal: the next is taken only then */
  read(stored?: string): RouterReading {
    if (this.#snapshot === undefined || this.#snapshot.id === stored) this.#take();
    const flows = this.#flowsRead();
    return {
      flows,
      uptimeSeconds: this.now - this.#bootedAt,
      sessions: [...this.#dialledIn(), ...this.#online.flatMap((session) => this.#shown(session, flows))],
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

  #take(): void {
    this.#snapshots += 1;
    this.#snapshot = { id: `${this.#snapshots}`, flows: this.#flows };
    this.#flows = new Map();
  }

  #flowsRead(): FlowsRead {
    const { id = '', flows = new Map() } = this.#snapshot ?? {};
    const meterOf = ({ up, down }: { up: bigint; down: bigint }) => {
      return { source: 'flows' as const, id, up: `${up}`, down: `${down}` };
    };
    const meters = new Map(Array.from(flows, ([address, octets]) => [address, meterOf(octets)]));
    const away = [1, 2, 3].filter((house) => !this.#online.some(({ place }) => place === `10.30.0.${house}`));
    const unbound = away.flatMap((house) => {
      const [address, mac, meter] = [`10.30.0.${house}`, houseMac(house), meters.get(`10.30.0.${house}`)];
      return meter === undefined ? [] : [leaseOf(mac, address, meter)];
    });
    return { id, meters, unbound };
  }

  #begin(access: Online['access'], username: string, sessionId: string, place = '', address?: string): void {
    this.#next += 1;
    const rowId = `*${this.#next.toString(16)}`;
    this.#online.push({
      access,
      username,
      sessionId,
      since: this.now,
      rowId,
      place,
      ...(address === undefined ? {} : { address }),
      up: 0n,
      down: 0n,
      from: { up: 0n, down: 0n },
    });
  }

  /** All by one device: as the tables of the router show them. */
  #dialledIn(): readonly OnlineSession[] {
    const sessions = this.#online.filter(({ access }) => access === 'ppp');
    const common = { 'caller-id': '02:00:00:00:00:AA', 'remote-address': '02:00:00:00:00:AA', service: 'pppoe' };
    const uptime = (since: number) => `${this.now - since}s`;
    const rows = sessions.map(({ username: name, sessionId, since, address = '' }) => {
      const shown = { name, address, 'session-id': `0x${sessionId.toUpperCase()}`, uptime: uptime(since) };
      return { ...common, ...shown, radius: 'false' };
    });
    const bindings = sessions.map(({ username: user, rowId, place: name, since }) => {
      return { service: 'pppoe', row: { ...common, '.id': rowId, name, user, uptime: uptime(since) } };
    });
    const interfaces = sessions.map(({ rowId, place: name, up, down, from }) => {
      return { '.id': rowId, name, 'rx-byte': `${up - from.up}`, 'tx-byte': `${down - from.down}` };
    });
    const meters = metersOf(interfaces, [], pppPorts(rows, bindings.reverse()));
    return rows.map((row) => pppSession(row, meters));
  }

  #shown({ access, username, sessionId, since, place, up, down }: Online, { id, meters }: FlowsRead): OnlineSession[] {
    if (access === 'ppp') return [];
    if (access === 'dhcp') {
      return [leaseOf(username, place, meters.get(place) ?? { source: 'flows', id, up: '0', down: '0' })];
    }
    const meter = { source: 'hotspot' as const, up: `${up}`, down: `${down}` };
    const uptimeSeconds = this.now - since;
    return [{ access, username, sessionId, radius: false, uptimeSeconds, meter, callingStationId: sessionId }];
  }
}

export function houseMac(house: number): string {
  return `0C:42:A1:00:00:0${house}`;
}

function leaseOf(mac: string, address: string, meter: MeterReading): OnlineSession {
  const sessionId = `lease-${mac.toLowerCase()}`;
  return { access: 'dhcp', username: mac, sessionId, radius: false, meter, framedIpAddress: address };
}
