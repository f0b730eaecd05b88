import { compact } from '../base/compact.ts';
import { messageOf } from '../base/errors.ts';
import { Daemon, type Listeners } from '../daemon/daemon.ts';
import type { ListenOverrides } from '../daemon/listeners.ts';
import type { Issue } from '../manifest/issue.ts';
import { GitSource } from '../source/git-source.ts';
import { openSource } from '../source/open-source.ts';
import type { Revision, Source } from '../source/source.ts';
import { complain } from './complain.ts';
import { giveBackFreed } from './freed-memory.ts';
import { inheritedSockets } from './inherited-sockets.ts';
import { exitCodes, type Io } from './io.ts';
import { isExample } from './is-example.ts';
import { mirrorOf, type RemoteFlags } from './remote-source.ts';
import { secretsBeside } from './secret-env.ts';
import { keepHeapSmall } from './small-heap.ts';
import type { Surroundings } from './surroundings.ts';
import { trustOf } from './trust-flag.ts';

export interface RunOptions {
  readonly state: string;
  readonly secrets?: string;
  readonly listen: ListenOverrides;
  /** Flags of a repository elsewhere. */
  readonly remote: RemoteFlags;
  /** A folder was named, and is not only the usual one. */
  readonly dirGiven: boolean;
  readonly acceptRewrite?: string;
  /** A file of this machine that says who may sign, instead of what is declared. */
  readonly trust?: string;
  readonly printListeners: boolean;
  readonly pollMs?: number;
}

/** Of a revision that was refused, between the lines of the log: the rest is for `validate` to tell. */
const shownIssues = 20;

/** `lastmile run DIR`: the daemon, until it is told to stop. Resolves with the exit code. */
export async function runCommand(dir: string, options: RunOptions, io: Io, around: Surroundings): Promise<number> {
  keepHeapSmall(around.signal);
  giveBackFreed(around.signal);
  const mirror = mirrorOf(options.remote, options, io.env);
  if (mirror !== undefined && options.dirGiven) throw new RangeError('either a folder or --repo, not both');
  const source = mirror ?? (await openSource(dir));
  // Logins do not wait for git to look through all files.
  const told = tellUncommitted(dir, source, io);
  const daemon = await Daemon.start({
    ...around,
    source,
    stateDir: options.state,
    load: {
      env: io.env,
      ...(mirror === undefined ? { secretsBeside: secretsBeside(dir, io) } : {}),
      ...(options.secrets === undefined ? {} : { secretsDir: options.secrets }),
      example: mirror === undefined && isExample(dir),
    },
    listen: { ...inheritedSockets(io.env, process.pid), ...compact(options.listen) },
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
    ...(await trustOf(options.trust, mirror === undefined ? dir : undefined)),
    ...(options.acceptRewrite === undefined ? {} : { acceptRewrite: options.acceptRewrite }),
    onListening: (listeners) => {
      if (options.printListeners) io.out(`${JSON.stringify(listenersJson(listeners))}\n`);
    },
    onInvalid: ({ files }, issues) => void tellInvalid(files, issues, io),
  });
  await told;
  await stopped(around.signal);
  around.log.info('stopping');
  try {
    await daemon[Symbol.asyncDispose]();
  } catch (error) {
    complain(new Error(`while stopping: ${messageOf(error)}`), io);
    return exitCodes.error;
  }
  return around.signal.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.success;
}

async function tellInvalid(files: Revision['files'], issues: readonly Issue[], io: Io): Promise<void> {
  const { tellIssues } = await import('./declared.ts');
  tellIssues(files, issues, io, shownIssues);
}

async function tellUncommitted(dir: string, source: Source, io: Io): Promise<void> {
  if (!(source instanceof GitSource) || !(await source.hasUncommitted())) return;
  io.err(`lastmile: ${dir} has changes that are not committed; they are ignored\n`);
}

/** One address as text, several as a list, none left out. */
function listenersJson({ auth, accounting, radsec = [], portal, admin, adminSocket }: Listeners): object {
  return {
    ...named('auth', auth),
    ...named('accounting', accounting),
    ...named('radsec', radsec),
    ...(portal === undefined ? {} : { portal }),
    admin,
    adminSocket,
  };
}

function named(name: string, addresses: readonly string[]): object {
  if (addresses.length === 0) return {};
  return { [name]: addresses.length === 1 ? addresses[0] : addresses };
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
