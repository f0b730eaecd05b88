import type { Repository } from '../git/repository.ts';

/** A plan that a commit says is approved. */
export interface PlanApproval {
  /** SHA-256, hexadecimal. */
  readonly checksum: string;
  /** Who committed it: `Anna <anna@isp.example>`. */
  readonly by: string;
}

/** Commits of one merge that are looked at. */
const mostCommits = 200;
/** Both spellings are read. */
const keys = ['Lastmile-Plan', 'Lastmile-Approve'] as const;

/** Trailers `Lastmile-Plan: CHECKSUM` of the commit of a revision, and of those that it merges. None where it is no commit. */
export async function planTrailers(
  repository: Pick<Repository, 'run'> | undefined,
  revision: string,
): Promise<readonly PlanApproval[]> {
  const hash = /@sha1:([0-9a-f]{40,64})$/.exec(revision)?.[1];
  if (repository === undefined || hash === undefined) return [];
  const trailers = keys.map((key) => `%(trailers:key=${key},valueonly,separator=%x00)`).join('%x00');
  const format = `--format=%cn <%ce>%x00${trailers}%x01`;
  const log = (most: number, range: string) => repository.run(['log', `--max-count=${most}`, format, range, '--']);
  // The first commit of all has no parent.
  const text = await log(mostCommits, `${hash}^1..${hash}`).catch(() => log(1, hash));
  return text.split('\u0001').flatMap((entry) => {
    const [by = '', ...values] = entry.trim().split('\0');
    return values
      .map((value) => value.trim().toLowerCase())
      .filter((value) => /^[0-9a-f]{64}$/.test(value))
      .map((checksum) => ({ checksum, by }));
  });
}
