import { formatId, type TableRow } from '../routeros/table.ts';
import { parseRouterTime } from '../routeros/time.ts';
import type { AccessReply } from './access-accept.ts';
import { type PppMethod, proofOf } from './access-request.ts';
import type { RadiusServer } from './radius-client.ts';
import { askRadius, type QuestionDeps } from './radius-question.ts';
import type { Caller, Grant } from './session.ts';

export type DialFailure =
  | 'no pppoe server'
  | 'method not allowed'
  | 'authentication failed'
  | 'radius timeout'
  | 'no address'
  | 'too many sessions';

export type Verdict =
  | { readonly verdict: 'granted'; readonly grant: Grant }
  | { readonly verdict: 'refused'; readonly reason: DialFailure; readonly message?: string };

export interface Credentials {
  readonly caller: Caller;
  readonly password: string;
  readonly method: PppMethod;
}

export interface AuthenticatorDeps extends QuestionDeps {
  readonly log: (topics: string, message: string) => void;
  /** Whether a disabled secret leaves the name to RADIUS. Not known of real routers. */
  readonly disabledSecretAsksRadius: boolean;
}

/** May this caller in? Local secrets first, then RADIUS if the router uses it. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  /** @param server row of the PPPoE server that was dialled */
  async decide(credentials: Credentials, server: TableRow): Promise<Verdict> {
    const { database, disabledSecretAsksRadius } = this.#deps;
    const secret = database.table('/ppp/secret').named(credentials.caller.username);
    const enabled = secret !== undefined && secret.values.get('disabled') !== 'true';
    if (secret !== undefined && enabled && servesPppoe(secret)) return this.#decideLocally(credentials, secret);
    const usesRadius = database.settings('/ppp/aaa').values.get('use-radius') === 'true';
    const maskedByDisabled = secret !== undefined && !enabled && !disabledSecretAsksRadius;
    if (!usesRadius || maskedByDisabled) return refused('authentication failed');
    return this.#askRadius(credentials, server);
  }

  #decideLocally({ caller, password }: Credentials, secret: TableRow): Verdict {
    const { values } = secret;
    const callerId = values.get('caller-id') ?? '';
    if (callerId !== '' && callerId.toUpperCase() !== caller.callerId.toUpperCase()) {
      return refused('authentication failed');
    }
    if ((values.get('password') ?? '') !== password) return refused('authentication failed');
    const profile = this.#deps.database.referenced('/ppp/profile', values.get('profile'));
    const own = values.get('remote-address');
    const grant: Grant = {
      ...fromProfile(profile),
      ...(own === undefined ? {} : { address: own }),
      radius: false,
      limitIn: BigInt(values.get('limit-bytes-in') ?? 0),
      limitOut: BigInt(values.get('limit-bytes-out') ?? 0),
      comment: values.get('comment') ?? '',
      ...(values.get('routes') ? { routes: values.get('routes') ?? '' } : {}),
      ...(profile?.values.get('only-one') === 'yes' ? { portLimit: 1 } : {}),
    };
    return { verdict: 'granted', grant: own === undefined ? grant : withoutPool(grant) };
  }

  async #askRadius({ caller, method, password }: Credentials, serverRow: TableRow): Promise<Verdict> {
    const proof = proofOf(method, caller.username, password, this.#deps.random);
    const answer = await askRadius(this.#deps, caller, proof);
    if (answer === undefined) return refused('radius timeout');
    return this.#judge(answer.reply, answer.server, serverRow, proof.expectedSuccess);
  }

  #judge(reply: AccessReply, server: RadiusServer, serverRow: TableRow, expectedSuccess: string | undefined): Verdict {
    if (!reply.accepted) return refused('authentication failed', reply.replyMessage);
    if (expectedSuccess !== undefined && reply.msChap2Success !== expectedSuccess) {
      // The subscriber's own PPP stack hangs up on a server that does not know the password.
      return refused('authentication failed', 'MS-CHAP2-Success is missing or wrong');
    }
    return this.#grantFrom(reply, server, serverRow);
  }

  #grantFrom(reply: AccessReply, server: RadiusServer, serverRow: TableRow): Verdict {
    const { database } = this.#deps;
    const group = reply.group === undefined ? undefined : database.table('/ppp/profile').named(reply.group);
    const profile = group ?? database.referenced('/ppp/profile', serverRow.values.get('default-profile'));
    const base = fromProfile(profile);
    const place = this.#placeFrom(reply, base);
    if (place === undefined) return refused('no address', `no pool ${reply.framedPool}`);
    const { address: _address, pool: _pool, ...rest } = base;
    const grant: Grant = {
      ...rest,
      ...place,
      radius: true,
      server,
      classes: reply.classes,
      limitIn: reply.limitIn,
      limitOut: reply.limitOut,
      addressLists: [...base.addressLists, ...reply.addressLists],
      ...(reply.rateLimit === undefined ? {} : { rateLimit: reply.rateLimit }),
      ...(reply.sessionTimeoutSeconds ? { sessionTimeoutSeconds: reply.sessionTimeoutSeconds } : {}),
      ...(reply.idleTimeoutSeconds ? { idleTimeoutSeconds: reply.idleTimeoutSeconds } : {}),
      ...(reply.interimSeconds ? { interimSeconds: reply.interimSeconds } : {}),
      ...(reply.portLimit === undefined ? {} : { portLimit: reply.portLimit }),
    };
    return { verdict: 'granted', grant };
  }

  /** Framed-IP-Address beats Framed-Pool, which beats the profile. `undefined`: a pool the router does not have. */
  #placeFrom(reply: AccessReply, base: Grant): { address?: string; pool?: string } | undefined {
    if (reply.framedIpAddress !== undefined && !meansFromPool(reply.framedIpAddress)) {
      return { address: reply.framedIpAddress };
    }
    if (reply.framedPool === undefined) {
      return {
        ...(base.address === undefined ? {} : { address: base.address }),
        ...(base.pool === undefined ? {} : { pool: base.pool }),
      };
    }
    const pool = this.#deps.database.table('/ip/pool').named(reply.framedPool);
    return pool && { pool: formatId(pool.id) };
  }
}

