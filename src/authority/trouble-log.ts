import type { Clock } from '../base/clock.ts';

/** The part of a pino logger that is used here. */
export interface AuthorityLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface TroubleLog {
  /** @param trouble what came of a question: what is wrong, `undefined` when it was answered */
  note(trouble: string | undefined): void;
}

const quietMs = 10_000;

/**
 * Tells of a program that fails, and of its coming back: at most one line in ten seconds, with how many questions failed since
 * the one before. One that fails now and then would fill the log otherwise.
 */
export function troubleLog(log: AuthorityLog, clock: Clock, fields: object): TroubleLog {
  let told: string | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  let failed = 0;
  return {
    note(trouble) {
      if (trouble !== undefined) failed += 1;
      const now = clock.monotonic();
      if (trouble === told || now - toldAt < quietMs) return;
      if (trouble === undefined) log.info({ ...fields, failed }, 'the program asked about logins answers again');
      else log.warn({ ...fields, trouble, failed }, 'the program asked about logins fails');
      told = trouble;
      toldAt = now;
      failed = 0;
    },
  };
}
