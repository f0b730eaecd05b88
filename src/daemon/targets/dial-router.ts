import type { Clock } from '../../base/clock.ts';
import type { Router } from '../../model/kinds/router.ts';
import { type CallLog, loggedSession } from '../../routeros/call-log.ts';
import { connectRouterOs } from '../../routeros/connection.ts';
import { RouterUnreachableError } from '../../routeros/errors.ts';
import type { RouterOsSession } from '../../routeros/session.ts';
import type { KnownRouter, ReachedAt } from './router-memories.ts';

export interface DialAround {
  readonly known: KnownRouter;
  readonly log: CallLog;
  readonly clock: Pick<Clock, 'now'>;
}

/** How long a password goes to the address of before where nothing proves who answers there. */
const unprovenMs = 60 * 60_000;

/**
 * Connects to a router where it is declared. One that was never reached there, but elsewhere before, is tried there, too:
 * else no plan could give it the address that is declared now. Once it was reached where it is declared, the other is
 * forgotten: somebody else may have it some day. For that reason it is tried for an hour only, unless a certificate proves
 * that it is the router.
 *
 * @throws as connecting where it is declared does
 */
export async function dialRouter(
  router: Router,
  { known, log, clock }: DialAround,
  signal: AbortSignal,
): Promise<RouterOsSession> {
  const { name, address, api } = router;
  if (api === undefined) throw new TypeError(`router ${name} has no api`);
  const declared = { host: address, port: api.port, tls: api.tls !== undefined };
  const dial = ({ host, port }: ReachedAt) => {
    const connect = () => connectRouterOs({ router: name, ...api, host, port, maxInFlight: 32, signal });
    return log.noted({ command: '/login', attributes: loginOf(api.username, host, port) }, connect, () => undefined);
  };
  try {
    const session = await dial(declared);
    await known.setReached(declared);
    return loggedSession(session, log);
  } catch (error) {
    const before = known.reached();
    // Never without TLS where it is declared: whoever stands in between could have the password for closing a port.
    const elsewhere = before?.tls === declared.tls && (before.host !== declared.host || before.port !== declared.port);
    if (!elsewhere || !(error instanceof RouterUnreachableError) || signal.aborted) throw error;
    if (!isProven(api.tls) && !(await isFresh(before, declared, known, clock))) throw error;
    const session = await dial(before).catch(() => undefined);
    if (session?.at === undefined) throw error;
    return { ...loggedSession(session, log), at: { ...session.at, elsewhere: true } };
  }
}

function isProven(tls: NonNullable<Router['api']>['tls']): boolean {
  return tls?.mode === 'ca' || tls?.mode === 'pinned';
}

/** Is it not yet long that it is declared where it does not answer? Counted anew for each place that is declared. */
async function isFresh(
  before: ReachedAt,
  { host, port }: ReachedAt,
  known: KnownRouter,
  clock: DialAround['clock'],
): Promise<boolean> {
  const to = `${host}:${port}`;
  const now = clock.now();
  const left = before.left?.to === to ? before.left : { to, at: now };
  await known.setReached({ ...before, left });
  return now >= left.at && now - left.at < unprovenMs;
}

function loginOf(name: string, host: string, port: number) {
  return { name, at: `${host}:${port}` };
}
