import { type OrderRules, prerequisites } from './order.ts';
import type { Change, Precedence } from './target.ts';

/** Why a change is not made now; `undefined` when it is. */
export type HoldRule = (change: Change) => string | undefined;

export interface HeldChange {
  readonly change: Change;
  readonly why: string;
}

/** What is made now, and what waits. */
export interface Parted {
  readonly changes: readonly Change[];
  readonly held: readonly HeldChange[];
}

/** What decides what waits with what. */
export type HoldRules = OrderRules & { readonly precedence?: readonly Precedence[] };

/**
 * Parts the changes of a plan. What needs a change that waits, waits with it: a row that names one still to be made, a
 * delete of what is still named, what would give way to it. So do the moves of an ordered menu in which a row waits to be
 * made. Pure.
 */
export function partHeld(changes: readonly Change[], rules: HoldRules, hold: HoldRule | undefined): Parted {
  if (hold === undefined) return { changes, held: [] };
  const why = new Map<Change, string>();
  for (const change of changes) {
    const reason = hold(change);
    if (reason !== undefined) why.set(change, reason);
  }
  if (why.size === 0) return { changes, held: [] };
  spread(changes, rules, why);
  return {
    changes: changes.filter((change) => !why.has(change)),
    held: [...why].map(([change, reason]) => ({ change, why: reason })),
  };
}

function spread(changes: readonly Change[], rules: HoldRules, why: Map<Change, string>): void {
  const earlier = prerequisites(changes, rules);
  for (let grew = true; grew; ) {
    grew = false;
    const giveWay = (rules.precedence ?? []).flatMap((rule) => {
      const first = [...why.keys()].find(rule.earlier);
      return first === undefined ? [] : [{ rule, first }];
    });
    for (const change of changes.filter((each) => !why.has(each))) {
      const needed =
        needs(change, earlier.get(change) ?? [], why) ??
        neighbour(change, why) ??
        giveWay.find(({ rule }) => rule.later(change))?.first;
      const reason = needed === undefined ? undefined : why.get(needed);
      if (reason === undefined) continue;
      why.set(change, reason);
      grew = true;
    }
  }
}

function needs(change: Change, earlier: readonly Change[], why: ReadonlyMap<Change, string>): Change | undefined {
  return earlier.find((each) => why.has(each) && (each.action === 'create' || change.action === 'delete'));
}

function neighbour({ action, menu }: Change, why: ReadonlyMap<Change, string>): Change | undefined {
  if (action !== 'move') return undefined;
  return [...why.keys()].find((each) => each.menu === menu && each.action === 'create');
}
