import { AdminClient, DaemonSilentError } from '../admin/client.ts';
import { LastmileError } from '../base/errors.ts';
import { findAdminSocket } from '../daemon/admin-socket.ts';
import { isLoopback, webUrl } from '../model/web-url.ts';
import type { Io } from './io.ts';

/** A daemon was to be asked, and there is none. */
export class NoDaemonError extends LastmileError {
  readonly code = 'LM_NO_DAEMON';
  readonly retry = 'never';

  constructor(stateDir: string) {
    super(`no daemon answers in ${stateDir}: name its state folder with --state, or its address with --daemon-url`);
  }
}

/**
 * The daemon of this state folder, when one answers. What it is asked ends with the signal.
 *
 * @throws DaemonSilentError when there is one that hangs
 */
export async function findDaemon(stateDir: string, signal: AbortSignal): Promise<AdminClient | undefined> {
  try {
    return await AdminClient.find(await findAdminSocket(stateDir), signal);
  } catch (error) {
    if (!(error instanceof DaemonSilentError)) throw error;
    throw new DaemonSilentError(`a daemon holds ${stateDir} but does not answer`, { cause: error });
  }
}

/** The daemon whose admin API is at this address. @throws RangeError when it is none */
export function daemonAt(address: string, token: string | undefined, io: Io, signal: AbortSignal): AdminClient {
  const url = webUrl(address);
  if (url === undefined) throw new RangeError(`--daemon-url ${address}: http://host:port or https://host is needed`);
  if (url.protocol === 'http:' && token !== undefined && !isLoopback(address)) {
    io.err('lastmile: the token goes to the daemon in clear: use https:// (a proxy in front of its admin API)\n');
  }
  return AdminClient.at(url, token, signal);
}
