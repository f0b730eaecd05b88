import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Open descriptors that it is to have as 3, 4 and so on. */
  readonly handed?: readonly number[];
}

function start(args: readonly string[], { cwd, env, handed = [] }: RunOptions): ChildProcess {
  if (!existsSync(entry)) throw new Error('run `npm run build` first');
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('LASTMILE_'));
  return spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { ...Object.fromEntries(clean), NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...handed],
  });
}

/** Runs the shipped command to its end. */
export async function lastmile(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = start(args, options);
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out: out.join(''), err: err.join('') };
}

export interface PrintedListeners {
  readonly auth?: string;
  readonly accounting?: string;
  readonly admin: string;
  readonly adminSocket: string;
}

type LogLine = Readonly<Record<string, unknown>>;

/** `lastmile run` as a process of its own. */
export class DaemonProcess implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #log: LogLine[] = [];
  readonly #printed: PrintedListeners[] = [];
  readonly #watchers = new Set<() => void>();
  #plain = '';
  #over = false;

  private constructor(process: ChildProcess) {
    this.#process = process;
    this.#ended = once(process, 'close').then(() => {
      this.#over = true;
      this.#tell();
    });
    if (process.stdout !== null) createInterface({ input: process.stdout }).on('line', (line) => this.#print(line));
    if (process.stderr !== null) createInterface({ input: process.stderr }).on('line', (line) => this.#note(line));
  }

  /** Starts it and waits until it says where it listens. @throws with all it said when it ends instead */
  static async start(args: readonly string[], options: RunOptions = {}): Promise<DaemonProcess> {
    const daemon = new DaemonProcess(start(['run', ...args, '--print-listeners', '--log-level', 'debug'], options));
    await daemon.#until(() => daemon.#printed.length > 0);
    return daemon;
  }

  /** Where it listens now. */
  get listeners(): PrintedListeners {
    const last = this.#printed.at(-1);
    if (last === undefined) throw new Error('nothing printed');
    return last;
  }

  /** All it wrote to stderr. */
  get complaints(): string {
    return [...this.#log.map((line) => JSON.stringify(line)), this.#plain].join('\n');
  }

  /** Resolves with the first log line, past or to come, that has these fields. */
  async logged(fields: LogLine): Promise<LogLine> {
    const fits = (line: LogLine) => Object.entries(fields).every(([name, value]) => line[name] === value);
    await this.#until(() => this.#log.some(fits));
    return this.#log.find(fits) ?? {};
  }

  /** Resolves when it has said this on stderr, be it in the log. */
  async complained(words: string): Promise<void> {
    await this.#until(() => this.complaints.includes(words));
  }

  /** Resolves when RADIUS is open. */
  async serving(): Promise<PrintedListeners> {
    await this.#until(() => this.#printed.some((listeners) => listeners.auth !== undefined));
    return this.listeners;
  }

  /** Sends a signal and waits for the end. @returns the exit code, null when killed */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#process.kill(signal);
    await this.#ended;
    return this.#process.exitCode;
  }

  /** As when a log collector dies: nobody reads what it writes. */
  stopReading(): void {
    this.#process.stdout?.destroy();
    this.#process.stderr?.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.stop('SIGKILL');
  }

  #print(line: string): void {
    this.#printed.push(JSON.parse(line) as PrintedListeners);
    this.#tell();
  }

  #note(line: string): void {
    if (line.startsWith('{')) this.#log.push(JSON.parse(line) as LogLine);
    else this.#plain += `${line}\n`;
    this.#tell();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }

  async #until(reached: () => boolean): Promise<void> {
    while (!reached()) {
      // Not before all it wrote has been read.
      if (this.#over) throw new Error(`the daemon ended (${this.#process.exitCode}): ${this.complaints}`);
      await new Promise<void>((next) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          next();
        };
        this.#watchers.add(watcher);
      });
    }
  }
}
