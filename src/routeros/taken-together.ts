import type { Change } from '../reconcile/target.ts';
import { type InverseContext, withDependants, withNeighbours } from './inverse-script.ts';

export interface TakenTogether {
  /** All that is taken back. */
  readonly together: readonly Change[];
  /** Of these, the ones that must be, for us to get in again. */
  readonly needed: readonly Change[];
}

/**
 * Of a plan, these changes and all that must be taken back with them. What keeps us out where they are not (a rule that drops
 * who is not on a list, with the entry that puts us on it) would be left to do so: it is needed as much as they are. Pure.
 *
 * @param concerning which of the changes that would be left may cut our access
 */
export async function takenTogether(
  risky: readonly Change[],
  plan: readonly Change[],
  { menus, rules }: Pick<InverseContext, 'menus' | 'rules'>,
  concerning: (left: readonly Change[]) => Promise<readonly Change[]>,
): Promise<TakenTogether> {
  const needed = new Set(risky);
  for (;;) {
    const together = withDependants(withNeighbours([...needed], plan, menus), plan, rules);
    const gone = new Set(together);
    const more = await concerning(plan.filter((change) => !gone.has(change)));
    if (more.length === 0) return { together, needed: [...needed] };
    for (const change of more) needed.add(change);
  }
}
