import type { Repository } from './repository.ts';

/** The commit that a line of a file comes from. */
export interface LineCommit {
  readonly commit: string;
  /** `Anna <anna@isp.example>`. */
  readonly author: string;
  /** When its author made it, milliseconds since 1970. */
  readonly at: number;
  /** First line of its message. */
  readonly subject: string;
  /** The repository has no older commit, as a shallow clone: the line may be older. */
  readonly boundary?: true;
}

/** Where a file stands: in a commit, or, without one, in the work tree. */
export interface BlamedFile {
  /** Below the folder that git is run in. */
  readonly path: string;
  readonly commit?: string;
}

const usualMs = 10_000;
/** Files whose lines are remembered. */
const mostFiles = 200;
/** Lines asked for at once: each is an argument of git's. */
const mostLines = 2_000;
/** What git calls a line that is in no commit yet. */
const uncommitted = /^0+$/;

/**
 * Says which commits lines come from. Git is asked once for all the lines of a file that are not known yet, and only for
 * these: it stops going back in the history when they are found.
 */
export class LineBlame {
  readonly #repository: Pick<Repository, 'try'>;
  readonly #timeoutMs: number;
  #shallow: Promise<boolean> | undefined;
  readonly #known = new Map<string, Map<number, LineCommit | 'uncommitted'>>();

  constructor(repository: Pick<Repository, 'try'>, timeoutMs = usualMs) {
    this.#repository = repository;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @param lines from 1
   * @returns by line; those that git cannot tell, or not in time, are left out. Of the work tree, a line that was not
   * committed is `uncommitted`
   * @throws GitError when git does not answer in time, or cannot be run
   */
  async of(file: BlamedFile, lines: readonly number[]): Promise<ReadonlyMap<number, LineCommit | 'uncommitted'>> {
    const key = `${file.commit ?? ''}:${file.path}`;
    // A work tree may be edited at any time.
    const known = (file.commit === undefined ? undefined : this.#known.get(key)) ?? new Map();
    const wanted = [...new Set(lines)].filter((line) => !known.has(line)).slice(0, mostLines);
    if (wanted.length > 0) for (const [line, found] of await this.#ask(file, wanted)) known.set(line, found);
    if (file.commit !== undefined) this.#keep(key, known);
    return known;
  }

  #keep(key: string, known: Map<number, LineCommit | 'uncommitted'>): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostFiles) break;
      this.#known.delete(oldest);
    }
  }

  /** Git calls the first commit of all a boundary, too. */
  async #isShallow(): Promise<boolean> {
    this.#shallow ??= this.#repository
      .try(['rev-parse', '--is-shallow-repository'])
      .then(({ out }) => out.trim() === 'true');
    return await this.#shallow;
  }

  async #ask({ path, commit }: BlamedFile, lines: readonly number[]) {
    const ranges = lines.flatMap((line) => ['-L', `${line},${line}`]);
    const { code, out } = await this.#repository.try(
      ['blame', '--porcelain', '--no-textconv', ...ranges, ...(commit === undefined ? [] : [commit]), '--', path],
      { timeoutMs: this.#timeoutMs, largestOutput: 64 * 1024 * 1024 },
    );
    // No such path in the commit: whatever stands there is not in git.
    return code === 0 ? parseBlame(out, await this.#isShallow()) : new Map<number, LineCommit>();
  }
}

/** What `git blame --porcelain` says, by line of the file. Pure. @param isShallow whether older commits may be missing */
export function parseBlame(text: string, isShallow = false): ReadonlyMap<number, LineCommit | 'uncommitted'> {
  const commits = new Map<string, Record<string, string>>();
  const found = new Map<number, LineCommit | 'uncommitted'>();
  let now: { readonly id: string; readonly line: number } | undefined;
  for (const each of text.split('\n')) {
    const [, id, line] = now === undefined ? (/^([0-9a-f]{40,64}) \d+ (\d+)/.exec(each) ?? []) : [];
    if (id !== undefined) {
      now = { id, line: Number(line) };
      if (!commits.has(id)) commits.set(id, {});
    } else if (now !== undefined && each.startsWith('\t')) {
      found.set(
        now.line,
        uncommitted.test(now.id) ? 'uncommitted' : commitOf(now.id, commits.get(now.id) ?? {}, isShallow),
      );
      now = undefined;
    } else if (now !== undefined) {
      const [name = '', ...rest] = each.split(' ');
      const about = commits.get(now.id);
      if (about !== undefined) about[name] = rest.join(' ');
    }
  }
  return found;
}

function commitOf(commit: string, about: Readonly<Record<string, string>>, isShallow: boolean): LineCommit {
  return {
    commit,
    author: `${about['author'] ?? ''} ${about['author-mail'] ?? ''}`.trim(),
    at: Number(about['author-time'] ?? 0) * 1000,
    subject: about['summary'] ?? '',
    ...(isShallow && about['boundary'] !== undefined ? { boundary: true } : {}),
  };
}
