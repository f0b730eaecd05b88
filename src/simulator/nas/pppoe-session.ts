import type { RadiusServer } from './radius-client.ts';

/** RFC 2866 §5.10, the causes a PPPoE server gives. */
export const terminateCauses = {
  'User-Request': 1,
  'Lost-Carrier': 2,
  'Idle-Timeout': 4,
  'Session-Timeout': 5,
  'Admin-Reset': 6,
  'Port-Error': 8,
  'NAS-Error': 9,
  'NAS-Request': 10,
  'NAS-Reboot': 11,
} as const;

export type TerminateCause = keyof typeof terminateCauses;

/** What lets a session in and what limits it, from the secret or from an Access-Accept, over the profile. */
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
  readonly comment: string;
  /** The server that let it in is asked first for accounting. */
  readonly server?: RadiusServer;
}

/** A session as tests and the demo see it. Directions are the subscriber's. */
export interface SessionView {
  /** Acct-Session-Id: eight lower-case hex digits. */
  readonly sessionId: string;
  readonly username: string;
  readonly address: string;
  readonly callerId: string;
  /** `<pppoe-anna>`. */
  readonly interface: string;
  readonly radius: boolean;
  readonly upOctets: bigint;
  readonly downOctets: bigint;
  readonly uptimeSeconds: number;
  readonly rateLimit?: string;
}

/** Who dials, before anybody said yes: what an Access-Request says. */
export interface Caller {
  readonly username: string;
  readonly callerId: string;
  readonly sessionNumber: number;
  /** Id of the session's interface, and NAS-Port. */
  readonly interfaceId: number;
  /** Name of the interface the PPPoE server listens on: NAS-Port-Id. */
  readonly port: string;
  /** Called-Station-Id. */
  readonly serviceName: string;
}

/** Where shown counters begin: `reset-counters` moves it, accounting does not know of it. */
class CounterOrigin {
  #counts: Counts = { upOctets: 0n, downOctets: 0n, upPackets: 0n, downPackets: 0n };

  restart({ upOctets, downOctets, upPackets, downPackets }: Counts): void {
    this.#counts = { upOctets, downOctets, upPackets, downPackets };
  }

  since(name: keyof Counts, counts: Counts): bigint {
    return counts[name] - this.#counts[name];
  }
}

interface Counts {
  readonly upOctets: bigint;
  readonly downOctets: bigint;
  readonly upPackets: bigint;
  readonly downPackets: bigint;
}

/** One subscriber online. Counters are 64 bits wide and grow only. */
export class PppoeSession {
  readonly caller: Caller;
  readonly grant: Grant;
  readonly address: string;
  readonly interfaceName: string;
  /** Row of the PPPoE server. */
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
  readonly interfaceFrom = new CounterOrigin();
  readonly queueFrom = new CounterOrigin();
  #settleEnded: (cause: TerminateCause) => void = () => undefined;
  #over = false;

  constructor(options: {
    readonly caller: Caller;
    readonly grant: Grant;
    readonly address: string;
    readonly interfaceName: string;
    readonly serverId: number;
    readonly startedAt: number;
  }) {
    this.caller = options.caller;
    this.grant = options.grant;
    this.address = options.address;
    this.interfaceName = options.interfaceName;
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
    return {
      sessionId: this.sessionId,
      username: this.caller.username,
      address: this.address,
      callerId: this.caller.callerId,
      interface: this.interfaceName,
      radius: this.grant.radius,
      upOctets: this.upOctets,
      downOctets: this.downOctets,
      uptimeSeconds: Math.floor((now - this.startedAt) / 1000),
      ...(this.rateLimit === undefined ? {} : { rateLimit: this.rateLimit }),
    };
  }
}

/** Service 81 (PPP), boot counter, number: `81c00002`. */
export function formatSessionId(number: number): string {
  return number.toString(16).padStart(8, '0');
}
