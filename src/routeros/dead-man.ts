import { LastmileError, messageOf } from '../base/errors.ts';
import { formatTime, timeMs } from './canonical.ts';
import { forbiddenFeatures } from './device-mode.ts';
import { RouterTrapError } from './errors.ts';
import { laterBy } from './later-by.ts';
import { attempted, quoted } from './script-text.ts';
import type { RouterOsSession } from './session.ts';
import { isOfSwitch, switchNames } from './switch-names.ts';
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
    super(
      `router ${router}: ${why}. They are not tried again by themselves: declare them otherwise, or have lastmile apply try them once more`,
      { cause },
    );
    this.router = router;
  }
}

/**
 * The router took changes back, or will, before they were all made and confirmed, though they did not keep us out: its clock
 * was set, or we stood still. They are made anew.
 */
export class SwitchGoneError extends LastmileError {
  readonly code = 'LM_SWITCH_GONE';
  readonly retry = 'backoff';
  readonly router: string;

  constructor(router: string) {
    super(
      `router ${router} took our changes back before they were confirmed, though they did not keep us out: was its clock set, ` +
        'or did lastmile stand still? They are made again',
    );
    this.router = router;
  }
}

export interface SwitchOptions {
  readonly router: string;
  readonly operator: string;
  /** Statements that take the changes back. */
  readonly statements: readonly string[];
  /** How long the router waits for us. */
  readonly waitMs: number;
  /** Rights of our account; absent: not known. */
  readonly policies?: ReadonlySet<string>;
}

const remark = 'set by lastmile before it changes how it reaches this router; it removes it again';
/** A script of 30 KB is known to be taken. */
const mostOctets = 30_000;
/** Parts of that size: a router keeps them in its flash. */
const mostParts = 20;
/** The one that counts how long the router has been on comes after the one that goes by its clock. */
const laterMs = 5_000;
/** Rights the script may need, of those we have: nobody can give more than he has. */
const wanted = ['read', 'write', 'policy', 'test', 'sensitive'] as const;

/**
 * Sets a dead-man's switch: a script that takes changes back, and schedulers that run it unless they are removed. The time
 * is the router's own. Repeats until it came to its end, where it removes itself. What is too long for one script is in
 * several, which the first one runs.
 *
 * @throws CannotArmError when the router forbids it, or does not show what it was told; the errors of the connection
 */
export async function armSwitch(session: RouterOsSession, options: SwitchOptions, signal: AbortSignal): Promise<void> {
  const { router, operator } = options;
  const scripts = scriptsOf(options);
  if ((await forbiddenFeatures(session, signal)).includes('scheduler')) throw new CannotArmError(router, forbidden);
  await disarmSwitch(session, operator, signal);
  try {
    await addRows(session, scripts, options, signal);
    await verify(session, scripts, options, signal);
  } catch (error) {
    if (error instanceof RouterTrapError || error instanceof CannotArmError)
      await disarmSwitch(session, operator, signal);
    if (!(error instanceof RouterTrapError)) throw error;
    throw new CannotArmError(router, `it does not let us set what takes them back: ${refusalIn(error)}`, error);
  }
}

export type SwitchState = 'armed' | 'fired' | 'disarmed';

/** Is the switch of this operator still set? `fired`: it has begun to take changes back, or has done so. */
export async function switchState(
  session: RouterOsSession,
  operator: string,
  signal: AbortSignal,
): Promise<SwitchState> {
  const { confirm, reverted } = switchNames(operator);
  const scripts = await printed(session, '/system/script', 'name,run-count', [], signal);
  const schedulers = await ofSwitch(session, '/system/scheduler', operator, signal);
  const script = scripts.find(({ name }) => name === confirm);
  if (scripts.some(({ name }) => name === reverted) || hasRun(script)) return 'fired';
  // Without its script, nothing is taken back: we were cut off while we removed the switch.
  if (script === undefined || schedulers.length === 0) return 'disarmed';
  return schedulers.some(hasRun) ? 'fired' : 'armed';
}

function hasRun(row: RouterOsRow | undefined): boolean {
  return Number(row?.['run-count'] ?? 0) > 0;
}

