import type { Commit } from '../git/commit-object.ts';
import { GitError } from '../git/errors.ts';
import type { Repository } from '../git/repository.ts';
import type { Signer, SigningKey, TrustRules } from '../model/kinds/trust.ts';
import { checkLimits } from './check-limits.ts';
import { type CommitFlaw, checkSignature } from './check-signature.ts';
import { changesBetween, treeOfParents } from './commit-changes.ts';

export interface RangeToVerify {
  readonly repository: Repository;
  /** The folder of it that is read; empty for all. */
  readonly path: string;
  readonly head: string;
  /** The commit in force. Absent: none is, and the head alone vouches for all that is in it. */
  readonly base?: string;
  /** Those of the commit in force. */
  readonly rules: TrustRules;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What a commit declares of who may sign those after it; `unknown` where that cannot be told. */
  readonly rulesOf: (commit: Commit) => Promise<TrustRules | undefined | 'unknown'>;
  /** Whether a path fits a pattern of `may.paths`. */
  readonly fits: (pattern: string, path: string) => boolean;
  /** Go on after a refusal, for whoever has to mend all of them. Nothing that is refused brings rules. */
  readonly onward?: boolean;
}

/** One that was looked at: who has signed it, or what is wrong with it. */
export interface CommitVerdict {
  readonly commit: string;
  readonly subject: string;
  /** As the commit says: `Anna <anna@isp.example>`. */
  readonly committer: string;
  readonly signer?: string;
  readonly flaw?: CommitFlaw;
}

export type Refusal = CommitVerdict & { readonly flaw: CommitFlaw };

export interface RangeVerdict {
  /** Commits that were looked at, oldest first. */
  readonly commits: readonly CommitVerdict[];
  /** Who has signed them, each once. */
  readonly signers: readonly string[];
  /** Empty: the head may come into force. */
  readonly refusals: readonly Refusal[];
}

/** A push of more is not looked through: nobody reviews it. */
const mostCommits = 5_000;
const checkedAtOnce = 4;

/**
 * Verifies every commit between the one in force and the head: who has signed it, and whether he may do what it does.
 *
 * Commits are judged by the rules that were in force before them: those of the commit in force, or of one after it on the way
 * of first parents, once everything up to it is verified. A commit of a branch from before the one in force brings none: rules
 * that hold no more must not come back by it.
 *
 * @throws GitError when it cannot be told now
 */
export async function verifyRange(range: RangeToVerify): Promise<RangeVerdict> {
  const commits = await commitsOf(range);
  const verdicts: CommitVerdict[] = [];
  const deletes = new Map<string, number>();
  let rules: TrustRules | undefined = range.rules;
  let isRefused = false;
  for (const { commit, brings, isAfterBase } of stepsOf(range, commits)) {
    if (rules !== undefined) {
      for (const found of await checkAll(range, brings, rules)) {
        const flaw = 'signer' in found ? tooManyDeletes(found, deletes) : found.flaw;
        const signer = 'signer' in found ? { signer: found.signer.name } : {};
        verdicts.push({ ...nameOf(found.commit), ...signer, ...(flaw === undefined ? {} : { flaw }) });
        isRefused ||= flaw !== undefined;
      }
      if (isRefused && range.onward !== true) break;
    }
    if (!isAfterBase || isRefused) continue;
    const next = await range.rulesOf(commit);
    if (next !== 'unknown') rules = next;
  }
  const refusals = verdicts.flatMap(({ flaw, ...rest }) => (flaw === undefined ? [] : [{ ...rest, flaw }]));
  const signers = new Set(verdicts.flatMap(({ signer }) => signer ?? []));
  return { commits: verdicts, signers: [...signers].sort(), refusals };
}

/** Adds to what a signer has deleted since the revision in force. */
function tooManyDeletes(
  { signer, deletes }: Extract<Checked, { signer: Signer }>,
  sums: Map<string, number>,
): CommitFlaw | undefined {
  const sum = (sums.get(signer.name) ?? 0) + deletes;
  sums.set(signer.name, sum);
  const most = signer.may?.deletes;
  if (most === undefined || sum <= most) return undefined;
  return limits(`${signer.name} may delete ${most} objects between two revisions in force, and this makes ${sum}`);
}

/** By id, oldest first. */
async function commitsOf({ repository, head, base }: RangeToVerify): Promise<ReadonlyMap<string, Commit>> {
  const known = base !== undefined && base !== head && (await repository.commit(base)) !== undefined;
  const range = known
    ? ['rev-list', '--topo-order', '--reverse', `--max-count=${mostCommits + 1}`, head, `^${base}`]
    : undefined;
  const ids = range === undefined ? [head] : (await repository.run(range)).split('\n').filter((id) => id !== '');
  if (ids.length > mostCommits) throw new GitError(`more than ${mostCommits} commits are new: they cannot be verified`);
  // A head that was there before the one in force brings nothing new, and still somebody must have meant it.
  const names = ids.length === 0 ? [head] : ids;
  const found = await repository.commits(names);
  return new Map(
    names.map((id, at) => {
      const commit = found[at];
      if (commit === undefined) throw new GitError(`the commit ${id} cannot be read`);
      return [id, commit];
    }),
  );
}

