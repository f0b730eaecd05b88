import { keyOf } from './row-key.ts';
import type { Change } from './target.ts';

/** A row that goes, and the new one of the same owner in the same menu: a login under another name. */
export interface Replacement {
  readonly old: Change;
  readonly replacement: Change;
}

/** Which new rows take the place of which that go. Pure. */
export function replacementsOf(changes: readonly Change[]): readonly Replacement[] {
  if (!changes.some(({ action }) => action === 'delete')) return [];
  const created = new Map<string, Change>();
  for (const change of changes) if (change.action === 'create') created.set(ownerKey(change), change);
  if (created.size === 0) return [];
  return changes.flatMap((old) => {
    const replacement = old.action === 'delete' ? created.get(ownerKey(old)) : undefined;
    return replacement === undefined ? [] : [{ old, replacement }];
  });
}

function ownerKey({ menu, owner }: Change): string {
  return keyOf({ menu, identity: owner });
}
