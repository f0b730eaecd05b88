import type { Change, Settled } from './target.ts';

/** What says that a row is ours. */
export type Claim = Pick<Change, 'action' | 'menu' | 'identity' | 'owner'>;

/** Rows we made and may delete, kept in the store. */
export interface Inventory {
  /** The owner under which we hold this row, if we do. */
  ownerOf(target: string, menu: string, identity: string): string | undefined;
  /** Identities we hold under this owner in this menu. */
  identitiesOf(target: string, menu: string, owner: string): readonly string[];
  /** Written before a level is applied: to die in between leaves a claim on nothing, never a row that nobody owns. */
  claim(target: string, level: readonly Claim[]): Promise<void>;
  /** Written after it: deleted rows are forgotten. */
  settle(target: string, settled: readonly Settled[]): Promise<void>;
}
