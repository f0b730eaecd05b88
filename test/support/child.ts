import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script of `test/support/`, run by Node of its own from what `npm run build` made. It prints lines; we kill it. */
export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  private constructor(process: ChildProcess, pid: number, lines: AsyncIterator<string>) {
    this.#process = process;
    this.pid = pid;
    this.#lines = lines;
    this.#ended = once(process, 'close');
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text;
    });
  }

  /** @param shell commands run before it in the same process, such as `ulimit -f 8` */
  static start(script: string, args: readonly string[], shell = ':'): Child {
    if (!existsSync(new URL('../../dist/store/store.js', import.meta.url)))
      throw new Error('run `npm run build` first');
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn('sh', ['-c', `${shell} && exec "$@"`, 'sh', process.execPath, path, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    if (child.pid === undefined) throw new Error(`cannot start ${script}`);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return new Child(child, child.pid, lines);
  }

  /** The next line it prints. @throws with what it printed as error when it ended instead */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done !== true) return next.value;
    await this.#ended;
    throw new Error(`child ended: ${this.#complaints}`);
  }

  /** What it still had printed when it ended. */
  async rest(): Promise<string[]> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); next.done !== true; next = await this.#lines.next())
      lines.push(next.value);
    return lines;
  }

  /** Tells it something on its standard input. */
  tell(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
