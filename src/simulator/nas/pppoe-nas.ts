import type { Clock } from '../../base/clock.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterDate, parseRouterTime } from '../routeros/time.ts';
import { isAtLeast } from '../routeros/version.ts';
import { type PppMethod, pppMethods } from './access-request.ts';
import type { AddressPools } from './address-pools.ts';
import { Authenticator, type DialFailure } from './authenticator.ts';
import { addPppoeRows } from './pppoe-rows.ts';
import { type Caller, type Grant, Session, type SessionView, type TerminateCause } from './session.ts';
import type { Sessions } from './sessions.ts';

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

export interface PppoeNasOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly pools: AddressPools;
  readonly log: (topics: string, message: string) => void;
  readonly random: (size: number) => Buffer;
  readonly disabledSecretAsksRadius: boolean;
}

/** The PPPoE side of the router: who may dial in, and what a session makes of the router's rows. */
export class PppoeNas {
  readonly #options: PppoeNasOptions;
  readonly #sessions: Sessions;
  readonly #authenticator: Authenticator;
  #nextInterface = 0xf0_0000;

  constructor(options: PppoeNasOptions) {
    this.#options = options;
    this.#sessions = options.sessions;
    this.#authenticator = new Authenticator({ ...options, radius: options.sessions.radius });
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

  /** Interfaces of sessions are numbered anew. */
  reboot(): void {
    this.#nextInterface = 0xf0_0000;
  }

  /** `/interface reset-counters` on a session's interface: what is shown begins anew, what is accounted goes on. */
  resetInterfaceCounters(interfaceId: number): void {
    const session = this.#online().find(({ caller }) => caller.nasPort === interfaceId);
    session?.interfaceFrom.restart(session);
    session?.fastFrom.restart(session.fast);
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
    const nasPort = this.#nextInterface;
    this.#nextInterface += 1;
    const mac = request.callerId === undefined ? randomMac(random) : normalMac(request.callerId);
    return {
      kind: 'pppoe',
      username: request.username,
      mac,
      callerId: mac,
      sessionNumber: this.#sessions.nextNumber('pppoe'),
      nasPort,
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
    if (this.#hasEnough(caller.username, grant) || !this.#hasRoom(server))
      return this.#refuse(caller, 'too many sessions');
    if (server.values.get('one-session-per-host') === 'true') this.#endEarlier(caller, server);
    const place = this.#place(grant);
    if (place === undefined) return this.#refuse(caller, 'no address');
    return this.#start(caller, { ...grant, ...place }, place.address, server);
  }

  /** As many sessions as the name may have. */
  #hasEnough(username: string, { portLimit = 0 }: Grant): boolean {
    return portLimit > 0 && this.#online().filter(({ caller }) => caller.username === username).length >= portLimit;
  }

  #hasRoom(server: TableRow): boolean {
    const limit = Number(server.values.get('max-sessions'));
    if (Number.isNaN(limit)) return true;
    return this.#online().filter(({ serverId }) => serverId === server.id).length < limit;
  }

  /** The old session of the same device is closed in favour of the new one. */
  #endEarlier(caller: Caller, server: TableRow): void {
    for (const session of this.#online()) {
      if (session.serverId === server.id && session.caller.callerId === caller.callerId) {
        this.#sessions.end(session, 'Lost-Carrier');
      }
    }
  }

  #place({ address, pool }: Grant): { readonly address: string; readonly pool?: string } | undefined {
    if (address !== undefined) {
      this.#options.pools.hold(address);
      return { address };
    }
    return pool === undefined ? undefined : this.#options.pools.take(pool);
  }

  #start(caller: Caller, grant: Grant, address: string, server: TableRow): DialResult {
    const { clock } = this.#options;
    const session = new Session({
      caller,
      grant,
      address,
      label: this.#freeInterfaceName(caller.username),
      serverId: server.id,
      startedAt: clock.monotonic(),
    });
    const rows = addPppoeRows(session, this.#options, () => this.#sessions.end(session, 'Admin-Reset'));
    this.#noteLogin(session);
    const owner = {
      accounts: () => this.#accounts(),
      limit: (rateLimit: string) => rows.limit(rateLimit),
      forget: () => {
        rows.remove();
        this.#options.pools.release(address);
      },
      noteEnd: (cause: TerminateCause) => this.#noteLogout(session, cause),
    };
    this.#sessions.open(session, owner, grant.interimSeconds ?? this.#defaultInterimSeconds());
    return { ok: true, ended: session.ended, ...session.view(clock.monotonic()) };
  }

  #online(): readonly Session[] {
    return this.#sessions.of('pppoe');
  }

  /** Sessions of local secrets are accounted as well. */
  #accounts(): boolean {
    const { values } = this.#options.database.settings('/ppp/aaa');
    return values.get('use-radius') === 'true' && values.get('accounting') === 'true';
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

  #noteLogin({ label, caller, address }: Session): void {
    const { log } = this.#options;
    log('pppoe,ppp,info', `${label}: authenticated`);
    log('pppoe,ppp,info', `${label}: connected`);
    log('pppoe,ppp,info,account', `${caller.username} logged in, ${address} from ${caller.callerId}`);
  }

  #noteLogout(session: Session, cause: TerminateCause): void {
    const { log, clock, database } = this.#options;
    const { caller, label, upOctets, downOctets, upPackets, downPackets } = session;
    const seconds = Math.floor((clock.monotonic() - session.startedAt) / 1000);
    log('pppoe,ppp,info', `${label}: terminating... - ${reasonWords[cause] ?? 'disconnected'}`);
    log(
      'pppoe,ppp,info,account',
      `${caller.username} logged out, ${seconds} ${upOctets} ${downOctets} ${upPackets} ${downPackets} from ${caller.callerId}`,
    );
    log('pppoe,ppp,info', `${label}: disconnected`);
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

export function randomMac(random: (size: number) => Buffer): string {
  return normalMac(`02${random(5).toString('hex')}`);
}

/** Capitals with colons, as the router writes a MAC; other text as it is. */
export function normalMac(text: string): string {
  const digits = text.replace(/[:.-]/g, '').toUpperCase();
  return /^[0-9A-F]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(':') : text;
}
