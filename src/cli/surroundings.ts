import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { LastmileError } from '../base/errors.ts';
import type { Engine } from '../daemon/engine.ts';
import { StoreBusyError, StoreLockedError } from '../store/errors.ts';
import { databaseFolder } from '../store/layout.ts';

/** What commands that reach out need: time, randomness, a log, and to be told to stop. */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  readonly fillRandom: (octets: Uint8Array) => void;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Reads a line from a person; `undefined` when there is none. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  readonly version: string;
}

/** Opens the state folder for a command that works alone. @throws StoreBusyError when another process holds it silently */
export async function openEngine(stateDir: string, around: Surroundings): Promise<Engine> {
  const engine = await openAsItIs(stateDir, around);
  try {
    const { eraseDueAlone } = await import('../daemon/stored/records-alone.ts');
    await eraseDueAlone(engine, around);
    return engine;
  } catch (error) {
    await engine[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same, without what a restore that was killed has left to do. */
export async function openAsItIs(stateDir: string, { clock, log, fillRandom }: Surroundings): Promise<Engine> {
  // Loaded only here: most commands ask the daemon, and should start at once.
  const { Engine } = await import('../daemon/engine.ts');
  try {
    return await Engine.open({ stateDir, clock, log, fillRandom });
  } catch (error) {
    if (error instanceof StoreLockedError) throw new StoreBusyError(stateDir, error.pid, error.as, error);
    throw error;
  }
}

/** Is there a state folder to look into? Commands that only look must not make one. */
export function hasState(stateDir: string): Promise<boolean> {
  return stat(join(stateDir, databaseFolder)).then(
    () => true,
    () => false,
  );
}

/** Neither a daemon nor a state folder: there is nothing to tell. */
export class NoStateError extends LastmileError {
  readonly code = 'LM_NO_STATE';
  readonly retry = 'never';

  constructor(stateDir: string) {
    super(`no daemon answers and there is no state folder ${stateDir}: name the daemon's with --state`);
  }
}
