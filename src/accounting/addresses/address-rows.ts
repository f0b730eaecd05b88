import { numberKey } from '../../store/layout.ts';
import type { Table, Write } from '../../store/table.ts';
import type { SessionState } from '../sessions/session-state.ts';
import { type AddressRange, lastOf, masked, parseAddressRange } from './address-range.ts';
import { type AddressSpan, addressSpans } from './address-spans.ts';

/** A closed session that may have had an address. */
export interface AddressRow {
  readonly sessionKey: string;
  /** When it ended: part of where it lies. */
  readonly stoppedAt: number;
}

/**
 * Closed sessions by the addresses they had.
 *
 * A moment lies in sessions that began any time before it, so that rows by start alone would have to be read back to the
 * first. Hence they are put by how long they lasted, too, in ten classes each four times as long as the one before: in each only what began
 * within its longest is looked at. Key: family, prefix length, address, class, start, session key. Value: the session's end.
 */
export class AddressRows {
  readonly #table: Table<number>;

  constructor(table: Table<number>) {
    this.#table = table;
  }

  puts(session: SessionState): readonly Write[] {
    return keysOf(session).map((key) => this.#table.toPut(key, session.stoppedAt ?? 0));
  }

  dels(session: SessionState): readonly Write[] {
    return keysOf(session).map((key) => this.#table.toDel(key));
  }

  /**
   * Sessions that had an address in this range, or a prefix that has it in it, and that were there between two moments. What
   * ended just before may be among them.
   */
  async *between(range: AddressRange, from: number, till: number): AsyncIterable<AddressRow> {
    for await (const length of this.#lengths(range.family)) {
      if (length < range.length) yield* this.#oneAddress(masked(range, length), from, till);
      else yield* this.#manyAddresses(range, length, from, till);
    }
  }

  /** Lengths of prefixes that there are, the shortest first. */
  async *#lengths(family: AddressRange['family']): AsyncIterable<number> {
    let next: number | undefined = 0;
    while (next !== undefined) {
      const rows = { gte: `${family}${lengthKey(next)}`, lt: `${family};`, limit: 1 };
      next = undefined;
      for await (const key of this.#table.keys(rows)) {
        const length = Number.parseInt(key.slice(1, headLength), 16);
        yield length;
        next = length + 1;
      }
    }
  }

  /** Of prefixes of one length, each address that there is in the range. */
  async *#manyAddresses(range: AddressRange, length: number, from: number, till: number): AsyncIterable<AddressRow> {
    const end = prefixOf({ ...range, length, first: lastOf(range) });
    let next: string | undefined = prefixOf({ ...range, length });
    while (next !== undefined) {
      const first: string | undefined = await this.#firstFrom(next, `${end};`);
      if (first === undefined) return;
      yield* this.#oneAddress({ ...range, length, first }, from, till);
      next = `${prefixOf({ ...range, length, first })};`;
    }
  }

  async *#oneAddress(range: AddressRange, from: number, till: number): AsyncIterable<AddressRow> {
    const start = prefixOf(range);
    if ((await this.#firstFrom(start, `${start};`)) === undefined) return;
    for (const [at, longestMs] of classes.entries()) {
      const since = Math.max(0, from - longestMs);
      const within = {
        gte: `${start}${at}${numberKey(since)}`,
        lt: `${start}${at}${numberKey(Math.max(0, till) + 1)}`,
      };
      for await (const [key, stoppedAt] of this.#table.entries(within)) {
        if (stoppedAt >= from) yield { sessionKey: key.slice(start.length + 1 + numberLength), stoppedAt };
      }
    }
  }

  /** The address of the first row from a key on. */
  async #firstFrom(gte: string, lt: string): Promise<string | undefined> {
    for await (const key of this.#table.keys({ gte, lt, limit: 1 }))
      return key.slice(headLength, headLength + (key.startsWith('4') ? 8 : 32));
    return undefined;
  }
}

/** The longest of each class; the last has all that is longer. */
const classes: readonly number[] = [
  ...Array.from({ length: 9 }, (_, at) => 15 * 60_000 * 4 ** at),
  Number.MAX_SAFE_INTEGER,
];
const headLength = 3;
const numberLength = numberKey(0).length;

function prefixOf({ family, length, first }: AddressRange): string {
  return `${family}${lengthKey(length)}${first}`;
}

function lengthKey(length: number): string {
  return length.toString(16).padStart(2, '0');
}

function keysOf(session: SessionState): readonly string[] {
  const keys: string[] = [];
  for (const span of addressSpans(session)) {
    const key = keyOf(span, session);
    if (key !== undefined && !keys.includes(key)) keys.push(key);
  }
  return keys;
}

/** Text that a NAS sent as an address and that is none is found by no address. */
function keyOf({ address, from, till = from }: AddressSpan, { key }: SessionState): string | undefined {
  const range = parseAddressRange(address);
  if (range === undefined || from < 0) return undefined;
  const longMs = till - from;
  const at = classes.findIndex((longestMs) => longMs <= longestMs);
  return `${prefixOf(range)}${at}${numberKey(Math.floor(from))}${key}`;
}
