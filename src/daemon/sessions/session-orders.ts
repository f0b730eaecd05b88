import type { Session } from '../../accounting/event.ts';
import { RequestError } from '../../admin/request-error.ts';
import type {
  CoaRequest,
  DisconnectRequest,
  DisconnectResult,
  OutboxStatus,
  WaitingOrder,
} from '../../admin/service.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { parseMac } from '../../base/mac.ts';
import type { Outbox, OutboxEntry } from '../../directory/outbox.ts';
import type { Login } from '../../directory/reader.ts';
import { servedLogin } from '../../directory/row-meaning.ts';
import { encodeNamed } from '../../radius/dictionary/encode-named.ts';
import { isZeroTimeout } from '../../radius/reply/zero-timeout.ts';
import type { Engine } from '../engine.ts';
import { sessionNamed, usersNamed } from './sessions-named.ts';

type Told = Pick<DisconnectResult, 'result' | 'detail'>;

/** Ends the sessions that a person names, and keeps who had it done and why. */
export function disconnectSessions(
  engine: Engine,
  clock: Clock,
  request: DisconnectRequest,
): Promise<readonly DisconnectResult[]> {
  const signal = AbortSignal.timeout(60_000);
  return each(engine, request, async (session) => {
    if (request.dryRun === true) return { result: 'open', detail: 'would be ended' };
    const told = await engine.sessions.disconnect(session, signal);
    return audited(engine, clock, 'disconnect', request, session, told);
  });
}

/**
 * Tells the sessions that a person names the limits declared now, or just the attributes given; keeps who had it done and why.
 *
 * @throws RequestError when an attribute cannot be sent
 */
export function changeSessions(
  engine: Engine,
  clock: Clock,
  request: CoaRequest,
): Promise<readonly DisconnectResult[]> {
  const { attributes = [] } = request;
  for (const attribute of attributes) requireSendable(attribute);
  return each(engine, request, async (session) => {
    const told =
      attributes.length > 0 ? await engine.sessions.tell(session, attributes) : await refreshed(engine, session);
    return audited(engine, clock, 'coa', request, session, told);
  });
}

/** What sessions have still to be told, by NAS. */
export function outboxStatus(outbox: Outbox): readonly OutboxStatus[] {
  return outbox.nas().map((nas) => {
    const entries = outbox.at(nas);
    const tried = entries.flatMap((entry) => entry.tried ?? []).sort((a, b) => b.at - a.at)[0];
    return {
      nas,
      waiting: entries.length,
      oldest: Math.min(...entries.map(({ since }) => since)),
      ...(tried === undefined ? {} : { lastTried: tried.at, detail: tried.detail }),
    };
  });
}

/** What sessions of a username have still to be told. */
export function waitingOrders(outbox: Outbox, username: string): readonly WaitingOrder[] {
  const mac = parseMac(username);
  const entries = [...outbox.of(username), ...(mac === undefined || mac === username ? [] : outbox.of(mac))];
  return entries.map(shown);
}

function shown({ nas, sessionId, action, why, since, tried }: OutboxEntry): WaitingOrder {
  return { nas, sessionId, action, why, since, ...(tried === undefined ? {} : { tried }) };
}

function each(
  { accounting, directory }: Engine,
  which: { readonly user: string } | { readonly session: string },
  carryOut: (session: Session) => Promise<Told>,
): Promise<readonly DisconnectResult[]> {
  const found =
    'user' in which
      ? usersNamed(directory, which.user).flatMap((user) => accounting.openOf(user))
      : sessionNamed(accounting, which.session);
  return Promise.all(
    found.map(async (session) => {
      const { username, sessionId, nas } = session;
      return { username, sessionId, nas, ...(await carryOut(session)) };
    }),
  );
}

async function refreshed({ directory, sessions }: Engine, session: Session): Promise<Told> {
  const mac = parseMac(session.username);
  const login: Login | undefined =
    directory.login(session.username) ?? (mac === undefined ? undefined : directory.device(mac));
  if (login === undefined) return { result: 'failed', detail: 'nobody has this username: there are no limits to tell' };
  return sessions.refresh(session, servedLogin(login));
}

/** What was done is done: that it cannot be written down is said beside. */
async function audited(
  { audit }: Engine,
  clock: Clock,
  action: string,
  { by = 'unknown', reason }: Pick<DisconnectRequest, 'by' | 'reason'>,
  { username, sessionId, nas }: Session,
  told: Told,
): Promise<Told> {
  const object = `${username} on ${nas} (${sessionId})`;
  const why = reason === undefined ? {} : { reason };
  try {
    await audit.record({ at: clock.now(), who: by, action, object, ...why, ...told });
    return told;
  } catch (error) {
    return { ...told, detail: `${told.detail}; not in the audit log: ${messageOf(error)}` };
  }
}

function requireSendable(attribute: { readonly name: string; readonly value: string }): void {
  if (isZeroTimeout(attribute))
    throw new RequestError('Session-Timeout=0 is no limit to some NAS and the end to others');
  try {
    encodeNamed(attribute);
  } catch (error) {
    throw new RequestError(`${attribute.name}: ${messageOf(error)}`, { cause: error });
  }
}
