import type { Clock } from '../base/clock.ts';
import { FastTrack } from './firewall/fast-track.ts';
import { Firewall } from './firewall/firewall.ts';
import type { Reached, ReachRequest } from './firewall/packet.ts';
import { TimedEntries } from './firewall/timed-entries.ts';
import { followAddresses } from './nas/connected-routes.ts';
import { IpAccounting } from './nas/ip-accounting.ts';
import { pingCommand } from './nas/ping.ts';
import type { Sessions, TrafficPath } from './nas/sessions.ts';
import { RouterPath } from './nas/traffic-path.ts';
import type { Database } from './routeros/database.ts';
import type { Extras, OwnCommand } from './routeros/executor.ts';

export interface ForwardingOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly sessions: () => Sessions;
  /** Of traffic, while FastTrack is on. */
  readonly fastTrackPercent: number;
}

/** What the router does with packets: rules, lists, routes, and the counters on the way. */
export class Forwarding {
  readonly #firewall: Firewall;
  readonly #path: RouterPath;
  readonly #ipAccounting: IpAccounting | undefined;
  readonly #entries: readonly TimedEntries[];
  readonly #ping: OwnCommand;

  constructor({ clock, database, sessions, fastTrackPercent }: ForwardingOptions) {
    const fastTrack = new FastTrack(database, fastTrackPercent);
    this.#ipAccounting = database.find('/ip/accounting') === undefined ? undefined : new IpAccounting(database);
    this.#path = new RouterPath({ database, fastTrack, ipAccounting: this.#ipAccounting });
    const entries = new TimedEntries({ database, clock, path: '/ip/firewall/address-list' });
    const entries6 = new TimedEntries({ database, clock, path: '/ipv6/firewall/address-list' });
    this.#entries = [entries, entries6];
    this.#firewall = new Firewall({ database, sessions, entries });
    followAddresses(database);
    this.#ping = pingCommand(database, sessions);
  }

  get path(): TrafficPath {
    return this.#path;
  }

  reach(source: string, request?: ReachRequest): Reached {
    return this.#firewall.reach(source, request);
  }

  /** Counters of menus that keep them in their rows. */
  get resets(): Extras['resets'] {
    const rules = (['filter', 'nat', 'mangle', 'raw'] as const).map(
      (menu) => [`/ip/firewall/${menu}`, zeroed(['bytes', 'packets'])] as const,
    );
    const tree = zeroed(['bytes', 'packets', 'dropped']);
    return new Map([...rules, ['/ipv6/firewall/filter', zeroed(['bytes', 'packets'])], ['/queue/tree', tree]]);
  }

  get commands(): NonNullable<Extras['commands']> {
    const { take } = this.#ipAccounting ?? {};
    return new Map([
      ['/tool ping', this.#ping],
      ...(take === undefined ? [] : [['/ip/accounting/snapshot take', take] as const]),
    ]);
  }

  /** After the sessions are gone. */
  reboot(): void {
    this.#path.reboot();
    for (const entries of this.#entries) entries.reboot();
  }

  [Symbol.dispose](): void {
    for (const entries of this.#entries) entries[Symbol.dispose]();
  }
}

function zeroed(names: readonly string[]): NonNullable<ReturnType<Extras['resets']['get']>> {
  return (row) => {
    for (const name of names) row?.values.set(name, '0');
  };
}
