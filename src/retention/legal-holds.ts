import { type AddressRange, overlap, parseAddressRange } from '../accounting/addresses/address-range.ts';
import { addressSpans } from '../accounting/addresses/address-spans.ts';
import type { SessionState } from '../accounting/sessions/session-state.ts';
import { userOf } from '../accounting/sessions/session-user.ts';
import { numberKey } from '../store/layout.ts';
import type { Table } from '../store/table.ts';

/**
 * What has to be kept, whatever its age and whoever wants it erased: all that is of these usernames, with this address, in
 * this time, as far as each is given.
 */
export interface LegalHold {
  /** Grows by one. */
  readonly number: number;
  /** Wall time, milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  readonly reason: string;
  /** Whom it was asked of: a username, a device or a subscriber. */
  readonly who?: string;
  /** What he goes by. */
  readonly usernames?: readonly string[];
  /** An address or a prefix. */
  readonly address?: string;
  /** From this moment on, milliseconds since 1970. */
  readonly from?: number;
  /** Before this one. */
  readonly till?: number;
}

/** Something that may be held. */
export interface Evidence {
  /** Absent: of nobody, or of whom is not known. */
  readonly username?: string | undefined;
  readonly addresses?: readonly string[];
  /** When it was, milliseconds since 1970. */
  readonly from: number;
  readonly till: number;
}

/** Holds that are in force, on disk and in memory. */
export class LegalHolds {
  readonly #table: Table<LegalHold>;
  readonly #holds: Map<number, Held>;
  #last: number;

  private constructor(table: Table<LegalHold>, holds: readonly LegalHold[], last: number) {
    this.#table = table;
    this.#holds = new Map(holds.map((hold) => [hold.number, heldBy(hold)]));
    this.#last = last;
  }

  /** @throws LastmileError of the store */
  static async open(table: Table<LegalHold>): Promise<LegalHolds> {
    const holds: LegalHold[] = [];
    for await (const [, hold] of table.entries()) holds.push(hold);
    return new LegalHolds(table, holds, holds.at(-1)?.number ?? 0);
  }

  /** Oldest first. */
  all(): readonly LegalHold[] {
    return Array.from(this.#holds.values(), ({ hold }) => hold);
  }

  /** In force once it is synced. @throws LastmileError of the store */
  async add(given: Omit<LegalHold, 'number'>): Promise<LegalHold> {
    this.#last += 1;
    const hold = { number: this.#last, ...given };
    await this.#table.put(numberKey(hold.number), hold, { sync: true });
    this.#holds.set(hold.number, heldBy(hold));
    return hold;
  }

  /** @returns `undefined` when there is none of that number */
  async release(number: number): Promise<LegalHold | undefined> {
    const hold = this.#holds.get(number)?.hold;
    if (hold === undefined) return undefined;
    await this.#table.del(numberKey(number), { sync: true });
    this.#holds.delete(number);
    return hold;
  }

  holds(evidence: Evidence): boolean {
    return this.of(evidence).length > 0;
  }

  /** Those that want it kept. */
  of(evidence: Evidence): readonly LegalHold[] {
    if (this.#holds.size === 0) return [];
    return [...this.#holds.values()].filter((held) => concerns(held, evidence)).map(({ hold }) => hold);
  }

  /** Those on a username, whatever their time and address. */
  ofUser(username: string): readonly LegalHold[] {
    const user = userOf(username);
    return [...this.#holds.values()].filter(({ users }) => users?.has(user) === true).map(({ hold }) => hold);
  }
}

/** A session, for `LegalHolds.holds`. */
export function evidenceOf(session: SessionState): Evidence {
  const { username, startedAt, stoppedAt, updatedAt } = session;
  return {
    username,
    addresses: addressSpans(session).map(({ address }) => address),
    from: Math.min(startedAt, updatedAt),
    till: Math.max(stoppedAt ?? Number.POSITIVE_INFINITY, updatedAt),
  };
}

interface Held {
  readonly hold: LegalHold;
  readonly users: ReadonlySet<string> | undefined;
  readonly range: AddressRange | undefined;
}

function heldBy(hold: LegalHold): Held {
  const { usernames, address } = hold;
  return {
    hold,
    users: usernames === undefined ? undefined : new Set(usernames.map(userOf)),
    range: address === undefined ? undefined : parseAddressRange(address),
  };
}

function concerns({ hold, users, range }: Held, { username, addresses = [], from, till }: Evidence): boolean {
  if (hold.from !== undefined && till < hold.from) return false;
  if (hold.till !== undefined && from >= hold.till) return false;
  if (users !== undefined && (username === undefined || !users.has(userOf(username)))) return false;
  if (hold.address === undefined) return true;
  return addresses.some((text) => {
    const own = parseAddressRange(text);
    return own !== undefined && range !== undefined && overlap(own, range);
  });
}
