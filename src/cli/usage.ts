import type { CorrectionKind } from '../accounting/usage/usage-corrections.ts';
import type { Period } from '../accounting/usage/usage-periods.ts';
import { RequestError } from '../admin/request-error.ts';
import type { LiveSessionUsage, LiveUsage, UsageAnswer } from '../admin/usage.ts';
import { printable } from '../base/bytes.ts';
import { csvLine } from '../base/csv.ts';
import { formatDuration, formatOctets } from '../base/units.ts';
import { usageAnswer } from '../daemon/sessions/usage-answers.ts';
import { complain } from './complain.ts';
import { findDaemon } from './find-daemon.ts';
import { exitCodes, type Io } from './io.ts';
import { type Output, render, table } from './output.ts';
import { standingText } from './quota-text.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';

export interface UsageOptions extends Omit<RuntimeOptions, 'output'> {
  readonly output: Output | 'csv';
  readonly by: Period;
  readonly quota?: string;
  /** As `UsageRequest` has them. */
  readonly since?: string;
  readonly until?: string;
}

export interface LiveOptions extends Omit<RuntimeOptions, 'output'> {
  readonly output: Output | 'csv';
  /** Between two looks. */
  readonly every: number;
  /** Looks. Absent: until it is stopped. */
  readonly count?: number;
}

/** `lastmile usage USERNAME [--since T] [--until T] [--by hour|day|month] [-o csv]`: octets by period. */
export async function usageCommand(
  username: string,
  options: UsageOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { by, quota, since, until } = options;
  const span = {
    by,
    ...(quota === undefined ? {} : { quota }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  const answer = await either(
    options,
    around,
    (daemon) => daemon.get<UsageAnswer>(`/api/v1/usage/${encodeURIComponent(username)}?${new URLSearchParams(span)}`),
    // Alone it knows neither subscribers nor their time zone.
    (engine) => {
      if (quota !== undefined) throw new RequestError('no daemon answers: it is who knows quotas');
      return usageAnswer(engine.accounting, { username, ...span }, { ...alone(username), now: around.clock.now() });
    },
  );
  for (const note of answer.notes) io.err(`lastmile: ${printable(note, 500)}\n`);
  if (options.output === 'csv') {
    io.out(usageCsv(answer));
    return exitCodes.success;
  }
  const standings = (answer.standings ?? []).map(standingText).join('');
  io.out(await render(answer, options.output, () => usageText(answer) + correctionsText(answer) + standings));
  return exitCodes.success;
}

/** `lastmile usage USERNAME --live`: current rates, looked at again and again until it is stopped. */
export async function liveUsageCommand(
  username: string,
  options: LiveOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const { output } = options;
  if (output === 'csv') {
    complain(new Error('csv is of periods: --live has none'), io);
    return exitCodes.error;
  }
  const daemon = await findDaemon(options.state, around.signal);
  if (daemon === undefined) {
    complain(new Error('no daemon answers: it is who asks the routers'), io);
    return exitCodes.error;
  }
  for (let at = 0; options.count === undefined || at < options.count; at += 1) {
    const started = around.clock.monotonic();
    const usage = await daemon.get<LiveUsage>(`/api/v1/usage/${encodeURIComponent(username)}/live`);
    await show(usage, output, io);
    if (options.count !== undefined && at + 1 >= options.count) break;
    const rest = options.every * 1000 - (around.clock.monotonic() - started);
    if (rest > 0) await around.clock.sleep(rest, around.signal);
  }
  return exitCodes.success;
}

function alone(username: string) {
  return { logins: [username], timezone: 'UTC', notes: [] };
}

async function show(usage: LiveUsage, output: Output, io: Io): Promise<void> {
  if (output === 'json') return io.out(`${JSON.stringify(usage)}\n`);
  for (const note of usage.notes) io.err(`lastmile: ${printable(note, 500)}\n`);
  io.out(await render(usage, output, () => liveText(usage)));
}

function usageText({ username, logins, timezone, periods, total, openSessions, services = [] }: UsageAnswer): string {
  const others =
    logins.length === 1 && logins[0] === username ? '' : ` (${logins.map((each) => printable(each)).join(', ')})`;
  const open = openSessions === 0 ? 'offline' : `${openSessions} open sessions`;
  const head = `${printable(username)}${others}, ${timezone}, ${open}\n`;
  if (periods.length === 0) return `${head}No usage in this time.\n`;
  const row = (name: string, { up, down }: { readonly up: string; readonly down: string }) => [
    name,
    formatOctets(BigInt(up)),
    formatOctets(BigInt(down)),
    formatOctets(BigInt(up) + BigInt(down)),
  ];
  const byService = services.map((each) => row(`${each.service ?? 'unknown'} (${printable(each.login)})`, each));
  const rows = [...periods.map((each) => row(each.period, each)), row('total', total), ...byService];
  return head + table(['PERIOD', 'UP', 'DOWN', 'TOGETHER'], rows);
}

const kindWords: Readonly<Record<CorrectionKind, string>> = {
  'taken-back': 'taken back',
  'counter-fell': 'counter fell',
  late: 'late',
};

function correctionsText({ corrections = [] }: UsageAnswer): string {
  if (corrections.length === 0) return '';
  const rows = corrections.map(({ period, kind, times, up, down, seconds }) => [
    ...[period, kindWords[kind], String(times), formatOctets(BigInt(up)), formatOctets(BigInt(down))],
    seconds === 0 ? '-' : formatDuration(seconds * 1000),
  ]);
  return table(['CORRECTED', 'WHY', 'TIMES', 'UP', 'DOWN', 'ONLINE'], rows);
}

/** A line for each period, in octets. What was corrected is in them. */
function usageCsv({ username, periods }: UsageAnswer): string {
  const rows = periods.map(({ period, up, down }) => [username, period, up, down, `${BigInt(up) + BigInt(down)}`]);
  return [['username', 'period', 'up', 'down', 'together'], ...rows].map(csvLine).join('');
}

function liveText({ at, sessions }: LiveUsage): string {
  const time = at.slice(11, 19);
  if (sessions.length === 0) return `${time}  offline\n`;
  return sessions.map((session) => `${time}  ${liveLine(session)}\n`).join('');
}

function liveLine({ nas, username, access, framedIpAddress, upBps, downBps, up, down }: LiveSessionUsage): string {
  const who = [username, access, nas, framedIpAddress]
    .filter((word) => word !== undefined)
    .map((word) => printable(word));
  if (upBps === undefined || downBps === undefined) return `${who.join(' ')}: nothing on the router counts it`;
  const octets =
    up === undefined || down === undefined
      ? ''
      : `, ${formatOctets(BigInt(up))} up ${formatOctets(BigInt(down))} down so far`;
  return `${who.join(' ')}: ${rateText(upBps)} up, ${rateText(downBps)} down${octets}`;
}

/** Bit/s for people: `12.3 Mbit/s`. */
function rateText(bps: number): string {
  const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
  let [value, unit] = [bps, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
