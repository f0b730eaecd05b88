import type { Clock } from '../../base/clock.ts';
import type { Faults } from '../faults.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterDate, parseRouterTime } from '../routeros/time.ts';
import { isAtLeast } from '../routeros/version.ts';
import { type PppMethod, pppMethods } from './access-request.ts';
import { Accountant } from './accountant.ts';
import { AddressPools } from './address-pools.ts';
import { Authenticator, type DialFailure } from './authenticator.ts';
import { type Changes, Incoming } from './incoming.ts';
import { type Caller, type Grant, Session, type SessionView, type TerminateCause } from './session.ts';
import { RadiusClient } from './radius-client.ts';
import { SessionRows } from './session-rows.ts';
import { restartIdleTimeout, restartSessionTimeout, startTimers, type TimerActions } from './session-timers.ts';

export interface DialRequest {
  readonly username: string;
  readonly password: string;
  /** Absent: the strongest that the PPPoE server allows. */
  readonly method?: PppMethod;
  /** MAC of the subscriber's device. Absent: one made up. */
  readonly callerId?: string;
  /** Interface of the router the subscriber is behind. Absent: any that offers PPPoE. */
  readonly interface?: string;
  /** PPPoE service asked for. */
  readonly serviceName?: string;
}

export type DialResult =
  | ({ readonly ok: true; readonly ended: Promise<TerminateCause> } & SessionView)
  | { readonly ok: false; readonly reason: DialFailure; readonly message?: string };

export interface NasOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly faults: Faults;
  readonly log: (topics: string, message: string) => void;
  readonly random: (size: number) => Buffer;
  /** Packets leave from here, and CoA is taken here. */
  readonly bindAddress?: string;
  /** The router's own address, where `/radius src-address` names none. */
  readonly ownAddress: string;
  readonly disabledSecretAsksRadius: boolean;
  readonly transmissions: number;
}

/** The PPPoE side of the router: who is online, from the first packet to the last. */
export class Nas {
  readonly radius: RadiusClient;
  readonly incoming: Incoming;
  readonly #options: NasOptions;
  readonly #accountant: Accountant;
  readonly #authenticator: Authenticator;
  readonly #pools: AddressPools;
  readonly #timers: TimerActions;
  readonly #sessions = new Map<Session, SessionRows>();
  #bootCounter = 0x10;
  #nextSession = 0;
  #nextInterface = 0xf0_0000;

