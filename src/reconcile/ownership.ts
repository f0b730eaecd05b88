import type { Inventory } from './inventory.ts';
import type { Target } from './target.ts';

/** What identifies us on a shared target. */
export interface Ownership {
  readonly operator: string;
  readonly target: Pick<Target, 'name' | 'ordered'> & Partial<Pick<Target, 'folders' | 'references' | 'refuses'>>;
  readonly inventory: Pick<Inventory, 'ownerOf' | 'knows'>;
  /** True when the target is only looked at: rows that would only be marked as ours are no changes. */
  readonly observing?: boolean;
}
