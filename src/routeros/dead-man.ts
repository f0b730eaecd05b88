import { LastmileError, messageOf } from '../base/errors.ts';
import { formatTime } from './canonical.ts';
import { RouterTrapError } from './errors.ts';
import { confirmName, revertedName } from './own-access.ts';
import { attempted, quoted } from './script-text.ts';
import type { RouterOsSession } from './session.ts';
import type { RouterOsRow } from './wire/reply.ts';

/** The dead-man's switch cannot be set, so what could cut our access is not done at all. */
export class CannotArmError extends LastmileError {
  readonly code = 'LM_CANNOT_ARM';
  readonly retry = 'never';
  readonly router: string;

  constructor(router: string, why: string, cause?: unknown) {
    super(`router ${router}: these changes may cut our own access, and ${why}. Nothing was changed`, { cause });
    this.router = router;
  }
}

/** The router took changes back, because we did not come in again after them. */
export class RouterRevertedError extends LastmileError {
  readonly code = 'LM_REVERTED';
  readonly retry = 'never';
  readonly router: string;

  constructor(router: string, why: string, cause?: unknown) {
    super(`router ${router}: ${why}. The same changes are not tried again: declare them otherwise`, { cause });
    this.router = router;
  }
}

export interface SwitchOptions {
  readonly router: string;
  /** Statements that take the changes back. */
  readonly statements: readonly string[];
  /** How long the router waits for us. */
  readonly waitMs: number;
  /** Rights of our account; absent: not known. */
  readonly policies?: ReadonlySet<string>;
}

/** Runs at every start of the router as well: one that has forgotten the time would wait for ever. */
const bootName = `${confirmName}-boot`;
const remark = 'set by lastmile before it changes how it reaches this router; it removes it again';
/** A script of 30 KB is known to be taken. */
const mostOctets = 30_000;
/** Rights the script may need, of those we have: nobody can give more than he has. */
const wanted = ['read', 'write', 'policy', 'test', 'sensitive'] as const;

/**
 * Sets a dead-man's switch: a script that takes changes back, and schedulers that run it unless they are removed. The time
 * is the router's own. Repeats until it came to its end, where it removes itself.
 *
 * @throws CannotArmError when the router forbids it, or does not show what it was told; the errors of the connection
 */
export async function armSwitch(session: RouterOsSession, options: SwitchOptions, signal: AbortSignal): Promise<void> {
  const { router } = options;
  const source = scriptOf(options.statements);
  const octets = Buffer.byteLength(source);
  if (octets > mostOctets) {
    throw new CannotArmError(
      router,
      `what takes them back is too long for a script (${octets} octets): do them in parts`,
    );
  }
  await refuseForbidden(session, router, signal);
  await disarmSwitch(session, signal);
  try {
    await addRows(session, source, options, signal);
    await verify(session, source, router, signal);
  } catch (error) {
    if (error instanceof RouterTrapError || error instanceof CannotArmError) await disarmSwitch(session, signal);
    if (!(error instanceof RouterTrapError)) throw error;
    throw new CannotArmError(router, `it does not let us set what takes them back: ${refusalIn(error)}`, error);
  }
}

export type SwitchState = 'armed' | 'fired' | 'disarmed';

/** Is the switch still set? `fired`: it has begun to take changes back, or has done so. */
export async function switchState(session: RouterOsSession, signal: AbortSignal): Promise<SwitchState> {
  const [taken] = await named(session, '/system/script', revertedName, 'name', signal);
  const [row] = await named(session, '/system/scheduler', confirmName, 'name,run-count', signal);
  if (taken !== undefined || Number(row?.['run-count'] ?? 0) > 0) return 'fired';
  return row === undefined ? 'disarmed' : 'armed';
}

/** Removes the switch, the schedulers first, and what it leaves when it has fired. Does nothing where there is none. @throws the errors of the connection */
export async function disarmSwitch(session: RouterOsSession, signal: AbortSignal): Promise<void> {
  for (const [menu, name] of rowsOfSwitch) {
    for (const row of await named(session, menu, name, '.id', signal)) {
      await session.run(`${menu}/remove`, { '.id': row['.id'] ?? '' }, { signal }).catch(ignoreGone);
    }
  }
}

const rowsOfSwitch = [
  ['/system/scheduler', confirmName],
  ['/system/scheduler', bootName],
  ['/system/script', confirmName],
  ['/system/script', revertedName],
] as const;

function ignoreGone(error: unknown): void {
  if (!(error instanceof RouterTrapError)) throw error;
}

