import { createColors } from 'picocolors';
import type { ControllerStatus, DaemonStatus, OutboxStatus } from '../admin/service.ts';
import { printable } from '../base/bytes.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import type { TargetStatus } from '../status/status-book.ts';
import { table } from './output.ts';
import { sessionLine } from './report-text.ts';

/** `lastmile status` for a terminal. `full` adds conditions and history of each target, and controllers. */
export function statusText(status: DaemonStatus, full: boolean, now: number, color: boolean): string {
  const colors = createColors(color);
  const head = [
    `Source:    ${printable(status.source)}`,
    ...(status.revision === undefined ? [] : [`Revision:  ${status.revision}${about(status)}`]),
    ...(status.standsIn === undefined ? [] : [`Served:    ${status.standsIn}, until the declarations are read`]),
    `Sessions:  ${status.openSessions} open`,
    `State:     ${formatOctets(BigInt(status.stateBytes))} on disk`,
    ...(status.outbox ?? []).map((each) => waitingLine(each, now)),
    ...(status.nextChange === undefined ? [] : [`Next:      something changes by itself at ${status.nextChange}`]),
  ];
  const source = status.conditions.filter(({ status: state }) => state === 'False');
  const bad = [...source.map(({ reason, message }) => `${reason}: ${message}`), ...status.findings];
  const events = status.sessionEvents.slice(0, full ? 20 : 5).map((event) => `  ${sessionLine(event)}`);
  const controllers = full ? (status.controllers ?? []) : [];
  const targets =
    status.targets.length === 0 ? 'No target has been reconciled yet.' : targetsTable(status.targets, now).trimEnd();
  const lines = [
    ...head,
    ...bad.map((words) => colors.yellow(`! ${printable(words, 500)}`)),
    ...(controllers.length > 0 && status.targets.length === 0 ? [] : ['', targets]),
    ...(controllers.length === 0 ? [] : ['', controllersTable(controllers, now).trimEnd()]),
    ...(full ? status.targets.flatMap((target) => ['', ...detail(target), ...readings(status, target.name)]) : []),
    ...(events.length === 0 ? [] : ['', 'Last actions on sessions:', ...events]),
  ];
  return `${lines.join('\n')}\n`;
}

function waitingLine({ nas, waiting, oldest, detail }: OutboxStatus, now: number): string {
  const why = detail === undefined ? '' : `: ${printable(detail, 200)}`;
  const who = `${waiting} ${waiting === 1 ? 'session' : 'sessions'} of ${nas === '' ? 'a NAS' : nas}`;
  return `Outbox:    ${who} still to be told, the first ordered ${ago(oldest, now)}${why}`;
}

/** How the counters of a router are read, and what may be wrong with them. */
function readings({ collections = [] }: DaemonStatus, name: string): readonly string[] {
  return collections
    .filter(({ router }) => router === name)
    .flatMap(
      ({ everySeconds, lastCollected, ageSeconds, sessions = 0, durationMs = 0, failures, reason, findings }) => [
        lastCollected === undefined
          ? `  usage: not read yet, every ${everySeconds} s`
          : `  usage: read ${formatDuration(ageSeconds * 1000)} ago (${lastCollected}), every ${everySeconds} s: ${sessions} sessions in ${durationMs} ms`,
        ...(reason === undefined ? [] : [`  ! usage: failed, ${failures} since the start: ${printable(reason, 300)}`]),
        ...findings.map(({ code, message }) => `  ! ${code} ${printable(message, 400)}`),
      ],
    );
}

function about({ author, subject }: DaemonStatus): string {
  return author === undefined ? '' : `, ${printable(subject ?? '')} (${printable(author)})`;
}

function targetsTable(targets: readonly TargetStatus[], now: number): string {
  return table(
    ['TARGET', 'READY', 'SYNCED', 'DRIFTED', 'CHECKED', 'SAYS'],
    targets.map(({ name, conditions, last }) => {
      const of = (type: string) => conditions.find((condition) => condition.type === type);
      const found = of(of('Stalled')?.status === 'True' ? 'Stalled' : 'Ready')?.message ?? '';
      const suspended = of('Suspended');
      const says = suspended?.status === 'True' ? `suspended: ${suspended.message}; ${found}` : found;
      return [
        name,
        of('Ready')?.status ?? '',
        of('Synced')?.status ?? '',
        of('Drifted')?.status ?? '',
        ago(last.at, now),
        printable(says, 160),
      ];
    }),
  );
}

function controllersTable(controllers: readonly ControllerStatus[], now: number): string {
  return table(
    ['CONTROLLER', 'ANSWERS', 'ASKED', 'VERSION'],
    controllers.map(({ name, answered, askedAt, version = '' }) => [
      name,
      answered === undefined ? 'Unknown' : answered ? 'True' : 'False',
      askedAt === undefined ? 'never' : ago(Date.parse(askedAt), now),
      version,
    ]),
  );
}

function ago(at: number, now: number): string {
  return `${formatDuration(Math.floor((now - at) / 1000) * 1000)} ago`;
}

function detail({ name, conditions, history, last }: TargetStatus): readonly string[] {
  return [
    `${name} at ${last.revision}`,
    ...conditions.map(({ type, status, reason, message, lastTransitionTime }) =>
      `  ${type}=${status} ${reason} since ${lastTransitionTime} ${printable(message, 300)}`.trimEnd(),
    ),
    ...last.findings.map(({ code, message }) => `  ! ${code} ${printable(message, 300)}`),
    ...history.map(({ at, result, reason, summary, changed }) =>
      `  ${new Date(at).toISOString()} ${result} (${reason}): +${summary.create} ~${summary.update} -${summary.delete} ${changed
        .slice(0, 2)
        .map((each) => printable(each))
        .join(', ')}`.trimEnd(),
    ),
  ];
}
