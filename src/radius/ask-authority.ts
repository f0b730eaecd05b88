import type { Decision, RejectReason } from '../access/authorise.ts';
import { type Authority, type AuthorityQuestion, decideByAuthority } from '../access/authority.ts';
import { longestSessionSeconds } from '../access/session-time.ts';
import { macOfClientId, parseMac } from '../base/mac.ts';
import type { LoginLimits } from '../directory/reader.ts';
import { type Exchange, redirectsAt, textOf } from './exchange.ts';
import { attribute } from './packet/codes.ts';

type Accept = Decision & { readonly verdict: 'accept' };

/** What came of asking. */
export type AskedVerdict =
  | { readonly verdict: 'accept'; readonly decision: Accept; readonly limits: LoginLimits }
  | { readonly verdict: 'reject'; readonly reason: RejectReason }
  | { readonly verdict: 'silent' };

/**
 * Asks about somebody whom no declaration knows.
 *
 * @param exchange one of its own (`keptExchange`): other packets come in meanwhile
 * @param now wall time when the answer is there
 */
export async function askAboutUnknown(
  authority: Authority<LoginLimits>,
  exchange: Exchange,
  now: () => number,
): Promise<AskedVerdict> {
  const question = questionOf(exchange);
  const answer = await authority.ask(question);
  if (answer.verdict !== 'accept') return answer;
  const { username, sent, door, context } = exchange;
  const { mac, calledStationId } = question;
  const ownMac = mac === parseMac(username) ? mac : undefined;
  const asked = { username, credential: sent.credential, door, nas: context.nas, mac: ownMac, calledStationId };
  const limits = answer.grants(undefined);
  const decision = decideByAuthority({ ...asked, redirects: redirectsAt(exchange) }, answer, limits, now());
  return decision.verdict === 'accept' ? { verdict: 'accept', decision, limits } : decision;
}

/** Asks about somebody whom the declarations let in already. */
export async function askAboutAccepted(
  authority: Authority<LoginLimits>,
  exchange: Exchange,
  { decision, limits }: { readonly decision: Accept; readonly limits: LoginLimits },
): Promise<AskedVerdict> {
  const answer = await authority.ask(questionOf(exchange));
  if (answer.verdict !== 'accept') return answer;
  // Who is kept to a page stays as slow as that, whatever somebody else would give him.
  const told = decision.redirected === undefined ? answer.grants(limits) : limits;
  const granted = told === limits ? limits : { ...told, saidElsewhere: true as const };
  const { remainingSeconds } = answer;
  const ends = remainingSeconds === undefined ? {} : { remainingSeconds };
  return { verdict: 'accept', decision: { ...shortened(decision, remainingSeconds), ...ends }, limits: granted };
}

/** The same, for no longer than so many seconds. */
export function shortened(decision: Accept, seconds: number | undefined): Accept {
  if (seconds === undefined) return decision;
  const { sessionTimeoutSeconds: own = longestSessionSeconds } = decision.limits;
  // Never 0, which routers read as no limit.
  const sessionTimeoutSeconds = Math.max(1, Math.min(own, seconds, longestSessionSeconds));
  return { ...decision, limits: { ...decision.limits, sessionTimeoutSeconds } };
}

function questionOf(exchange: Exchange): AuthorityQuestion {
  const { packet, frame, context, username, sent, door } = exchange;
  const callingStationId = textOf(packet, frame, attribute.callingStationId);
  return {
    username,
    ...(sent.credential.method === 'pap' ? { password: sent.credential.password } : {}),
    nas: context.nas.name,
    door,
    mac: parseMac(callingStationId ?? '') ?? macOfClientId(callingStationId ?? ''),
    callingStationId,
    calledStationId: textOf(packet, frame, attribute.calledStationId),
    sessionId: textOf(packet, frame, attribute.acctSessionId),
  };
}
