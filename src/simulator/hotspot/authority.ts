import { timingSafeEqual } from 'node:crypto';
import type { Attribute } from 'radius';
import { formatMac, type MacFormat, macFormats } from '../../base/mac.ts';
import type { AccessReply } from '../nas/access-accept.ts';
import { chapDigest, chapResponse, papProof } from '../nas/access-request.ts';
import { meansFromPool, secondsIn } from '../nas/authenticator.ts';
import type { RawAttribute } from '../nas/packet.ts';
import type { RadiusServer } from '../nas/radius-client.ts';
import { askRadius, type QuestionDeps } from '../nas/radius-question.ts';
import type { Caller, Grant } from '../nas/session.ts';
import { formatId, type TableRow } from '../routeros/table.ts';
import { listOf } from '../routeros/value-types.ts';
import type { Challenge, Host, LoginMethod } from './host.ts';
import { type LoginError, loginError } from './login-error.ts';
import { type HotspotSettings, isForServer } from './settings.ts';

/** Somebody wants in, with a password or with what a browser made of a challenge. */
export interface LoginAttempt {
  readonly username: string;
  readonly method: LoginMethod;
  readonly secret:
    | { readonly kind: 'password'; readonly password: string }
    | { readonly kind: 'chap'; readonly digest: Buffer; readonly challenge: Challenge };
  /** Attributes the login form added for RADIUS. */
  readonly extra?: readonly Attribute[];
}

export type LoginVerdict =
  | {
      readonly verdict: 'granted';
      readonly grant: Grant;
      /** Row of the user profile, and of the user where the router knows it by itself. */
      readonly profile: TableRow | undefined;
      readonly user?: TableRow;
      readonly redirectionUrl?: string;
      readonly attributes: readonly RawAttribute[];
    }
  | { readonly verdict: 'refused'; readonly error: LoginError; readonly attributes: readonly RawAttribute[] };

export interface AuthorityDeps extends QuestionDeps {
  /** Whether the name of a disabled user is left to RADIUS. Not known of real routers. */
  readonly disabledUserAsksRadius: boolean;
}

/** May this guest on? Users of the router first, then RADIUS if the profile uses it. */
export class HotspotAuthority {
  readonly #deps: AuthorityDeps;

  constructor(deps: AuthorityDeps) {
    this.#deps = deps;
  }

  async decide(host: Host, hotspot: HotspotSettings, attempt: LoginAttempt, caller: Caller): Promise<LoginVerdict> {
    // Only this spelling is taken for a MAC: twelve digits may as well be a voucher.
    const isMac = /^(?:[0-9A-F]{2}:){5}[0-9A-F]{2}$/i.test(attempt.username);
    if (isMac && attempt.username.toUpperCase() !== host.mac) return refused(loginError('wrong-mac-username'));
    const { user, masked } = this.#ownUser(attempt.username, hotspot);
    if (user !== undefined) return this.#decideLocally(host, attempt, user);
    if (hotspot.profile.get('use-radius') !== 'true' || masked) return refused(loginError('invalid-username'));
    return this.#askRadius(hotspot, attempt, caller);
  }

  /** What a device is known by to `mac` in `login-by`: the format of the profile is for RADIUS alone. */
  macAttempt(mac: string, hotspot: HotspotSettings): LoginAttempt {
    const { profile } = hotspot;
    const { user, masked } = this.#ownUser(mac, hotspot);
    const isLocal = user !== undefined || masked;
    const format = isLocal ? macFormats[0] : ((profile.get('radius-mac-format') ?? macFormats[0]) as MacFormat);
    const username = formatMac(mac, format);
    const both = profile.get('mac-auth-mode') === 'mac-as-username-and-password';
    const password = both ? username : (profile.get('mac-auth-password') ?? '');
    return { username, method: 'mac', secret: { kind: 'password', password } };
  }

