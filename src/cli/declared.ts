import { loadFiles } from '../daemon/load.ts';
import { hasErrors, type Issue } from '../manifest/issue.ts';
import type { Model } from '../model/model.ts';
import { readFolder } from '../source/folder.ts';
import { FolderSource, folderRevision } from '../source/folder-source.ts';
import { GitSource } from '../source/git-source.ts';
import { openSource } from '../source/open-source.ts';
import type { Revision, Source } from '../source/source.ts';
import type { Io } from './io.ts';
import { isExample } from './is-example.ts';
import { formatIssues } from './issues-output.ts';
import { environmentOf } from './secret-env.ts';

/** Declarations read from a folder, or from a commit of it with `rev`. */
export interface Declared extends Revision {
  readonly source: Source;
}

/**
 * What `validate` and `plan` look at: the work tree, or a commit. The revision is the commit's when the work tree holds
 * nothing else.
 *
 * @throws SourceError, SourceUnreadableError
 */
export async function readDeclared(dir: string, rev?: string): Promise<Declared> {
  const source = await openSource(dir);
  if (rev !== undefined) {
    if (!(source instanceof GitSource))
      throw new RangeError(`--rev needs a git repository, and ${dir} is a plain folder`);
    return { ...(await source.readCommit(rev)), source };
  }
  const { files } = await readFolder(dir);
  const id = folderRevision(files);
  if (source instanceof FolderSource) return { id, files, source };
  const head = await source.read().catch(() => undefined);
  return head !== undefined && folderRevision(head.files) === id ? { ...head, source } : { id, files, source };
}

/** A model to work with, or the exit code after everything wrong was told on stderr. */
export async function loadDeclared(
  dir: string,
  declared: Pick<Revision, 'files'>,
  options: { readonly secrets?: string; readonly madeUp?: true },
  io: Io,
): Promise<Model | undefined> {
  const { model, issues } = await loadFiles(declared.files, {
    env: environmentOf(dir, io),
    // What is compared without secrets needs none.
    mode: options.madeUp === true ? 'rehearse' : 'use',
    ...(options.secrets === undefined ? {} : { secretsDir: options.secrets }),
    example: isExample(dir),
  });
  if (hasErrors(issues)) tellIssues(declared.files, issues, io);
  return model;
}

export function tellIssues(files: Revision['files'], issues: readonly Issue[], io: Io, limit = 200): void {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  io.err(formatIssues({ issues, texts, limit }, 'text', io.color));
}
