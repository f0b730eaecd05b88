import type { AccessKind } from '../model/kinds/service.ts';
import { quotaOfReason } from '../model/quota.ts';
import type { Credential, CredentialProof } from './credentials/credential.ts';
import { verifyCredential } from './credentials/verify-credential.ts';
import { verifyHash, verifySlowly } from './credentials/verify-hash.ts';
import type { CredentialCheck } from './credentials/verify-mschap.ts';
import type { AccessLogin, SessionLimits } from './login.ts';
import { sessionSecondsLeft } from './session-time.ts';

/** Somebody who wants on. */
export interface AccessRequest {
  readonly credential: Credential;
  /** The way they came. `undefined`: it cannot be told, and is then no matter. */
  readonly door?: AccessKind | undefined;
  /** Can the NAS keep somebody suspended to a page; `by-url` only to one whose address is known? Absent: no. */
  readonly redirects?: boolean | 'by-url' | undefined;
}

export type RejectReason =
  | 'unknown-subscriber'
  | 'wrong-password'
  | 'too-many-guesses'
  | 'wrong-mac'
  | 'password-used'
  | 'method-not-possible'
  | 'local-only'
  | 'not-sold-here'
  | 'disabled'
  | 'suspended'
  | 'expired'
  | 'outside-hours'
  | 'wrong-device'
  | 'wrong-place'
  | 'too-many-sessions'
  | 'too-many-devices'
  | 'quota-used'
  | 'refused-elsewhere'
  | 'authority-down';

export type Decision =
  | {
      readonly verdict: 'accept';
      readonly limits: GrantedLimits;
      /** Why it is let in only to meet a page, with the limits for that. Absent: it has what it pays for. */
      readonly redirected?: 'suspended' | 'expired' | 'quota-used';
      /** Let in though it is no longer paid for. */
      readonly inGrace?: true;
      /** Seconds from now that somebody else than the declaration gave: they hold for the whole session, whatever is declared meanwhile. */
      readonly remainingSeconds?: number;
      /** What the subscriber's side needs to see, or encrypt with: MS-CHAP only. */
      readonly proof?: CredentialProof;
    }
  | { readonly verdict: 'reject'; readonly reason: RejectReason };

export interface GrantedLimits {
  /** At least 1. Absent: no limit. */
  readonly sessionTimeoutSeconds?: number;
  readonly idleTimeoutSeconds?: number;
  readonly interimSeconds: number;
}

/**
 * May this subscriber on, and with what limits? The one decision behind RADIUS and portals.
 *
 * The password is checked before anything is said about the account, so that only its owner learns that it is suspended.
 *
 * @param login the login with exactly the given username, if there is one
 * @param now wall time, milliseconds since 1970
 */
export function authorise(request: AccessRequest, login: AccessLogin | undefined, now: number): Decision {
  if (login === undefined) return reject('unknown-subscriber');
  const check = checkOf(request, login);
  if (check.result !== 'right') return reject(check.result === 'wrong' ? 'wrong-password' : 'method-not-possible');
  return decided(login, request, check, now);
}

/** The same, where the password may be kept in a form that takes its time. */
export function authoriseInTime(
  request: AccessRequest,
  login: AccessLogin | undefined,
  now: number,
): Decision | Promise<Decision> {
  const { passwordHash } = login ?? {};
  if (login === undefined || passwordHash === undefined || checkOf(request, login).result !== 'slow') {
    return authorise(request, login, now);
  }
  return verifySlowly(request.credential, passwordHash).then((check) =>
    check.result === 'right' ? decided(login, request, check, now) : reject('wrong-password'),
  );
}

/** Is it to be decided by `authoriseInTime` alone? */
export function takesTime(request: Pick<AccessRequest, 'credential'>, login: AccessLogin | undefined): boolean {
  return login?.passwordHash !== undefined && checkOf(request, login).result === 'slow';
}

function checkOf({ credential }: Pick<AccessRequest, 'credential'>, login: AccessLogin) {
  const { username, password, passwordHash } = login;
  if (passwordHash !== undefined) return verifyHash(credential, username, passwordHash);
  return verifyCredential(credential, username, password);
}

function decided(
  login: AccessLogin,
  request: AccessRequest,
  check: CredentialCheck & { readonly result: 'right' },
  now: number,
): Decision {
  const decision = authoriseProven(login, request, now);
  return check.proof === undefined || decision.verdict === 'reject' ? decision : { ...decision, proof: check.proof };
}

/** The same for somebody whom something else than the password proved. */
export function authoriseProven(
  login: AccessLogin,
  { door, redirects }: Pick<AccessRequest, 'door' | 'redirects'>,
  now: number,
): Decision {
  const objection = objectionTo(login, door, now);
  if (objection === undefined) {
    const limits = grantedLimits(login, door, now);
    const inGrace = login.graceFrom !== undefined && now >= login.graceFrom;
    return inGrace ? { verdict: 'accept', limits, inGrace } : { verdict: 'accept', limits };
  }
  const { whileSuspended } = login;
  const forPage = objection === 'suspended' || objection === 'expired' || objection === 'quota-used';
  if (!forPage || whileSuspended === undefined || !keeps(redirects, whileSuspended)) return reject(objection);
  return { verdict: 'accept', limits: grantedLimits({ limits: whileSuspended }, door, now), redirected: objection };
}

function keeps(redirects: AccessRequest['redirects'], { page }: SessionLimits): boolean {
  return redirects === true || (redirects === 'by-url' && page?.url !== undefined);
}

/** What is granted of a login's limits. For DHCP, Session-Timeout is the time of the lease. */
export function grantedLimits(
  login: Pick<AccessLogin, 'limits' | 'expires'>,
  door: AccessKind | undefined,
  now: number,
): GrantedLimits {
  const { interimSeconds, idleTimeoutSeconds } = login.limits;
  const limits: { -readonly [K in keyof GrantedLimits]: GrantedLimits[K] } = { interimSeconds };
  const left = sessionSecondsLeft(login, door, now);
  if (left !== undefined) limits.sessionTimeoutSeconds = left;
  if (idleTimeoutSeconds !== undefined) limits.idleTimeoutSeconds = idleTimeoutSeconds;
  return limits;
}

function objectionTo(login: AccessLogin, door: AccessKind | undefined, now: number): RejectReason | undefined {
  if (!login.radius) return 'local-only';
  if (door !== undefined && login.access !== undefined && !login.access.includes(door)) return 'not-sold-here';
  // Once applied, an expiry that has come is a suspension for that reason.
  if (login.state === 'suspended' && login.reason === 'expired') return 'expired';
  if (login.state === 'suspended' && quotaOfReason(login.reason) !== undefined) return 'quota-used';
  if (login.state !== 'active') return login.state;
  if (login.expires !== undefined && now >= login.expires) return 'expired';
  if (login.limits.hours?.at(now).open === false) return 'outside-hours';
  return undefined;
}

function reject(reason: RejectReason): Decision {
  return { verdict: 'reject', reason };
}
