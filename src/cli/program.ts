import { randomFillSync } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { RequestError } from '../admin/request-error.ts';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import { systemClock } from '../base/system-clock.ts';
import { parseEndpoint } from '../daemon/listeners.ts';
import type { Endpoint } from '../model/model.ts';
import {
  type OptionDescription,
  type SimulateRouterOsOptions,
  simulateRouterOsFlags,
} from '../simulator/command-flags.ts';
import { type SimulateOmadaOptions, simulateOmadaFlags } from '../simulator/omada/command-flags.ts';
import { exitCodes, type Io } from './io.ts';
import type { Surroundings } from './surroundings.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

type Action = (io: Io, around: Surroundings, command: Command) => Promise<number>;

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
    const exit = await action(io, await surroundings(command.optsWithGlobals(), stop.signal), command);
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

async function surroundings(options: { readonly logLevel?: string }, signal: AbortSignal): Promise<Surroundings> {
  const { pino } = await import('pino');
  const level = options.logLevel ?? 'warn';
  const destination = pino.destination({ dest: 2, sync: true });
  // A log that cannot be written must not end the daemon.
  destination.on('error', () => undefined);
  return {
    clock: systemClock,
    log: pino(
      { level, base: null, redact: redacted, formatters: { level: (label) => ({ level: label }) } },
      destination,
    ),
    fillRandom: (octets) => void randomFillSync(octets),
    random: Math.random,
    signal,
    ask: process.stdin.isTTY === true ? (question) => ask(question, signal) : undefined,
    version: version(),
  };
}

/** A second net: secrets are `Secret` from the moment they are read, and print as such. */
const redacted = ['password', '*.password', 'secret', '*.secret', 'masterKey', '*.masterKey'];

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, the terminal gives it Ctrl-C as a key.
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await reader.question(question, { signal });
  } finally {
    reader.close();
  }
}

function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function processIo(): Io {
  const noColor = process.env['NO_COLOR'] !== undefined || process.env['CI'] !== undefined;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    color: process.stdout.isTTY === true && !noColor,
  };
}

/**
 * Nobody has to listen: a reader that went away (`| head`, the end of a log collector) ends neither a command nor the
 * daemon. Data that cannot be written otherwise, to a full disk, is told, and the command has failed.
 */
function watchOutput(io: Io): { readonly failed: boolean } {
  const seen = { failed: false };
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE' || seen.failed) return;
    seen.failed = true;
    process.exitCode = exitCodes.error;
    io.err(`lastmile: cannot write the output: ${messageOf(error)}\n`);
  });
  return seen;
}

type Carry = (command: Command, action: Action) => Promise<void>;

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
  addAdoption(program, carry);
  addDiscovery(program, carry);
  addOperation(program, carry);
  addPauses(program, carry);
  addRuntime(program, carry);
  addRadius(program, carry);
  addSimulate(program, carry);
  for (const command of allCommands(program)) command.exitOverride();
  return program;
}

/** Commander's own way to have every option, of every command, read from the environment as well. */
class TwinnedCommand extends Command {
  override createCommand(name?: string): Command {
    return new TwinnedCommand(name);
  }

  override addOption(option: Option): this {
    const name = option.long
      ?.replace(/^--(no-)?/, '')
      .replaceAll('-', '_')
      .toUpperCase();
    if (name !== undefined && name !== 'VERSION' && option.envVar === undefined) option.env(`LASTMILE_${name}`);
    return super.addOption(option);
  }
}

const simulateTwins: Readonly<Record<string, string>> = {
  user: 'LASTMILE_SIMULATE_USER',
  listenPortal: 'LASTMILE_SIMULATE_LISTEN_PORTAL',
  version: 'LASTMILE_SIMULATE_VERSION',
  printListeners: 'LASTMILE_SIMULATE_PRINT_LISTENERS',
};

/** An option of a simulated device: what another command calls the same must not be meant for it. */
function simulateOption({ flags, description, defaultValue }: OptionDescription): Option {
  const option = new Option(flags, description);
  if (defaultValue !== undefined) option.default(defaultValue);
  const twin = simulateTwins[option.attributeName()];
  return twin === undefined ? option : option.env(twin);
}

/** A switch in the environment is on or off by its word. Commander takes any word, also `false`, for on. */
function readSwitches(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    if (!option.isBoolean() || command.getOptionValueSource(name) !== 'env') continue;
    const text = process.env[option.envVar ?? ''] ?? '';
    const value = switches.get(text.toLowerCase());
    if (value === undefined)
      command.error(`error: ${option.envVar} is ${JSON.stringify(text)}: true or false is needed`);
    command.setOptionValueWithSource(name, value, 'env');
  }
}

const switches: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off', ''].map((word) => [word, false] as const),
]);

function allCommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

