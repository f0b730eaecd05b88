import { authoriseInTime, type Decision, type RejectReason } from '../access/authorise.ts';
import { decideByAuthority } from '../access/authority.ts';
import { objectionToPlace } from '../access/place.ts';
import { compact } from '../base/compact.ts';
import type { Login } from '../directory/reader.ts';
import type { Message } from './texts/texts.ts';
import type { Visit } from './visit.ts';

/** Somebody at a NAS. */
export interface Somebody {
  readonly username: string;
  readonly mac: string;
  /** Name of the router or controller. */
  readonly nas: string;
}

/** The same with a password, at a hotspot. */
export interface PasswordLogin extends Somebody {
  readonly password: string;
}

/**
 * The decision that RADIUS would take, taken before a router is bothered. A reject is kept for `lastmile why`; an accept is
 * only when something came of it, by `keep`.
 */
export async function decide(visit: Visit, login: PasswordLogin): Promise<Decision> {
  const { directory, clock } = visit.portal.deps;
  const credential = { method: 'pap', password: Buffer.from(login.password) } as const;
  const known = directory.login(login.username);
  const declared = await authoriseInTime({ credential, door: 'hotspot' }, known, clock.now());
  const account = known === undefined ? ((await askElsewhere(visit, login)) ?? declared) : declared;
  const decision = account.verdict === 'accept' ? heldToLock(account, known, login) : account;
  if (decision.verdict === 'reject') keep(visit, login, { refused: decision.reason });
  return decision;
}

/**
 * Somebody whom no declaration knows may be known to a program of the operator's. A router brings such a guest to RADIUS with
 * a password that we make, which the program could not judge: it is asked where the portal alone decides.
 */
async function askElsewhere({ portal, site }: Visit, login: PasswordLogin): Promise<Decision | undefined> {
  const { authority: declared, clock } = portal.deps;
  const { username, mac, nas } = login;
  const alone = site.bridges.some((bridge) => bridge.type === 'omada' && bridge.controller === nas);
  const authority = alone ? declared?.() : undefined;
  if (authority === undefined) return undefined;
  const password = Buffer.from(login.password);
  const answer = await authority.ask({ username, password, nas, door: 'hotspot', mac, callingStationId: mac });
  if (answer.verdict === 'silent') return { verdict: 'reject', reason: 'authority-down' };
  if (answer.verdict === 'reject') return answer;
  const asked = { username, credential: { method: 'pap', password }, door: 'hotspot', nas: {} } as const;
  return decideByAuthority(asked, answer, answer.grants(undefined), clock.now());
}

/** A page knows device and NAS; port and circuit only the router does, which asks RADIUS. */
function heldToLock(accept: Decision, known: Login | undefined, { mac, nas }: Somebody): Decision {
  const { macs, nas: places } = known?.limits.rules?.lock ?? {};
  const reason = objectionToPlace(compact({ macs, nas: places }), { nas, mac, ports: [] });
  return reason === undefined ? accept : { verdict: 'reject', reason };
}

/** How far the portal brings somebody: the router decides anew whom it lets in, a controller has let in who is accepted. */
export type Brought = 'sent' | 'accepted';

/** What became of somebody who may on, or why nothing could. */
export type Outcome = { readonly refused: string } | { readonly result: Brought; readonly seconds?: number };

/** What decided, in `lastmile why`: RADIUS's decision about the password made here is told as `portal`. */
export const portalMethod = 'portal-page';

const broughtWords: Readonly<Record<Brought, string>> = {
  sent: 'sent to the router',
  accepted: 'let in by the controller',
};

/** Keeps what became of somebody for `lastmile why`. */
export function keep({ portal }: Visit, { username, mac, nas }: Somebody, outcome: Outcome): void {
  const { clock, decisions } = portal.deps;
  const known = { at: clock.now(), username, nas, callingStationId: mac, method: portalMethod };
  if ('refused' in outcome) {
    decisions.record({ ...known, verdict: 'reject', reason: outcome.refused });
    return;
  }
  const { result, seconds } = outcome;
  decisions.record({
    ...known,
    verdict: 'accept',
    reply: broughtWords[result],
    ...(seconds === undefined ? {} : { sessionTimeoutSeconds: seconds }),
  });
}

/** What a guest is told about a reject. The same for a wrong name and a wrong password. */
export function messageFor(reason: string): Message {
  return isRejectReason(reason) ? rejects[reason] : 'router-refused';
}

/** Does the decision about an account say this, and not only the network? */
export function isRejectReason(reason: string): reason is RejectReason {
  return Object.hasOwn(rejects, reason);
}

const rejects: Readonly<Record<RejectReason, Message>> = {
  'unknown-subscriber': 'wrong-password',
  'wrong-password': 'wrong-password',
  'too-many-guesses': 'busy',
  'wrong-mac': 'device-refused',
  'password-used': 'wait-a-minute',
  'method-not-possible': 'not-here',
  'local-only': 'not-here',
  'not-sold-here': 'not-here',
  disabled: 'disabled',
  suspended: 'suspended',
  expired: 'expired',
  'outside-hours': 'outside-hours',
  'wrong-device': 'device-refused',
  'wrong-place': 'not-here',
  'too-many-sessions': 'session-limit',
  'too-many-devices': 'session-limit',
  'quota-used': 'data-limit',
  'refused-elsewhere': 'not-here',
  'authority-down': 'wait-a-minute',
};
