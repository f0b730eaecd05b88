import { othersFirst } from '../../base/steps.ts';
import type { Model } from '../../model/model.ts';
import { digestRows, rowsTouched } from '../../reconcile/digests.ts';
import type { Target } from '../../reconcile/target.ts';

/**
 * Names of the targets on which both models want the same.
 *
 * @param key random: nobody can tell secrets from digests without it
 */
export async function unchangedTargets(
  targets: readonly Target[],
  before: Model,
  now: Model,
  key: Buffer,
): Promise<readonly string[]> {
  const unchanged: string[] = [];
  for (const target of targets) {
    const digests = (model: Model) => digestRows(target.desired(model), target.ordered, key);
    if (rowsTouched(digests(before), digests(now)).length === 0) unchanged.push(target.name);
    await othersFirst();
  }
  return unchanged;
}
