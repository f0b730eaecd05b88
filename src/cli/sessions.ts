import { type SessionJson, toSessionJson } from '../accounting/sessions/view.ts';
import { type Visit, visitsOf } from '../accounting/sessions/visits.ts';
import { printable } from '../base/bytes.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import { sessionQuery } from '../daemon/stored/evidence.ts';
import { aloneWith } from './evidence-alone.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

export interface SessionsOptions extends RuntimeOptions {
  readonly user?: string;
  readonly nas?: string;
  readonly all: boolean;
  readonly closed: boolean;
  readonly from?: string;
  readonly till?: string;
  /** Those that belong together as one. */
  readonly visits: boolean;
  readonly limit: number;
}

/** `lastmile sessions [--user U] [--nas N] [--all | --closed] [--from T] [--till T] [--limit N]`: says on stderr when there are more. */
export async function sessionsCommand(options: SessionsOptions, io: Io, around: Surroundings): Promise<number> {
  // One more than is shown, to know that there are more.
  const limit = options.limit + 1;
  const { user, nas, from, till, all, closed } = options;
  const words = {
    ...(user === undefined ? {} : { user }),
    ...(nas === undefined ? {} : { nas }),
    ...(from === undefined ? {} : { from }),
    ...(till === undefined ? {} : { till }),
  };
  const query = new URLSearchParams({
    ...words,
    ...(all ? { all: 'true' } : {}),
    ...(closed ? { closed: 'true' } : {}),
    limit: String(limit),
  });
  const found = await either(
    options,
    around,
    (daemon) => daemon.get<readonly SessionJson[]>(`/api/v1/sessions?${query}`),
    async (engine) =>
      (
        await engine.accounting.find({
          ...sessionQuery({ ...words, all, closed, limit }, aloneWith(engine, around)),
          ...(user === undefined ? {} : { user }),
        })
      ).map(toSessionJson),
  );
  const sessions = found.slice(0, options.limit);
  if (found.length > sessions.length) {
    io.err(
      `lastmile: there are more sessions than the ${sessions.length} shown; --limit ${options.limit * 10} shows more\n`,
    );
  }
  const now = around.clock.now();
  if (options.visits) {
    const visits = visitsOf(sessions, now);
    io.out(await render(visits, options.output, () => visitsText(visits)));
    return exitCodes.success;
  }
  io.out(await render(sessions, options.output, () => sessionsText(sessions, now)));
  return exitCodes.success;
}

function visitsText(visits: readonly Visit[]): string {
  if (visits.length === 0) return 'No sessions.\n';
  return table(
    ['USER', 'CALLER', 'SINCE', 'ONLINE', 'SESSIONS', 'UP', 'DOWN', 'AT', 'STATE'],
    visits.map((visit) => [
      printable(visit.username),
      printable(visit.callingStationId ?? ''),
      `${visit.startedAt.slice(0, 19)}Z`,
      formatDuration(visit.seconds * 1000),
      `${visit.sessions.length}`,
      formatOctets(BigInt(visit.upOctets)),
      formatOctets(BigInt(visit.downOctets)),
      visit.nas.join(', '),
      visit.stoppedAt === undefined ? 'open' : 'closed',
    ]),
  );
}

function sessionsText(sessions: readonly SessionJson[], now: number): string {
  if (sessions.length === 0) return 'No sessions.\n';
  return table(
    ['USER', 'NAS', 'SESSION', 'ADDRESS', 'CALLER', 'SINCE', 'FOR', 'UP', 'DOWN', 'BY', 'STATE'],
    sessions.map((session) => [
      printable(session.username),
      session.nas,
      printable(session.sessionId),
      session.framedIpAddress ?? session.framedIpv6Prefix ?? session.framedIpv6Address ?? '',
      printable(session.callingStationId ?? ''),
      `${session.startedAt.slice(0, 19)}Z`,
      formatDuration(
        session.stoppedAt === undefined ? now - Date.parse(session.startedAt) : session.sessionSeconds * 1000,
      ),
      formatOctets(BigInt(session.upOctets)),
      formatOctets(BigInt(session.downOctets)),
      session.source ?? 'radius',
      session.stoppedAt === undefined ? (session.stale ? 'stale' : 'open') : (session.terminateCause ?? 'closed'),
    ]),
  );
}
