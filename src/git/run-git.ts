import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { GitError } from './errors.ts';
import { type GitSettings, gitEnvironment } from './git-settings.ts';
import { gitWords } from './git-words.ts';

export interface GitRun {
  readonly signal: AbortSignal;
  /** A git that takes longer is ended. Default two minutes. */
  readonly timeoutMs?: number;
  readonly input?: string | Buffer;
  /** More octets than this are not taken. Default 256 MiB. */
  readonly largestOutput?: number;
}

const usualMs = 120_000;
const usualOctets = 256 * 1024 * 1024;

/**
 * Runs git once and resolves with what it says. Names that come from outside stand behind `--` or `--end-of-options`: it is
 * the caller who sees to that.
 *
 * @throws GitError with git's first words when it ends otherwise than with 0
 */
export async function runGit(settings: GitSettings, args: readonly string[], run: GitRun): Promise<Buffer> {
  const { code, out, err } = await tryGit(settings, args, run);
  if (code === 0) return out;
  throw new GitError(gitWords(err) ?? `git ended with ${code}`);
}

/** The same for what may end otherwise than with 0. @throws GitError when git cannot be run, or was ended */
export function tryGit(
  settings: GitSettings,
  args: readonly string[],
  { signal, timeoutMs = usualMs, input = '', largestOutput = usualOctets }: GitRun,
): Promise<{ readonly code: number; readonly out: Buffer; readonly err: string }> {
  return new Promise((done, fail) => {
    const child = spawn('git', args, {
      cwd: settings.dir,
      env: gitEnvironment(settings),
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that helpers that it has started (ssh, index-pack) end with it.
      detached: true,
    });
    const out: Buffer[] = [];
    let [octets, err, ended] = [0, '', ''];
    const end = (why: string): void => {
      ended ||= why;
      endGroup(child);
    };
    const timer = setTimeout(() => end(`it took longer than ${timeoutMs / 1000} s`), timeoutMs);
    const stop = (): void => end('lastmile is stopping');
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (chunk: Buffer) => {
      octets += chunk.length;
      if (octets > largestOutput) end(`it said more than ${largestOutput} octets`);
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (err.length < 10_000) err += chunk.toString('utf8');
    });
    child.stdin.on('error', () => undefined);
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    child.on('error', (error) => {
      over();
      fail(new GitError('git cannot be run; is it installed?', { cause: error }));
    });
    child.on('close', (code) => {
      over();
      if (ended !== '' || code === null) fail(new GitError(`git was ended: ${ended || 'by somebody else'}`));
      else done({ code, out: Buffer.concat(out), err });
    });
    child.stdin.end(input);
  });
}

function endGroup(child: ChildProcessWithoutNullStreams): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
