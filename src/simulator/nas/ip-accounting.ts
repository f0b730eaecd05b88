import type { Database } from '../routeros/database.ts';
import type { Counts, Session } from './session.ts';

interface Pair {
  readonly source: string;
  readonly destination: string;
  readonly sourceUser: string;
  readonly destinationUser: string;
  octets: bigint;
  packets: bigint;
}

const somewhere = '198.51.100.80';

/**
 * `/ip/accounting` of RouterOS 6: octets between pairs of addresses, as many pairs as `threshold` says, until a `take`
 * moves them to the snapshot and clears them. What finds the table full is counted as a sum alone.
 */
export class IpAccounting {
  readonly #database: Database;
  #pairs = new Map<string, Pair>();
  #uncountedOctets = 0n;
  #uncountedPackets = 0n;

  constructor(database: Database) {
    this.#database = database;
    database.computeWith('/ip/accounting/uncounted', 'bytes', () => String(this.#uncountedOctets));
    database.computeWith('/ip/accounting/uncounted', 'packets', () => String(this.#uncountedPackets));
  }

  /** @param peer whom the subscriber talked to */
  count({ address, caller }: Session, traffic: Counts, peer = somewhere): void {
    if (this.#settings('enabled') !== 'true') return;
    const user = caller.username;
    this.#add(
      { source: address, destination: peer, sourceUser: user, destinationUser: '' },
      traffic.upOctets,
      traffic.upPackets,
    );
    this.#add(
      { source: peer, destination: address, sourceUser: '', destinationUser: user },
      traffic.downOctets,
      traffic.downPackets,
    );
  }

  /** Moves what was counted to the snapshot, in place of what stood there. */
  readonly take = (): void => {
    const snapshot = this.#database.table('/ip/accounting/snapshot');
    for (const row of [...snapshot.rows()]) snapshot.remove(row);
    for (const pair of this.#pairs.values()) {
      this.#database.addByRouter('/ip/accounting/snapshot', {
        'src-address': pair.source,
        'dst-address': pair.destination,
        packets: String(pair.packets),
        bytes: String(pair.octets),
        'src-user': pair.sourceUser,
        'dst-user': pair.destinationUser,
      });
    }
    this.#pairs = new Map();
    this.#uncountedOctets = 0n;
    this.#uncountedPackets = 0n;
  };

  reboot(): void {
    this.take();
    const snapshot = this.#database.table('/ip/accounting/snapshot');
    for (const row of [...snapshot.rows()]) snapshot.remove(row);
  }

  #add(between: Omit<Pair, 'octets' | 'packets'>, octets: bigint, packets: bigint): void {
    if (octets === 0n) return;
    const key = `${between.source} ${between.destination}`;
    const pair = this.#pairs.get(key);
    if (pair !== undefined) {
      pair.octets += octets;
      pair.packets += packets;
    } else if (this.#pairs.size < Number(this.#settings('threshold'))) {
      this.#pairs.set(key, { ...between, octets, packets });
    } else {
      this.#uncountedOctets += octets;
      this.#uncountedPackets += packets;
    }
  }

  #settings(name: string): string | undefined {
    return this.#database.settings('/ip/accounting').values.get(name);
  }
}