function addDeclarations(program: Command, carry: Carry): void {
  program
    .command('validate')
    .argument('[dir]', 'folder of declarations', '.')
    .description('all errors of all files at once')
    .addOption(
      new Option('-o, --output <format>', 'text, json or github').choices(['text', 'json', 'github']).default('text'),
    )
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option('--max-errors <n>', 'findings shown; the rest is counted', whole, 200)
    .action((dir: string, options, command) =>
      carry(command, async (io) => (await import('./validate.ts')).validateCommand(dir, options, io)),
    );
  program
    .command('schema')
    .description('the JSON Schemas of every kind')
    .option('--kind <kind>', 'one kind only')
    .option('--out <dir>', 'write them as files')
    .action((options, command) =>
      carry(command, async (io) => (await import('./schema.ts')).schemaCommand(options, io)),
    );
}

function addAdoption(program: Command, carry: Carry): void {
  program
    .command('import')
    .argument('<router>', 'a Router declared in DIR, or a name for one that is not')
    .argument('[dir]', 'folder of declarations', '.')
    .description('a router in service as declarations, of which the next plan is empty')
    .option('--out <dir>', 'where to write; absent: DIR')
    .option('--address <host[:port]>', 'of a router that is not declared')
    .option('--username <name>', 'user of its API')
    .option('--password-env <name>', 'the variable with its password')
    .addOption(new Option('--tls <mode>', 'how its certificate is checked').choices(['ca', 'pinned', 'insecure']))
    .option('--fingerprint <sha256>', 'of its certificate')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .addOption(
      new Option('--secrets-as <way>', 'env: into .lastmile.env in DIR; file: files below --secrets')
        .choices(['env', 'file'])
        .default('env'),
    )
    .action((router: string, dir: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('./import.ts')).importCommand(router, dir, options, io, around),
      ),
    );
  withState(program.command('orphans'))
    .argument('[router]', 'only this one')
    .argument('[dir]', 'folder of declarations (default: the current one, without a daemon)')
    .description('rows on routers that no declaration makes: gone from git, held by another, or unmanaged')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option('--detailed-exitcode', 'exit 2 when there are any', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((router: string | undefined, dir: string | undefined, options, command) =>
      carry(command, async (io, around) =>
        (await import('./orphans.ts')).orphansCommand(router, dir, options, io, around),
      ),
    );
}

function addDiscovery(program: Command, carry: Carry): void {
  program
    .command('discover')
    .description('what a device tells of itself, before it is declared')
    .command('omada')
    .argument('<url>', 'a controller: https://HOST:PORT')
    .description('id, version, generation and certificate of an Omada controller, and YAML to begin with; no account')
    .option('--fingerprint <sha256>', 'ask only the controller with this certificate')
    .option('--name <name>', 'what to call it in the YAML', 'omada')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((url: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('./discover.ts')).discoverOmadaCommand(url, options, io, around),
      ),
    );
}

function addOperation(program: Command, carry: Carry): void {
  withState(program.command('plan'))
    .argument('[dir]', 'folder of declarations', '.')
    .description('what would change, and which live sessions it touches; writes nothing')
    .option('--rev <rev>', 'a commit instead of the work tree')
    .option('--target <name...>', 'only these targets (routers, controllers, or directory)', [])
    .option('--exclude <name...>', 'not these targets', [])
    .option('--detailed-exitcode', 'exit 2 when there is something to change', false)
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .addOption(outputs(['text', 'json']))
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => (await import('./plan.ts')).planCommand(dir, options, io, around)),
    );
  withState(program.command('apply'))
    .argument('[dir]', 'folder of declarations', '.')
    .description('shows the plan, asks, and applies it')
    .option('--auto-approve', 'do not ask', false)
    .option('--allow-deletes <n>', 'how many deletes are meant, when the guard refuses them', whole)
    .option('--target <name...>', 'only these targets', [])
    .option('--exclude <name...>', 'not these targets', [])
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => (await import('./apply.ts')).applyCommand(dir, options, io, around)),
    );
  withState(program.command('run'))
    .argument('[dir]', 'a git repository (commits of HEAD) or a plain folder', '.')
    .description('the daemon: reconcile loop, RADIUS, accounting, admin API')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option('--listen-auth <host:port>', 'RADIUS authentication, instead of what is declared', endpoint)
    .option('--listen-accounting <host:port>', 'RADIUS accounting, instead of what is declared', endpoint)
    .option('--listen-portal <host:port>', 'portal for guests, instead of what is declared', endpoint)
    .option('--listen-admin <host:port>', 'admin API, instead of what is declared', endpoint)
    .option('--print-listeners', 'print the bound addresses as JSON on stdout', false)
    .option('--poll-seconds <n>', 'how often the source is read even when nothing was noticed', whole)
    .addOption(
      new Option('--log-level <level>', 'error, warn, info or debug')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('info'),
    )
    .action((dir: string, options, command) =>
      carry(command, async (io, around) => {
        const { listenAuth, listenAccounting, listenPortal, listenAdmin, pollSeconds, ...rest } = options;
        const listen = {
          auth: listenAuth,
          accounting: listenAccounting,
          portal: listenPortal,
          admin: listenAdmin,
        };
        return (await import('./run.ts')).runCommand(
          dir,
          { ...rest, listen, ...(pollSeconds === undefined ? {} : { pollMs: pollSeconds * 1000 }) },
          io,
          around,
        );
      }),
    );
  withState(program.command('reconcile'))
    .argument('[target]', 'a router, or directory')
    .description('asks the daemon to look and apply now')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) =>
        (await import('./reconcile.ts')).reconcileCommand(target, options, io, around),
      ),
    );
}

