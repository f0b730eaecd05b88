import { setMaxListeners } from 'node:events';
import { type Command, CommanderError } from 'commander';
import { RequestError } from '../admin/request-error.ts';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { Action, Carry } from './carry.ts';
import { addAdoption, addDiscovery } from './commands/adoption.ts';
import { addDeclarations } from './commands/declarations.ts';
import { addHistory } from './commands/history.ts';
import { addOperation } from './commands/operation.ts';
import { addPauses } from './commands/pauses.ts';
import { addRadius } from './commands/radius.ts';
import { addRuntime } from './commands/runtime.ts';
import { addSecrets } from './commands/secrets.ts';
import { addSimulate } from './commands/simulate.ts';
import { exitCodes, type Io } from './io.ts';
import { processIo, surroundings, version, watchOutput } from './process.ts';
import { readSwitches, TwinnedCommand } from './twinned-command.ts';

/** Runs a command line; resolves with the exit code. Nothing but a bug throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const io = processIo();
  const output = watchOutput(io);
  let exit: number = exitCodes.success;
  const program = build(async (command, action) => {
    exit = await run(command, action, io);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return output.failed && exit === exitCodes.success ? exitCodes.error : exit;
  } catch (error) {
    // Commander has told what is wrong by itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    throw error;
  }
}

/** They work until they are stopped, and say themselves how they ended. */
const lasting: ReadonlySet<string> = new Set(['run', 'routeros', 'omada']);
/** For the others, to leave things in order when they are interrupted. */
const graceMs = 3_000;

async function run(command: Command, action: Action, io: Io): Promise<number> {
  const stop = new AbortController();
  const lasts = lasting.has(command.name()) && command.parent?.name() !== 'discover';
  // One listener for each command in flight on each router.
  setMaxListeners(0, stop.signal);
  const onSignal = (signal: NodeJS.Signals): void => {
    // Asked twice, a person does not want to wait.
    if (stop.signal.aborted) process.exit(exitCodes.interrupted);
    stop.abort(signal);
    if (!lasts) setTimeout(() => process.exit(exitCodes.interrupted), graceMs).unref();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const { ageKeyFile } = command.opts<{ ageKeyFile?: string }>();
    // The flag and its twin are one, and whoever reads declarations looks among the variables.
    const keyed = ageKeyFile === undefined ? io : { ...io, env: { ...io.env, LASTMILE_AGE_KEY_FILE: ageKeyFile } };
    const exit = await action(keyed, await surroundings(command.optsWithGlobals(), stop.signal), command);
    return stop.signal.aborted && !lasts ? exitCodes.interrupted : exit;
  } catch (error) {
    if (stop.signal.aborted) return exitCodes.interrupted;
    if (!(error instanceof LastmileError) && !(error instanceof RangeError) && !isListenError(error)) throw error;
    io.err(`lastmile: ${messageOf(error)}\n`);
    return isUsage(error) ? exitCodes.usage : exitCodes.error;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Something was asked that cannot be meant, as seen here or by the daemon. */
function isUsage(error: unknown): boolean {
  return error instanceof RangeError || error instanceof RequestError;
}

/** A port or an address that cannot be had: the user's to change, not a bug. */
function isListenError(error: unknown): boolean {
  return ['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES'].includes(codeOf(error) ?? '');
}

/** The command table. Every option has an environment twin `LASTMILE_…`. */
function build(carry: Carry): Command {
  const program = new TwinnedCommand('lastmile')
    .description('GitOps for access networks: routers, services and subscribers from YAML in git')
    .version(version())
    .showHelpAfterError('(lastmile help COMMAND says more)')
    .enablePositionalOptions()
    .exitOverride()
    .hook('preAction', (_, command) => readSwitches(command));
  addDeclarations(program, carry);
  addSecrets(program, carry);
  addAdoption(program, carry);
  addDiscovery(program, carry);
  addOperation(program, carry);
  addPauses(program, carry);
  addHistory(program, carry);
  addRuntime(program, carry);
  addRadius(program, carry);
  addSimulate(program, carry);
  for (const command of allCommands(program)) command.exitOverride();
  return program;
}

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
