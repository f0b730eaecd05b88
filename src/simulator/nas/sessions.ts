import type { Clock } from '../../base/clock.ts';
import type { Faults } from '../faults.ts';
import type { Credentials } from '../routeros/certificates.ts';
import type { Database } from '../routeros/database.ts';
import { Accountant } from './accountant.ts';
import { type Changes, Incoming } from './incoming.ts';
import { RadiusClient } from './radius-client.ts';
import type { Counts, Session, SessionView, TerminateCause } from './session.ts';
import type { SessionKind } from './session-kind.ts';
import { restartIdleTimeout, restartSessionTimeout, startTimers, type TimerActions } from './session-timers.ts';

/** What the door a session came in by does for it. */
export interface SessionOwner {
  /** Whether the router reports this session to RADIUS. Asked for every record. */
  accounts(): boolean;
  /** CoA and Disconnect do not reach it: they are told that there is no such session. */
  readonly deaf?: boolean;
  /** Gives it another rate limit. @returns false when the text is none */
  limit(rateLimit: string): boolean;
  /** A Disconnect-Request names it, and it is about to end. */
  disconnected?(): void;
  /** It is over: its rows go, and its address is free. */
  forget(): void;
  /** After `forget`, unless the whole router went down: logs, totals of users. */
  noteEnd(cause: TerminateCause): void;
}

/** What traffic passes on its way through the router, and where it is counted there. */
export interface TrafficPath {
  carry(session: Session, traffic: Counts, peer: string | undefined): void;
}

export interface SessionsOptions {
  readonly path: TrafficPath;
  readonly clock: Clock;
  /** What interim reports go by. */
  readonly upkeep: Clock;
  readonly database: Database;
  readonly faults: Faults;
  readonly log: (topics: string, message: string) => void;
  /** Packets leave from here, and CoA is taken here. */
  readonly bindAddress?: string;
  /** The router's own address, where `/radius src-address` names none. */
  readonly ownAddress: string;
  /** Certificate and key that a row of `/radius` refers to. */
  readonly credentials: (stored: string) => Credentials | undefined;
  /** PEM of what the router trusts. */
  readonly authorities: () => readonly string[];
  readonly transmissions: number;
}

const serviceNumbers: Readonly<Record<SessionKind, number>> = {
  hotspot: 0x8000_0000,
  pppoe: 0x8100_0000,
  dhcp: 0x8200_0000,
};

/** Who is online by any door, from Start to Stop: timers, accounting, and what RADIUS asks for in between. */
export class Sessions {
  readonly radius: RadiusClient;
  readonly incoming: Incoming;
  readonly #clock: Clock;
  readonly #accountant: Accountant;
  readonly #timers: TimerActions;
  readonly #path: TrafficPath;
  readonly #owners = new Map<Session, SessionOwner>();
  readonly #next = new Map<SessionKind, number>();
  #bootCounter = 0x10;

  constructor(options: SessionsOptions) {
    const { clock, upkeep, database, faults, log, bindAddress } = options;
    this.#clock = clock;
    this.#path = options.path;
    this.radius = new RadiusClient({
      ...options,
      incoming: (packet, { address, secret }) =>
        this.incoming.accepts ? this.incoming.answer(packet, { address, port: 0 }, secret) : undefined,
    });
    this.#accountant = new Accountant({ clock, database, radius: this.radius, faults });
    this.#timers = {
      clock,
      upkeep,
      end: (session, cause) => this.end(session, cause),
      interim: (session) => this.#report(session, 'Interim-Update'),
    };
    this.incoming = new Incoming({
      database,
      log,
      bindAddress: () => this.radius.incomingAddress(),
      nasAddresses: () => [
        ...(bindAddress === undefined ? [] : [bindAddress]),
        ...this.radius.servers('auth').map((server) => this.radius.nasAddress(server)),
      ],
      sessions: () => [...this.#owners].flatMap(([session, owner]) => (owner.deaf ? [] : session)),
      isLost: () => faults.strike('drop-incoming') !== undefined,
      disconnect: (session) => this.#disconnect(session),
      change: (session, changes) => this.#change(session, changes),
    });
  }

