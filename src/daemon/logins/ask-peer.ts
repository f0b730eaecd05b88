import type { Clock } from '../../base/clock.ts';
import type { HeartbeatPeer } from '../../model/kinds/operator.ts';
import { type RadiusClientOptions, type RadiusClientResult, radiusLogin, radiusStatus } from '../../radius/client.ts';
import type { FillRandom } from '../../radius/random-pool.ts';
import type { ReplyFlaw } from '../../radius/udp-requester.ts';

/** What of a peer is asked. */
export type PeerService = 'auth' | 'accounting' | 'login' | 'radsec';

/** Why a peer does not answer as it should. */
export type PeerReason = ReplyFlaw | 'silent' | 'socket';

/** By which the login of a heartbeat is told from those of people. */
const nasIdentifier = 'lastmile-heartbeat';
/** What routers wait, once. */
const patience = { initialMs: 1_500, mostMs: 1_500, sends: 1 };

/** What a peer is asked, and at which port. */
export function questionsOf(peer: HeartbeatPeer): readonly { readonly service: PeerService; readonly port: number }[] {
  const { statusServer, authPort, accountingPort, login, tls } = peer;
  return [
    ...(statusServer ? [{ service: tls === undefined ? ('auth' as const) : ('radsec' as const), port: authPort }] : []),
    ...(accountingPort === undefined ? [] : [{ service: 'accounting' as const, port: accountingPort }]),
    ...(login === undefined ? [] : [{ service: 'login' as const, port: authPort }]),
  ];
}

/**
 * Asks once. Any answer that proves itself will do: who rejects a login has decided about it.
 *
 * @returns why there was none; nothing when there was
 */
export async function askPeer(
  { address, secret, messageAuthenticator, login, tls }: HeartbeatPeer,
  { service, port }: { readonly service: PeerService; readonly port: number },
  tools: { readonly clock: Clock; readonly random: FillRandom },
): Promise<PeerReason | undefined> {
  const options: RadiusClientOptions = {
    ...{ server: { host: address, port }, secret, retry: patience, acceptUnsigned: messageAuthenticator === 'off' },
    ...{ clock: tools.clock, random: tools.random },
    ...(tls === undefined ? {} : { tls }),
  };
  const attributes = [{ name: 'NAS-Identifier', value: nasIdentifier }];
  let answer: RadiusClientResult;
  try {
    answer =
      service === 'login' && login !== undefined
        ? await radiusLogin(options, { ...login, method: 'pap', attributes })
        : await radiusStatus(options);
  } catch {
    return 'socket';
  }
  return answer.result === 'answered' ? undefined : (answer.flaw ?? 'silent');
}
