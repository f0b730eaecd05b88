import { type SessionJson, toSessionJson } from '../accounting/view.ts';
import { printable } from '../base/bytes.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import { exitCodes, type Io } from './io.ts';
import { render, table } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

/** `lastmile sessions [--user U] [--all]`. */
export async function sessionsCommand(
  options: RuntimeOptions & { readonly user?: string; readonly all: boolean },
  io: Io,
  around: Surroundings,
): Promise<number> {
  const query = new URLSearchParams({
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.all ? { all: 'true' } : {}),
  });
  const sessions = await either(
    options,
    around,
    (daemon) => daemon.get<readonly SessionJson[]>(`/api/v1/sessions?${query}`),
    async (engine) =>
      (
        await engine.accounting.find({
          ...(options.user === undefined ? {} : { user: options.user }),
          ...(options.all ? {} : { active: true }),
          interimSeconds: 120,
        })
      ).map(toSessionJson),
  );
  io.out(await render(sessions, options.output, () => sessionsText(sessions, around.clock.now())));
  return exitCodes.success;
}

function sessionsText(sessions: readonly SessionJson[], now: number): string {
  if (sessions.length === 0) return 'No sessions.\n';
  return table(
    ['USER', 'NAS', 'SESSION', 'ADDRESS', 'CALLER', 'FOR', 'UP', 'DOWN', 'STATE'],
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
      session.stoppedAt === undefined ? (session.stale ? 'stale' : 'open') : (session.terminateCause ?? 'closed'),
    ]),
  );
}
