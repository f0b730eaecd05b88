import type { LoggedDecision } from '../access/decision-log.ts';
import type { WhyAnswer } from '../admin/service.ts';
import type { Login } from '../directory/reader.ts';
import type { RadiusFinding } from '../radius/drops.ts';

/** All that is known about why a username gets in or not. Pure; holds no secret. */
export function whyOf(
  username: string,
  login: Login | undefined,
  decisions: readonly LoggedDecision[],
  findings: readonly RadiusFinding[],
  now: number,
): WhyAnswer {
  const newestFirst = decisions.map(withTimeout).reverse();
  return {
    username,
    ...(login === undefined ? {} : { login: shown(login) }),
    decisions: newestFirst,
    hints: [...loginHints(username, login, now), ...(newestFirst.length === 0 ? dropHints(findings) : [])],
  };
}

/** Session-Timeout differs from login to login and is therefore kept beside the other attributes, but it was sent with them. */
function withTimeout(decision: LoggedDecision): LoggedDecision {
  const { reply, sessionTimeoutSeconds } = decision;
  if (sessionTimeoutSeconds === undefined) return decision;
  const timeout = `Session-Timeout=${sessionTimeoutSeconds}`;
  return { ...decision, reply: reply === undefined || reply === '' ? timeout : `${reply}, ${timeout}` };
}

function shown(login: Login): Readonly<Record<string, unknown>> {
  const { subscriber, service, state, reason, expires, radius, limits } = login;
  return {
    subscriber,
    service,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(expires === undefined ? {} : { expires: new Date(expires).toISOString() }),
    auth: radius ? 'radius' : 'local',
    limits,
  };
}

function loginHints(username: string, login: Login | undefined, now: number): readonly string[] {
  if (login === undefined) return [`no subscriber has the username ${JSON.stringify(username)} (it is case-sensitive)`];
  if (!login.radius) return ['it logs in by a local row of its router, not by RADIUS'];
  if (login.state !== 'active') return [`it is ${login.state}${login.reason === undefined ? '' : `: ${login.reason}`}`];
  if (login.expires !== undefined && login.expires <= now) return ['it has expired'];
  return [];
}

/** Without any decision the packets may not get this far: what is dropped is worth a look. */
function dropHints(findings: readonly RadiusFinding[]): readonly string[] {
  return findings.map(
    ({ nas, reason, count, source, hint }) =>
      `packets from ${source} (${nas}) are dropped: ${count} × ${reason}${hint === undefined ? '' : `; ${hint}`}`,
  );
}
