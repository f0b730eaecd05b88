import { randomBytes } from 'node:crypto';
import { messageOf } from '../base/errors.ts';
import { systemClock } from '../base/system-clock.ts';
import { afterwards, welcome } from './guide.ts';
import { type Say, sayTo } from './say.ts';
import { Stage } from './stage.ts';
import { allSteps } from './steps/all-steps.ts';
import { takeTour, wordsOf } from './tour.ts';

const usage = `Usage: npm start [-- --once]

A tour of lastmile on this machine: a git repository in a temporary folder, two simulated routers, a simulated Omada controller and the real daemon.
Afterwards they keep running, to be played with, until Ctrl-C.

  --once   end after the tour: exit code 0 when all of it happened, else 1
`;

const exitCodes = { success: 0, failed: 1, usage: 64, interrupted: 130 } as const;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) return tell(usage, exitCodes.success);
  const unknown = argv.find((word) => word !== '--once');
  if (unknown !== undefined) return tell(`unknown: ${unknown}\n\n${usage}`, exitCodes.usage);
  const stop = stopSignal();
  const say = sayTo((text) => void process.stdout.write(text), wantsColor());
  try {
    return await play(argv.includes('--once'), say, stop);
  } catch (error) {
    if (stop.aborted) return exitCodes.interrupted;
    say.failed(wordsOf(error));
    return exitCodes.failed;
  }
}

async function play(once: boolean, say: Say, signal: AbortSignal): Promise<number> {
  say.text('lastmile: from YAML in git to subscribers online');
  await using stage = await Stage.raise({ clock: systemClock, random: randomBytes, env: process.env, signal });
  welcome(stage, say);
  if (!(await takeTour(allSteps, stage, say))) return exitCodes.failed;
  if (once) return exitCodes.success;
  afterwards(stage, say);
  await asked(stage, say);
  say.text('', 'Cleaning up.');
  return exitCodes.success;
}

/** Resolves when the person wants it to end. A process that ends before is told of, not started again. */
async function asked(stage: Stage, say: Say): Promise<void> {
  for (const { name, ended } of stage.children.filter(({ alive }) => alive)) {
    void ended.then((how) => {
      if (stage.signal.aborted) return;
      const again = name === 'daemon' ? ` Start it again: ${stage.lastmile.typed} run` : '';
      say.text(`${name} has ended (${how}).${again}`);
    });
  }
  await new Promise<void>((resolve) => {
    if (stage.signal.aborted) resolve();
    else stage.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Ctrl-C, a closed terminal, or a reader of our output that went away. Once is enough: npm repeats signals. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort(name));
  process.stdout.on('error', (error) => stop.abort(messageOf(error)));
  return stop.signal;
}

function wantsColor(): boolean {
  const { NO_COLOR: noColor, CI: ci } = process.env;
  return process.stdout.isTTY === true && noColor === undefined && ci === undefined;
}

function tell(text: string, exitCode: number): number {
  process.stdout.write(text);
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
