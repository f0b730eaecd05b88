/**
 * By how much our wall clock had been set in all when something came, milliseconds. Absent: never. Between two records the
 * difference tells how the wall times of one have to be moved to compare them with those of the other.
 */
export type ClockSet = number;

/** An Accounting-Request, decoded and normalised: all the fold needs, nothing of the packet's form. */
export interface AccountingEvent {
  readonly status: 'start' | 'interim' | 'stop' | 'on' | 'off' | 'failed' | 'other';
  /** Acct-Status-Type as it came. */
  readonly statusNumber: number;
  /** Name of the NAS in the directory. */
  readonly nas: string;
  readonly sourceAddress: string;
  /** Wall time of arrival, milliseconds since 1970. */
  readonly receivedAt: number;
  /** Event-Timestamp, seconds since 1970, as sent. */
  readonly eventTimestamp?: number;
  readonly delaySeconds?: number;
  /** Acct-Session-Id, lower case, without `0x`. Absent only for On and Off. */
  readonly sessionId?: string;
  /** Acct-Session-Id as it came, where that is spelt otherwise. */
  readonly sentSessionId?: string;
  readonly username?: string;
  readonly framedIpAddress?: string;
  readonly framedIpv6Address?: string;
  /** With its length: `2001:db8:1::/64`. */
  readonly framedIpv6Prefix?: string;
  readonly delegatedIpv6Prefix?: string;
  readonly callingStationId?: string;
  readonly calledStationId?: string;
  readonly nasIdentifier?: string;
  /** NAS-IP-Address, else NAS-IPv6-Address. */
  readonly nasIpAddress?: string;
  readonly nasPort?: number;
  readonly nasPortId?: string;
  readonly nasPortType?: number;
  readonly serviceType?: number;
  readonly framedProtocol?: number;
  readonly connectInfo?: string;
  /** Acct-Multi-Session-Id: sessions of one visit share it (RFC 2866 §5.11). */
  readonly multiSessionId?: string;
  /** Class, hex. */
  readonly class?: string;
  readonly sessionSeconds?: number;
  /** Received from the subscriber: Acct-Input-Octets, low 32 bits. */
  readonly inputOctets?: number;
  readonly inputGigawords?: number;
  /** Sent to the subscriber: Acct-Output-Octets, low 32 bits. */
  readonly outputOctets?: number;
  readonly outputGigawords?: number;
  readonly terminateCause?: number;
  readonly clockSet?: ClockSet;
  /** The packet's attributes as they came, base64, without User-Password and CHAP-Password. */
  readonly raw: string;
}

/** Our own word that a session is over, in the journal among the packets: its NAS has it no more, and sent no Stop that came. */
export interface SessionEnd {
  readonly status: 'ended';
  /** Key of the session: no other that has its Acct-Session-Id by now. */
  readonly key: string;
  readonly nas: string;
  readonly sessionId: string;
  /** Wall time, milliseconds since 1970. */
  readonly receivedAt: number;
  /** In place of an Acct-Terminate-Cause, and none of those. */
  readonly cause: string;
  readonly clockSet?: ClockSet;
}

/** A session goes on under another name of its router. It ends under the old one, and has what it uses from here on under the new. */
export interface SessionMoved {
  readonly status: 'moved';
  /** Key of the session under the old name. */
  readonly key: string;
  readonly nas: string;
  readonly sessionId: string;
  readonly to: string;
  /** Wall time, milliseconds since 1970. */
  readonly receivedAt: number;
}

/** Where the octets of a session are counted: on a router the interface of PPP, a simple queue, the hotspot, or `/ip/accounting`; else an Omada controller. */
export type MeterSource = 'interface' | 'queue' | 'hotspot' | 'flows' | 'omada';

/** A session as a router's API shows it, in the journal among the packets: of sessions that no RADIUS accounting tells of. */
export interface ApiReading {
  readonly status: 'read';
  readonly nas: string;
  /** As RADIUS would have it for PPP; the MAC, lower case, at a hotspot; `lease-` and the MAC for DHCP. */
  readonly sessionId: string;
  readonly sentSessionId?: string;
  readonly username: string;
  /** Wall time, milliseconds since 1970: with the three above, the name of the session. */
  readonly startedAt: number;
  /** Wall time of the reading. */
  readonly receivedAt: number;
  readonly sessionSeconds: number;
  readonly access: 'ppp' | 'hotspot' | 'dhcp';
  /** Read of an Omada controller. Absent: of a router. */
  readonly source?: 'omada';
  /** Absent: the router showed none. */
  readonly meter?: MeterReading;
  /** Uptime of the router when the session began, seconds. */
  readonly startUptime?: number;
  /** How often it is read. */
  readonly everySeconds: number;
  readonly framedIpAddress?: string;
  readonly callingStationId?: string;
  readonly calledStationId?: string;
  readonly nasPortId?: string;
  /** Over since, in place of an Acct-Terminate-Cause and none of those. */
  readonly ended?: { readonly cause: string; readonly at: number };
  /** RADIUS accounts it after all: what was counted here is counted there. */
  readonly void?: true;
  /** What the router has counted for this username up to now, in sessions that are over. Stored with the session. */
  readonly totals?: UserTotals;
}

