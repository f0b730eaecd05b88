import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TempFolder } from './temp-folder.ts';

/** A repository that is pushed to, and a work tree to push from; neither knows the configuration of whoever runs the test. */
export class BareRepository implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly url: string;
  readonly work: string;
  /** Where gpg has its keys. */
  home: string | undefined;

  private constructor(folder: TempFolder) {
    this.folder = folder;
    this.url = join(folder.path, 'isp.git');
    this.work = join(folder.path, 'work');
  }

  static async make(files: Readonly<Record<string, string>>): Promise<BareRepository> {
    const repository = new BareRepository(await TempFolder.make());
    repository.#run('init', '-q', '--bare', '-b', 'main', repository.url);
    repository.#run('init', '-q', '-b', 'main', repository.work);
    repository.git('remote', 'add', 'origin', repository.url);
    repository.push(files, 'first');
    return repository;
  }

  /** Runs git in the work tree. */
  git(...args: readonly string[]): string {
    return this.#run('-C', this.work, ...args).trim();
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.work, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    this.git('add', '-A');
  }

  /** @returns the id of the commit */
  commit(files: Readonly<Record<string, string>>, message = 'next', ...flags: readonly string[]): string {
    this.write(files);
    this.git('commit', '-q', '--allow-empty', '-m', message, ...flags);
    return this.git('rev-parse', 'HEAD');
  }

  /** @returns the id of the commit */
  push(files: Readonly<Record<string, string>>, message = 'next', ...flags: readonly string[]): string {
    const id = this.commit(files, message, ...flags);
    this.git('push', '-q', '--force', 'origin', 'HEAD');
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }

  /** Runs git in the work tree as somebody, at a time that he says. */
  gitAs({ email, date }: { readonly email: string; readonly date?: string }, ...args: readonly string[]): string {
    const times = date === undefined ? {} : { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    return this.#runAs(
      { GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_EMAIL: email, ...times },
      '-C',
      this.work,
      ...args,
    ).trim();
  }

  #run(...args: readonly string[]): string {
    return this.#runAs({}, ...args);
  }

  #runAs(more: Readonly<Record<string, string>>, ...args: readonly string[]): string {
    const identity = { GIT_AUTHOR_NAME: 'Op', GIT_AUTHOR_EMAIL: 'op@isp.example' };
    const committer = { GIT_COMMITTER_NAME: 'Op', GIT_COMMITTER_EMAIL: 'op@isp.example' };
    return execFileSync('git', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder.path,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        ...identity,
        ...committer,
        ...(this.home === undefined ? {} : { GNUPGHOME: this.home }),
        ...more,
      },
    });
  }
}
