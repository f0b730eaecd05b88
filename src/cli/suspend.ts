import type { AdminClient } from '../admin/client.ts';
import { printable } from '../base/bytes.ts';
import { parseDuration } from '../base/units.ts';
import { commandedHere, suspended } from '../daemon/operating/commanded.ts';
import { timeReader } from '../model/local-time.ts';
import type { Pause } from '../status/pauses.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import { render } from './output.ts';
import { either, type RuntimeOptions } from './runtime.ts';
import type { Surroundings } from './surroundings.ts';
import { whoOf } from './who-of.ts';

export interface SuspendOptions extends RuntimeOptions {
  readonly reason: string;
  /** RFC 3339, or a duration from now. */
  readonly until?: string;
}

/** `lastmile suspend T` and `lastmile breakglass T`: the router is left alone. */
export async function suspendCommand(
  kind: Pause['kind'],
  target: string,
  options: SuspendOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const now = around.clock.now();
  const until = options.until === undefined ? undefined : momentOf(options.until, now);
  if (options.until !== undefined && (until === undefined || until <= now)) {
    complain(new Error(`--until ${options.until} is no time to come: a duration (2h) or RFC 3339 is needed`), io);
    return exitCodes.usage;
  }
  const { reason } = options;
  const asked = { target, kind, reason, by: whoOf(io), ...(until === undefined ? {} : { until }) };
  const pause = await either(
    options,
    around,
    (daemon) => daemon.post<Pause>('/api/v1/suspend', asked),
    async (engine) => {
      const begun = { ...asked, since: now };
      await engine.pauses.begin(begun);
      await suspended(engine, begun);
      return begun;
    },
  );
  io.out(await render(pause, options.output, () => suspendedText(pause)));
  return exitCodes.success;
}

/** `lastmile resume T`: 1 when it was not suspended. */
export async function resumeCommand(
  target: string,
  options: RuntimeOptions,
  io: Io,
  around: Surroundings,
): Promise<number> {
  const pause = await either(
    options,
    around,
    (daemon) => resumeBy(daemon, target, whoOf(io)),
    async (engine) => {
      const over = await engine.pauses.end(target);
      const about = { who: whoOf(io), action: 'resume', object: target, detail: over?.kind ?? '' };
      if (over !== undefined) await commandedHere(engine, around.clock, about);
      return over;
    },
  );
  if (pause === undefined) {
    complain(new Error(`${target} is not suspended`), io);
    return exitCodes.error;
  }
  io.out(await render(pause, options.output, () => `${pause.target} is followed again.\n`));
  return exitCodes.success;
}

async function resumeBy(daemon: AdminClient, target: string, by: string): Promise<Pause | undefined> {
  const answer = await daemon.post<Partial<Pause>>('/api/v1/resume', { target, by });
  return answer.target === undefined ? undefined : (answer as Pause);
}

function suspendedText({ target, kind, reason, until }: Pause): string {
  const till = until === undefined ? 'until lastmile resume' : `until ${new Date(until).toISOString()}`;
  const hand =
    kind === 'breakglass'
      ? ' What is changed by hand is written down (lastmile drift); then the declared state is put back: commit what is to stay.'
      : '';
  return `${target} is left alone ${till}: ${printable(reason)}.${hand}\n`;
}

function momentOf(text: string, now: number): number | undefined {
  const duration = parseDuration(text);
  return duration === undefined ? timeReader('UTC')(text) : now + duration;
}
