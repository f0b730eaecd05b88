import type { Session } from './event.ts';

/** A session as people and programs see it. */
export interface SessionView extends Session {
  /** Open, but nothing was heard of it for so long that it has probably ended. */
  readonly stale: boolean;
}

/** As JSON: octets are decimal text, times RFC 3339. */
export interface SessionJson {
  readonly key: string;
  readonly nas: string;
  readonly sessionId: string;
  readonly sentSessionId?: string;
  readonly username: string;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly stoppedAt?: string;
  readonly sessionSeconds: number;
  readonly upOctets: string;
  readonly downOctets: string;
  readonly framedIpAddress?: string;
  readonly callingStationId?: string;
  readonly calledStationId?: string;
  readonly nasPortId?: string;
  readonly nasIpAddress?: string;
  readonly nasIdentifier?: string;
  readonly class?: string;
  readonly terminateCause?: string;
  readonly source?: 'api';
  readonly stale: boolean;
}

/** Silent for three interim intervals, or readings over the API, and a minute. */
export function isStale(
  session: Session & { readonly api?: { readonly everySeconds: number } },
  now: number,
  interim: number,
): boolean {
  const interimSeconds = session.source === 'api' ? (session.api?.everySeconds ?? interim) : interim;
  return session.stoppedAt === undefined && now - session.updatedAt > (3 * interimSeconds + 60) * 1000;
}

/** The seam's fields only, and whether it is stale. */
export function viewOf(session: Session, now: number, interimSeconds: number): SessionView {
  return { ...pickSession(session), stale: isStale(session, now, interimSeconds) };
}

export function toSessionJson(view: SessionView): SessionJson {
  const { startedAt, updatedAt, stoppedAt, upOctets, downOctets, ...rest } = view;
  return {
    ...rest,
    startedAt: timeText(startedAt),
    updatedAt: timeText(updatedAt),
    ...(stoppedAt === undefined ? {} : { stoppedAt: timeText(stoppedAt) }),
    upOctets: upOctets.toString(),
    downOctets: downOctets.toString(),
  };
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

function pickSession(session: Session): Session {
  const { stoppedAt, framedIpAddress, callingStationId, calledStationId, nasPortId, nasIpAddress, nasIdentifier } =
    session;
  const { sentSessionId } = session;
  return {
    key: session.key,
    nas: session.nas,
    sessionId: session.sessionId,
    username: session.username,
    startedAt: session.startedAt,
    updatedAt: session.updatedAt,
    sessionSeconds: session.sessionSeconds,
    upOctets: session.upOctets,
    downOctets: session.downOctets,
    ...(sentSessionId === undefined ? {} : { sentSessionId }),
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    ...(framedIpAddress === undefined ? {} : { framedIpAddress }),
    ...(callingStationId === undefined ? {} : { callingStationId }),
    ...(calledStationId === undefined ? {} : { calledStationId }),
    ...(nasPortId === undefined ? {} : { nasPortId }),
    ...(nasIpAddress === undefined ? {} : { nasIpAddress }),
    ...(nasIdentifier === undefined ? {} : { nasIdentifier }),
    ...(session.class === undefined ? {} : { class: session.class }),
    ...(session.terminateCause === undefined ? {} : { terminateCause: session.terminateCause }),
    ...(session.source === undefined ? {} : { source: session.source }),
  };
}
