import type { Decision, RejectReason } from '../access/authorise.ts';
import type { Credential } from '../access/credentials/credential.ts';

/** Fills an array with unpredictable octets. */
export type FillRandom = (octets: Uint8Array) => void;

/**
 * Rejects for how a conversation went rather than for whom it was about.
 *
 * - `eap-off`: no `Operator.radius.eap` is declared
 * - `eap-malformed`: octets that are no EAP, or not what was to come next
 * - `eap-session`: a State that is not ours, was used before, or is older than a minute
 * - `eap-method`: the peer wants no method that is declared
 * - `eap-tls`: TLS failed: the peer trusts another authority, or speaks no version of ours
 * - `eap-certificate`: that of the peer is of another authority, has ended or was revoked, or there is none
 * - `eap-identity`: outside of the tunnel the peer called itself by the username of somebody else
 * - `eap-aborted`: the peer gave up, or went on without end
 */
export type EapFlaw =
  | 'eap-off'
  | 'eap-malformed'
  | 'eap-session'
  | 'eap-method'
  | 'eap-tls'
  | 'eap-certificate'
  | 'eap-identity'
  | 'eap-aborted';

export type EapReason = RejectReason | EapFlaw;

/** Who decides about the people whom EAP is about: the decision behind every login, seen from here. */
export interface EapJudge {
  /** Does this prove the password of this username, and may it on? */
  verify(username: string, credential: Credential): Decision | Promise<Decision>;
  /** May this username on, which something else than a password has proved? */
  admit(username: string): Decision | Promise<Decision>;
  /** Text that changes when the password does: what was proved before is worth nothing then. Absent: nobody has the name. */
  mark(username: string): string | undefined;
}

/** What a method is told beside the octets. */
export interface Turn {
  readonly judge: EapJudge;
  /** Of the Response. */
  readonly identifier: number;
  /** Of the Request to follow. */
  readonly next: number;
  /** The most octets an EAP packet may have. */
  readonly maxOctets: number;
}

export type MethodStep =
  | { readonly next: 'request' /** What follows the type. */; readonly data: Buffer }
  | MethodOutcome;

export type MethodOutcome =
  | {
      readonly next: 'accept';
      /** Who it is, as proved: inside the tunnel where there is one. */
      readonly username: string;
      /** By what, for `why`. */
      readonly method: string;
      /** 64 octets, from which NAS and peer encrypt. Absent: the method gives none. */
      readonly msk?: Buffer;
    }
  | MethodReject;

export interface MethodReject {
  readonly next: 'reject';
  readonly reason: EapReason;
  /** Where it is known. */
  readonly username?: string;
  readonly method: string;
}

/** One conversation by one method. */
export interface EapMethod {
  readonly type: number;
  /** @param identifier of the Request that starts it */
  start(identifier: number, maxOctets: number): MethodStep;
  /** @param data what follows the type of a Response */
  answer(data: Buffer, turn: Turn): MethodStep | Promise<MethodStep>;
  close(): void;
}

export function rejected(method: string, reason: EapReason, username?: string): MethodReject {
  return { next: 'reject', reason, method, ...(username === undefined ? {} : { username }) };
}

export function randomOctets(fill: FillRandom, length: number): Buffer {
  const octets = Buffer.alloc(length);
  fill(octets);
  return octets;
}