interface Step {
  /** Of the way of first parents. */
  readonly commit: Commit;
  /** It, and what it merges in. */
  readonly brings: readonly Commit[];
  /** Nothing is between it and the commit in force but what is of this way. */
  readonly isAfterBase: boolean;
}

function stepsOf({ head, base }: RangeToVerify, commits: ReadonlyMap<string, Commit>): readonly Step[] {
  const way: Commit[] = [];
  for (let at = commits.get(head); at !== undefined; at = commits.get(at.parents[0] ?? '')) way.unshift(at);
  const isAfterBase = base !== undefined && way[0]?.parents[0] === base;
  const taken = new Set<string>();
  return way.map((commit) => {
    const brings: Commit[] = [];
    const left = [commit.id];
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      const found = commits.get(id);
      if (found === undefined || taken.has(id)) continue;
      taken.add(id);
      brings.push(found);
      left.push(...found.parents);
    }
    return { commit, brings: brings.reverse(), isAfterBase };
  });
}

type Checked =
  | { readonly commit: Commit; readonly signer: Signer; readonly deletes: number }
  | { readonly commit: Commit; readonly flaw: CommitFlaw };

async function checkAll(
  range: RangeToVerify,
  commits: readonly Commit[],
  rules: TrustRules,
): Promise<readonly Checked[]> {
  const all: Checked[] = [];
  for (let at = 0; at < commits.length; at += checkedAtOnce) {
    all.push(...(await Promise.all(commits.slice(at, at + checkedAtOnce).map((each) => checkOne(range, each, rules)))));
  }
  return all;
}

async function checkOne(range: RangeToVerify, commit: Commit, rules: TrustRules): Promise<Checked> {
  const verdict = await checkSignature(commit, rules);
  if ('why' in verdict) return { commit, flaw: verdict };
  const { signer, key } = verdict;
  const flaw = keyFlaw(signer, key, commit, range.now) ?? personFlaw(signer, commit);
  if (flaw !== undefined) return { commit, flaw };
  if (signer.forge !== 'merges' && signer.may === undefined) return { commit, signer, deletes: 0 };
  const from = await treeOfParents(range.repository, commit);
  if (signer.forge === 'merges') {
    const why = mergeFlaw(signer, commit, from);
    if (why !== undefined) return { commit, flaw: { code: 'LM_COMMIT_MERGE', why } };
  }
  if (signer.may === undefined) return { commit, signer, deletes: 0 };
  if (from === undefined) return { commit, flaw: limits(`what ${signer.name} has done in this merge cannot be told`) };
  const { repository, path, fits } = range;
  const files = await changesBetween(repository, { from, to: commit.tree, path });
  const { refusal, deletes } = checkLimits(signer.may, files, fits);
  return refusal === undefined
    ? { commit, signer, deletes }
    : { commit, flaw: limits(`${signer.name} signed it, and ${refusal}`) };
}

/**
 * A key counts while it is valid, both when the commit says that it was made and when it comes here: the first the committer
 * writes himself, so a key that was retired would sign on with an old date for ever.
 */
function keyFlaw({ name }: Signer, key: SigningKey, commit: Commit, now: number): CommitFlaw | undefined {
  if (key.revoked === true)
    return { code: 'LM_COMMIT_REVOKED', why: `the key of ${name} that it is signed by is revoked` };
  const expired = (why: string): CommitFlaw => ({ code: 'LM_COMMIT_EXPIRED', why });
  const made = commit.committer.at * 1000;
  if (key.from !== undefined && (made < key.from || now < key.from))
    return expired(`the key of ${name} is not valid yet`);
  if (key.until === undefined) return undefined;
  if (made >= key.until) return expired(`the key of ${name} was no longer valid when it was made`);
  return now >= key.until
    ? expired(`the key of ${name} is no longer valid, whatever date the commit bears`)
    : undefined;
}

function personFlaw({ name, emails, forge }: Signer, { author, committer }: Commit): CommitFlaw | undefined {
  const said = forge === undefined ? committer : author;
  if (emails.some((each) => each.toLowerCase() === said.email.toLowerCase())) return undefined;
  const role = forge === undefined ? 'its committer' : 'its author';
  const why = `${name} signed it, and ${role} is called ${said.email}, which is none of the addresses declared there`;
  return { code: 'LM_COMMIT_PERSON', why };
}

/** @param fromParents the tree that git makes of its parents */
function mergeFlaw({ name }: Signer, { parents, tree }: Commit, fromParents: string | undefined): string | undefined {
  if (parents.length !== 2) return `${name} signs merges only, and this is none`;
  return fromParents === tree ? undefined : 'it is a merge, and holds what neither of its parents does';
}

function limits(why: string): CommitFlaw {
  return { code: 'LM_COMMIT_LIMITS', why };
}

function nameOf({ id, subject, committer }: Commit): Omit<CommitVerdict, 'signer' | 'flaw'> {
  return { commit: id, subject, committer: `${committer.name} <${committer.email}>` };
}