/**
 * Removes the switch, and what it leaves when it has fired. The scheduler that runs at a start goes first: to be cut off in
 * between leaves nothing that goes off months later. The scripts go last: once no scheduler is left that could begin one, it is
 * certain whether any has begun. Does nothing where there is none.
 *
 * @returns `fired` where changes were taken back, be it while we were removing it
 * @throws the errors of the connection, RouterTrapError when the router does not let us
 */
export async function disarmSwitch(
  session: RouterOsSession,
  operator: string,
  signal: AbortSignal,
): Promise<Exclude<SwitchState, 'armed'>> {
  const { boot, confirm, reverted } = switchNames(operator);
  const schedulers = await ofSwitch(session, '/system/scheduler', operator, signal);
  const atStart = schedulers.filter(({ name }) => name === boot);
  const others = schedulers.filter(({ name }) => name !== boot);
  await removed(session, '/system/scheduler', [...atStart, ...others], signal);
  const scripts = (await printed(session, '/system/script', '.id,name,run-count', [], signal)).filter(
    ({ name = '' }) => name === reverted || isOfSwitch(name, operator),
  );
  const fired = [...schedulers, ...scripts].some((row) => row['name'] === reverted || hasRun(row));
  const isTimed = ({ name }: RouterOsRow) => name === confirm;
  // The first script before its parts: one without them would take back a part only.
  const first = scripts.filter(isTimed);
  const parts = scripts.filter((row) => !isTimed(row));
  await removed(session, '/system/script', [...first, ...parts], signal);
  return fired ? 'fired' : 'disarmed';
}

async function removed(
  session: RouterOsSession,
  menu: string,
  rows: readonly RouterOsRow[],
  signal: AbortSignal,
): Promise<void> {
  for (const row of rows) {
    await session.run(`${menu}/remove`, { '.id': row['.id'] ?? '' }, { signal }).catch(ignoreGone);
  }
}

function ignoreGone(error: unknown): void {
  const isGone =
    error instanceof RouterTrapError && error.traps.some(({ message }) => message.startsWith('no such item'));
  if (!isGone) throw error;
}

interface NamedScript {
  readonly name: string;
  readonly source: string;
}

/** The scripts, that which runs the others last. @throws CannotArmError where they would be too many */
function scriptsOf({ router, operator, statements }: SwitchOptions): readonly NamedScript[] {
  const { confirm, part } = switchNames(operator);
  const whole = { name: confirm, source: scriptOf(statements, operator) };
  if (octetsOf(whole.source) <= mostOctets) return [whole];
  const parts = inParts(statements, router).map((lines, at) => ({ name: part(at + 1), source: lines.join('\n') }));
  const runs = parts.map(({ name }) => attempted(`/system script run [find name=${quoted(name)}]`));
  return [...parts, { name: confirm, source: scriptOf(runs, operator, parts) }];
}

function inParts(statements: readonly string[], router: string): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let octets = Number.POSITIVE_INFINITY;
  for (const statement of statements) {
    const more = octetsOf(statement) + 1;
    if (octets + more > mostOctets) {
      parts.push([]);
      octets = 0;
    }
    octets += more;
    parts.at(-1)?.push(statement);
    if (parts.length > mostParts || octets > mostOctets)
      throw new CannotArmError(router, 'what takes them back is too long for scripts: do them in parts');
  }
  return parts;
}

function octetsOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Under its last name the script stays until we have seen that it ran: that it is gone would prove nothing. */
function scriptOf(statements: readonly string[], operator: string, parts: readonly NamedScript[] = []): string {
  const { confirm, boot, uptime, reverted } = switchNames(operator);
  const told = ':log warning "lastmile did not come back: its changes are taken back"';
  const remove = (menu: string) => (name: string) => `${menu} remove [find name=${quoted(name)}]`;
  const renamed = `/system script set [find name=${quoted(confirm)}] name=${quoted(reverted)}`;
  const replaced = [remove('/system script')(reverted), renamed].map((each) => attempted(each)).join('; ');
  const last = [
    // Both schedulers may run it at once: the later one finds that it is done.
    `:if ([:len [/system script find name=${quoted(confirm)}]] > 0) do={${replaced}}`,
    ...[confirm, uptime, boot].map(remove('/system scheduler')),
    ...parts.map(({ name }) => name).map(remove('/system script')),
  ];
  return [attempted(told), ...statements, ...last.map((each) => attempted(each))].join('\n');
}

