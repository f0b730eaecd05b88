import type { Attribute } from 'radius';
import type { RadiusServer } from './radius-client.ts';
import type { SessionKind } from './session-kind.ts';

/** RFC 2866 §5.10, the causes a router gives. */
export const terminateCauses = {
  'User-Request': 1,
  'Lost-Carrier': 2,
  'Lost-Service': 3,
  'Idle-Timeout': 4,
  'Session-Timeout': 5,
  'Admin-Reset': 6,
  'Port-Error': 8,
  'NAS-Error': 9,
  'NAS-Request': 10,
  'NAS-Reboot': 11,
} as const;

export type TerminateCause = keyof typeof terminateCauses;

/** What lets a session in and what limits it, from a row of the router or from an Access-Accept, over the profile. */
export interface Grant {
  readonly radius: boolean;
  /** Fixed for this session. */
  readonly address?: string;
  /** Id of the pool to take an address from. */
  readonly pool?: string;
  readonly rateLimit?: string;
  /** Where the session's queue goes: `first`, `bottom`, or the id of a queue; and the id of its parent. */
  readonly queueBefore?: string;
  readonly parentQueue?: string;
  readonly sessionTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
  readonly interimSeconds?: number;
  readonly addressLists: readonly string[];
  /** Sessions of one name. */
  readonly portLimit?: number;
  readonly classes: readonly Buffer[];
  /** Octets from, and to, the subscriber; 0 is no limit. */
  readonly limitIn: bigint;
  readonly limitOut: bigint;
  /** Both together. Absent: no limit. */
  readonly limitTotal?: bigint;
  readonly comment: string;
  /** Networks behind the subscriber, as the secret lists them. */
  readonly routes?: string;
  /** The server that let it in is asked first for accounting. */
  readonly server?: RadiusServer;
}

/** A session as tests and the demo see it. Directions are the subscriber's. */
export interface SessionView {
  readonly kind: SessionKind;
  /** Acct-Session-Id: eight lower-case hex digits. */
  readonly sessionId: string;
  readonly username: string;
  readonly address: string;
  /** Calling-Station-Id. */
  readonly callerId: string;
  /** Of the subscriber's device, `AA:BB:CC:DD:EE:FF`. */
  readonly mac: string;
  /** `<pppoe-anna>`, `<hotspot-anna>`. */
  readonly interface: string;
  readonly radius: boolean;
  readonly upOctets: bigint;
  readonly downOctets: bigint;
  readonly uptimeSeconds: number;
  readonly rateLimit?: string;
}

/** Who comes, before anybody said yes: what an Access-Request says. */
export interface Caller {
  readonly kind: SessionKind;
  readonly username: string;
  readonly mac: string;
  /** Calling-Station-Id: the MAC for PPPoE and hotspot, the client identifier for DHCP. */
  readonly callerId: string;
  readonly sessionNumber: number;
  /** PPPoE: id of the session's interface. Hotspot: the session number. DHCP: id of the server's interface. */
  readonly nasPort: number;
  /** Absent: Ethernet. */
  readonly nasPortType?: 'Ethernet' | 'Cable' | 'Wireless-802.11';
  /** Name of the interface the server is on: NAS-Port-Id. */
  readonly port: string;
  /** Called-Station-Id: the PPPoE service, or the name of the hotspot or DHCP server. */
  readonly serviceName: string;
  /** Framed-IP-Address of an Access-Request: hotspot, and a lease that is renewed. */
  readonly framedAddress?: string;
  /** Mikrotik-Host-IP: a hotspot's address of the device before translation. */
  readonly hostAddress?: string;
  /** WISPr attributes of a hotspot by their number: Location-ID 1, Location-Name 2, Logoff-URL 3. */
  readonly wispr?: readonly (readonly [type: number, text: string])[];
  /** What a login form added to its Access-Request. */
  readonly extra?: readonly Attribute[];
}

/** Octets and packets from (`up`) and to (`down`) the subscriber. */
export interface Counts {
  readonly upOctets: bigint;
  readonly downOctets: bigint;
  readonly upPackets: bigint;
  readonly downPackets: bigint;
}