/** Counters as shown, decimal text. */
export interface MeterReading {
  readonly source: MeterSource;
  /** `.id` of the row that counts: another one began at zero. Of flows, the snapshot: the same is counted once. */
  readonly id?: string;
  readonly up: string;
  readonly down: string;
  /** Counted already, in a session that was thought to be over. */
  readonly counted?: { readonly up: string; readonly down: string };
}

/** `/ip/hotspot/user`: octets as decimal text. */
export interface UserTotals {
  readonly up: string;
  readonly down: string;
  readonly seconds: number;
  /** `.id` of its rows: others began at zero. */
  readonly rows?: string;
}

/** Only what a router has counted for a username by now. */
export interface TotalsReading {
  readonly status: 'totals';
  readonly nas: string;
  readonly username: string;
  readonly receivedAt: number;
  /** Absent: the router has no such user any more. */
  readonly totals?: UserTotals;
}

/** All that a snapshot of `/ip/accounting` has is in the journal. */
export interface FlowsReading {
  readonly status: 'flows';
  readonly nas: string;
  readonly receivedAt: number;
  readonly snapshot: string;
}

export type AccountingRecord = AccountingEvent | SessionEnd | ApiReading | TotalsReading | FlowsReading | SessionMoved;

/** Where accounting goes. Declared here, implemented over LevelDB in `store.ts`. */
export interface AccountingSink {
  /**
   * Resolves once the record is synced to disk, and only then may the NAS be answered (RFC 2866 §4.2).
   *
   * @throws AccountingUnavailableError when it cannot be stored: no answer, the NAS sends it again
   */
  record(event: AccountingEvent): Promise<void>;
}

/** One Acct-Session-Id on one NAS. */
export interface Session {
  /** Key in the store: NAS, Acct-Session-Id, username, start instance. */
  readonly key: string;
  readonly nas: string;
  /** Acct-Session-Id, lower case, without `0x`: by which we find it. */
  readonly sessionId: string;
  /** The same as the NAS spells it, where that differs: the only spelling some NAS know. */
  readonly sentSessionId?: string;
  readonly username: string;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly stoppedAt?: number;
  readonly sessionSeconds: number;
  /** Octets from the subscriber. */
  readonly upOctets: bigint;
  /** Octets to the subscriber. */
  readonly downOctets: bigint;
  readonly framedIpAddress?: string;
  readonly framedIpv6Address?: string;
  readonly framedIpv6Prefix?: string;
  readonly delegatedIpv6Prefix?: string;
  /** Addresses and prefixes it had before the ones above, oldest first. */
  readonly formerAddresses?: readonly FormerAddress[];
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
  /** RFC 2866 §5.10 word, `Lost-Carrier`, once stopped; `Lost` and `Not-On-NAS` are words of our own. */
  readonly terminateCause?: string;
  /** Counted by reading the router's API, or an Omada controller. Absent: by RADIUS. */
  readonly source?: 'api' | 'omada';
}

export const addressFields = [
  'framedIpAddress',
  'framedIpv6Address',
  'framedIpv6Prefix',
  'delegatedIpv6Prefix',
] as const satisfies readonly (keyof Session)[];

/** An address that a session had until it got another. */
export interface FormerAddress {
  readonly field: (typeof addressFields)[number];
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly till: number;
}

export interface SessionReader {
  /** Open sessions, newest last. */
  open(): Iterable<Session>;
  /** @param username of a device, its MAC in any spelling */
  openOf(username: string): readonly Session[];
  /** An open session by Acct-Session-Id, on any NAS. */
  bySessionId(sessionId: string): readonly Session[];
  /** Whether this session is open, and the only open one of its username on its NAS. */
  isOnlyOne(session: Pick<Session, 'key' | 'nas' | 'username'>): boolean;
  /** Resolves with true when the session's Stop is stored, false when `signal` fires first. */
  stopped(key: string, signal: AbortSignal): Promise<boolean>;
}

/** Ends sessions that their NAS no longer has. */
export interface SessionEnder {
  /**
   * Resolves once that is synced to disk; at once when the session is over already. It ends where it was last seen.
   *
   * @param cause a word of our own, no Acct-Terminate-Cause
   * @throws AccountingUnavailableError when it cannot be stored
   */
  end(key: string, cause: string): Promise<void>;
}
