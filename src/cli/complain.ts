import { messageOf } from '../base/errors.ts';
import type { Io } from './io.ts';

/** One line for a person, never a stack. */
export function complain(error: unknown, io: Pick<Io, 'err'>): void {
  io.err(`lastmile: ${messageOf(error)}\n`);
}
