import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A program of somebody else in a process of its own: what it prints is waited for; ended with the test. */
export class PeerProcess implements AsyncDisposable {
  /** What it printed so far, both ways together. */
  readonly lines: string[] = [];
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Set<() => void>();
  #over = false;

  /** @param signal ends it, as when the test has run out of time */
  constructor(command: string, args: readonly string[], signal?: AbortSignal) {
    // By itself it would print to a pipe in blocks of 4096 octets.
    this.#process = spawn('stdbuf', ['-oL', command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
      ...(signal === undefined ? {} : { signal }),
    });
    this.#ended = once(this.#process, 'close').finally(() => this.#end());
    // A command that cannot be started is told of by `says`.
    this.#ended.catch((error: unknown) => this.lines.push(String(error)));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#note(line));
    }
  }

  /**
   * Resolves with the first line, past or to come, that has this in it.
   *
   * @param times resolves with the second, third … such line
   * @throws with all it printed when it ends before
   */
  async says(text: string, times = 1): Promise<string> {
    for (;;) {
      const found = this.lines.filter((line) => line.includes(text))[times - 1];
      if (found !== undefined) return found;
      if (this.#over) throw new Error(`ended without "${text}":\n${this.lines.join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Ends it as one who means it well: what it does on its way out is done when this resolves. */
  async terminate(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended.catch(() => undefined);
  }

  #note(line: string): void {
    this.lines.push(line);
    this.#tell();
  }

  #end(): void {
    this.#over = true;
    this.#tell();
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const each of waiting) each();
  }
}
