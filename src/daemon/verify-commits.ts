import type { TrustRules } from '../model/kinds/trust.ts';
import { CommittedFiles } from '../source/committed-files.ts';
import { pathFits } from '../source/selection.ts';
import type { CommitHistory } from '../source/source.ts';
import { trustRulesIn } from '../trust/rules-in.ts';
import { type RangeVerdict, verifyRange } from '../trust/verify-range.ts';

export interface CommitsToVerify {
  readonly head: string;
  /** The commit in force. Absent: none is. */
  readonly base: string | undefined;
  readonly rules: TrustRules;
  /** They are of a file of this machine: no commit brings others. */
  readonly pinned: boolean;
  readonly now: number;
  readonly onward?: boolean;
}

/** Verifies commits with the declarations that they hold. @throws GitError when it cannot be told now */
export async function verifyCommits(
  { repository, path }: Pick<CommitHistory, 'repository' | 'path'>,
  { head, base, rules, pinned, now, onward = false }: CommitsToVerify,
): Promise<RangeVerdict> {
  const files = new CommittedFiles(repository, path);
  return await verifyRange({
    ...{ repository, path, head, rules, now, onward, fits: pathFits },
    ...(base === undefined ? {} : { base }),
    rulesOf: async (commit) => (pinned ? rules : trustRulesIn((await files.read(commit)).files)),
  });
}