/** Under its last name the script stays until we have seen that it ran: that it is gone would prove nothing. */
function scriptOf(statements: readonly string[]): string {
  const told = ':log warning "lastmile did not come back: its changes are taken back"';
  const schedulers = [confirmName, bootName].map((name) => `/system scheduler remove [find name=${quoted(name)}]`);
  const before = `/system script remove [find name=${quoted(revertedName)}]`;
  const renamed = `/system script set [find name=${quoted(confirmName)}] name=${quoted(revertedName)}`;
  return [attempted(told), ...statements, ...[before, renamed, ...schedulers].map((each) => attempted(each))].join(
    '\n',
  );
}

async function addRows(
  session: RouterOsSession,
  source: string,
  { waitMs, policies }: SwitchOptions,
  signal: AbortSignal,
): Promise<void> {
  const policy = wanted.filter((name) => policies?.has(name) ?? name !== 'test').join();
  const run = { 'on-event': confirmName, policy, comment: remark };
  await session.run('/system/script/add', { name: confirmName, source, policy, comment: remark }, { signal });
  const boot = { name: bootName, 'start-time': 'startup', interval: '0s', ...run };
  await session.run('/system/scheduler/add', boot, { signal });
  const start = await startIn(session, waitMs, signal);
  const timed = { name: confirmName, ...start, interval: formatTime(Math.max(waitMs, 1000)), ...run };
  await session.run('/system/scheduler/add', timed, { signal });
}

async function refuseForbidden(session: RouterOsSession, router: string, signal: AbortSignal): Promise<void> {
  const [mode] = await printed(session, '/system/device-mode', '', [], signal);
  if (mode === undefined || !['false', 'no'].includes(mode['scheduler'] ?? '')) return;
  throw new CannotArmError(router, forbidden);
}

const forbidden =
  'its device-mode forbids schedulers, so it could not take them back: ' +
  '/system/device-mode/update scheduler=yes, and confirm at the router itself';

function refusalIn(error: RouterTrapError): string {
  const isForbidden = error.traps.some(({ message }) => message.includes('not allowed by device-mode'));
  return isForbidden ? forbidden : messageOf(error);
}

/** A `!done` is no proof: a switch that is not there would leave us outside for ever. */
async function verify(session: RouterOsSession, source: string, router: string, signal: AbortSignal): Promise<void> {
  const [script] = await named(session, '/system/script', confirmName, 'name,source,invalid', signal);
  const [timed] = await named(session, '/system/scheduler', confirmName, 'name,next-run,disabled', signal);
  const whole = script?.['source']?.replaceAll('\r\n', '\n') === source && script['invalid'] !== 'true';
  if (whole && timed !== undefined && timed['disabled'] !== 'true') return;
  throw new CannotArmError(router, 'it does not show what takes them back as it was told');
}

async function startIn(session: RouterOsSession, waitMs: number, signal: AbortSignal): Promise<Record<string, string>> {
  const [clock = {}] = await printed(session, '/system/clock', 'date,time', [], signal);
  const start = laterBy(clock['date'] ?? '', clock['time'] ?? '', waitMs);
  // Without a time the scheduler begins at once: its first run is due after one interval.
  return start === undefined ? {} : { 'start-date': start.date, 'start-time': start.time };
}

/** A date and time as the router writes them, later by so much: `2026-01-31`, since 7.10, or `jan/31/2026`. Pure. */
export function laterBy(
  date: string,
  time: string,
  ms: number,
): { readonly date: string; readonly time: string } | undefined {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  const old = /^([a-z]{3})\/(\d{2})\/(\d{4})$/i.exec(date);
  const clock = /^(\d{2}):(\d{2}):(\d{2})$/.exec(time);
  if (clock === null || (iso === null && old === null)) return undefined;
  const [year, month, day] =
    iso === null
      ? [Number(old?.[3]), months.indexOf((old?.[1] ?? '').toLowerCase()), Number(old?.[2])]
      : [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])];
  const now = Date.UTC(year, month, day, Number(clock[1]), Number(clock[2]), Number(clock[3]));
  const [newDate = '', rest = ''] = new Date(now + ms).toISOString().split('T');
  const [newYear, newMonth, newDay] = newDate.split('-');
  const written = iso === null ? `${months[Number(newMonth) - 1]}/${newDay}/${newYear}` : newDate;
  return { date: written, time: rest.slice(0, 8) };
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function named(session: RouterOsSession, menu: string, name: string, proplist: string, signal: AbortSignal) {
  return printed(session, menu, proplist, [`?name=${name}`], signal);
}

/** A menu that the router has not is empty. */
async function printed(
  session: RouterOsSession,
  menu: string,
  proplist: string,
  queries: readonly string[],
  signal: AbortSignal,
): Promise<readonly RouterOsRow[]> {
  try {
    const attributes = proplist === '' ? {} : { '.proplist': proplist };
    return (await session.run(`${menu}/print`, attributes, { signal, queries })).rows;
  } catch (error) {
    if (error instanceof RouterTrapError && error.knowsNoCommand) return [];
    throw error;
  }
}
