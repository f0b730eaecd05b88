import { setImmediate } from 'node:timers/promises';
import { formatIpv4 } from '../model/ipv4.ts';
import { type AddressRange, overlap, parseAddressRange } from './address-range.ts';
import { type AddressSpan, addressSpans } from './address-spans.ts';
import { addressFields } from './event.ts';
import type { SessionIndex } from './session-index.ts';
import type { SessionRows } from './session-rows.ts';
import type { SessionState } from './session-state.ts';
import { isStale, type SessionView, viewOf } from './view.ts';

export interface HolderQuery {
  /** One address, or a prefix: whoever had an address of it. */
  readonly range: AddressRange;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly limit: number;
  /** For sessions that nothing was heard of. */
  readonly interimSeconds: number;
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
    const holders = heldBy(session, query, now);
    if (holders.length > 0) found.set(session.key, holders);
    // Beyond that, more of the same would only fill the memory.
    return found.size < 100 * query.limit;
  };
  const { family, length, first } = query.range;
  const exact = family === 4 && length === 32 ? formatIpv4(Number.parseInt(first, 16)) : undefined;
  let seen = 0;
  // Open first, then what ended: one that ends meanwhile is met twice, and none not at all.
  for (const session of index.open()) {
    if (mayHold(session, query.range, exact) && !look(session)) break;
    seen += 1;
    if (seen % perSlice === 0) await setImmediate();
  }
  for await (const session of rows.withAddress(query.range, query.at - unseenEndMs, query.at + clockMs)) {
    if (!look(session)) break;
  }
  return [...found.values()].flat().sort(byMatch).slice(0, query.limit);
}

/** One look at what is nearly always another address. */
function mayHold(session: SessionState, range: AddressRange, exact: string | undefined): boolean {
  if (session.formerAddresses !== undefined) return true;
  const { framedIpAddress } = session;
  // Dotted quads have one spelling each.
  if (exact !== undefined && framedIpAddress !== exact && hasOnlyIpv4(session)) return false;
  return addressFields.some((field) => {
    const address = session[field];
    return address !== undefined && isIn(address, range);
  });
}

function hasOnlyIpv4({ framedIpAddress, framedIpv6Address, framedIpv6Prefix, delegatedIpv6Prefix }: SessionState) {
  if (framedIpv6Address !== undefined || framedIpv6Prefix !== undefined || delegatedIpv6Prefix !== undefined)
    return false;
  return framedIpAddress === undefined || !framedIpAddress.includes(':');
}

function isIn(address: string, range: AddressRange): boolean {
  const own = parseAddressRange(address);
  return own !== undefined && overlap(own, range);
}

function heldBy(session: SessionState, query: HolderQuery, now: number): readonly AddressHolder[] {
  return addressSpans(session).flatMap((span) => {
    const match = isIn(span.address, query.range) ? matchOf(session, span, query) : undefined;
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
