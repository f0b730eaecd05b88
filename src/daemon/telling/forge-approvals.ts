import type { Agent } from 'undici';
import { messageOf } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Repository } from '../../git/repository.ts';
import type { Webhook } from '../../model/kinds/operator.ts';

/** What of a status says that it is an approval. */
export const approvalContext = 'lastmile/approve';

/** A plan that somebody approved at a forge. */
export interface ForgeApproval {
  /** SHA-256, hexadecimal. */
  readonly checksum: string;
  /** `anna (status at git-isp)`. */
  readonly by: string;
}

export interface ForgeWords {
  readonly approvals: readonly ForgeApproval[];
  readonly troubles: readonly { readonly forge: string; readonly why: string }[];
}

/** Commits of one merge that are asked about: its own, and the newest of those it brings. */
const mostCommits = 10;
const largestAnswer = 1024 * 1024;

/**
 * Plans that are approved by the status of the commit of a revision, or of one that it merges: of success, called
 * `lastmile/approve`, with the checksum in its description, and the newest of its author, who is one of the approvers.
 * Never throws: trouble is told.
 */
export async function forgeApprovals(
  forges: readonly Webhook[],
  repository: Pick<Repository, 'run'>,
  revision: string,
): Promise<ForgeWords> {
  const hash = /@sha1:([0-9a-f]{40,64})$/.exec(revision)?.[1];
  if (hash === undefined) return { approvals: [], troubles: [] };
  const commits = await commitsOf(repository, hash);
  const approvals: ForgeApproval[] = [];
  const troubles: { readonly forge: string; readonly why: string }[] = [];
  for (const forge of forges) {
    const { Agent: UndiciAgent } = await import('undici');
    const { timeoutMs, ca } = forge;
    await using agent = disposed(
      new UndiciAgent({
        ...{ connections: 2, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, maxResponseSize: largestAnswer },
        connect: { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
      }),
    );
    try {
      for (const commit of commits) approvals.push(...approvalsIn(await statusesOf(forge, commit, agent.agent), forge));
    } catch (error) {
      troubles.push({ forge: forge.name, why: messageOf(error) });
    }
  }
  return { approvals, troubles };
}

/** The commit itself first. A first commit of all has no parent. */
async function commitsOf(repository: Pick<Repository, 'run'>, hash: string): Promise<readonly string[]> {
  const range = ['rev-list', `--max-count=${mostCommits}`, `${hash}^1..${hash}`, '--'];
  const listed = await repository.run(range).catch(() => '');
  return [...new Set([hash, ...listed.split('\n').filter((each) => each !== '')])].slice(0, mostCommits);
}

/** As forges tell it: fields of one are called so here and otherwise there. */
interface Status {
  readonly id?: number;
  readonly state?: string;
  readonly status?: string;
  readonly context?: string;
  readonly name?: string;
  readonly description?: string | null;
  readonly creator?: { readonly login?: string; readonly username?: string } | null;
  readonly author?: { readonly username?: string } | null;
}

async function statusesOf(forge: Webhook, commit: string, dispatcher: Agent): Promise<readonly Status[]> {
  const { request } = await import('undici');
  const base = forge.url instanceof Secret ? forge.url.reveal() : forge.url;
  const token = forge.token?.reveal() ?? '';
  const isGitlab = forge.format === 'gitlab';
  const path = isGitlab
    ? `/repository/commits/${commit}/statuses?per_page=100&name=${encodeURIComponent(approvalContext)}`
    : `/commits/${commit}/statuses?per_page=100&limit=100`;
  const login = isGitlab
    ? { 'private-token': token }
    : { authorization: forge.format === 'github' ? `Bearer ${token}` : `token ${token}` };
  const headers = { accept: 'application/json', 'user-agent': 'lastmile', ...login };
  const answer = await request(`${base}${path}`, { dispatcher, headers });
  // A commit that was never pushed there has none.
  if (answer.statusCode === 404 || answer.statusCode === 422) {
    await answer.body.dump({ limit: largestAnswer });
    return [];
  }
  if (answer.statusCode !== 200) {
    await answer.body.dump({ limit: largestAnswer });
    throw new Error(`it answered ${answer.statusCode} when it was asked for the statuses of a commit`);
  }
  const found: unknown = await answer.body.json();
  return Array.isArray(found) ? (found as readonly Status[]) : [];
}

function approvalsIn(statuses: readonly Status[], { name, approvers = [] }: Webhook): readonly ForgeApproval[] {
  const may = new Set(approvers.map((each) => each.toLowerCase()));
  const newest = new Map<string, Status>();
  // The newest first, whichever way they came.
  for (const each of statuses.toSorted((a, b) => (b.id ?? 0) - (a.id ?? 0))) {
    const by = each.creator?.login ?? each.creator?.username ?? each.author?.username;
    if ((each.context ?? each.name) !== approvalContext || by === undefined || newest.has(by)) continue;
    newest.set(by, each);
  }
  return [...newest].flatMap(([by, { state, status, description }]) => {
    const checksum = /\b[0-9a-f]{64}\b/.exec(description ?? '')?.[0];
    const isGood = (state ?? status) === 'success' && may.has(by.toLowerCase());
    return isGood && checksum !== undefined ? [{ checksum, by: `${by} (status at ${name})` }] : [];
  });
}

function disposed(agent: Agent): AsyncDisposable & { readonly agent: Agent } {
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() };
}
