import type { Change, SessionEffect, Settled } from './target.ts';

/** What says that a row is ours. */
export type Claim = Pick<Change, 'menu' | 'identity' | 'owner'>;

/** Rows we made and may delete, and what is still to be done to sessions because of them, kept in the store. */
export interface Inventory {
  /** The owner under which we hold this row, if we do. */
  ownerOf(target: string, menu: string, identity: string): string | undefined;
  /** Menus in which rows of that target were held, now or earlier. Absent: not known. */
  menusOf?(target: string): readonly string[];
  /** False while nothing was ever claimed there: a target that is new, or a state folder that is. */
  knows(target: string): boolean;
  /** Written before a level is applied: to die in between leaves a claim on nothing, never a row that nobody owns. */
  claim(target: string, rows: readonly Claim[]): Promise<void>;
  /** Written when they are seen to be gone: deleted rows are forgotten. */
  settle(target: string, settled: readonly Settled[]): Promise<void>;
  /** Effects on sessions that were expected and not carried out yet. */
  effectsDue(target: string): readonly SessionEffect[];
  /** Written with the claim: to die in between leaves nobody on a speed or an address that is no longer his. */
  expect(target: string, effects: readonly SessionEffect[]): Promise<void>;
  /** Keeps of an effect, as `effectsDue` gave it, the sessions that are left; forgets it when there are none. */
  carriedOut(target: string, effect: SessionEffect, left: readonly string[]): Promise<void>;
}