function fromProfile(profile: TableRow | undefined): Grant {
  const values = profile?.values ?? new Map<string, string>();
  const remote = values.get('remote-address');
  const rateLimit = values.get('rate-limit');
  const queueBefore = values.get('insert-queue-before');
  const parentQueue = values.get('parent-queue');
  const sessionTimeout = secondsIn(values.get('session-timeout'));
  const idleTimeout = secondsIn(values.get('idle-timeout'));
  return {
    radius: false,
    addressLists: (values.get('address-list') ?? '').split(',').filter((list) => list !== ''),
    classes: [],
    limitIn: 0n,
    limitOut: 0n,
    comment: '',
    ...(remote === undefined ? {} : remote.startsWith('*') ? { pool: remote } : { address: remote }),
    ...(rateLimit === undefined || rateLimit === '' ? {} : { rateLimit }),
    ...(queueBefore === undefined ? {} : { queueBefore }),
    ...(parentQueue === undefined ? {} : { parentQueue }),
    ...(sessionTimeout > 0 ? { sessionTimeoutSeconds: sessionTimeout } : {}),
    ...(idleTimeout > 0 ? { idleTimeoutSeconds: idleTimeout } : {}),
  };
}

function withoutPool({ pool: _pool, ...grant }: Grant): Grant {
  return grant;
}

function servesPppoe({ values }: TableRow): boolean {
  return ['any', 'pppoe'].includes(values.get('service') ?? 'any');
}

/** 127/8 and 224/3 mean: from the profile's pool. */
export function meansFromPool(address: string): boolean {
  const octet = Number(address.split('.')[0]);
  return octet === 127 || octet >= 224;
}

/** Whole seconds of a time as a row has it; 0 for none. */
export function secondsIn(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor((parseRouterTime(time) ?? 0) / 1000);
}

function refused(reason: DialFailure, message?: string): Verdict {
  return { verdict: 'refused', reason, ...(message === undefined ? {} : { message }) };
}