  constructor(options: NasOptions) {
    const { clock, database, faults, log, bindAddress } = options;
    this.#options = options;
    this.radius = new RadiusClient({ ...options, ...(bindAddress === undefined ? {} : { bindAddress }) });
    this.#accountant = new Accountant({ clock, database, radius: this.radius, faults });
    this.#authenticator = new Authenticator({ ...options, radius: this.radius });
    this.#pools = new AddressPools(database);
    this.#timers = {
      clock,
      end: (session, cause) => this.end(session, cause),
      interim: (session) => this.#accountant.report(session, 'Interim-Update'),
    };
    this.incoming = new Incoming({
      database,
      log,
      bindAddress: () => this.radius.incomingAddress(),
      nasAddresses: () => [
        ...(bindAddress === undefined ? [] : [bindAddress]),
        ...this.radius.servers('auth').map((server) => this.radius.nasAddress(server)),
      ],
      sessions: () => this.#sessions.keys(),
      disconnect: (session) => this.end(session, 'Admin-Reset'),
      change: (session, changes) => this.#change(session, changes),
    });
  }

  /** A subscriber's device dials in. */
  async dial(request: DialRequest): Promise<DialResult> {
    const server = this.#serverFor(request);
    if (server === undefined) return { ok: false, reason: 'no pppoe server' };
    const method = this.#agree(request.method, server);
    if (method === undefined) return { ok: false, reason: 'method not allowed' };
    const caller = this.#newCaller(request, server);
    const verdict = await this.#authenticator.decide({ caller, password: request.password, method }, server);
    if (verdict.verdict === 'refused') return this.#refuse(caller, verdict.reason, verdict.message);
    return this.#admit(caller, verdict.grant, server);
  }

  sessions(): readonly Session[] {
    return [...this.#sessions.keys()];
  }

  views(): readonly SessionView[] {
    return this.sessions().map((session) => session.view(this.#options.clock.monotonic()));
  }

  /** By Acct-Session-Id, or every session of a name. */
  find(key: string): readonly Session[] {
    return this.sessions().filter((session) => session.sessionId === key || session.caller.username === key);
  }

  /** Octets passed: `up` from the subscriber, `down` to it. */
  carry(session: Session, traffic: { readonly up: bigint; readonly down: bigint }): void {
    const packets = (octets: bigint) => (octets + 1399n) / 1400n;
    session.upOctets += traffic.up;
    session.downOctets += traffic.down;
    session.upPackets += packets(traffic.up);
    session.downPackets += packets(traffic.down);
    session.lastTrafficAt = this.#options.clock.monotonic();
    const { limitIn, limitOut } = session.grant;
    const spent = (limitIn > 0n && session.upOctets >= limitIn) || (limitOut > 0n && session.downOctets >= limitOut);
    if (spent) this.end(session, 'NAS-Request');
  }

  /** Ends a session: its rows go, its address is free, its Stop is sent. */
  end(session: Session, cause: TerminateCause): void {
    if (!session.finish(cause)) return;
    this.#forget(session);
    this.#noteLogout(session, cause);
    this.#accountant.report(session, 'Stop', cause);
  }

  /** Every session is gone without a word to anybody; the boot counter in session ids goes on. */
  reboot(): void {
    for (const session of this.sessions()) {
      session.finish('NAS-Reboot');
      this.#forget(session);
    }
    this.#bootCounter = (this.#bootCounter + 1) & 0xff;
    this.#nextSession = 0;
    this.#nextInterface = 0xf0_0000;
    this.radius.resetCounters();
    this.incoming.resetCounters();
  }

  /** `/interface reset-counters` on a session's interface: what is shown begins anew, what is accounted goes on. */
  resetInterfaceCounters(interfaceId: number): void {
    const session = this.sessions().find(({ caller }) => caller.nasPort === interfaceId);
    session?.interfaceFrom.restart(session);
  }

  resetQueueCounters(name: string): void {
    const session = this.sessions().find(({ interfaceName }) => interfaceName === name);
    session?.queueFrom.restart(session);
  }

  async accountingIdle(): Promise<void> {
    await this.#accountant.idle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.sessions()) session.finish('NAS-Reboot');
    this.#sessions.clear();
    this.radius[Symbol.dispose]();
    await this.incoming[Symbol.asyncDispose]();
    await this.#accountant.idle();
  }

  #serverFor(request: DialRequest): TableRow | undefined {
    const { database } = this.#options;
    for (const row of database.table('/interface/pppoe-server/server').rows()) {
      const { values } = row;
      const port = database.referenced('/interface', values.get('interface'));
      const name = port?.values.get('name');
      if (values.get('disabled') === 'true' || name === undefined || port?.values.get('disabled') === 'true') continue;
      if (request.interface !== undefined && request.interface !== name) continue;
      if (offers(row, request.serviceName ?? '')) return row;
    }
    return undefined;
  }

  #agree(asked: PppMethod | undefined, server: TableRow): PppMethod | undefined {
    const allowed = (server.values.get('authentication') ?? '').split(',');
    return pppMethods.find((method) => allowed.includes(method) && (asked === undefined || asked === method));
  }

  #newCaller(request: DialRequest, server: TableRow): Caller {
    const { database, random } = this.#options;
    const port = database.referenced('/interface', server.values.get('interface'))?.values.get('name') ?? '';
    const sessionNumber = 0x8100_0000 + this.#bootCounter * 0x1_0000 + this.#nextSession;
    const interfaceId = this.#nextInterface;
    this.#nextSession = (this.#nextSession + 1) & 0xffff;
    this.#nextInterface += 1;
    return {
      username: request.username,
      callerId: request.callerId === undefined ? randomMac(random) : normalMac(request.callerId),
      sessionNumber,
      interfaceId,
      port,
      serviceName: server.values.get('service-name') ?? '',
    };
  }

  #refuse(caller: Caller, reason: DialFailure, message?: string): DialResult {
    const detail = reason === 'radius timeout' ? 'authentication failed - radius timeout' : reason;
    this.#options.log('pppoe,ppp,error', `<${caller.callerId}>: user ${caller.username} ${detail}`);
    return { ok: false, reason, ...(message === undefined ? {} : { message }) };
  }

  #admit(caller: Caller, grant: Grant, server: TableRow): DialResult {
    const others = this.find(caller.username).length;
    if (grant.portLimit !== undefined && grant.portLimit > 0 && others >= grant.portLimit) {
      return this.#refuse(caller, 'too many sessions');
    }
    if (!this.#hasRoom(server)) return this.#refuse(caller, 'too many sessions');
    if (server.values.get('one-session-per-host') === 'true') this.#endEarlier(caller, server);
    const place = this.#place(grant);
    if (place === undefined) return this.#refuse(caller, 'no address');
    return this.#start(caller, { ...grant, ...place }, place.address, server);
  }

  #hasRoom(server: TableRow): boolean {
    const limit = Number(server.values.get('max-sessions'));
    if (Number.isNaN(limit)) return true;
    return this.sessions().filter(({ serverId }) => serverId === server.id).length < limit;
  }

  /** The old session of the same device is closed in favour of the new one. */
  #endEarlier(caller: Caller, server: TableRow): void {
    for (const session of this.sessions()) {
      if (session.serverId === server.id && session.caller.callerId === caller.callerId) {
        this.end(session, 'Lost-Carrier');
      }
    }
  }

  #place({ address, pool }: Grant): { readonly address: string; readonly pool?: string } | undefined {
    if (address !== undefined) {
      this.#pools.hold(address);
      return { address };
    }
    return pool === undefined ? undefined : this.#pools.take(pool);
  }

  #start(caller: Caller, grant: Grant, address: string, server: TableRow): DialResult {
    const { clock } = this.#options;
    const session = new Session({
      caller,
      grant,
      address,
      interfaceName: this.#freeInterfaceName(caller.username),
      serverId: server.id,
      startedAt: clock.monotonic(),
    });
    this.#sessions.set(
      session,
      SessionRows.add(session, this.#options, () => this.end(session, 'Admin-Reset')),
    );
    this.#noteLogin(session);
    this.#accountant.report(session, 'Start');
    startTimers(session, grant.interimSeconds ?? this.#defaultInterimSeconds(), this.#timers);
    return { ok: true, ended: session.ended, ...session.view(clock.monotonic()) };
  }

  #freeInterfaceName(username: string): string {
    const table = this.#options.database.table('/interface');
    const name = `<pppoe-${username}>`;
    for (let count = 1; ; count += 1) {
      const candidate = count === 1 ? name : `<pppoe-${username}-${count - 1}>`;
      if (table.named(candidate) === undefined) return candidate;
    }
  }

  #defaultInterimSeconds(): number {
    const text = this.#options.database.settings('/ppp/aaa').values.get('interim-update') ?? '0s';
    return Math.floor((parseRouterTime(text) ?? 0) / 1000);
  }

  #change(session: Session, changes: Changes): boolean {
    const { rateLimit, sessionTimeoutSeconds, idleTimeoutSeconds } = changes;
    if (rateLimit !== undefined && this.#sessions.get(session)?.limit(rateLimit) === false) return false;
    if (sessionTimeoutSeconds !== undefined) restartSessionTimeout(session, sessionTimeoutSeconds, this.#timers);
    if (idleTimeoutSeconds !== undefined) restartIdleTimeout(session, idleTimeoutSeconds, this.#timers);
    return true;
  }

  #forget(session: Session): void {
    this.#sessions.get(session)?.remove();
    this.#sessions.delete(session);
    this.#pools.release(session.address);
  }

  #noteLogin({ interfaceName, caller, address }: Session): void {
    const { log } = this.#options;
    log('pppoe,ppp,info', `${interfaceName}: authenticated`);
    log('pppoe,ppp,info', `${interfaceName}: connected`);
    log('pppoe,ppp,info,account', `${caller.username} logged in, ${address} from ${caller.callerId}`);
  }

  #noteLogout(session: Session, cause: TerminateCause): void {
    const { log, clock, database } = this.#options;
    const { caller, interfaceName, upOctets, downOctets, upPackets, downPackets } = session;
    const seconds = Math.floor((clock.monotonic() - session.startedAt) / 1000);
    log('pppoe,ppp,info', `${interfaceName}: terminating... - ${reasonWords[cause] ?? 'disconnected'}`);
    log(
      'pppoe,ppp,info,account',
      `${caller.username} logged out, ${seconds} ${upOctets} ${downOctets} ${upPackets} ${downPackets} from ${caller.callerId}`,
    );
    log('pppoe,ppp,info', `${interfaceName}: disconnected`);
    const secret = session.grant.radius ? undefined : database.table('/ppp/secret').named(caller.username);
    secret?.values.set('last-caller-id', caller.callerId);
    secret?.values.set('last-disconnect-reason', reasonWords[cause] ?? 'disconnected');
    secret?.values.set('last-logged-out', formatRouterDate(clock.now(), isAtLeast(database.version, '7.10')));
  }
}

const reasonWords: Readonly<Partial<Record<TerminateCause, string>>> = {
  'User-Request': 'hung-up',
  'Lost-Carrier': 'peer-not-responding',
  'Session-Timeout': 'session-timeout',
  'Idle-Timeout': 'idle-timeout',
  'Admin-Reset': 'admin-reset',
  'NAS-Request': 'nas-request',
};

function offers({ values }: TableRow, asked: string): boolean {
  const offered = values.get('service-name') ?? '';
  return asked === offered || (asked === '' && values.get('accept-empty-service') === 'true');
}

function randomMac(random: (size: number) => Buffer): string {
  return normalMac(`02${random(5).toString('hex')}`);
}

/** Capitals with colons, as the router writes a MAC; other text as it is. */
function normalMac(text: string): string {
  const digits = text.replace(/[:.-]/g, '').toUpperCase();
  return /^[0-9A-F]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : text;
}
