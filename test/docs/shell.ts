import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../support/free-ports.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { root } from './document.ts';

export interface Ran {
  readonly exit: number;
  /** stdout and stderr, as they came. */
  readonly output: string;
}

/** What ends the output of a command. */
const mark = /@@exit (\d+)@@\n$/;

/**
 * One bash in a folder of its own, in which `lastmile` is the built command. Port numbers of documents (`ports`) become free
 * ones in everything it is told. What still runs in it when it is disposed of is killed.
 */
export class Shell implements AsyncDisposable {
  readonly folder: string;
  readonly #temp: TempFolder;
  readonly #bash: ChildProcess;
  readonly #ports: ReadonlyMap<string, string>;
  readonly #ended: Promise<unknown>;
  #output = '';

  private constructor(temp: TempFolder, bash: ChildProcess, ports: ReadonlyMap<string, string>) {
    this.folder = join(temp.path, 'work');
    this.#temp = temp;
    this.#bash = bash;
    this.#ports = ports;
    this.#ended = once(bash, 'exit');
    bash.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
  }

  static async start(ports: readonly string[]): Promise<Shell> {
    if (!existsSync(join(root, 'dist/main.js'))) throw new Error('run `npm run build` first');
    const temp = await TempFolder.make();
    await mkdir(join(temp.path, 'bin'));
    await mkdir(join(temp.path, 'work'));
    const command = join(temp.path, 'bin/lastmile');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist/main.js')}' "$@"\n`);
    await chmod(command, 0o755);
    const bash = spawn('bash', ['--noprofile', '--norc'], {
      cwd: join(temp.path, 'work'),
      detached: true,
      env: environment(temp.path),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return new Shell(temp, bash, new Map(await freePorts(ports)));
  }

  /** Text of a document with ports that are free here. */
  here(text: string): string {
    return text.replace(/\b\d{5}\b/g, (port) => this.#ports.get(port) ?? port);
  }

  async file(path: string, text: string): Promise<void> {
    await mkdir(join(this.folder, dirname(path)), { recursive: true });
    await writeFile(join(this.folder, path), this.here(text));
  }

  /** Runs commands in order; a last one that ends in `&` has begun when its output file holds something. */
  async run(commands: string): Promise<Ran> {
    this.#output = '';
    const log = /> ?(\S+)(?: 2>.*)? &\s*$/.exec(commands)?.[1];
    // What an earlier command wrote there is no sign that this one has begun.
    if (log !== undefined) await rm(join(this.folder, log), { force: true });
    this.#bash.stdin?.write(`{\n${this.here(commands)}\n} < /dev/null 2>&1\nprintf '@@exit %d@@\\n' $?\n`);
    while (!mark.test(this.#output)) await this.#more();
    const exit = Number(mark.exec(this.#output)?.[1]);
    const output = this.#output.replace(mark, '');
    if (log !== undefined) await this.#written(log);
    return { exit, output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The group of this bash: what it started in the background ends with it.
    if (this.#bash.exitCode === null && this.#bash.pid !== undefined) process.kill(-this.#bash.pid, 'SIGKILL');
    await this.#ended;
    await this.#temp[Symbol.asyncDispose]();
  }

  async #more(): Promise<void> {
    const more = once(this.#bash.stdout ?? this.#bash, 'data').then(() => true);
    const ended = this.#ended.then(() => false);
    if (!(await Promise.race([more, ended]))) throw new Error(`the shell ended: ${this.#output}`);
  }

  async #written(name: string): Promise<void> {
    const path = join(this.folder, name);
    await new Promise<void>((done, fail) => {
      const watcher = watch(this.folder, () => void look());
      const look = async (): Promise<void> => {
        const text = await readFile(path, 'utf8').catch(() => '');
        if (!text.includes('\n')) return;
        watcher.close();
        done();
      };
      watcher.on('error', fail);
      void look();
    });
  }
}

function environment(temp: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(LASTMILE_|GIT_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: `${join(temp, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: temp,
    NO_COLOR: '1',
    LC_ALL: 'C.UTF-8',
    GIT_AUTHOR_NAME: 'Tester',
    GIT_AUTHOR_EMAIL: 'tester@example.org',
    GIT_COMMITTER_NAME: 'Tester',
    GIT_COMMITTER_EMAIL: 'tester@example.org',
  };
}

async function freePorts(names: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const found: [string, string][] = [];
  for (const name of names) found.push([name, String(await freePort())]);
  return found;
}
