import type { Clock } from '../../base/clock.ts';
import type { AddressPools } from '../nas/address-pools.ts';
import { secondsIn } from '../nas/authenticator.ts';
import { type Caller, Session, type TerminateCause } from '../nas/session.ts';
import type { SessionRows } from '../nas/session-rows.ts';
import type { SessionOwner, Sessions } from '../nas/sessions.ts';
import type { Database } from '../routeros/database.ts';
import type { TableRow } from '../routeros/table.ts';
import { formatRouterTime } from '../routeros/time.ts';
import { HotspotAuthority, type LoginAttempt, type LoginVerdict } from './authority.ts';
import { Cookies } from './cookies.ts';
import type { Host } from './host.ts';
import { addHotspotRows } from './hotspot-rows.ts';
import { type LoginError, loginError } from './login-error.ts';
import type { GuestControl } from './servlet.ts';
import { type HotspotSettings, hotspotOf } from './settings.ts';

export interface GuestsDeps {
  readonly clock: Clock;
  readonly database: Database;
  readonly sessions: Sessions;
  readonly pools: AddressPools;
  readonly log: (topics: string, message: string) => void;
  readonly random: (size: number) => Buffer;
  readonly disabledUserAsksRadius: boolean;
  /** A device that is out of reach has no session any more. */
  readonly ended: (host: Host) => void;
}

type Granted = Extract<LoginVerdict, { verdict: 'granted' }>;

/** Who is logged in at the hotspots, and how they came in. */
export class Guests implements GuestControl {
  readonly #deps: GuestsDeps;
  readonly #authority: HotspotAuthority;
  readonly #cookies: Cookies;

  constructor(deps: GuestsDeps) {
    this.#deps = deps;
    this.#authority = new HotspotAuthority({ ...deps, radius: deps.sessions.radius });
    this.#cookies = new Cookies(deps);
  }

