import type { Change, Settled } from './target.ts';

/** What says that a row is ours. */
export type Claim = Pick<Change, 'menu' | 'identity' | 'owner'>;

/** Rows we made and may delete, kept in the store. */
export interface Inventory {
  /** The owner under which we hold this row, if we do. */
  ownerOf(target: string, menu: string, identity: string): string | undefined;
  /** False while nothing was ever claimed there: a target that is new, or a state folder that is. */
  knows(target: string): boolean;
  /** Written before a level is applied: to die in between leaves a claim on nothing, never a row that nobody owns. */
  claim(target: string, rows: readonly Claim[]): Promise<void>;
  /** Written after it: deleted rows are forgotten. */
  settle(target: string, settled: readonly Settled[]): Promise<void>;
}
