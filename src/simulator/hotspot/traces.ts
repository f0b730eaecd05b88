import { isIPv4 } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterTime, parseRouterTime } from '../routeros/time.ts';
import { isAtLeast } from '../routeros/version.ts';
import { inBackground, sleepUntil } from '../timers.ts';
import type { Host } from './host.ts';
import type { HotspotSettings } from './settings.ts';
import type { Destination } from './walled-garden.ts';

export interface TracesDeps {
  readonly database: Database;
  readonly clock: Clock;
}

type End = readonly [address: string, port: string];

/** How long an answer is kept. */
const ttlMs = 300_000;
const gone = new Error('the row is gone');
/** Of each menu. The oldest give way. */
const maxRows = 1000;
const cacheMenus = ['/ip/dns/cache', '/ip/dns/cache/all'];
const connectionMenu = '/ip/firewall/connection';

/** Ports that the rules of a hotspot turn to its own: HTTP to its proxy, TLS to its pages. */
const turned: Readonly<Record<number, string>> = { 80: '64874', 3128: '64874', 8080: '64874', 443: '64875' };

/**
 * What devices behind a hotspot leave in the router's tables: the names they asked its resolver for, and the connections
 * that its rules turned to the hotspot's own ports. Every name has an address of its own, of 198.18.0.0/15 (RFC 2544):
 * what the simulated network makes of names is nobody's address.
 */
export class Traces {
  readonly #deps: TracesDeps;
  readonly #addresses = new Map<string, string>();
  /** By menu, the oldest first, each with what ends the wait for its end. */
  readonly #rows = new Map<string, Map<TableRow, AbortController>>();
  #names = 0;
  #connections = 0;

  constructor({ database, clock }: TracesDeps) {
    this.#deps = { database, clock };
  }

  /** @returns the address of that name */
  asked(name: string): string {
    if (isIPv4(name)) return name;
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    this.#names += 1;
    const [high, low] = [Math.floor(this.#names / 256), this.#names % 256];
    const address = `198.${18 + (Math.floor(high / 256) % 2)}.${high % 256}.${low}`;
    this.#addresses.set(name, address);
    for (const menu of cacheMenus) this.#keep(menu, { name, type: 'A', data: address, address }, 'ttl', ttlMs);
    return address;
  }

  /** The walled garden let it through. */
  passed(host: Host, to: Destination): void {
    this.#connect(host, to, undefined);
  }

  /** Only ports of HTTP and TLS are turned; other packets the filter refuses, which leaves no connection. */
  turnedAway(host: Host, { profile }: HotspotSettings, to: Destination): void {
    const port = turned[to.port];
    if (port !== undefined) this.#connect(host, to, [profile.get('hotspot-address') ?? '0.0.0.0', port]);
  }

  #connect({ address }: Host, { host, port }: Destination, us: End | undefined): void {
    this.#connections += 1;
    const from: End = [address, String(49_152 + (this.#connections % 16_384))];
    const to: End = [this.asked(host), String(port)];
    const ends = this.#written({ src: from, dst: to, 'reply-src': us ?? to, 'reply-dst': from });
    const flags = { confirmed: 'true', 'seen-reply': 'true', dstnat: String(us !== undefined) };
    const row = { protocol: 'tcp', ...ends, ...flags, 'tcp-state': 'close', 'orig-packets': '1' };
    const { values } = this.#deps.database.settings(`${connectionMenu}/tracking`);
    // What was reset is remembered for as long as this says.
    this.#keep(connectionMenu, row, 'timeout', parseRouterTime(values.get('tcp-close-timeout') ?? '') ?? 10_000);
  }

  /** Both tables are in memory. */
  reboot(): void {
    for (const [menu, rows] of this.#rows) for (const row of [...rows.keys()]) this.#drop(menu, row);
  }

  [Symbol.dispose](): void {
    for (const rows of this.#rows.values()) for (const waiting of rows.values()) waiting.abort(gone);
  }

  /** Version 6 has `10.5.50.10:49153` where later ones have two properties. */
  #written(ends: Readonly<Record<string, End>>): Record<string, string> {
    const apart = isAtLeast(this.#deps.database.version, '7');
    const pairs = Object.entries(ends).flatMap(([end, [address, port]]) =>
      apart
        ? [[`${end}-address`, address] as const, [`${end}-port`, port] as const]
        : [[`${end}-address`, `${address}:${port}`] as const],
    );
    return Object.fromEntries(pairs);
  }

  /** Adds a row that goes when its time is over, which it shows. */
  #keep(menu: string, fields: Record<string, string>, shownAs: string, ms: number): void {
    const { database, clock } = this.#deps;
    const endsAt = clock.monotonic() + ms;
    const left = () => formatRouterTime(Math.ceil(Math.max(0, endsAt - clock.monotonic()) / 1000) * 1000);
    const row = database.addByRouter(menu, fields, { live: { [shownAs]: left } });
    const waiting = new AbortController();
    const rows = this.#rows.get(menu) ?? new Map<TableRow, AbortController>();
    this.#rows.set(menu, rows.set(row, waiting));
    const [oldest] = rows.keys();
    if (rows.size > maxRows && oldest !== undefined) this.#drop(menu, oldest);
    inBackground(waiting.signal, async () => {
      await sleepUntil(endsAt, clock, waiting.signal);
      this.#drop(menu, row);
    });
  }

  #drop(menu: string, row: TableRow): void {
    const rows = this.#rows.get(menu);
    rows?.get(row)?.abort(gone);
    if (rows?.delete(row) !== true) return;
    this.#deps.database.table(menu).remove(row);
    if (cacheMenus.includes(menu)) this.#addresses.delete(row.values.get('name') ?? '');
  }
}
