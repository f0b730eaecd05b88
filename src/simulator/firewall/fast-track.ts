import { type Counts, nothing, sumOf } from '../nas/session.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';

/** Menus whose first row shows what went past them. */
const shownIn: readonly (readonly [path: string, chain: string])[] = [
  ['/ip/firewall/filter', 'forward'],
  ['/ip/firewall/mangle', 'prerouting'],
  ['/ip/firewall/raw', 'prerouting'],
];

/**
 * FastTrack: while a rule asks for it and FastPath is allowed, a share of all traffic goes past queues, rules and
 * accounting. Interfaces still count it, under `fp-` too, and a row that nobody wrote shows it in the firewall.
 */
export class FastTrack {
  readonly #database: Database;
  readonly #percent: bigint;
  readonly #dummies = new Map<string, TableRow>();
  #passed: Counts = nothing;

  /** @param percent of traffic that goes that way */
  constructor(database: Database, percent: number) {
    this.#database = database;
    this.#percent = BigInt(percent);
    for (const path of ['/ip/firewall/filter', '/ip/firewall/mangle', '/ip/settings']) {
      database.table(path).watch(() => this.#showDummies());
    }
    database.computeWith('/ip/settings', 'ipv4-fasttrack-active', () => String(this.active));
    database.computeWith('/ip/settings', 'ipv4-fast-path-active', () => String(this.#isAllowed));
    database.computeWith('/ip/settings', 'ipv4-fasttrack-bytes', () => this.#octets());
    database.computeWith('/ip/settings', 'ipv4-fasttrack-packets', () => this.#packets());
  }

  get active(): boolean {
    return this.#isAllowed && ['/ip/firewall/filter', '/ip/firewall/mangle'].some((path) => this.#hasRule(path));
  }

  /** What of it goes past the queues. */
  shareOf(traffic: Counts): Counts {
    if (!this.active) return nothing;
    const part = (count: bigint) => (count * this.#percent) / 100n;
    const share = {
      upOctets: part(traffic.upOctets),
      downOctets: part(traffic.downOctets),
      upPackets: part(traffic.upPackets),
      downPackets: part(traffic.downPackets),
    };
    this.#passed = sumOf(this.#passed, share);
    return share;
  }

  reboot(): void {
    this.#passed = nothing;
  }

  get #isAllowed(): boolean {
    return this.#database.settings('/ip/settings').values.get('allow-fast-path') === 'true';
  }

  #hasRule(path: string): boolean {
    for (const { values } of this.#database.table(path).rows()) {
      if (values.get('action') === 'fasttrack-connection' && values.get('disabled') !== 'true') return true;
    }
    return false;
  }

  #showDummies(): void {
    const { active } = this;
    for (const [path, chain] of shownIn) {
      const dummy = this.#dummies.get(path);
      if (active && dummy === undefined) this.#addDummy(path, chain);
      if (active || dummy === undefined) continue;
      this.#dummies.delete(path);
      this.#database.table(path).remove(dummy);
    }
  }

  #addDummy(path: string, chain: string): void {
    // Marked first: to add it is a change of that menu, too.
    const table = this.#database.table(path);
    const [first] = table.rows();
    this.#dummies.set(path, { id: -1, values: new Map() });
    const comment = 'special dummy rule to show fasttrack counters';
    const row = this.#database.addByRouter(
      path,
      { chain, action: 'passthrough', dynamic: 'true', comment },
      {
        live: { bytes: () => this.#octets(), packets: () => this.#packets() },
        ...(first === undefined ? {} : { before: first.id }),
      },
    );
    this.#dummies.set(path, row);
  }

  #octets(): string {
    return String(this.#passed.upOctets + this.#passed.downOctets);
  }

  #packets(): string {
    return String(this.#passed.upPackets + this.#passed.downPackets);
  }
}