  /** Of an Acct-Session-Id: may come again after 256 restarts. */
  nextNumber(kind: SessionKind): number {
    const number = this.#next.get(kind) ?? 0;
    this.#next.set(kind, (number + 1) & 0xffff);
    return serviceNumbers[kind] + this.#bootCounter * 0x1_0000 + number;
  }

  /** The session begins: its Start is sent, and its clocks run. @param interimSeconds 0 for none */
  open(session: Session, owner: SessionOwner, interimSeconds: number): void {
    this.#owners.set(session, owner);
    this.#report(session, 'Start');
    startTimers(session, interimSeconds, this.#timers);
  }

  all(): readonly Session[] {
    return [...this.#owners.keys()];
  }

  of(kind: SessionKind): readonly Session[] {
    return this.all().filter((session) => session.caller.kind === kind);
  }

  views(): readonly SessionView[] {
    return this.all().map((session) => session.view(this.#clock.monotonic()));
  }

  /** By Acct-Session-Id, or every session of a name or a MAC. */
  find(key: string): readonly Session[] {
    return this.all().filter(
      ({ sessionId, caller }) => sessionId === key || caller.username === key || caller.mac === key,
    );
  }

  /** Octets passed: `up` from the subscriber, `down` to it. @param peer whom it talked to */
  carry(session: Session, traffic: { readonly up: bigint; readonly down: bigint }, peer?: string): void {
    const packets = (octets: bigint) => (octets + 1399n) / 1400n;
    const [upPackets, downPackets] = [packets(traffic.up), packets(traffic.down)];
    session.upOctets += traffic.up;
    session.downOctets += traffic.down;
    session.upPackets += upPackets;
    session.downPackets += downPackets;
    session.lastTrafficAt = this.#clock.monotonic();
    this.#path.carry(session, { upOctets: traffic.up, downOctets: traffic.down, upPackets, downPackets }, peer);
    if (session.spent) this.end(session, 'NAS-Request');
  }

  /** Ends a session: its rows go, its address is free, its Stop is sent. */
  end(session: Session, cause: TerminateCause): void {
    const owner = this.#owners.get(session);
    if (owner === undefined || !session.finish(cause)) return;
    this.#owners.delete(session);
    owner.forget();
    owner.noteEnd(cause);
    if (owner.accounts()) this.#accountant.report(session, 'Stop', cause);
  }

  /** Every session is gone without a word to anybody; the boot counter in session ids goes on. */
  reboot(): void {
    for (const [session, owner] of [...this.#owners]) {
      session.finish('NAS-Reboot');
      this.#owners.delete(session);
      owner.forget();
    }
    this.#bootCounter = (this.#bootCounter + 1) & 0xff;
    this.#next.clear();
    this.radius.resetCounters();
    this.incoming.resetCounters();
  }

  /** `/queue/simple reset-counters` on a session's queue: what is shown begins anew, what is accounted goes on. */
  resetQueueCounters(name: string): void {
    const session = this.all().find(({ label }) => label === name);
    session?.queueFrom.restart(session.queued);
  }

  async accountingIdle(): Promise<void> {
    await this.#accountant.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.all()) session.finish('NAS-Reboot');
    this.#owners.clear();
    this.radius[Symbol.dispose]();
    await this.incoming[Symbol.asyncDispose]();
    await this.#accountant.idle();
  }

  #report(session: Session, status: 'Start' | 'Interim-Update'): void {
    if (this.#owners.get(session)?.accounts()) this.#accountant.report(session, status);
  }

  #disconnect(session: Session): void {
    this.#owners.get(session)?.disconnected?.();
    this.end(session, 'Admin-Reset');
  }

  #change(session: Session, changes: Changes): boolean {
    const { rateLimit, sessionTimeoutSeconds, idleTimeoutSeconds } = changes;
    if (rateLimit !== undefined && this.#owners.get(session)?.limit(rateLimit) === false) return false;
    if (sessionTimeoutSeconds !== undefined) restartSessionTimeout(session, sessionTimeoutSeconds, this.#timers);
    if (idleTimeoutSeconds !== undefined) restartIdleTimeout(session, idleTimeoutSeconds, this.#timers);
    return true;
  }
}
