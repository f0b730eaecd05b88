import type { CoaRequest, DisconnectResult } from '../admin/service.ts';
import { isZeroTimeout } from '../radius/reply/zero-timeout.ts';
import { complain } from './complain.ts';
import { sessionResultsText } from './disconnect.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import type { RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface CoaOptions extends RuntimeOptions {
  readonly session?: string;
  /** `NAME=VALUE`. Empty: the limits that are declared. */
  readonly set: readonly string[];
  readonly reason?: string;
}

/** `lastmile coa U | --session ID`: 0 when every session took it, 1 when there was none or one did not. */
export async function coaCommand(
  user: string | undefined,
  options: CoaOptions,
  io: Io,
  { signal }: Surroundings,
): Promise<number> {
  const { session, reason } = options;
  const attributes = options.set.map(attributeOf);
  const wrong = attributes.indexOf(undefined);
  if ((user === undefined) === (session === undefined)) return refuse('name a user, or give --session ID', io);
  if (wrong !== -1) return refuse(`--set ${options.set[wrong]} is not NAME=VALUE`, io);
  if (attributes.some((each) => each !== undefined && isZeroTimeout(each)))
    return refuse(
      '--set Session-Timeout=0 is no limit to some NAS and the end to others: "lastmile disconnect" ends it',
      io,
    );
  const daemon = await findDaemon(options.state, signal);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}: CoA is sent by the daemon`), io);
    return exitCodes.error;
  }
  const request = {
    ...(user === undefined ? { session } : { user }),
    ...(attributes.length === 0 ? {} : { attributes: attributes.filter((each) => each !== undefined) }),
    ...(reason === undefined ? {} : { reason }),
    by: whoOf(io),
  } as CoaRequest;
  const results = await daemon.post<readonly DisconnectResult[]>('/api/v1/coa', request);
  io.out(await render(results, options.output, () => sessionResultsText(results, user ?? session ?? '')));
  return results.length > 0 && results.every(({ result }) => result !== 'failed') ? exitCodes.success : exitCodes.error;
}

function refuse(words: string, io: Io): number {
  complain(new Error(words), io);
  return exitCodes.usage;
}

function attributeOf(text: string): { readonly name: string; readonly value: string } | undefined {
  const at = text.indexOf('=');
  return at < 1 ? undefined : { name: text.slice(0, at), value: text.slice(at + 1) };
}
