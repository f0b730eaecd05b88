import { foldersOf } from './folders.ts';
import { replacementsOf } from './replacements.ts';
import type { ObservedValue, Value } from './row.ts';
import { keyOf } from './row-key.ts';
import { prerequisitesOf, type Steps, standingAside, type Wait } from './stand-aside.ts';
import type { Change, Target } from './target.ts';

/** What decides the order of changes of a target. */
export type OrderRules = Pick<
  Target,
  'references' | 'spaces' | 'folders' | 'unique' | 'aside' | 'precedence' | 'behind'
> &
  Partial<Pick<Target, 'ordered'>>;

/**
 * Arranges changes in levels: those of one level do not depend on one another, and each level needs only the ones before
 * it. A row comes after the rows it names (pool → profile → secret), a delete after the rows that named it, moves last.
 * Who names a folder comes after all that lies in it; who takes an address after the one that gives it up. A row goes when
 * the one that takes its place is there. Where rows take
 * theirs from one another, one of them stands aside meanwhile: steps of its own, which are no changes of the plan. What has
 * precedence over others is all before all of them, and so is what comes to an ordered menu before what goes, and lists
 * before the rules that go by them. A circle of rows that name each other is cut somewhere: no order of
 * single changes would do. Pure.
 */
export function levelsOf(changes: readonly Change[], rules: OrderRules): readonly (readonly Change[])[] {
  const movable = changes.filter((change) => change.action !== 'move');
  const steps = standingAside(movable, waitsAmong(movable, rules), rules.aside ?? {});
  const waitsFor = prerequisitesOf(withTurns(steps, rules));
  const levels: Change[][] = waitsFor.size === 0 ? [[...steps.changes]] : [];
  const depth = new Map<Change, number>();
  const bound = waitsFor.size === 0 ? [] : steps.changes;
  for (const change of bound) place(change, waitsFor, depth);
  for (const change of bound) {
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
export function prerequisites(changes: readonly Change[], rules: OrderRules): ReadonlyMap<Change, readonly Change[]> {
  return prerequisitesOf(waitsAmong(changes, rules));
}

function waitsAmong(
  changes: readonly Change[],
  { references, spaces = {}, folders = [], unique = {}, precedence = [] }: OrderRules,
): readonly Wait[] {
  // What is there already and gives way to a row is not waited for by that row, though it names it.
  const givesWay = (named: Change, change: Change) =>
    named.action === 'update' && precedence.some(({ earlier, later }) => later(named) && earlier(change));
  const rows = changes.filter((change) => change.action !== 'move');
  const alone = isEmpty(references) && isEmpty(unique) && folders.length === 0;
  const among = alone ? [] : rows;
  const byName = changesByName(among, folders, spaces);
  const givenUp = changesByValueGivenUp(among, unique);
  const waits = among.flatMap((change) => [
    ...waitsByReference(change, references, byName).filter(({ earlier }) => !givesWay(earlier, change)),
    ...(folders.includes(change.menu) ? waitsByFolder(change, byName) : []),
    ...valuesOf(change.menu, change.after, unique).flatMap((key) => waitsByValue(change, givenUp.get(key))),
  ]);
  return [...waits, ...waitsByReplacement(rows, waits)];
}

function isEmpty(rules: object): boolean {
  return Object.keys(rules).length === 0;
}

/** A row waits for the one that takes its place, unless that one in its turn needs what it gives up. */
function waitsByReplacement(rows: readonly Change[], waits: readonly Wait[]): readonly Wait[] {
  const replacements = replacementsOf(rows);
  if (replacements.length === 0) return [];
  const waitsFor = prerequisitesOf(waits);
  return replacements.flatMap(({ old, replacement }) =>
    waitsFor.get(replacement)?.includes(old) ? [] : [{ later: old, earlier: replacement }],
  );
}

function waitsByPrecedence(rows: readonly Change[], { precedence = [] }: OrderRules): readonly Wait[] {
  return precedence.flatMap((rule) => oneAfterOther(rows.filter(rule.earlier), rows.filter(rule.later)));
}

/** Waits, and besides the turns that rules and lists take: what must be gone for others to be made, waits for none of them. */
function withTurns({ changes, waits }: Steps, rules: OrderRules): readonly Wait[] {
  const all = [...waits, ...waitsByPrecedence(changes, rules)];
  for (const [earlier, later] of turnsOf(changes, rules)) {
    if (earlier.length === 0 || later.length === 0) continue;
    const needed = allBefore(earlier, prerequisitesOf(all));
    const free = later.filter((change) => !needed.has(change));
    for (const wait of oneAfterOther(earlier, free)) all.push(wait);
  }
  return all;
}

type Turn = readonly [earlier: readonly Change[], later: readonly Change[]];

/**
 * Rules of an ordered menu go when those are there that come: what both the old and the new ones let pass, passes all the
 * while. Rules that go by lists come after these, and go before them.
 */
function turnsOf(changes: readonly Change[], { ordered = [], behind = {} }: OrderRules): readonly Turn[] {
  const inTurn = new Set([...ordered, ...Object.entries(behind).flat(2)]);
  const rows = changes.filter(({ menu }) => inTurn.has(menu));
  const made = (path: string) => rows.filter(({ menu, action }) => menu === path && action !== 'delete');
  const gone = (path: string) => rows.filter(({ menu, action }) => menu === path && action === 'delete');
  const both = Object.entries(behind).flatMap(([menu, lists]) => lists.map((list) => [list, menu] as const));
  return [
    ...both.flatMap(([list, menu]): readonly Turn[] => [
      [made(list), made(menu)],
      [gone(menu), gone(list)],
    ]),
    ...ordered.map((menu): Turn => [made(menu).filter(({ action }) => action === 'create'), gone(menu)]),
  ];
}

/** All that these wait for, however far back. */
function allBefore(changes: readonly Change[], waitsFor: ReadonlyMap<Change, readonly Change[]>): ReadonlySet<Change> {
  const found = new Set<Change>();
  const open = [...changes];
  for (let change = open.pop(); change !== undefined; change = open.pop()) {
    for (const earlier of waitsFor.get(change) ?? []) {
      if (found.has(earlier)) continue;
      found.add(earlier);
      open.push(earlier);
    }
  }
  return found;
}

/** Through a step between the two that is none: there may be many of either. */
function oneAfterOther(earlier: readonly Change[], later: readonly Change[]): readonly Wait[] {
  if (earlier.length === 0 || later.length === 0) return [];
  const between: Change = { action: 'update', menu: '', identity: '', owner: '', set: {} };
  return [
    ...earlier.map((each) => ({ later: between, earlier: each })),
    ...later.map((each) => ({ later: each, earlier: between })),
  ];
}

function waitsByValue(later: Change, earlier: readonly Change[] = []): readonly Wait[] {
  return earlier.filter((each) => each !== later).map((each) => ({ later, earlier: each, byValue: true }));
}

/** A row waits for those it names; one that goes waits for those that named it. */
function waitsByReference(
  change: Change,
  references: OrderRules['references'],
  byName: ReadonlyMap<string, readonly Change[]>,
): readonly Wait[] {
  return Object.entries(references[change.menu] ?? {}).flatMap(([field, menu]) => {
    const meant = (value: Value | ObservedValue | undefined) =>
      named(value).flatMap((identity) => byName.get(keyOf({ menu, identity })) ?? []);
    const made = meant(change.after?.fields[field]).filter(({ action }) => action !== 'delete');
    const gone = meant(change.before?.fields[field]).filter(({ action }) => action === 'delete');
    return [
      ...made.map((earlier) => ({ later: change, earlier })),
      ...gone.map((later) => ({ later, earlier: change })),
    ];
  });
}

/** A row waits for the folders it lies in; a folder that goes waits for what lies in it. */
function waitsByFolder(change: Change, byName: ReadonlyMap<string, readonly Change[]>): readonly Wait[] {
  const { menu } = change;
  return foldersOf(change.identity).flatMap((identity): readonly Wait[] => {
    const folder = byName.get(keyOf({ menu, identity }))?.find((each) => each.identity === identity);
    if (folder === undefined) return [];
    if (folder.action !== 'delete') return [{ later: change, earlier: folder }];
    return change.action === 'delete' ? [{ later: folder, earlier: change }] : [];
  });
}

/** Changes that give up a value which only one row may have. */
function changesByValueGivenUp(
  rows: readonly Change[],
  unique: NonNullable<OrderRules['unique']>,
): ReadonlyMap<string, readonly Change[]> {
  const givenUp = new Map<string, Change[]>();
  for (const change of rows) {
    const kept = new Set(valuesOf(change.menu, change.after, unique));
    for (const key of valuesOf(change.menu, change.before, unique)) {
      if (!kept.has(key)) givenUp.set(key, [...(givenUp.get(key) ?? []), change]);
    }
  }
  return givenUp;
}

function valuesOf(
  menu: string,
  row: Change['before'] | Change['after'],
  unique: NonNullable<OrderRules['unique']>,
): readonly string[] {
  return Object.entries(unique[menu] ?? {}).flatMap(([field, counts]) => {
    const value = row?.fields[field];
    return typeof value === 'string' && value !== '' && counts(value) ? [`${menu}\n${field}\n${value}`] : [];
  });
}

/** Changes by the names that mean them: a row's own, and in a menu of paths those of the folders around it. */
function changesByName(
  rows: readonly Change[],
  folders: readonly string[],
  spaces: NonNullable<OrderRules['spaces']>,
): ReadonlyMap<string, readonly Change[]> {
  const byName = new Map<string, Change[]>();
  for (const change of rows) {
    const { menu, identity } = change;
    const names = folders.includes(menu) ? [identity, ...foldersOf(identity)] : [identity];
    const space = spaces[menu];
    const keys = names.map((name) => keyOf({ menu, identity: name }));
    for (const key of space === undefined ? keys : [...keys, keyOf({ menu: space, identity })]) {
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