async function addRows(
  session: RouterOsSession,
  scripts: readonly NamedScript[],
  { operator, waitMs, policies }: SwitchOptions,
  signal: AbortSignal,
): Promise<void> {
  const { confirm, boot, uptime } = switchNames(operator);
  const policy = wanted.filter((name) => policies?.has(name) ?? name !== 'test').join();
  const run = { 'on-event': confirm, policy, comment: remark };
  for (const script of scripts)
    await session.run('/system/script/add', { ...script, policy, comment: remark }, { signal });
  const atStart = { name: boot, 'start-time': 'startup', interval: '0s', ...run };
  await session.run('/system/scheduler/add', atStart, { signal });
  const upMs = await upFor(session, signal);
  // By the clock, and by how long it has been on: a clock that is set back would come to the time years later.
  if (upMs !== undefined) {
    const interval = formatTime(upMs + Math.max(waitMs, 1000) + laterMs);
    await session.run('/system/scheduler/add', { name: uptime, 'start-time': 'startup', interval, ...run }, { signal });
  }
  const start = await startIn(session, waitMs, signal);
  const timed = { name: confirm, ...start, interval: formatTime(Math.max(waitMs, 1000)), ...run };
  await session.run('/system/scheduler/add', timed, { signal });
}

const forbidden =
  'its device-mode forbids schedulers, so it could not take them back: ' +
  '/system/device-mode/update scheduler=yes, and confirm at the router itself';

function refusalIn(error: RouterTrapError): string {
  const isForbidden = error.traps.some(({ message }) => message.includes('not allowed by device-mode'));
  return isForbidden ? forbidden : messageOf(error);
}

/** A `!done` is no proof: a switch that is not there would leave us outside for ever. */
async function verify(
  session: RouterOsSession,
  scripts: readonly NamedScript[],
  { router, operator }: SwitchOptions,
  signal: AbortSignal,
): Promise<void> {
  const { confirm, boot } = switchNames(operator);
  const schedulers = await ofSwitch(session, '/system/scheduler', operator, signal);
  // That which counts how long it has been on is there where it can be.
  const runs = [confirm, boot].every((name) =>
    schedulers.some((row) => row['name'] === name && row['disabled'] !== 'true'),
  );
  if (runs && (await areWhole(session, scripts, signal))) return;
  throw new CannotArmError(router, 'it does not show what takes them back as it was told');
}

async function areWhole(
  session: RouterOsSession,
  scripts: readonly NamedScript[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const { name, source } of scripts) {
    const [row] = await printed(session, '/system/script', 'name,source,invalid', [`?name=${name}`], signal);
    if (row?.['source']?.replaceAll('\r\n', '\n') !== source || row['invalid'] === 'true') return false;
  }
  return true;
}

async function upFor(session: RouterOsSession, signal: AbortSignal): Promise<number | undefined> {
  const [row] = await printed(session, '/system/resource', 'uptime', [], signal);
  return timeMs(row?.['uptime'] ?? '');
}

async function startIn(session: RouterOsSession, waitMs: number, signal: AbortSignal): Promise<Record<string, string>> {
  const [clock = {}] = await printed(session, '/system/clock', 'date,time', [], signal);
  const start = laterBy(clock, waitMs);
  // Without a time the scheduler begins at once: its first run is due after one interval.
  return start === undefined ? {} : { 'start-date': start.date, 'start-time': start.time };
}

async function ofSwitch(session: RouterOsSession, menu: string, operator: string, signal: AbortSignal) {
  const rows = await printed(session, menu, '.id,name,run-count,disabled', [], signal);
  return rows.filter(({ name = '' }) => isOfSwitch(name, operator));
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
    return (await session.run(`${menu}/print`, { '.proplist': proplist }, { signal, queries })).rows;
  } catch (error) {
    if (error instanceof RouterTrapError && error.knowsNoCommand) return [];
    throw error;
  }
}
