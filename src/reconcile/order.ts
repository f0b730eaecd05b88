import { keyOf } from './diff.ts';
import { foldersOf } from './folders.ts';
import type { Change, ObservedValue, Target, Value } from './target.ts';

/**
 * Arranges changes in levels: those of one level do not depend on one another, and each level needs only the ones before
 * it. A row comes after the rows it names (pool → profile → secret), a delete after the rows that named it, moves last.
 * Who names a folder comes after all that lies in it. Pure. A circle of rows that name each other is cut somewhere: no order of single changes would do.
 */
export function levelsOf(
  changes: readonly Change[],
  references: Target['references'],
  folders: Target['folders'] = [],
): readonly (readonly Change[])[] {
  const movable = changes.filter((change) => change.action !== 'move');
  const waitsFor = prerequisites(movable, references, folders);
  const levels: Change[][] = [];
  const depth = new Map<Change, number>();
  for (const change of movable) place(change, waitsFor, depth);
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
  folders: Target['folders'] = [],
): ReadonlyMap<Change, readonly Change[]> {
  const rows = changes.filter((change) => change.action !== 'move');
  const byKey = changesByName(rows, folders);
  const waitsFor = new Map<Change, Change[]>();
  const wait = (later: Change, earlier: Change) => {
    if (earlier === later) return;
    const list = waitsFor.get(later);
    if (list === undefined) waitsFor.set(later, [earlier]);
    else list.push(earlier);
  };
  for (const change of rows) {
    for (const [field, menu] of Object.entries(references[change.menu] ?? {})) {
      for (const identity of named(change.after?.fields[field])) {
        for (const made of byKey.get(keyOf({ menu, identity })) ?? []) if (made.action !== 'delete') wait(change, made);
      }
      for (const identity of named(change.before?.fields[field])) {
        for (const gone of byKey.get(keyOf({ menu, identity })) ?? []) if (gone.action === 'delete') wait(gone, change);
      }
    }
    for (const identity of folders.includes(change.menu) ? foldersOf(change.identity) : []) {
      const folder = byKey.get(keyOf({ menu: change.menu, identity }))?.find((each) => each.identity === identity);
      if (folder !== undefined && folder.action === 'delete' && change.action === 'delete') wait(folder, change);
      else if (folder !== undefined && folder.action !== 'delete') wait(change, folder);
    }
  }
  return waitsFor;
}

/** Changes by the names that mean them: a row's own, and in a menu of paths those of the folders around it. */
function changesByName(rows: readonly Change[], folders: readonly string[]): ReadonlyMap<string, readonly Change[]> {
  const byName = new Map<string, Change[]>();
  for (const change of rows) {
    const { menu, identity } = change;
    const names = folders.includes(menu) ? [identity, ...foldersOf(identity)] : [identity];
    for (const name of names) {
      const key = keyOf({ menu, identity: name });
      const list = byName.get(key);
      if (list === undefined) byName.set(key, [change]);
      else list.push(change);
    }
  }
  return byName;
}

/** Depth first, with a stack of its own: chains may be longer than the language lets functions call each other. */
function place(start: Change, waitsFor: ReadonlyMap<Change, readonly Change[]>, depth: Map<Change, number>): void {
  const path = [start];
  const entered = new Set<Change>();
  for (let change = path.at(-1); change !== undefined; change = path.at(-1)) {
    const earlier = waitsFor.get(change) ?? [];
    if (depth.has(change) || entered.has(change)) {
      path.pop();
      // One without a depth is on the path itself: a circle, cut here.
      if (!depth.has(change))
        depth.set(
          change,
          earlier.reduce((at, each) => Math.max(at, (depth.get(each) ?? -1) + 1), 0),
        );
      continue;
    }
    entered.add(change);
    for (const each of earlier) if (!depth.has(each) && !entered.has(each)) path.push(each);
  }
}

function named(value: Value | ObservedValue | undefined): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value] : [];
}
