import { printable } from '../base/bytes.ts';
import { verifyCommits } from '../daemon/verify-commits.ts';
import type { TrustRules } from '../model/kinds/trust.ts';
import { workflowCommand } from '../review/workflow-command.ts';
import { CommittedFiles } from '../source/committed-files.ts';
import { GitSource } from '../source/git-source.ts';
import { openSource } from '../source/open-source.ts';
import { repositoryPath } from '../source/repository-path.ts';
import { trustRulesIn } from '../trust/rules-in.ts';
import type { CommitVerdict } from '../trust/verify-range.ts';
import { complain } from './complain.ts';
import { exitCodes, type Io } from './io.ts';
import type { Surroundings } from './surroundings.ts';
import { trustOf } from './trust-flag.ts';

export interface VerifyOptions {
  readonly output: 'text' | 'json' | 'github';
  /** The folder of the repository that is declarations. */
  readonly path?: string;
  /** A file of this machine that says who may sign, instead of what is declared. */
  readonly trust?: string;
}

/** What was verified, by whose word. */
interface Verified {
  readonly base: string | undefined;
  readonly head: string;
  /** The commit, or the file, that says who may sign. */
  readonly rulesOf: string;
  readonly commits: readonly CommitVerdict[];
}

/** `lastmile verify BASE..HEAD DIR`: who has signed each commit, and whether he may. Resolves with the exit code. */
export async function verifyCommand(
  range: string,
  dir: string,
  options: VerifyOptions,
  io: Io,
  { clock }: Pick<Surroundings, 'clock'>,
): Promise<number> {
  const names = parseCommits(range);
  const { trust } = await trustOf(options.trust, dir);
  await using source = await openSource(dir);
  if (!(source instanceof GitSource)) throw new RangeError(`${dir} is no git repository: commits are verified`);
  const { repository } = source.history;
  const path = repositoryPath(options.path ?? '');
  const ids = await Promise.all([names.base, names.head].map((name) => idOf(source, name)));
  const [base, head = ''] = ids;
  const rules = trust === undefined ? await rulesIn(source, base ?? head, path) : await trust();
  const rulesOf = options.trust ?? (base ?? head).slice(0, 12);
  if (rules === 'unknown') {
    complain(new Error(`who may sign cannot be read in ${rulesOf}: lastmile validate tells what is wrong there`), io);
    return exitCodes.invalid;
  }
  if (rules === undefined) {
    const words = `${rulesOf} asks for no signatures: there is no source.verify in it, and no --trust was given`;
    complain(new Error(words), io);
    if (options.output === 'json') io.out(asJson({ base, head, rulesOf, commits: [] }));
    return exitCodes.success;
  }
  // Nothing is in force where nothing comes before: the head vouches for all that is in it.
  const asked = { head, base, rules, pinned: trust !== undefined, now: clock.now(), onward: true };
  const nothingNew = base !== undefined && (await repository.isAncestor(head, base));
  const commits = nothingNew ? [] : (await verifyCommits({ repository, path }, asked)).commits;
  io.out(textOf({ base, head, rulesOf, commits }, options.output));
  return commits.some(({ flaw }) => flaw !== undefined) ? exitCodes.refused : exitCodes.success;
}

function parseCommits(range: string): { readonly base?: string; readonly head: string } {
  if (range.includes('...')) throw new RangeError(`${range}: two dots are meant: what HEAD has and BASE has not`);
  const [first = '', second, ...more] = range.split('..');
  const names: { readonly base?: string; readonly head: string } =
    second === undefined ? { head: first } : { base: first, head: second };
  if (more.length > 0 || Object.values(names).some((name) => name === '' || name.startsWith('-')))
    throw new RangeError(`${range}: BASE..HEAD is needed, or one commit`);
  if (/^0+$/.test(names.base ?? ''))
    throw new RangeError(`${range}: there is no commit of zeros: name the branch that this one is to come into`);
  return names;
}

/** @throws RangeError */
async function idOf({ history: { repository } }: GitSource, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const commit = await repository.commit(name);
  if (commit === undefined)
    throw new RangeError(
      `there is no commit ${name} here; CI fetches no history unless it is told to (fetch-depth: 0)`,
    );
  return commit.id;
}

async function rulesIn(
  { history: { repository } }: GitSource,
  id: string,
  path: string,
): Promise<TrustRules | undefined | 'unknown'> {
  const commit = await repository.commit(id);
  return commit === undefined
    ? 'unknown'
    : trustRulesIn((await new CommittedFiles(repository, path).read(commit)).files);
}

function textOf(verified: Verified, output: VerifyOptions['output']): string {
  if (output === 'json') return asJson(verified);
  const lines = output === 'github' ? verified.commits.flatMap(annotation) : verified.commits.map(line);
  const summary = summaryOf(verified);
  if (output === 'text') return `${[...lines, summary].join('\n')}\n`;
  const notice = workflowCommand({ level: 'notice', properties: { title: 'lastmile verify' }, message: summary });
  return `${lines.join('')}${notice}`;
}

function line({ commit, subject, committer, signer, flaw }: CommitVerdict): string {
  const name = `${commit.slice(0, 12)} "${printable(subject, 60)}"`;
  if (flaw === undefined) return `${name}: signed by ${signer ?? ''}`;
  return `${name}: ${flaw.code} ${printable(flaw.why, 500)} (committed by ${printable(committer)})`;
}

function annotation({ commit, subject, committer, flaw }: CommitVerdict): readonly string[] {
  if (flaw === undefined) return [];
  const message = `${commit.slice(0, 12)} "${printable(subject, 60)}" by ${printable(committer)}: ${printable(flaw.why, 500)}`;
  return [workflowCommand({ level: 'error', properties: { title: flaw.code }, message })];
}

function summaryOf({ commits, rulesOf }: Verified): string {
  const refused = commits.filter(({ flaw }) => flaw !== undefined).length;
  const many = (count: number): string => `${count} commit${count === 1 ? '' : 's'}`;
  const by = `by those whom ${rulesOf} lets sign`;
  if (commits.length === 0) return `no commit is new, ${by}`;
  return refused === 0
    ? `${many(commits.length)} verified, ${by}`
    : `${refused} of ${many(commits.length)} refused, ${by}`;
}

function asJson({ base, head, rulesOf, commits }: Verified): string {
  const refused = commits.filter(({ flaw }) => flaw !== undefined).length;
  const found = commits.map(({ commit, subject, committer, signer, flaw }) => ({
    ...{ commit, subject, committer, verdict: flaw === undefined ? 'verified' : 'refused' },
    ...(signer === undefined ? {} : { signer }),
    ...(flaw === undefined ? {} : { code: flaw.code, message: flaw.why }),
  }));
  const range = { ...(base === undefined ? {} : { base }), head, rulesOf };
  return `${JSON.stringify({ ...range, verified: commits.length - refused, refused, commits: found }, undefined, 2)}\n`;
}