  /** The user of this hotspot, else of all; or that one who is switched off keeps RADIUS from being asked. */
  #ownUser(name: string, hotspot: HotspotSettings): { readonly user: TableRow | undefined; readonly masked: boolean } {
    const rows = this.#deps.database.table('/ip/hotspot/user').allNamed(name);
    const server = formatId(hotspot.server.id);
    const users = rows.filter((row) => isForServer(row, server) && row.values.get('default') !== 'true');
    const enabled = users.filter(({ values }) => values.get('disabled') !== 'true');
    const user = enabled.find(({ values }) => values.get('server') === server) ?? enabled[0];
    return { user, masked: user === undefined && users.length > 0 && !this.#deps.disabledUserAsksRadius };
  }

  #decideLocally(host: Host, { secret }: LoginAttempt, user: TableRow): LoginVerdict {
    const { values } = user;
    const password = values.get('password') ?? '';
    const proven =
      secret.kind === 'password'
        ? secret.password === password
        : timingSafeEqual(secret.digest, chapDigest(secret.challenge.id, password, secret.challenge.octets));
    if (!proven) return refused(loginError('invalid-username'));
    const bound = values.get('mac-address') ?? noMac;
    if (bound !== noMac && bound !== host.mac) return refused(loginError('invalid-mac'));
    const profile = this.#deps.database.referenced('/ip/hotspot/user/profile', values.get('profile'));
    return this.#within(grantOfUser(user, profile), user, profile);
  }

  /** Limits of a user are limits on what all his sessions used. */
  #within(grant: Grant, user: TableRow, profile: TableRow | undefined): LoginVerdict {
    const { values } = user;
    const uptimeLimit = secondsIn(values.get('limit-uptime'));
    const left = uptimeLimit - secondsIn(values.get('uptime'));
    if (uptimeLimit > 0 && left <= 0) return refused(loginError('uptime-limit'));
    const count = (name: string) => BigInt(values.get(name) ?? 0);
    const [used, sent] = [count('bytes-in'), count('bytes-out')];
    const limits = [
      [count('limit-bytes-in'), used],
      [count('limit-bytes-out'), sent],
      [count('limit-bytes-total'), used + sent],
    ] as const;
    if (limits.some(([limit, octets]) => limit > 0n && octets >= limit)) return refused(loginError('traffic-limit'));
    const [limitIn, limitOut, limitTotal] = limits.map(([limit, octets]) => (limit > 0n ? limit - octets : 0n));
    const timeouts = [grant.sessionTimeoutSeconds, uptimeLimit > 0 ? left : undefined].filter(
      (each) => each !== undefined,
    );
    const narrowed: Grant = {
      ...grant,
      limitIn: limitIn ?? 0n,
      limitOut: limitOut ?? 0n,
      limitTotal: limitTotal ?? 0n,
      ...(timeouts.length === 0 ? {} : { sessionTimeoutSeconds: Math.min(...timeouts) }),
    };
    return { verdict: 'granted', grant: narrowed, profile, user, attributes: [] };
  }

  async #askRadius(hotspot: HotspotSettings, { secret }: LoginAttempt, caller: Caller): Promise<LoginVerdict> {
    const proof =
      secret.kind === 'password'
        ? papProof(secret.password)
        : chapResponse(secret.challenge.id, secret.digest, secret.challenge.octets);
    const answer = await askRadius(this.#deps, caller, proof);
    if (answer === undefined) return refused(loginError('radius-timeout'));
    const { reply, server } = answer;
    if (!reply.accepted) {
      const said = reply.replyMessage;
      const error = said === undefined ? loginError('invalid-username') : loginError('radius-reply', said);
      return refused(error, reply.attributes);
    }
    const profiles = this.#deps.database.table('/ip/hotspot/user/profile');
    const profile = (reply.group === undefined ? undefined : profiles.named(reply.group)) ?? profiles.named('default');
    const grant = this.#grantFrom(reply, server, profile, hotspot);
    if (grant === undefined) return refused(loginError('ippool-empty'), reply.attributes);
    const { redirectionUrl, attributes } = reply;
    const further = redirectionUrl === undefined ? {} : { redirectionUrl };
    return { verdict: 'granted', grant, profile, attributes, ...further };
  }

  /** `undefined`: a pool the router does not have. */
  #grantFrom(
    reply: AccessReply,
    server: RadiusServer,
    profile: TableRow | undefined,
    hotspot: HotspotSettings,
  ): Grant | undefined {
    const base = grantOfProfile(profile);
    const named =
      reply.framedPool === undefined ? undefined : this.#deps.database.table('/ip/pool').named(reply.framedPool);
    if (reply.framedPool !== undefined && named === undefined) return undefined;
    const pool = named === undefined ? base.pool : formatId(named.id);
    const fixed = reply.framedIpAddress;
    const interval = hotspot.profile.get('radius-interim-update') ?? 'received';
    const interimSeconds = interval === 'received' ? reply.interimSeconds : secondsIn(interval);
    const { pool: _pool, ...rest } = base;
    return {
      ...rest,
      ...(fixed !== undefined && !meansFromPool(fixed) ? { address: fixed } : pool === undefined ? {} : { pool }),
      radius: true,
      server,
      classes: reply.classes,
      limitIn: reply.limitIn,
      limitOut: reply.limitOut,
      limitTotal: reply.limitTotal,
      addressLists: [...base.addressLists, ...reply.addressLists],
      ...(reply.rateLimit === undefined ? {} : { rateLimit: reply.rateLimit }),
      ...(reply.sessionTimeoutSeconds ? { sessionTimeoutSeconds: reply.sessionTimeoutSeconds } : {}),
      ...(reply.idleTimeoutSeconds ? { idleTimeoutSeconds: reply.idleTimeoutSeconds } : {}),
      ...(interimSeconds ? { interimSeconds } : {}),
      ...(reply.portLimit ? { portLimit: reply.portLimit } : {}),
    };
  }
}

