import { compact } from '../base/compact.ts';
import { sameData } from '../base/same-data.ts';
import { loadFiles } from '../daemon/load.ts';
import { hasErrors, type Issue } from '../manifest/issue.ts';
import type { Manifest } from '../manifest/load-manifest.ts';
import type { Policy } from '../model/kinds/policy.ts';
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
  options: LoadedBy,
  io: Io,
): Promise<Model | undefined> {
  return (await loadJudged(dir, declared, options, io)).model;
}

export interface LoadedBy {
  readonly secrets?: string;
  /** Rules that are in force until this is. */
  readonly policiesBefore?: readonly Policy[];
  /** Secrets are made up: nothing is compared by them. */
  readonly madeUp?: true;
}

/** The same, with what policies say of it. */
export async function loadJudged(
  dir: string,
  declared: Pick<Revision, 'files'>,
  { secrets, policiesBefore, madeUp }: LoadedBy,
  io: Io,
): Promise<Pick<Manifest, 'model' | 'objections'>> {
  const { model, issues, objections } = await loadFiles(declared.files, {
    env: environmentOf(dir, io),
    // What is compared without secrets needs none.
    mode: madeUp === true ? 'rehearse' : 'use',
    ...compact({ secretsDir: secrets, policiesBefore }),
    example: isExample(dir),
  });
  if (hasErrors(issues)) tellIssues(declared.files, issues, io);
  return compact({ model, objections });
}

/** What policies that are in force say of it, where they are others than its own. */
export async function judgedBy(
  before: readonly Policy[],
  judged: Pick<Manifest, 'model' | 'objections'>,
  load: (policiesBefore: readonly Policy[]) => Promise<Pick<Manifest, 'objections'>>,
): Promise<readonly Issue[] | undefined> {
  if (sameData(before, judged.model?.policies ?? [])) return judged.objections;
  return (await load(before)).objections;
}

export function tellIssues(files: Revision['files'], issues: readonly Issue[], io: Io, limit = 200): void {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  io.err(formatIssues({ issues, texts, limit }, 'text', io.color));
}