export const nothing: Counts = { upOctets: 0n, downOctets: 0n, upPackets: 0n, downPackets: 0n };

export function sumOf(one: Counts, other: Counts): Counts {
  return {
    upOctets: one.upOctets + other.upOctets,
    downOctets: one.downOctets + other.downOctets,
    upPackets: one.upPackets + other.upPackets,
    downPackets: one.downPackets + other.downPackets,
  };
}

/** Where shown counters begin: `reset-counters` moves it, accounting does not know of it. */
class CounterOrigin {
  #counts: Counts = nothing;

  restart({ upOctets, downOctets, upPackets, downPackets }: Counts): void {
    this.#counts = { upOctets, downOctets, upPackets, downPackets };
  }

  since(name: keyof Counts, counts: Counts): bigint {
    return counts[name] - this.#counts[name];
  }
}

/** One subscriber online, by whatever door. Counters are 64 bits wide and grow only. */
export class Session {
  readonly caller: Caller;
  readonly grant: Grant;
  readonly address: string;
  /** `<pppoe-anna>`: name of its queue, and of its interface where it has one. */
  readonly label: string;
  /** Row of the server it came in by. */
  readonly serverId: number;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  readonly ended: Promise<TerminateCause>;
  /** Aborted when the session ends: stops its timers. */
  readonly lifetime = new AbortController();
  rateLimit: string | undefined;
  sessionTimeoutAt: number | undefined;
  idleTimeoutMs: number | undefined;
  lastTrafficAt: number;
  upOctets = 0n;
  downOctets = 0n;
  upPackets = 0n;
  downPackets = 0n;
  /** Of these, what FastTrack led past queues, and what went through the session's own queue. */
  fast: Counts = nothing;
  queued: Counts = nothing;
  readonly interfaceFrom = new CounterOrigin();
  readonly fastFrom = new CounterOrigin();
  readonly queueFrom = new CounterOrigin();
  #settleEnded: (cause: TerminateCause) => void = () => undefined;
  #over = false;

  constructor(options: {
    readonly caller: Caller;
    readonly grant: Grant;
    readonly address: string;
    readonly label: string;
    readonly serverId: number;
    readonly startedAt: number;
  }) {
    this.caller = options.caller;
    this.grant = options.grant;
    this.address = options.address;
    this.label = options.label;
    this.serverId = options.serverId;
    this.startedAt = options.startedAt;
    this.lastTrafficAt = options.startedAt;
    this.rateLimit = options.grant.rateLimit;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  get sessionId(): string {
    return formatSessionId(this.caller.sessionNumber);
  }

  /** Whether it has used up the octets it was given. */
  get spent(): boolean {
    const { limitIn, limitOut, limitTotal = 0n } = this.grant;
    const over = (limit: bigint, octets: bigint) => limit > 0n && octets >= limit;
    return (
      over(limitIn, this.upOctets) ||
      over(limitOut, this.downOctets) ||
      over(limitTotal, this.upOctets + this.downOctets)
    );
  }

  get over(): boolean {
    return this.#over;
  }

  /** False when it had ended before. */
  finish(cause: TerminateCause): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.lifetime.abort(new Error('the session ended'));
    this.#settleEnded(cause);
    return true;
  }

  view(now: number): SessionView {
    const { kind, username, callerId, mac } = this.caller;
    return {
      kind,
      sessionId: this.sessionId,
      username,
      address: this.address,
      callerId,
      mac,
      interface: this.label,
      radius: this.grant.radius,
      upOctets: this.upOctets,
      downOctets: this.downOctets,
      uptimeSeconds: Math.floor((now - this.startedAt) / 1000),
      ...(this.rateLimit === undefined ? {} : { rateLimit: this.rateLimit }),
    };
  }
}

/** Service (80 hotspot, 81 PPP, 82 DHCP), boot counter, number: `81c00002`. */
export function formatSessionId(number: number): string {
  return number.toString(16).padStart(8, '0');
}