const noMac = '00:00:00:00:00:00';

function grantOfUser({ values }: TableRow, profile: TableRow | undefined): Grant {
  const address = values.get('address') ?? '0.0.0.0';
  const { pool, ...rest } = grantOfProfile(profile);
  const place = address === '0.0.0.0' ? (pool === undefined ? {} : { pool }) : { address };
  return { ...rest, ...place, comment: values.get('comment') ?? '' };
}

/** The limits of a user profile. */
function grantOfProfile(profile: TableRow | undefined): Grant {
  const values = profile?.values ?? new Map<string, string>();
  const pool = values.get('address-pool') ?? 'none';
  const rateLimit = values.get('rate-limit') ?? '';
  const [queueBefore, parentQueue] = [values.get('insert-queue-before'), values.get('parent-queue')];
  const sessionTimeout = secondsIn(values.get('session-timeout'));
  const idleTimeout = secondsIn(values.get('idle-timeout'));
  const shared = Number(values.get('shared-users') ?? 1);
  return {
    radius: false,
    addressLists: listOf(values.get('address-list') ?? '').filter((list) => list !== ''),
    classes: [],
    limitIn: 0n,
    limitOut: 0n,
    comment: '',
    ...(pool === 'none' ? {} : { pool }),
    ...(rateLimit === '' ? {} : { rateLimit }),
    ...(queueBefore === undefined ? {} : { queueBefore }),
    ...(parentQueue === undefined ? {} : { parentQueue }),
    ...(sessionTimeout > 0 ? { sessionTimeoutSeconds: sessionTimeout } : {}),
    ...(idleTimeout > 0 ? { idleTimeoutSeconds: idleTimeout } : {}),
    // `unlimited` is no number.
    ...(Number.isNaN(shared) ? {} : { portLimit: shared }),
  };
}

function refused(error: LoginError, attributes: readonly RawAttribute[] = []): LoginVerdict {
  return { verdict: 'refused', error, attributes };
}
