import type { ApiReading } from '../accounting/event.ts';
import type { SessionState } from '../accounting/sessions/session-state.ts';
import { compact } from '../base/compact.ts';
import { type LastWord, unseenCause } from './hotspot-totals.ts';
import type { OnlineSession, RouterReading } from './reading.ts';

export interface LeaseContext {
  readonly nas: string;
  readonly now: number;
  readonly everySeconds: number;
  /** Of a device: its sessions of late on this router, which are over. */
  readonly closed: (session: OnlineSession) => readonly SessionState[];
}

/** What `/ip/accounting` tells of leases that ended between two readings. */
export interface EndedLeases {
  /** Of sessions that are over: what there is to add to their end. By key. */
  readonly last: ReadonlyMap<string, LastWord>;
  /** Sessions that nobody saw. */
  readonly others: readonly ApiReading[];
}

/**
 * Gives octets of addresses that nobody has any more to who had them: to sessions that are over, or to the device whose
 * lease the address is of. Whoever has an address now has its octets. Pure.
 *
 * @param gone sessions of ours that the router has no more
 */
export function settleLeases(
  gone: readonly SessionState[],
  { sessions, flows }: RouterReading,
  context: LeaseContext,
): EndedLeases {
  const last = new Map<string, LastWord>();
  if (flows === undefined) return { last, others: [] };
  const given = new Set(sessions.flatMap(({ framedIpAddress }) => framedIpAddress ?? []));
  for (const session of gone) {
    const { framedIpAddress: address = '', key, eventAt, api } = session;
    const meter = flows.meters.get(address);
    if (meter === undefined || given.has(address) || api?.access !== 'dhcp' || isCountedByQueue(session)) continue;
    given.add(address);
    last.set(key, { receivedAt: context.now, at: eventAt, meter });
  }
  const isNews = (away: OnlineSession) => !context.closed(away).some(({ api }) => api?.meter?.id === flows.id);
  const others = flows.unbound.filter((away) => !given.has(away.framedIpAddress ?? '') && isNews(away));
  return { last, others: others.map((away) => unseen(away, context)) };
}

/** Its queue went with it. */
function isCountedByQueue({ api }: SessionState): boolean {
  return api?.meter !== undefined && api.meter.source !== 'flows';
}

function unseen(away: OnlineSession, { nas, now, everySeconds }: LeaseContext): ApiReading {
  const { username, sessionId, meter, framedIpAddress, callingStationId, calledStationId } = away;
  return compact({
    status: 'read' as const,
    nas,
    sessionId,
    username,
    startedAt: now,
    receivedAt: now,
    sessionSeconds: 0,
    access: 'dhcp' as const,
    everySeconds,
    meter,
    framedIpAddress,
    callingStationId,
    calledStationId,
    ended: { cause: unseenCause, at: now },
  });
}
