import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TempFolder } from '../support/temp-folder.ts';

const entry = fileURLToPath(new URL('../../dist/demo/main.js', import.meta.url));

export interface DemoOutcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm start` without npm: from a folder of its own, which is its home and its place for temporary files as well. */
export class DemoProcess implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #out = '';
  #err = '';

  private constructor(folder: TempFolder, process: ChildProcess) {
    this.folder = folder;
    this.#process = process;
    this.#closed = once(process, 'close');
    process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
    });
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text;
    });
  }

  /** @param files of its home folder, by name */
  static async start(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<DemoProcess> {
    if (!existsSync(entry)) throw new Error('run `npm run build` first');
    const folder = await TempFolder.make();
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
    const home = { HOME: folder.path, TMPDIR: folder.path };
    const options = { cwd: folder.path, env: { ...process.env, ...home, ...env } };
    return new DemoProcess(folder, spawn(process.execPath, [entry, ...args], options));
  }

  /** Resolves when that was printed. @throws with all there was when it ended before */
  async printed(text: string): Promise<void> {
    while (!this.#out.includes(text)) {
      if (this.#process.exitCode !== null) throw new Error(`it ended: ${this.#out}${this.#err}`);
      await Promise.race([once(this.#process.stdout ?? this.#process, 'data'), this.#closed]);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async ended(): Promise<DemoOutcome> {
    await this.#closed;
    return { code: this.#process.exitCode, out: this.#out, err: this.#err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Not SIGKILL: it has processes of its own to end.
    if (this.#process.exitCode === null) this.signal('SIGTERM');
    await this.#closed;
    await this.folder[Symbol.asyncDispose]();
  }
}
