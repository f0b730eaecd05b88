import type { Database } from '../routeros/database.ts';
import { formatId } from '../routeros/table.ts';

export interface PooledAddress {
  readonly address: string;
  /** Id of the pool it came from: the one asked, or one that it goes on to. */
  readonly pool: string;
}

/** Hands out the addresses of `/ip/pool`, lowest first. */
export class AddressPools {
  readonly #database: Database;
  readonly #used = new Set<string>();
  /** By first address of a range: below this number nothing is free. Spares a walk over 10,000 taken ones. */
  readonly #allUsedBelow = new Map<number, number>();

  constructor(database: Database) {
    this.#database = database;
    database.computeWith('/ip/pool', 'total', (row) => String(countOf(row.values.get('ranges') ?? '')));
    database.computeWith('/ip/pool', 'used', (row) => String(this.#usedOf(row.id)));
    database.computeWith('/ip/pool', 'available', (row) =>
      String(countOf(row.values.get('ranges') ?? '') - this.#usedOf(row.id)),
    );
  }

  /**
   * The lowest free address of the pool, or of those that follow it.
   *
   * @param spared whether an address is left to others though nobody has it now
   */
  take(pool: string, spared?: (address: string) => boolean): PooledAddress | undefined {
    const seen = new Set<string>();
    for (let id: string | undefined = pool; id !== undefined && !seen.has(id); ) {
      seen.add(id);
      const row = this.#database.referenced('/ip/pool', id);
      const address = row && this.#lowestFree(row.values.get('ranges') ?? '', spared);
      if (address !== undefined) {
        this.#used.add(address);
        return { address, pool: id };
      }
      id = row?.values.get('next-pool');
    }
    return undefined;
  }

  isUsed(address: string): boolean {
    return this.#used.has(address);
  }

  /** Marks a fixed address as taken, so that no pool hands it out. */
  hold(address: string): void {
    this.#used.add(address);
  }

  release(address: string): void {
    this.#used.delete(address);
    const number = numberOf(address);
    for (const [first, below] of this.#allUsedBelow) {
      if (number >= first && number < below) this.#allUsedBelow.set(first, number);
    }
  }

  #lowestFree(ranges: string, spared: ((address: string) => boolean) | undefined): string | undefined {
    for (const [first, last] of rangesOf(ranges)) {
      let passedOver = false;
      for (let number = Math.max(first, this.#allUsedBelow.get(first) ?? 0); number <= last; number += 1) {
        const address = addressOf(number);
        if (this.#used.has(address)) continue;
        if (spared?.(address)) {
          passedOver = true;
          continue;
        }
        if (!passedOver) this.#allUsedBelow.set(first, number);
        return address;
      }
    }
    return undefined;
  }

  #usedOf(id: number): number {
    const pool = formatId(id);
    let count = 0;
    for (const row of this.#database.table('/ip/pool/used').rows()) if (row.values.get('pool') === pool) count += 1;
    return count;
  }
}

function rangesOf(text: string): readonly (readonly [number, number])[] {
  return text.split(',').map((range) => {
    const [first = '', length] = range.split('/');
    if (length !== undefined) return prefixRange(numberOf(first), Number(length));
    const [from = '', to = from] = range.split('-');
    return [numberOf(from), numberOf(to)] as const;
  });
}

/** All addresses of a prefix but the network's own and the broadcast address. */
function prefixRange(address: number, length: number): readonly [number, number] {
  const size = 2 ** (32 - length);
  const network = address - (address % size);
  return length > 30 ? [network, network + size - 1] : [network + 1, network + size - 2];
}

function countOf(ranges: string): number {
  return rangesOf(ranges).reduce((sum, [first, last]) => sum + Math.max(0, last - first + 1), 0);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
