import { setImmediate } from 'node:timers/promises';
import { formatIpv4 } from '../../model/ipv4.ts';
import { addressFields } from '../event.ts';
import type { SessionIndex } from '../sessions/session-index.ts';
import type { SessionRows } from '../sessions/session-rows.ts';
import type { SessionState } from '../sessions/session-state.ts';
import { type InterimSeconds, isStale, type SessionView, viewOf } from '../sessions/view.ts';
import { type AddressRange, overlap, parseAddressRange } from './address-range.ts';
import { type AddressSpan, addressSpans } from './address-spans.ts';

export interface HolderQuery {
  /** One address, or a prefix: whoever had an address of it. Or several. */
  readonly range: AddressRange | readonly AddressRange[];
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly limit: number;
  /** For sessions that nothing was heard of. */
  readonly interimSeconds: InterimSeconds;
}

/** Somebody who had an address, as far as accounting knows. */
export interface AddressHolder {
  readonly session: SessionView;
  /** Of those it had, the one that was asked for, or that has it in it. */
  readonly address: string;
  readonly from: number;
  /** Absent: it has it still. */
  readonly till?: number;
  /**
   * `held`: between its first and last sign. `near`: so close to them that a clock may be wrong, or after the last sign of a
   * session whose end nobody saw.
   */
  readonly match: 'held' | 'near';
}

/** Clocks of routers, and of whoever asks, may be so far apart. */
const clockMs = 60_000;
/** A session whose Stop never came may have gone on for so long after it was last heard of: some interim intervals. */
const unseenEndMs = 10 * 60_000;
const perSlice = 1000;

/** Who had an address: those who held it first, then those who may have; of each the one that began last first. */
export async function addressHolders(
  index: Pick<SessionIndex, 'open'>,
  rows: Pick<SessionRows, 'withAddress'>,
  query: HolderQuery,
  now: number,
): Promise<readonly AddressHolder[]> {
  const found = new Map<string, readonly AddressHolder[]>();
  const look = (session: SessionState) => {
    const holders = heldBy(session, ranges, query, now);
    if (holders.length > 0) found.set(session.key, holders);
    // Beyond that, more of the same would only fill the memory.
    return found.size < 100 * query.limit;
  };
  const ranges = 'first' in query.range ? [query.range] : query.range;
  const exact = exactOf(ranges);
  let seen = 0;
  // Open first, then what ended: one that ends meanwhile is met twice, and none not at all.
  for (const session of index.open()) {
    if (mayHold(session, ranges, exact) && !look(session)) break;
    seen += 1;
    if (seen % perSlice === 0) await setImmediate();
  }
  for (const range of ranges) {
    for await (const session of rows.withAddress(range, query.at - unseenEndMs, query.at + clockMs)) {
      if (!look(session)) break;
    }
  }
  return [...found.values()].flat().sort(byMatch).slice(0, query.limit);
}

/** Their spellings, where all of them are single IPv4 addresses. */
function exactOf(ranges: readonly AddressRange[]): ReadonlySet<string> | undefined {
  if (!ranges.every(({ family, length }) => family === 4 && length === 32)) return undefined;
  return new Set(ranges.map(({ first }) => formatIpv4(Number.parseInt(first, 16))));
}

/** One look at what is nearly always another address. */
function mayHold(
  session: SessionState,
  ranges: readonly AddressRange[],
  exact: ReadonlySet<string> | undefined,
): boolean {
  if (session.formerAddresses !== undefined) return true;
  const { framedIpAddress } = session;
  // Dotted quads have one spelling each.
  if (exact !== undefined && (framedIpAddress === undefined || !exact.has(framedIpAddress)) && hasOnlyIpv4(session))
    return false;
  return addressFields.some((field) => {
    const address = session[field];
    return address !== undefined && isIn(address, ranges);
  });
}

function hasOnlyIpv4({ framedIpAddress, framedIpv6Address, framedIpv6Prefix, delegatedIpv6Prefix }: SessionState) {
  if (framedIpv6Address !== undefined || framedIpv6Prefix !== undefined || delegatedIpv6Prefix !== undefined)
    return false;
  return framedIpAddress === undefined || !framedIpAddress.includes(':');
}

function isIn(address: string, ranges: readonly AddressRange[]): boolean {
  const own = parseAddressRange(address);
  return own !== undefined && ranges.some((range) => overlap(own, range));
}

function heldBy(
  session: SessionState,
  ranges: readonly AddressRange[],
  query: HolderQuery,
  now: number,
): readonly AddressHolder[] {
  return addressSpans(session).flatMap((span) => {
    const match = isIn(span.address, ranges) ? matchOf(session, span, query) : undefined;
    return match === undefined ? [] : [{ session: viewOf(session, now, query.interimSeconds), ...span, match }];
  });
}

function matchOf(
  session: SessionState,
  { from, till }: AddressSpan,
  query: HolderQuery,
): AddressHolder['match'] | undefined {
  const { at, interimSeconds } = query;
  if (at < from) return at >= from - clockMs ? 'near' : undefined;
  if (till === undefined) return isStale(session, at, interimSeconds) ? 'near' : 'held';
  // Routers tell whole seconds.
  if (at < till + 1000) return 'held';
  const slackMs = till === session.stoppedAt && session.endedBy !== 'stop' ? unseenEndMs : clockMs;
  return at <= till + slackMs ? 'near' : undefined;
}

function byMatch(a: AddressHolder, b: AddressHolder): number {
  if (a.match !== b.match) return a.match === 'held' ? -1 : 1;
  return b.from - a.from;
}