  /** What a hotspot does when a device appears: its MAC is asked for, then what it remembers of it. */
  async welcome(host: Host): Promise<void> {
    const hotspot = hotspotOf(this.#deps.database, host.serverId);
    if (hotspot?.loginBy.has('mac') && !host.online) {
      await this.login(host, this.#authority.macAttempt(host.mac, hotspot));
    }
    await this.remember(host);
  }

  /** Logs in with a MAC cookie, if there is one. One that is refused is thrown away. */
  async remember(host: Host): Promise<void> {
    const hotspot = hotspotOf(this.#deps.database, host.serverId);
    const cookie = hotspot?.loginBy.has('mac-cookie') && !host.online ? this.#cookies.ofDevice(host.mac) : undefined;
    if (cookie === undefined || host.busy) return;
    const secret = { kind: 'password', password: cookie.password } as const;
    const error = await this.login(host, { username: cookie.user, method: 'mac-cookie', secret });
    if (error !== undefined && error.key !== 'radius-timeout') this.#cookies.forget(host.mac, 'device');
  }

  async loginByCookie(host: Host, browserId: string): Promise<boolean> {
    const hotspot = hotspotOf(this.#deps.database, host.serverId);
    const cookie = hotspot?.loginBy.has('cookie') ? this.#cookies.ofBrowser(host.mac, browserId) : undefined;
    if (cookie === undefined || host.busy) return false;
    const secret = { kind: 'password', password: cookie.password } as const;
    const error = await this.login(host, { username: cookie.user, method: 'cookie', secret });
    if (error !== undefined && error.key !== 'radius-timeout') this.#cookies.forget(host.mac, 'browser');
    return error === undefined;
  }

  async login(host: Host, attempt: LoginAttempt): Promise<LoginError | undefined> {
    if (host.online) return undefined;
    if (host.busy) return loginError('auth-in-progress');
    const hotspot = hotspotOf(this.#deps.database, host.serverId);
    if (hotspot === undefined) return loginError('shutting-down');
    host.busy = true;
    host.lastUsername = attempt.method === 'mac' ? '' : attempt.username;
    const caller = this.#callerOf(host, hotspot, attempt);
    try {
      const verdict = await this.#authority.decide(host, hotspot, attempt, caller);
      host.attributes = verdict.attributes;
      const error =
        verdict.verdict === 'refused' ? verdict.error : this.#admit(host, hotspot, attempt, caller, verdict);
      const outcome = error === undefined ? 'logged in' : `login failed: ${error.original}`;
      this.#deps.log('hotspot,info,debug', `${attempt.username} (${host.address}): ${outcome}`);
      return error;
    } finally {
      host.busy = false;
    }
  }

  /** The guest's own wish: what is remembered of the device goes as well, and of its browser if asked for. */
  logout(host: Host, { eraseCookie }: { readonly eraseCookie: boolean }): Session | undefined {
    const { session } = host;
    if (eraseCookie) this.#cookies.forget(host.mac, 'browser');
    if (session === undefined) return undefined;
    this.#cookies.forget(host.mac, 'device');
    this.#deps.sessions.end(session, 'User-Request');
    return session;
  }

  #callerOf(
    { mac, address, port }: Host,
    { name, profile, hostname }: HotspotSettings,
    { username, extra }: LoginAttempt,
  ): Caller {
    const number = this.#deps.sessions.nextNumber('hotspot');
    const wispr: [number, string][] = [
      [1, profile.get('radius-location-id') ?? ''],
      [2, profile.get('radius-location-name') ?? ''],
      [3, `http://${hostname}/logout`],
    ];
    return {
      kind: 'hotspot',
      username,
      mac,
      callerId: mac,
      sessionNumber: number,
      nasPort: number,
      nasPortType: portTypes[profile.get('nas-port-type') ?? ''] ?? 'Wireless-802.11',
      port,
      serviceName: name,
      framedAddress: address,
      hostAddress: address,
      wispr: wispr.filter(([, text]) => text !== ''),
      ...(extra === undefined ? {} : { extra }),
    };
  }

  /** @returns why not after all */
  #admit(
    host: Host,
    hotspot: HotspotSettings,
    attempt: LoginAttempt,
    caller: Caller,
    verdict: Granted,
  ): LoginError | undefined {
    const { sessions, clock } = this.#deps;
    const { grant } = verdict;
    const others = sessions.of('hotspot').filter((session) => session.caller.username === attempt.username).length;
    if (grant.portLimit !== undefined && others >= grant.portLimit) return loginError('user-session-limit');
    if (!host.present) return loginError('internal-error');
    const place = this.#place(host, verdict);
    if (place === undefined) return loginError('ippool-empty');
    const session = new Session({
      caller,
      grant: { ...grant, ...(place.pool === undefined ? {} : { pool: place.pool }) },
      address: place.address,
      label: this.#freeLabel(attempt.username),
      serverId: host.serverId,
      startedAt: clock.monotonic(),
    });
    host.session = session;
    host.loginBy = attempt.method;
    host.redirectionUrl = verdict.redirectionUrl;
    const keepaliveMs = keepaliveOf(verdict.profile) * 1000;
    host.keepaliveMs = keepaliveMs;
    const rows = addHotspotRows(session, host, hotspot, { ...this.#deps, keepaliveMs }, () =>
      sessions.end(session, 'Admin-Reset'),
    );
    sessions.open(session, this.#ownerOf(host, session, rows, place.release, verdict.user), grant.interimSeconds ?? 0);
    this.#setCookies(host, hotspot, attempt, verdict);
    return undefined;
  }

  /** The address after translation: a fixed one, one of a pool, or that which the device has. */
  #place(
    { address }: Host,
    { grant }: Granted,
  ): { readonly address: string; readonly pool?: string; readonly release: () => void } | undefined {
    const { pools } = this.#deps;
    if (grant.address !== undefined && grant.address !== address) {
      const fixed = grant.address;
      if (pools.isUsed(fixed)) return { address, release: () => undefined };
      pools.hold(fixed);
      return { address: fixed, release: () => pools.release(fixed) };
    }
    if (grant.pool === undefined) return { address, release: () => undefined };
    const taken = pools.take(grant.pool);
    return taken && { ...taken, release: () => pools.release(taken.address) };
  }

  #ownerOf(
    host: Host,
    session: Session,
    rows: SessionRows,
    release: () => void,
    user: TableRow | undefined,
  ): SessionOwner {
    return {
      accounts: () => {
        const profile = hotspotOf(this.#deps.database, host.serverId)?.profile;
        return profile?.get('use-radius') === 'true' && profile.get('radius-accounting') === 'true';
      },
      limit: (rateLimit) => rows.limit(rateLimit),
      disconnected: () => this.#cookies.forget(host.mac, 'both'),
      forget: () => {
        rows.remove();
        release();
        host.session = undefined;
        host.loginBy = undefined;
        this.#deps.ended(host);
      },
      noteEnd: (cause) => this.#noteEnd(host, session, cause, user),
    };
  }

  #noteEnd({ mac, address }: Host, session: Session, cause: TerminateCause, user: TableRow | undefined): void {
    const { log, clock } = this.#deps;
    // What used up its time or traffic would come right back (MikroTik manual, Hotspot, mac-cookie).
    if (cause === 'Session-Timeout' || cause === 'NAS-Request') this.#cookies.forget(mac, 'device');
    log('hotspot,info,debug', `${session.caller.username} (${address}): logged out: ${cause}`);
    if (user === undefined) return;
    const { values } = user;
    const add = (name: string, more: bigint) => values.set(name, String(BigInt(values.get(name) ?? 0) + more));
    add('bytes-in', session.upOctets);
    add('bytes-out', session.downOctets);
    add('packets-in', session.upPackets);
    add('packets-out', session.downPackets);
    const seconds = secondsIn(values.get('uptime')) + Math.floor((clock.monotonic() - session.startedAt) / 1000);
    values.set('uptime', formatRouterTime(seconds * 1000));
  }

  /** The router has to know the password: it does not after CHAP, unless the user is its own. */
  #setCookies(
    host: Host,
    hotspot: HotspotSettings,
    { method, secret, username: user }: LoginAttempt,
    verdict: Granted,
  ): void {
    const password = secret.kind === 'password' ? secret.password : verdict.user?.values.get('password');
    if (password === undefined || method === 'mac' || method === 'mac-cookie') return;
    const what = { mac: host.mac, user, password };
    const profile = verdict.profile?.values;
    if (hotspot.loginBy.has('mac-cookie') && profile?.get('add-mac-cookie') !== 'false') {
      this.#cookies.remember(what, secondsIn(profile?.get('mac-cookie-timeout') ?? '3d') * 1000);
    }
    if (!hotspot.loginBy.has('cookie')) return;
    // A new one with every login, that by a cookie too.
    const id = this.#deps.random(16).toString('hex');
    const lifetimeSeconds = secondsIn(hotspot.profile.get('http-cookie-lifetime') ?? '3d');
    this.#cookies.remember({ ...what, browserId: id }, lifetimeSeconds * 1000);
    host.newCookie = { id, lifetimeSeconds };
  }

  #freeLabel(username: string): string {
    const queues = this.#deps.database.table('/queue/simple');
    const taken = (label: string) =>
      queues.named(label) !== undefined || this.#deps.sessions.all().some((session) => session.label === label);
    for (let count = 0; ; count += 1) {
      const label = count === 0 ? `<hotspot-${username}>` : `<hotspot-${username}-${count}>`;
      if (!taken(label)) return label;
    }
  }
}

const portTypes: Readonly<Record<string, NonNullable<Caller['nasPortType']>>> = {
  ethernet: 'Ethernet',
  cable: 'Cable',
  'wireless-802.11': 'Wireless-802.11',
};

/** Seconds a device may be out of reach; 0: for ever. */
function keepaliveOf(profile: TableRow | undefined): number {
  return secondsIn(profile?.values.get('keepalive-timeout'));
}