function addPauses(program: Command, carry: Carry): void {
  const suspended = (command: Command) =>
    withState(command)
      .argument('<target>', 'a router')
      .requiredOption('--reason <text>', 'why, for the others')
      .addOption(outputs(['text', 'json', 'yaml']));
  suspended(program.command('suspend'))
    .description('leaves a router alone: differences are told and not mended, until the time or a resume')
    .option('--until <time>', 'a duration (2h) or RFC 3339; it is followed again by itself then')
    .action((target, options, command) =>
      carry(command, async (io, around) =>
        (await import('./suspend.ts')).suspendCommand('suspend', target, options, io, around),
      ),
    );
  suspended(program.command('breakglass'))
    .description('for work on a router by hand: as suspend, for a time; then the declared state is put back')
    .option('--until <time>', 'a duration (2h) or RFC 3339', '1h')
    .action((target, options, command) =>
      carry(command, async (io, around) =>
        (await import('./suspend.ts')).suspendCommand('breakglass', target, options, io, around),
      ),
    );
  withState(program.command('resume'))
    .argument('<target>', 'a router')
    .description('follows a router again')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) => (await import('./suspend.ts')).resumeCommand(target, options, io, around)),
    );
  withState(program.command('drift'))
    .argument('[target]', 'a router')
    .description('what routers hold otherwise than declared, and what was found before')
    .option('--detailed-exitcode', 'exit 2 when there is drift', false)
    .option('--limit <n>', 'how many of the events, the newest first', count, 20)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) => (await import('./drift.ts')).driftCommand(target, options, io, around)),
    );
}

function addRuntime(program: Command, carry: Carry): void {
  withState(program.command('status'))
    .argument('[target]', 'a router, or directory: with conditions and history; or an Omada controller')
    .description('revision in force, conditions, last runs')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target, options, command) =>
      carry(command, async (io, around) => (await import('./status.ts')).statusCommand(target, options, io, around)),
    );
  withState(program.command('doctor'))
    .argument('[target]', 'a router or an Omada controller')
    .argument('[dir]', 'folder of declarations, when no daemon answers', '.')
    .description('what is wrong with routers and controllers, each with the command that mends it; exit 1 for errors')
    .option('--ping <address>', 'what routers ping to see whether they have the Internet; else a name server they use')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .option('--detailed-exitcode', 'exit 2 when there are only warnings', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((target: string | undefined, dir: string, options, command) =>
      carry(command, async (io, around) =>
        (await import('./doctor.ts')).doctorCommand(target, dir, options, io, around),
      ),
    );
  withState(program.command('get'))
    .argument('<kind>', 'operator, router, service, subscriber, portalsite or omadacontroller')
    .argument('[name]')
    .description('declared objects as they are in force')
    .option('--dir <dir>', 'folder of declarations, when no daemon answers', '.')
    .option('--secrets <dir>', 'folder of {file: …} secrets')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((kind, name, options, command) =>
      carry(command, async (io, around) => (await import('./get.ts')).getCommand(kind, name, options, io, around)),
    );
  withState(program.command('sessions'))
    .description('who is online')
    .option('--user <username>', 'only this username')
    .option('--all', 'closed sessions as well', false)
    .option('--limit <n>', 'how many, the newest first', count, 1000)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((options, command) =>
      carry(command, async (io, around) => (await import('./sessions.ts')).sessionsCommand(options, io, around)),
    );
  withState(program.command('usage'))
    .argument('<username>', 'a username, a MAC, or a subscriber')
    .description('octets by hour, day or month; or what they use now')
    .addOption(new Option('--by <period>', 'hour, day or month').choices(['hour', 'day', 'month']).default('day'))
    .option('--since <time>', 'so long ago (7d), a day (2026-11-01) or a time')
    .option('--until <time>', 'likewise')
    .option('--live', 'current rates, again and again until it is stopped', false)
    .option('--every <seconds>', 'between two looks of --live', count, 5)
    .option('--count <n>', 'how many looks of --live', count)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) => {
        const { usageCommand, liveUsageCommand } = await import('./usage.ts');
        return (options.live ? liveUsageCommand : usageCommand)(user, options, io, around);
      }),
    );
  withState(program.command('disconnect'))
    .argument('[username]')
    .description('ends sessions and says what the NAS answered')
    .option('--session <id>', 'one session, by Acct-Session-Id, or NAS/ID where several have it')
    .option('--dry-run', 'only say which sessions it would be', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) =>
        (await import('./disconnect.ts')).disconnectCommand(user, options, io, around),
      ),
    );
  withState(program.command('api-log'))
    .argument('<router>')
    .description('what a router was told last over its API and what it answered, with its accounting')
    .option('--limit <n>', 'how many, the newest', count, 100)
    .option('--follow', 'go on telling what is new', false)
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((router, options, command) =>
      carry(command, async (io, around) => (await import('./api-log.ts')).apiLogCommand(router, options, io, around)),
    );
  withState(program.command('why'))
    .argument('<username>')
    .description('the last decisions for a login, and why')
    .addOption(outputs(['text', 'json', 'yaml']))
    .action((user, options, command) =>
      carry(command, async (io, around) => (await import('./why.ts')).whyCommand(user, options, io, around)),
    );
}

