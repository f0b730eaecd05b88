import { type SessionJson, toSessionJson } from '../accounting/view.ts';
import { printable } from '../base/bytes.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

/** `lastmile sessions [--user U] [--all] [--limit N]`: says on stderr when there are more. */
export async function sessionsCommand(
  options: RuntimeOptions & { readonly user?: string; readonly all: boolean; readonly limit: number },
  io: Io,
  around: Surroundings,
): Promise<number> {
  // One more than is shown, to know that there are more.
  const limit = options.limit + 1;
  const query = new URLSearchParams({
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.all ? { all: 'true' } : {}),
    limit: String(limit),
  });
  const found = await either(
    options,
    around,
    (daemon) => daemon.get<readonly SessionJson[]>(`/api/v1/sessions?${query}`),
    async (engine) =>
      (
        await engine.accounting.find({
          ...(options.user === undefined ? {} : { user: options.user }),
          ...(options.all ? {} : { active: true }),
          limit,
          interimSeconds: 120,
        })
      ).map(toSessionJson),
  );
  const sessions = found.slice(0, options.limit);
  if (found.length > sessions.length) {
    io.err(
      `lastmile: there are more sessions than the ${sessions.length} shown; --limit ${options.limit * 10} shows more\n`,
    );
  }
  io.out(await render(sessions, options.output, () => sessionsText(sessions, around.clock.now())));
  return exitCodes.success;
}

function sessionsText(sessions: readonly SessionJson[], now: number): string {
  if (sessions.length === 0) return 'No sessions.\n';
  return table(
    ['USER', 'NAS', 'SESSION', 'ADDRESS', 'CALLER', 'FOR', 'UP', 'DOWN', 'BY', 'STATE'],
    sessions.map((session) => [
      printable(session.username),
      session.nas,
      printable(session.sessionId),
      session.framedIpAddress ?? '',
      printable(session.callingStationId ?? ''),
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
