import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { Surroundings } from './surroundings.ts';

/** What a command does. Resolves with the exit code. */
export type Action = (io: Io, around: Surroundings, command: Command) => Promise<number>;

/** Runs an action with what it needs of the process. */
export type Carry = (command: Command, action: Action) => Promise<void>;
