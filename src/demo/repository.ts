import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { DemoError } from './demo-error.ts';
import { type ProcessSurroundings, runProcess } from './run-process.ts';

/** A git repository of declarations, changed as a person would: edit, commit, revert. */
export interface Repository {
  readonly path: string;
  /** Changes values of a YAML file; comments stay. */
  set(file: string, values: readonly (readonly [path: readonly (string | number)[], value: unknown])[]): Promise<void>;
  /** Puts one piece of text in place of another that stands there once. */
  replace(file: string, from: string, to: string): Promise<void>;
  write(file: string, text: string): Promise<void>;
  commit(message: string): Promise<Commit>;
  /** A commit that undoes the last one. */
  revert(): Promise<Commit>;
}

export interface Commit {
  readonly hash: string;
  /** Lines that came and went, each with its `+` or `-`. */
  readonly lines: readonly string[];
}

// The folder's own settings beat whatever the person's global ones say.
const settings = [
  ['user.name', 'Demo Operator'],
  ['user.email', 'operator@demo.example'],
  ['commit.gpgsign', 'false'],
  ['core.hooksPath', '.git/no-hooks'],
  ['core.autocrlf', 'false'],
] as const;

/** Copies declarations into a new folder and makes it a repository; the first commit is the caller's. */
export async function createRepository(
  path: string,
  from: string,
  around: Omit<ProcessSurroundings, 'cwd'>,
): Promise<Repository> {
  await cp(from, path, { recursive: true });
  const git = gitIn({ ...around, cwd: path });
  await git('-c', 'init.defaultBranch=main', 'init', '--quiet', '--template=');
  for (const [name, value] of settings) await git('config', name, value);
  return {
    path,
    set: (file, values) => editText(join(path, file), (text) => withValues(text, values)),
    replace: (file, from, to) => editText(join(path, file), (text) => replaced(text, from, to)),
    write: (file, text) => writeFile(join(path, file), text),
    async commit(message) {
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
      return lastCommit(git);
    },
    async revert() {
      await git('revert', '--no-edit', 'HEAD');
      return lastCommit(git);
    },
  };
}

type Git = (...args: readonly string[]) => Promise<string>;

function gitIn(around: ProcessSurroundings): Git {
  return async (...args) => {
    const { code, out, err } = await runProcess('git', args, around);
    if (code !== 0) throw new DemoError(`git ${args.join(' ')}: ${err.trim()}`);
    return out.trimEnd();
  };
}

async function lastCommit(git: Git): Promise<Commit> {
  const [hash = '', ...diff] = (await git('show', '--no-color', '--unified=0', '--format=%h', 'HEAD')).split('\n');
  return { hash, lines: diff.filter((line) => /^[+-](?![+-]{2} )/.test(line)) };
}

async function editText(path: string, edit: (text: string) => string): Promise<void> {
  await writeFile(path, edit(await readFile(path, 'utf8')));
}

function withValues(text: string, values: Parameters<Repository['set']>[1]): string {
  const document: Document = parseDocument(text);
  for (const [path, value] of values) document.setIn(path, value);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function replaced(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new DemoError(`expected once in the example: ${from}`);
  return text.replace(from, () => to);
}
