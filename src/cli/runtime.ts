import { type SessionJson, toSessionJson } from '../accounting/view.ts';
import type { AdminClient } from '../admin/client.ts';
import type { DaemonStatus, DeclaredObject, DisconnectResult, WhyAnswer } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import { declaredObjects, kindOf } from '../daemon/declared-objects.ts';
import type { Engine } from '../daemon/engine.ts';
import { whyOf } from '../daemon/why.ts';
import { asOf } from '../model/as-of.ts';
import type { TargetReport } from '../status/report.ts';
import { exitOf, reportLines } from './apply.ts';
import { complain, findDaemon, loadDeclared, readDeclared } from './context.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render, table } from './output.ts';
import { statusText } from './status-text.ts';
import { hasState, NoStateError, openEngine, type Surroundings } from './surroundings.ts';

export interface RuntimeOptions {
  readonly state: string;
  readonly output: Output;
  readonly secrets?: string;
}

/** `lastmile status [T]`. Without a daemon: what was stored last. */
export async function statusCommand(target: string | undefined, options: RuntimeOptions, io: Io, around: Surroundings) {
  const status = await either(
    options,
    around,
    (daemon) => daemon.get<DaemonStatus>('/api/v1/status'),
    storedStatus(around),
  );
  const targets = status.targets.filter(({ name }) => target === undefined || name === target);
  if (target !== undefined && targets.length === 0) {
    complain(
      new Error(`no target ${target}; there are ${status.targets.map(({ name }) => name).join(', ') || 'none yet'}`),
      io,
    );
    return exitCodes.error;
  }
  const shown = { ...status, targets };
  io.out(render(shown, options.output, () => statusText(shown, target !== undefined, around.clock.now(), io.color)));
  return exitCodes.success;
}

function storedStatus(around: Surroundings) {
  return async (engine: Engine): Promise<DaemonStatus> => ({
    version: around.version,
    pid: 0,
    startedAt: '',
    source: 'no daemon answers: this is what was stored last',
    conditions: [],
    targets: engine.status.targets(),
    openSessions: engine.accounting.openCount,
    sessionEvents: [],
    findings: engine.accounting.findings().map((finding) => JSON.stringify(finding)),
  });
}

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
  io.out(render(sessions, options.output, () => sessionsText(sessions, around.clock.now())));
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

