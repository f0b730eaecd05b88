import { addressFields, type FormerAddress, type Session } from '../event.ts';

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
  readonly framedIpv6Address?: string;
  readonly framedIpv6Prefix?: string;
  readonly delegatedIpv6Prefix?: string;
  readonly formerAddresses?: readonly (Omit<FormerAddress, 'till'> & { readonly till: string })[];
  readonly callingStationId?: string;
  readonly calledStationId?: string;
  readonly nasPort?: number;
  readonly nasPortId?: string;
  readonly nasPortType?: number;
  readonly serviceType?: number;
  readonly framedProtocol?: number;
  readonly connectInfo?: string;
  readonly nasIpAddress?: string;
  readonly nasIdentifier?: string;
  readonly multiSessionId?: string;
  readonly class?: string;
  readonly terminateCause?: string;
  readonly source?: 'api' | 'omada';
  readonly stale: boolean;
}

/** How often a session reports, in seconds: all of them alike, or each as its login has it. */
export type InterimSeconds = number | ((session: Session) => number);

/** Silent for three interim intervals, or readings over the API, and a minute. */
export function isStale(
  session: Session & { readonly api?: { readonly everySeconds: number } },
  now: number,
  interim: InterimSeconds,
): boolean {
  if (session.stoppedAt !== undefined) return false;
  const usual = typeof interim === 'number' ? interim : interim(session);
  const interimSeconds = session.source !== undefined ? (session.api?.everySeconds ?? usual) : usual;
  return now - session.updatedAt > (3 * interimSeconds + 60) * 1000;
}

/** The seam's fields only, and whether it is stale. */
export function viewOf(session: Session, now: number, interimSeconds: InterimSeconds): SessionView {
  return { ...pickSession(session), stale: isStale(session, now, interimSeconds) };
}

export function toSessionJson(view: SessionView): SessionJson {
  const { startedAt, updatedAt, stoppedAt, upOctets, downOctets, formerAddresses, ...rest } = view;
  return {
    ...rest,
    startedAt: timeText(startedAt),
    updatedAt: timeText(updatedAt),
    ...(stoppedAt === undefined ? {} : { stoppedAt: timeText(stoppedAt) }),
    upOctets: upOctets.toString(),
    downOctets: downOctets.toString(),
    ...(formerAddresses === undefined
      ? {}
      : { formerAddresses: formerAddresses.map((former) => ({ ...former, till: timeText(former.till) })) }),
  };
}

function timeText(at: number): string {
  return new Date(at).toISOString();
}

const optional = [
  'sentSessionId',
  'stoppedAt',
  ...addressFields,
  'callingStationId',
  'calledStationId',
  'nasPort',
  'nasPortId',
  'nasPortType',
  'serviceType',
  'framedProtocol',
  'connectInfo',
  'nasIpAddress',
  'nasIdentifier',
  'multiSessionId',
  'class',
  'terminateCause',
  'source',
  'formerAddresses',
] as const satisfies readonly (keyof Session)[];

function pickSession(session: Session): Session {
  const { key, nas, sessionId, username, startedAt, updatedAt, sessionSeconds, upOctets, downOctets } = session;
  const picked: Record<string, unknown> = {
    ...{ key, nas, sessionId, username, startedAt, updatedAt, sessionSeconds, upOctets, downOctets },
  };
  for (const field of optional) if (session[field] !== undefined) picked[field] = session[field];
  return picked as unknown as Session;
}
