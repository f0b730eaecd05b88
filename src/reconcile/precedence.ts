import { replacementsOf } from './replacements.ts';
import type { Change, Precedence, Target } from './target.ts';

/** A rule of precedence that cannot be followed any more, and the change that failed. */
export interface Broken {
  readonly rule: Precedence;
  readonly failed: Change;
}

/** Of the changes made so far, those that must be seen to be in place before this level. Pure. */
export function toBeSeen(
  { precedence = [] }: Pick<Target, 'precedence'>,
  level: readonly Change[],
  made: readonly Change[],
): readonly Change[] {
  const rules = precedence.filter(({ later }) => level.some(later));
  const replacements = replacementsOf([...level.filter(({ action }) => action === 'delete'), ...made]);
  const replacing = new Set(replacements.map(({ replacement }) => replacement));
  return made.filter((change) => replacing.has(change) || rules.some(({ earlier }) => earlier(change)));
}

/** The rules of which something that comes first has failed. Pure. */
export function brokenRules(
  { precedence = [] }: Pick<Target, 'precedence'>,
  errors: ReadonlyMap<Change, unknown>,
): readonly Broken[] {
  return precedence.flatMap((rule) => {
    const failed = [...errors.keys()].find(rule.earlier);
    return failed === undefined ? [] : [{ rule, failed }];
  });
}

/** What has failed that this change should come after. Pure. */
export function neededFirst(broken: readonly Broken[], change: Change): Change | undefined {
  return broken.find(({ rule }) => rule.later(change))?.failed;
}
