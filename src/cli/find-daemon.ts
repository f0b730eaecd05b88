import { AdminClient, DaemonSilentError } from '../admin/client.ts';
import { findAdminSocket } from '../daemon/admin-socket.ts';

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
