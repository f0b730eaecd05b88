import type { Logger } from 'pino';
import type { Clock } from '../base/clock.ts';
import { Engine } from '../daemon/engine.ts';

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

/** Opens the state folder for a command that works alone. @throws StoreLockedError when a daemon holds it silently */
export function openEngine(stateDir: string, { clock, log, fillRandom }: Surroundings): Promise<Engine> {
  return Engine.open({ stateDir, clock, log, fillRandom });
}
