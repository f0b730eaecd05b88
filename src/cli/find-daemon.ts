import { AdminClient } from '../admin/client.ts';
import { findAdminSocket } from '../daemon/admin-socket.ts';

/** The daemon of this state folder, when one answers. */
export async function findDaemon(stateDir: string): Promise<AdminClient | undefined> {
  return AdminClient.find(await findAdminSocket(stateDir));
}