/** `lastmile disconnect U | --session ID`: 0 when every session is gone, 1 when there was none or one could not be ended. */
export async function disconnectCommand(
  user: string | undefined,
  options: RuntimeOptions & { readonly session?: string },
  io: Io,
): Promise<number> {
  if ((user === undefined) === (options.session === undefined)) {
    complain(new Error('name a user, or give --session ID'), io);
    return exitCodes.usage;
  }
  const daemon = await findDaemon(options.state);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}: disconnect is done by the daemon`), io);
    return exitCodes.error;
  }
  const which = user === undefined ? { session: options.session } : { user };
  const results = await daemon.post<readonly DisconnectResult[]>('/api/v1/disconnect', which);
  io.out(render(results, options.output, () => disconnectText(results, user ?? options.session ?? '')));
  return results.length > 0 && results.every(({ result }) => result !== 'failed') ? exitCodes.success : exitCodes.error;
}

function disconnectText(results: readonly DisconnectResult[], who: string): string {
  if (results.length === 0) return `${printable(who)} has no open session.\n`;
  return results
    .map(
      ({ username, sessionId, nas, result, detail }) =>
        `${printable(username)} on ${nas} (${sessionId}): ${result}, ${detail}\n`,
    )
    .join('');
}

/** `lastmile get KIND [NAME]`: declared objects as they are in force with the daemon, or in a folder without one. */
export async function getCommand(
  kind: string,
  name: string | undefined,
  options: RuntimeOptions & { readonly dir: string },
  io: Io,
  around: Surroundings,
): Promise<number> {
  if (kindOf(kind) === undefined) {
    complain(new Error(`no kind ${kind}; there are operator, router, service, subscriber`), io);
    return exitCodes.usage;
  }
  const daemon = await findDaemon(options.state);
  const objects =
    daemon === undefined ? await objectsHere(kind, name, options, io, around) : await objectsThere(daemon, kind, name);
  if (objects === 'invalid') return exitCodes.invalid;
  if (objects === undefined || objects.length === 0) {
    complain(new Error(`no ${kind}${name === undefined ? '' : ` ${name}`} is declared`), io);
    return exitCodes.error;
  }
  io.out(render(objects, options.output, () => objectsText(objects)));
  return exitCodes.success;
}

async function objectsThere(daemon: AdminClient, kind: string, name: string | undefined) {
  const all = await daemon.get<readonly DeclaredObject[]>(`/api/v1/objects/${encodeURIComponent(kind)}`);
  return name === undefined ? all : all.filter((each) => each.name === name || each.spec['subscriber'] === name);
}

async function objectsHere(
  kind: string,
  name: string | undefined,
  options: RuntimeOptions & { readonly dir: string },
  io: Io,
  around: Surroundings,
) {
  const declared = await readDeclared(options.dir);
  const model = loadDeclared(options.dir, declared, options, io);
  return model === undefined ? ('invalid' as const) : declaredObjects(asOf(model, around.clock.now()), kind, name);
}

function objectsText(objects: readonly DeclaredObject[]): string {
  return table(
    ['KIND', 'NAME', 'WHAT', 'DECLARED IN'],
    objects.map(({ kind, name, source, spec }) => [kind, name, whatOf(kind, spec), source]),
  );
}

function whatOf(kind: string, spec: DeclaredObject['spec']): string {
  const words = {
    Operator: [spec['timezone']],
    Router: [spec['address'], `auth ${String(spec['auth'])}`, `mode ${String(spec['mode'])}`],
    Service: [spec['rateText'], spec['title']],
    Subscriber: [spec['username'], spec['service'], spec['state'], spec['reason'], spec['address']],
  }[kind];
  return (words ?? [])
    .filter((word) => word !== undefined)
    .map((word) => printable(String(word)))
    .join(', ');
}

/** `lastmile why USERNAME`: the login as it is in force and the last decisions about it. */
export async function whyCommand(
  username: string,
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const answer = await either(
    options,
    around,
    (daemon) => daemon.get<WhyAnswer>(`/api/v1/why/${encodeURIComponent(username)}`),
    async () => {
      const none = whyOf(username, undefined, [], [], around.clock.now());
      return { ...none, hints: ['no daemon answers: decisions are kept in its memory'] };
    },
  );
  io.out(render(answer, options.output, () => whyText(answer)));
  return exitCodes.success;
}

function whyText({ username, login, decisions, hints }: WhyAnswer): string {
  const lines = [printable(username)];
  if (login !== undefined) {
    for (const [name, value] of Object.entries(login)) {
      lines.push(`  ${name}: ${printable(typeof value === 'string' ? value : JSON.stringify(value), 500)}`);
    }
  }
  for (const hint of hints) lines.push(`  → ${printable(hint, 500)}`);
  if (decisions.length > 0) lines.push('Last decisions:');
  for (const { at, nas, method, verdict, reason, reply, callingStationId } of decisions) {
    const why = verdict === 'accept' ? (reply ?? '') : (reason ?? '');
    const from = callingStationId === undefined ? '' : ` from ${printable(callingStationId)}`;
    lines.push(`  ${new Date(at).toISOString()} ${verdict} by ${method} on ${nas}${from}: ${printable(why, 500)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** `lastmile reconcile [T]`: asks the daemon to look and apply now. */
export async function reconcileCommand(target: string | undefined, options: RuntimeOptions, io: Io): Promise<number> {
  const daemon = await findDaemon(options.state);
  if (daemon === undefined) {
    complain(new Error(`no daemon answers for ${options.state}; lastmile apply works without one`), io);
    return exitCodes.error;
  }
  const reports = await daemon.post<readonly TargetReport[]>(
    '/api/v1/reconcile',
    target === undefined ? {} : { target },
  );
  if (reports.length === 0) {
    complain(new Error(`no target ${target ?? ''}`), io);
    return exitCodes.error;
  }
  io.out(render(reports, options.output, () => `${reports.flatMap(reportLines).join('\n')}\n`));
  return exitOf(reports);
}

/** Asks the daemon, or, where none answers, opens the state folder. */
async function either<T>(
  options: { readonly state: string },
  around: Surroundings,
  byDaemon: (daemon: AdminClient) => Promise<T>,
  alone: (engine: Engine) => Promise<T>,
): Promise<T> {
  const daemon = await findDaemon(options.state);
  if (daemon !== undefined) return byDaemon(daemon);
  if (!(await hasState(options.state))) throw new NoStateError(options.state);
  await using engine = await openEngine(options.state, around);
  return await alone(engine);
}
