import { headRoom } from './journal-format.ts';

/** Records of one commit as the journal has them, with room in front of them for the head. Good until the writer is used again. */
export interface EntryBody {
  /** From `headRoom` on. */
  readonly octets: Buffer;
  /** How many records. */
  readonly count: number;
}

/** What goes on being kept: a commit of thousands of records is rare. */
const mostKept = 1 << 20;
const lineEnd = 0x0a;
const quote = 0x22;
const backslash = 0x5c;

/**
 * Writes records as JSON, a line each, into memory that it uses again and again. The same octets as those of `JSON.stringify`, which makes
 * two strings of each that are copied once more, and a third of all the garbage there is of a record.
 */
export class EntryWriter {
  #octets = Buffer.allocUnsafeSlow(64 << 10);
  #end = headRoom;
  /** By name: what comes in front of its value. */
  readonly #names = new Map<string, Uint8Array>();

  write(records: readonly object[]): EntryBody {
    this.#end = headRoom;
    for (const record of records) this.#record(record as Readonly<Record<string, unknown>>);
    if (records.length === 0) this.#octet(lineEnd);
    const octets = this.#octets.subarray(0, this.#end);
    if (this.#octets.length > mostKept) this.#octets = Buffer.allocUnsafeSlow(64 << 10);
    return { octets, count: records.length };
  }

  #record(record: Readonly<Record<string, unknown>>): void {
    const start = this.#end;
    for (const name in record) {
      const value = record[name];
      if (value === undefined) continue;
      this.#name(name);
      const isDone =
        typeof value === 'string' ? this.#text(value) : typeof value === 'number' ? this.#number(value) : false;
      if (!isDone) this.#other(value);
    }
    if (this.#end === start) this.#octet(0x2c);
    // In place of the first comma.
    this.#octets[start] = 0x7b;
    this.#room(2);
    this.#octets[this.#end] = 0x7d;
    this.#octets[this.#end + 1] = lineEnd;
    this.#end += 2;
  }

  #name(name: string): void {
    let octets = this.#names.get(name);
    if (octets === undefined) {
      octets = Buffer.from(`,${JSON.stringify(name)}:`);
      this.#names.set(name, octets);
    }
    this.#room(octets.length);
    const to = this.#octets;
    const at = this.#end;
    for (let index = 0; index < octets.length; index += 1) to[at + index] = octets[index] as number;
    this.#end = at + octets.length;
  }

  /** @returns false when there is more to it than octets that stand for themselves */
  #text(text: string): boolean {
    const { length } = text;
    this.#room(3 * length + 2);
    const [to, start] = [this.#octets, this.#end + 1];
    // Native code has it sooner as soon as there is more than a word of it.
    if (length > short) {
      if (to.write(text, start) !== length) return false;
      for (let at = start; at < start + length; at += 1) if (plain[to[at] as number] === 0) return false;
    } else {
      for (let index = 0; index < length; index += 1) {
        const unit = text.charCodeAt(index);
        if (unit > 0x7e || plain[unit] === 0) return false;
        to[start + index] = unit;
      }
    }
    to[start - 1] = quote;
    to[start + length] = quote;
    this.#end = start + length + 1;
    return true;
  }

  /** @returns false when it is no whole number, or a very large one */
  #number(value: number): boolean {
    if (!Number.isInteger(value) || value < 0 || value > most) return false;
    this.#room(mostDigits);
    this.#whole(value);
    return true;
  }

  #whole(value: number): void {
    if (value < million) this.#digits(value, digitsOf(value));
    else {
      const high = Math.floor(value / million);
      this.#whole(high);
      this.#digits(value - high * million, 6);
    }
  }

  #digits(value: number, count: number): void {
    const [to, end] = [this.#octets, this.#end];
    let rest = value | 0;
    for (let at = end + count - 1; at >= end; at -= 1) {
      const next = (rest / 10) | 0;
      to[at] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.#end = end + count;
  }

  #other(value: unknown): void {
    const text = JSON.stringify(value);
    this.#room(3 * text.length);
    this.#end += this.#octets.write(text, this.#end);
  }

  #octet(octet: number): void {
    this.#room(1);
    this.#octets[this.#end] = octet;
    this.#end += 1;
  }

  #room(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#octets.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * needed);
    this.#octets.copy(larger, 0, 0, this.#end);
    this.#octets = larger;
  }
}

/** So long a text is written by ourselves. */
const short = 32;
const million = 1_000_000;
/** Whole numbers up to there are divided without error. */
const most = 1e15;
const mostDigits = 16;
/** 1 for octets that stand for themselves within a text. */
const plain = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x20 && octet <= 0x7e && octet !== quote && octet !== backslash ? 1 : 0,
);

function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits += 1;
  return digits;
}
