import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from './demo-error.ts';
import type { ProcessSurroundings } from './run-process.ts';

export interface ChildOptions extends ProcessSurroundings {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What it writes to stderr is added to this file. */
  readonly logPath: string;
}

export interface StartedChild {
  readonly child: Child;
  readonly firstLine: string;
}

const firstLineWithinMs = 15_000;
const endsWithinMs = 5_000;

/** A process that stays. Its first line of output says that it is ready. */
export class Child implements AsyncDisposable {
  readonly name: string;
  readonly logPath: string;
  /** Resolves with words when it has ended, for whatever reason. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;

  private constructor({ name, logPath }: ChildOptions, process: ChildProcess) {
    this.name = name;
    this.logPath = logPath;
    this.#process = process;
    this.ended = new Promise((resolve) => {
      process.once('error', (error) => resolve(error.message));
      process.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
  }

  /** @throws DemoError when it ends, or stays silent for 15 s, before its first line */
  static async start(options: ChildOptions): Promise<StartedChild> {
    const child = new Child(options, spawnLogged(options));
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(firstLineWithinMs)]);
    try {
      return { child, firstLine: await child.#firstLine(signal) };
    } catch (error) {
      await child.kill();
      throw new DemoError(`${child.name} did not start: ${options.args.join(' ')}`, { cause: error });
    }
  }

  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** The last lines of its log. */
  tail(lines: number): readonly string[] {
    return readFileSync(this.logPath, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .slice(-lines);
  }

  /** Ends it as a power cut would. @returns in which way it ended */
  kill(): Promise<string> {
    this.#process.kill('SIGKILL');
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGTERM');
    const late = wait(endsWithinMs, 'late' as const, { ref: false });
    if ((await Promise.race([this.ended, late])) === 'late') await this.kill();
  }

  async #firstLine(signal: AbortSignal): Promise<string> {
    if (this.#process.stdout === null) throw new TypeError('its output was to be a pipe');
    const lines = createInterface({ input: this.#process.stdout });
    const early = this.ended.then((how) => Promise.reject(new DemoError(`it ended: ${how}`)));
    const [line] = (await Promise.race([once(lines, 'line', { signal }), early])) as [string];
    return line;
  }
}

/** Whatever becomes of us, it does not outlive us. */
function spawnLogged({ command, args, cwd, env, logPath }: ChildOptions): ChildProcess {
  const log = openSync(logPath, 'a');
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('close', () => process.off('exit', kill));
  return child;
}