function addRadius(program: Command, carry: Carry): void {
  const radius = program.command('radius').description('a RADIUS client for checks');
  const common = (command: Command) =>
    command
      .option('--secret-env <name>', 'environment variable that holds the shared secret', 'LASTMILE_SECRET_RADIUS')
      .option('--source <address>', 'address to send from')
      .addOption(outputs(['text', 'json', 'yaml']));
  common(radius.command('login'))
    .argument('<username>')
    .description('an Access-Request; exit 0 accepted, 4 rejected, 1 no answer')
    .option('--server <host:port>', 'where to ask', endpoint, { host: '127.0.0.1', port: 1812 })
    .addOption(
      new Option('--method <method>', 'how the password is sent').choices(['pap', 'chap', 'mschap2']).default('pap'),
    )
    .option('--password-env <name>', 'environment variable that holds the password', 'LASTMILE_SECRET_PASSWORD')
    .action((user, options, command) =>
      carry(command, async (io, around) => (await import('./radius.ts')).radiusLoginCommand(user, options, io, around)),
    );
  common(radius.command('status-server'))
    .description('is the server there?')
    .option('--server <host:port>', 'where to ask', endpoint, { host: '127.0.0.1', port: 1812 })
    .action((options, command) =>
      carry(command, async (io, around) => (await import('./radius.ts')).radiusStatusCommand(options, io, around)),
    );
  common(radius.command('disconnect'))
    .argument('<username>')
    .description('a Disconnect-Request straight to a NAS')
    .requiredOption('--server <host:port>', 'the NAS', endpoint)
    .option('--session <id>', 'Acct-Session-Id')
    .option('--address <address>', 'Framed-IP-Address')
    .action((user, options, command) =>
      carry(command, async (io, around) =>
        (await import('./radius.ts')).radiusDisconnectCommand(user, options, io, around),
      ),
    );
}

function addSimulate(program: Command, carry: Carry): void {
  const simulate = program.command('simulate').description('simulated devices that speak the true protocols');
  const routeros = simulate
    .command('routeros')
    .description('a router: API, PPPoE dial-in by RADIUS or local secrets, CoA');
  for (const flag of simulateRouterOsFlags) routeros.addOption(simulateOption(flag));
  routeros.action((options: SimulateRouterOsOptions, command) =>
    carry(command, async (io, { signal, clock }) => {
      const { simulateRouterOs } = await import('../simulator/command.ts');
      await simulateRouterOs(options, { out: (line) => io.out(`${line}\n`), signal, clock });
      return signal.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.success;
    }),
  );
  const omada = simulate.command('omada').description('an Omada controller, with its access points and guests');
  for (const flag of simulateOmadaFlags) omada.addOption(simulateOption(flag));
  omada.action((options: SimulateOmadaOptions, command) =>
    carry(command, async (io, { signal, clock }) => {
      const { simulateOmada } = await import('../simulator/omada/command.ts');
      await simulateOmada(options, { out: (line) => io.out(`${line}\n`), signal, clock });
      return signal.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.success;
    }),
  );
}

function withState(command: Command): Command {
  return command.option('--state <dir>', 'state folder', './state');
}

function outputs(formats: readonly string[]): Option {
  return new Option('-o, --output <format>', formats.join(', ')).choices([...formats]).default('text');
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

function count(text: string): number {
  const number = whole(text);
  if (number < 1 || number >= 1_000_000) throw new InvalidArgumentError('a number from 1 to 999999 is needed.');
  return number;
}

function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new InvalidArgumentError('host:port is needed.');
  return parsed;
}
