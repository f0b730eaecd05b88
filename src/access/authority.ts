import { Secret } from '../base/secret.ts';
import type { AccessKind } from '../model/kinds/service.ts';
import { authoriseProven, type Decision, type RejectReason } from './authorise.ts';
import type { Credential } from './credentials/credential.ts';
import { verifyCredential } from './credentials/verify-credential.ts';
import { type DeviceNas, macPasswordsAt, provesDevice } from './device.ts';
import type { AccessLogin, SessionLimits } from './login.ts';

/** A program of the operator's that decides about logins, asked while they wait. */
export interface Authority<L extends SessionLimits> {
  /** About whom it is asked: those whom no declaration knows, or everybody. */
  readonly asks: 'unknown' | 'all';
  /** Never rejects. */
  ask(question: AuthorityQuestion): Promise<AuthorityVerdict<L>>;
}

/** What is told of a login. */
export interface AuthorityQuestion {
  readonly username: string;
  /** In clear, where the method shows it. Sent only where that is declared. */
  readonly password?: Uint8Array;
  readonly nas: string;
  readonly door?: AccessKind | undefined;
  /** Of the device, `AA:BB:CC:DD:EE:FF`, where the NAS sent one. */
  readonly mac?: string | undefined;
  readonly callingStationId?: string | undefined;
  readonly calledStationId?: string | undefined;
  readonly sessionId?: string | undefined;
}

export type AuthorityVerdict<L extends SessionLimits> =
  | AuthorityAccept<L>
  | { readonly verdict: 'reject'; readonly reason: RejectReason }
  /** It could not be asked, and its NAS should ask its next server. */
  | { readonly verdict: 'silent' };

export interface AuthorityAccept<L extends SessionLimits> {
  readonly verdict: 'accept';
  /** What it grants: its own words in place of what is declared of somebody, or of guests of the operator's program. */
  readonly grants: (declared: L | undefined) => L;
  /** Seconds that are left, from now. Absent: no limit. */
  readonly remainingSeconds?: number;
  /** What the login must prove. Absent: it was proved there, if `sawPassword`. */
  readonly password?: Secret;
  /** The password of the login was sent along and found right. */
  readonly sawPassword: boolean;
}

/** Somebody about whom an authority was asked. */
export interface AskedLogin {
  readonly username: string;
  readonly credential: Credential;
  readonly door?: AccessKind | undefined;
  readonly nas: DeviceNas;
  /** `AA:BB:CC:DD:EE:FF`, where the username is the MAC that the NAS itself saw. */
  readonly mac?: string | undefined;
  readonly calledStationId?: string | undefined;
  readonly redirects?: boolean | 'by-url' | undefined;
}

/**
 * Is somebody whom no declaration knows let in after an authority said yes? Only if it has seen the password, or told it, or
 * the NAS itself vouches for the device: a yes to a name alone would let in whoever types it. Pure.
 *
 * @param limits as granted
 * @param now wall time, milliseconds since 1970
 */
export function decideByAuthority<L extends SessionLimits>(
  asked: AskedLogin,
  answer: AuthorityAccept<L>,
  limits: L,
  now: number,
): Decision {
  const proven = proofOf(asked, answer);
  if (proven.result !== 'right') {
    return { verdict: 'reject', reason: proven.result === 'wrong' ? 'wrong-password' : 'method-not-possible' };
  }
  const decision = authoriseProven(loginOf(asked, answer, limits, now), asked, now);
  return decision.verdict === 'accept' && proven.proof !== undefined ? { ...decision, proof: proven.proof } : decision;
}

function proofOf<L extends SessionLimits>(
  { username, credential, door, nas, mac, calledStationId }: AskedLogin,
  { password, sawPassword }: AuthorityAccept<L>,
): ReturnType<typeof verifyCredential> {
  if (password !== undefined) return verifyCredential(credential, username, password);
  if (sawPassword) return { result: 'right' };
  const vouched = mac !== undefined && provesDevice(credential, mac, door, macPasswordsAt(nas, calledStationId));
  return { result: vouched ? 'right' : 'impossible' };
}

function loginOf<L extends SessionLimits>(
  { username }: AskedLogin,
  { password, remainingSeconds }: AuthorityAccept<L>,
  limits: L,
  now: number,
): AccessLogin {
  return {
    username,
    password: password ?? new Secret(''),
    state: 'active',
    radius: true,
    limits,
    ...(remainingSeconds === undefined ? {} : { expires: now + remainingSeconds * 1000 }),
  };
}
