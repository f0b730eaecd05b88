import { RouterOSAPI } from 'node-routeros';
import { messageOf } from '../../src/base/errors.ts';
import { RouterClosedError, RouterLoginError, RouterTrapError } from '../../src/routeros/errors.ts';
import type { Attributes, Listening, RouterOsSession, RunOptions, RunResult } from '../../src/routeros/session.ts';
import type { RouterOsRow } from '../../src/routeros/wire/reply.ts';

/** npm node-routeros 1.6.9 behind our interface, as far as it goes: a second opinion, not a transport. */
export async function connectNodeRouteros(port: number, username: string, password: string): Promise<RouterOsSession> {
  const at = { router: 'node-routeros', host: '127.0.0.1', port };
  // Its timeout is one of silence on the socket, in seconds; the protocol `#` it would send as keepalive is off.
  const api = new RouterOSAPI({ host: at.host, port, user: username, password, timeout: 60 });
  try {
    await api.connect();
  } catch (error) {
    throw new RouterLoginError(at, username, messageOf(error));
  }

  const closed = new Promise<RouterClosedError>((resolve) => {
    api.once('close', () => resolve(new RouterClosedError(at, 'router')));
  });

  async function run(command: string, attributes: Attributes = {}, options: RunOptions = {}): Promise<RunResult> {
    const rows: RouterOsRow[] = await api.write(wordsOf(command, attributes, options)).catch((error: unknown) => {
      throw new RouterTrapError(at, command, [{ message: messageOf(error) }]);
    });
    const last = rows.at(-1);
    const ret = last !== undefined && Object.keys(last).join() === 'ret' ? last['ret'] : undefined;
    return ret === undefined ? { rows } : { rows: rows.slice(0, -1), ret };
  }

  async function close(): Promise<void> {
    if (api.connected) await api.close();
  }

  return {
    run,
    close,
    closed,
    [Symbol.asyncDispose]: close,
    async stream(command, attributes, onRow, options) {
      for (const row of (await run(command, attributes, options)).rows) await onRow(row);
    },
    listen(): Listening {
      throw new Error('not adapted: its streams regroup rows by time');
    },
  };
}

function wordsOf(command: string, attributes: Attributes, { queries = [] }: RunOptions): string[] {
  return [command, ...Object.entries(attributes).map(([name, value]) => `=${name}=${value}`), ...queries];
}
