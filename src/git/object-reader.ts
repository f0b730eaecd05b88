import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { GitError } from './errors.ts';
import { type GitSettings, gitEnvironment } from './git-settings.ts';

export interface GitObject {
  /** 40 or 64 hexadecimal digits. */
  readonly id: string;
  readonly type: string;
  readonly octets: Buffer;
}

export interface ReadBounds {
  /** An object that is larger is not read: git is ended. */
  readonly largest: number;
  /** What it is called in the words about that. */
  readonly nameOf?: (at: number) => string;
  /** All of them together. */
  readonly altogether?: number;
}

interface Request {
  readonly names: number;
  readonly bounds: ReadBounds;
  readonly found: (GitObject | undefined)[];
  octets: number;
  readonly done: (found: (GitObject | undefined)[]) => void;
  readonly fail: (error: Error) => void;
}

/** More than so many are asked of a git of their own, which buffers what it says: a fifth of the time for 100,000. */
const fewNames = 256;

/** Objects of a repository through one `git cat-file --batch` that stays: a commit is read without a process being started. */
export class ObjectReader implements Disposable {
  readonly #settings: GitSettings;
  #resident: Batch | undefined;

  constructor(settings: GitSettings) {
    this.#settings = settings;
  }

  /**
   * Objects by any names git knows them by, in their order; `undefined` for those that are not there.
   *
   * @throws GitError when git ends, or an object is beyond the bounds
   */
  async read(names: readonly string[], bounds: ReadBounds): Promise<readonly (GitObject | undefined)[]> {
    if (names.length === 0) return [];
    if (names.some((name) => name.includes('\n'))) throw new GitError('a name with a line break is none of an object');
    if (names.length > fewNames) {
      using batch = new Batch(this.#settings, true);
      return await batch.read(names, bounds);
    }
    if (this.#resident === undefined || this.#resident.over) this.#resident = new Batch(this.#settings, false);
    return await this.#resident.read(names, bounds);
  }

  /** Starts anew with the next look: what it has open may be a repository that was moved away. */
  forget(): void {
    this.#resident?.[Symbol.dispose]();
    this.#resident = undefined;
  }

  [Symbol.dispose](): void {
    this.forget();
  }
}

/** One process, its questions and answers in order. It keeps nobody's process alive unless somebody waits. */
class Batch implements Disposable {
  over = false;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #requests: Request[] = [];
  readonly #buffered: boolean;
  #rest: Buffer[] = [];
  #restOctets = 0;
  #head: { readonly id: string; readonly type: string; readonly size: number } | undefined;
  #err = '';

  constructor(settings: GitSettings, buffered: boolean) {
    this.#buffered = buffered;
    const args = ['cat-file', '--batch', ...(buffered ? ['--buffer'] : [])];
    this.#child = spawn('git', args, {
      cwd: settings.dir,
      env: gitEnvironment(settings),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => {
      if (this.#err.length < 10_000) this.#err += chunk.toString('utf8');
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.on('error', (cause) => this.#end(new GitError('git cannot be run; is it installed?', { cause })));
    this.#child.on('close', () => {
      const said = this.#err.split('\n')[0]?.replace(/^fatal:\s*/, '');
      this.#end(new GitError(said === undefined || said === '' ? 'git ended while it was reading' : said));
    });
    this.#keepAlive(false);
  }

  read(names: readonly string[], bounds: ReadBounds): Promise<readonly (GitObject | undefined)[]> {
    return new Promise((done, fail) => {
      if (this.#requests.length === 0) this.#keepAlive(true);
      this.#requests.push({ names: names.length, bounds, found: [], octets: 0, done, fail });
      const lines = `${names.join('\n')}\n`;
      if (this.#buffered) this.#child.stdin.end(lines);
      else this.#child.stdin.write(lines);
    });
  }

  [Symbol.dispose](): void {
    this.#end(new GitError('git was ended'));
  }

  #end(error: Error): void {
    if (this.over) return;
    this.over = true;
    this.#child.kill('SIGKILL');
    this.#keepAlive(false);
    for (const { fail } of this.#requests.splice(0)) fail(error);
  }

  #keepAlive(needed: boolean): void {
    const { stdin, stdout, stderr } = this.#child;
    for (const each of [this.#child, stdin, stdout, stderr] as { ref?: () => void; unref?: () => void }[]) {
      if (needed) each.ref?.();
      else each.unref?.();
    }
  }

  #take(chunk: Buffer): void {
    this.#rest.push(chunk);
    this.#restOctets += chunk.length;
    // Of a large object many chunks come before anything can be told.
    if (this.#head !== undefined && this.#restOctets < this.#head.size + 1) return;
    const all = this.#rest.length === 1 ? chunk : Buffer.concat(this.#rest);
    let at = 0;
    for (let next = this.#next(all, at); next !== undefined && !this.over; next = this.#next(all, at)) at = next;
    const rest = at === 0 ? all : all.subarray(at);
    this.#rest = rest.length === 0 ? [] : [rest];
    this.#restOctets = rest.length;
  }

  /** What is after the next head or object; `undefined` when it has not come whole. */
  #next(all: Buffer, at: number): number | undefined {
    const request = this.#requests[0];
    if (request === undefined) return undefined;
    if (this.#head !== undefined) {
      const end = at + this.#head.size;
      if (all.length < end + 1) return undefined;
      const { id, type } = this.#head;
      this.#head = undefined;
      this.#found(request, { id, type, octets: all.subarray(at, end) });
      return end + 1;
    }
    const end = all.indexOf(10, at);
    if (end < 0) return undefined;
    const [, id, type, size] = /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(all.toString('utf8', at, end)) ?? [];
    if (id === undefined || type === undefined) {
      this.#found(request, undefined);
      return end + 1;
    }
    this.#head = { id, type, size: Number(size) };
    this.#check(request, Number(size));
    return end + 1;
  }

  #check(request: Request, size: number): void {
    const { largest, altogether, nameOf } = request.bounds;
    request.octets += size;
    if (size > largest) {
      const name = nameOf?.(request.found.length) ?? 'an object';
      this.#end(new GitError(`${name} is larger than ${words(largest)}`));
    } else if (altogether !== undefined && request.octets > altogether) {
      this.#end(new GitError(`the files together are larger than ${words(altogether)}`));
    }
  }

  #found(request: Request, object: GitObject | undefined): void {
    request.found.push(object);
    if (request.found.length < request.names) return;
    this.#requests.shift();
    if (this.#requests.length === 0) this.#keepAlive(false);
    request.done(request.found);
  }
}

function words(octets: number): string {
  return octets >= 1024 ** 3 ? `${octets / 1024 ** 3} GiB` : `${octets / 1024 ** 2} MiB`;
}
