import { authorise, type Decision, type RejectReason } from '../access/authorise.ts';
import type { LoggedDecision } from '../access/decision-log.ts';
import type { Message } from './texts/texts.ts';
import type { Visit } from './visit.ts';

/** Somebody with a username and a password, at a hotspot. */
export interface PasswordLogin {
  readonly username: string;
  readonly password: string;
  readonly mac: string;
  /** Name of the router or controller. */
  readonly nas: string;
}

/** The decision that RADIUS would take, taken before a router is bothered; kept for `lastmile why`. */
export function decide({ portal }: Visit, { username, password, mac, nas }: PasswordLogin): Decision {
  const { directory, clock, decisions } = portal.deps;
  const now = clock.now();
  const credential = { method: 'pap', password: Buffer.from(password) } as const;
  const decision = authorise({ credential, door: 'hotspot' }, directory.login(username), now);
  decisions.record(recordOf(decision, { at: now, username, nas, callingStationId: mac, method: 'portal' }));
  return decision;
}

/** The same of a guest without an account, for whom accepting the terms decides. */
export function admitGuest(
  { portal }: Visit,
  { username, mac, nas }: Omit<PasswordLogin, 'password'>,
  seconds?: number,
): void {
  const { clock, decisions } = portal.deps;
  const known = { at: clock.now(), username, nas, callingStationId: mac, method: 'portal' };
  decisions.record({
    ...known,
    verdict: 'accept',
    ...(seconds === undefined ? {} : { sessionTimeoutSeconds: seconds }),
  });
}

type Known = Omit<LoggedDecision, 'verdict'>;

function recordOf(decision: Decision, known: Known): LoggedDecision {
  if (decision.verdict === 'reject') return { ...known, verdict: 'reject', reason: decision.reason };
  const { sessionTimeoutSeconds } = decision.limits;
  return { ...known, verdict: 'accept', ...(sessionTimeoutSeconds === undefined ? {} : { sessionTimeoutSeconds }) };
}

/** What a guest is told about a reject. The same for a wrong name and a wrong password. */
export function messageFor(reason: string): Message {
  return Object.hasOwn(rejects, reason) ? rejects[reason as RejectReason] : 'router-refused';
}

const rejects: Readonly<Record<RejectReason, Message>> = {
  'unknown-subscriber': 'wrong-password',
  'wrong-password': 'wrong-password',
  'wrong-mac': 'device-refused',
  'password-used': 'wait-a-minute',
  'method-not-possible': 'not-here',
  'local-only': 'not-here',
  'not-sold-here': 'not-here',
  disabled: 'disabled',
  suspended: 'suspended',
  expired: 'expired',
};
