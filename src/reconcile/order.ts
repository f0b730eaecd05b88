import { keyOf } from './diff.ts';
import type { Change, ObservedValue, Target, Value } from './target.ts';

/**
 * Arranges changes in levels: those of one level do not depend on one another, and each level needs only the ones before
 * it. A row comes after the rows it names (pool → profile → secret), a delete after the rows that named it, moves last.
 * Pure. A circle of rows that name each other is cut somewhere: no order of single changes would do.
 */
export function levelsOf(changes: readonly Change[], references: Target['references']): readonly (readonly Change[])[] {
  const movable = changes.filter((change) => change.action !== 'move');
  const waitsFor = prerequisites(movable, references);
  const levels: Change[][] = [];
  const depth = new Map<Change, number>();
  for (const change of movable) place(change, waitsFor, depth, new Set());
  for (const change of movable) {
    const at = depth.get(change) ?? 0;
    const level = levels[at] ?? [];
    level.push(change);
    levels[at] = level;
  }
  // A move names its neighbour, so moves of one menu go one by one, from the last row to the first.
  const single = changes.filter((change) => change.action === 'move').map((change) => [change]);
  return [...Array.from(levels, (level) => level ?? []).filter((level) => level.length > 0), ...single];
}

/** For each change, those that must have been carried out before it. Pure. */
export function prerequisites(
  changes: readonly Change[],
  references: Target['references'],
): ReadonlyMap<Change, readonly Change[]> {
  const rows = changes.filter((change) => change.action !== 'move');
  const byKey = new Map(rows.map((change) => [keyOf(change), change]));
  const waitsFor = new Map<Change, Change[]>();
  const wait = (later: Change, earlier: Change | undefined) => {
    if (earlier === undefined || earlier === later) return;
    const list = waitsFor.get(later);
    if (list === undefined) waitsFor.set(later, [earlier]);
    else list.push(earlier);
  };
  for (const change of rows) {
    const fields = references[change.menu];
    if (fields === undefined) continue;
    for (const [field, menu] of Object.entries(fields)) {
      for (const identity of named(change.after?.fields[field])) {
        const made = byKey.get(keyOf({ menu, identity }));
        if (made?.action !== 'delete') wait(change, made);
      }
      for (const identity of named(change.before?.fields[field])) {
        const removed = byKey.get(keyOf({ menu, identity }));
        if (removed?.action === 'delete') wait(removed, change);
      }
    }
  }
  return waitsFor;
}

function place(
  change: Change,
  waitsFor: ReadonlyMap<Change, readonly Change[]>,
  depth: Map<Change, number>,
  onPath: Set<Change>,
): number {
  const known = depth.get(change);
  if (known !== undefined) return known;
  if (onPath.has(change)) return 0;
  onPath.add(change);
  let at = 0;
  for (const earlier of waitsFor.get(change) ?? []) at = Math.max(at, place(earlier, waitsFor, depth, onPath) + 1);
  onPath.delete(change);
  depth.set(change, at);
  return at;
}

function named(value: Value | ObservedValue | undefined): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value] : [];
}
