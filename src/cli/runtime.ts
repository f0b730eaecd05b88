import type { AdminClient } from '../admin/client.ts';
import type { Engine } from '../daemon/engine.ts';
import { findDaemon } from './find-daemon.ts';
import type { Output } from './output.ts';
import { hasState, NoStateError, openEngine, type Surroundings } from './surroundings.ts';

export interface RuntimeOptions {
  readonly state: string;
  readonly output: Output;
  readonly secrets?: string;
}

/** Asks the daemon, or, where none answers, opens the state folder. */
export async function either<T>(
  options: { readonly state: string },
  around: Surroundings,
  byDaemon: (daemon: AdminClient) => Promise<T>,
  alone: (engine: Engine) => Promise<T>,
): Promise<T> {
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon !== undefined) return byDaemon(daemon);
  if (!(await hasState(options.state))) throw new NoStateError(options.state);
  await using engine = await openEngine(options.state, around);
  return await alone(engine);
}
