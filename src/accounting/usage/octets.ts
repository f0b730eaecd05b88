/** One direction's octets over the life of a session, across resets of the NAS's counter. */
export interface Counter {
  /** Octets before the last reset. */
  readonly base: bigint;
  /** The counter as last read, with its high word. */
  readonly seen: bigint;
  /** The NAS has sent Gigawords for it. */
  readonly gigawords: boolean;
}

/** Acct-*-Octets and Acct-*-Gigawords of one packet (RFC 2866 §5.3, RFC 2869 §5.1). */
export interface Reading {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export const noOctets: Counter = { base: 0n, seen: 0n, gigawords: false };

export function total(counter: Counter): bigint {
  // By far the most counters never began anew: no other number for the same.
  return counter.base === 0n ? counter.seen : counter.base + counter.seen;
}

/**
 * The counter after a reading. The total never falls: a lower reading of a later time means that the NAS began anew, one of an
 * earlier time that an old packet came late.
 *
 * @param order more than 0: the reading is later than all before it; less: earlier than the last
 */
export function advance(counter: Counter, reading: Reading, order: number): Counter {
  if (reading.low === undefined) return counter;
  const gigawords = counter.gigawords || reading.high !== undefined;
  const seen = join(reading.high === undefined ? highWord(counter, reading.low, order) : reading.high, reading.low);
  if (seen === counter.seen && gigawords === counter.gigawords) return counter;
  if (seen >= counter.seen) return { base: counter.base, seen, gigawords };
  return order > 0 ? { base: total(counter), seen, gigawords } : counter;
}

const word = 1n << 32n;
const halfWord = 2 ** 31;

const join = (high: number, low: number) => BigInt(high) * word + BigInt(low);

/** The high word of a packet without Gigawords. */
function highWord(counter: Counter, low: number, order: number): number {
  const high = Number(counter.seen / word);
  const lowBefore = Number(counter.seen % word);
  // Of before the low word went round.
  if (order < 0 && low > lowBefore && high > 0) return high - 1;
  if (low >= lowBefore || order <= 0) return high;
  // Sent before and left out now, as some NAS do in a Stop: the low word went round.
  if (counter.gigawords) return high + 1;
  // Never sent: a short way forward over the end is a wrap, a long one a counter that began anew.
  return lowBefore - low > halfWord ? high + 1 : 0;
}
