import type { Router } from '../model/model.ts';
import { type CallLog, loggedSession } from '../routeros/call-log.ts';
import { connectRouterOs } from '../routeros/connection.ts';
import { RouterUnreachableError } from '../routeros/errors.ts';
import type { RouterOsSession } from '../routeros/session.ts';
import type { KnownRouter, ReachedAt } from './router-memories.ts';

/**
 * Connects to a router where it is declared. One that was never reached there, but elsewhere before, is tried there, too:
 * else no plan could give it the address that is declared now. Once it was reached where it is declared, the other is
 * forgotten: somebody else may have it some day.
 *
 * @throws as connecting where it is declared does
 */
export async function dialRouter(
  router: Router,
  known: KnownRouter,
  log: CallLog,
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
    const session = await dial(before).catch(() => undefined);
    if (session?.at === undefined) throw error;
    return { ...loggedSession(session, log), at: { ...session.at, elsewhere: true } };
  }
}

function loginOf(name: string, host: string, port: number) {
  return { name, at: `${host}:${port}` };
}
