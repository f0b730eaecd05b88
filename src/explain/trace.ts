import { Secret } from '../base/secret.ts';
import type { Steps } from '../base/steps.ts';
import type { Value } from '../reconcile/row.ts';
import { changed, type Instead, type Leaf, leavesOf } from './leaves.ts';
import type { Made } from './outcome.ts';
import type { Scope, ScopedObject } from './scope.ts';
import { variantsOf } from './variants.ts';

/** What each thing that was made comes from. */
export interface Traced {
  readonly made: Made;
  /** Values without which it would not be there at all. */
  readonly because: readonly Leaf[];
  /** By field: the values that would make it another. None: it is built in. */
  readonly fields: ReadonlyMap<string, readonly Leaf[]>;
}

/** What a scope comes to; `undefined` where its declarations are not valid. */
export type Evaluate = (scope: Scope, object: ScopedObject) => readonly Made[] | undefined;

/** Other values of one that change nothing: then it is no matter. */
const enoughSame = 2;
/** Of one explanation. */
const mostEvaluations = 6_000;

/**
 * Traces what was made to the values that were written: each is replaced by another in turn, and what is made otherwise
 * then comes from it. Nothing has to know which field of which menu comes from where, so nothing can have it wrong.
 *
 * @param scopes the object with what it hangs together with; then with less, where a value is named by another that would
 * name nothing if it were another
 */
export function* traceInSteps(
  object: ScopedObject,
  scopes: readonly Scope[],
  evaluate: Evaluate,
): Steps<readonly Traced[]> {
  const bases = scopes.flatMap((scope) => {
    const made = evaluate(scope, object);
    return made === undefined ? [] : [{ scope, made }];
  });
  const [base] = bases;
  if (base === undefined) return [];
  const notes = base.made.map(() => ({ because: new Set<Leaf>(), fields: new Map<string, Set<Leaf>>() }));
  const at = new Map(base.made.map((each, index) => [keyOf(each), index]));
  /** Values of which no other was seen to make a field another. */
  const silent: Leaf[] = [];
  let evaluations = 0;
  const leaves = [nameOf(object), ...base.scope.objects.flatMap(leavesOf)];
  for (const leaf of leaves) {
    let [tried, told, same] = [false, false, 0];
    for (const each of bases.filter(({ scope }) => scope.objects.includes(leaf.object))) {
      // What could be told among all that it hangs together with need not be asked without them.
      if (tried) break;
      for (const instead of variantsOf(leaf)) {
        if (evaluations >= mostEvaluations) break;
        evaluations += 1;
        yield;
        const difference = differenceBy(leaf, instead, object, each, evaluate);
        if (difference === undefined) continue;
        tried = true;
        told ||= difference.changed.size > 0;
        for (const key of difference.gone) notes[at.get(key) ?? -1]?.because.add(leaf);
        for (const [key, fields] of difference.changed) noteFields(notes[at.get(key) ?? -1]?.fields, fields, leaf);
        if (difference.changed.size === 0 && difference.gone.length === 0) same += 1;
        if (same >= enoughSame) break;
        // One that changes a value and leaves the rest says all there is to say.
        if (difference.changed.size > 0 && difference.gone.length === 0) break;
      }
    }
    if (!told) silent.push(leaf);
  }
  // What only several values tell together is looked for where nothing was found yet.
  const untold = (difference: Difference | undefined): readonly (readonly [string, readonly string[]])[] =>
    [...(difference?.changed ?? [])].flatMap(([key, fields]) => {
      const note = notes[at.get(key) ?? -1]?.fields;
      const left = fields.filter((field) => note?.has(field) !== true);
      return left.length === 0 ? [] : [[key, left] as const];
    });
  const untoldOf = (objects: readonly ScopedObject[]) => {
    const itself = objects[base.scope.objects.indexOf(object)];
    const now = itself === undefined ? undefined : evaluate({ objects }, itself);
    return untold(now === undefined ? undefined : differenceOf(base.made, now, (name) => name));
  };
  for (const text of textsOf(silent)) {
    let group: readonly Leaf[] = equalIn(base.scope, object, text);
    if (group.length > mostEqual) continue;
    yield;
    const told = untoldOf(underOther(base.scope, group, text));
    if (told.length === 0) continue;
    // Of values that are alike by chance, the fewest that do.
    for (const leaf of group) {
      const fewer = group.filter((each) => each !== leaf);
      yield;
      if (JSON.stringify(untoldOf(underOther(base.scope, fewer, text))) === JSON.stringify(told)) group = fewer;
    }
    const own = group.filter((leaf) => leaf.object === object);
    for (const [key, fields] of told)
      for (const leaf of own.length > 0 ? own : group) noteFields(notes[at.get(key) ?? -1]?.fields, fields, leaf);
  }
  for (const part of base.scope.objects.flatMap((each) => partsOf(each).slice(0, mostParts))) {
    yield;
    const told = untoldOf(
      base.scope.objects.map((each) => (each === part.object ? changed(each, part.path, 'removed') : each)),
    );
    for (const [key, fields] of told) noteFields(notes[at.get(key) ?? -1]?.fields, fields, part);
  }
  return base.made.map((made, index) => {
    const { because = new Set<Leaf>(), fields = new Map<string, Set<Leaf>>() } = notes[index] ?? {};
    const all = Object.entries(made.fields).map(([field, value]) => {
      const found = fields.get(field);
      return [field, found === undefined ? sayingThe(value, silent, object) : [...found]] as const;
    });
    return { made, because: [...because], fields: new Map(all) };
  });
}

/** Values that no other could stand in for, and that say just this: nothing else is known to. */
function sayingThe(value: Value, silent: readonly Leaf[], object: ScopedObject): readonly Leaf[] {
  if (value instanceof Secret || value === '') return [];
  const same = silent.filter((leaf) => !leaf.isSecret && typeof leaf.value === 'string' && leaf.value === value);
  const own = same.filter((leaf) => leaf.object === object);
  return own.length > 0 ? own : same;
}

const mostTexts = 60;
/** Values that are alike. */
const mostEqual = 12;
const mostParts = 60;

function textsOf(leaves: readonly Leaf[]): readonly string[] {
  const texts = leaves.flatMap(({ value, isSecret }) => (typeof value === 'string' && !isSecret ? [value] : []));
  return [...new Set(texts)].slice(0, mostTexts);
}

/** Values that are this text, and names that are. */
function equalIn({ objects }: Scope, object: ScopedObject, text: string): readonly Leaf[] {
  const values = objects.flatMap(leavesOf).filter(({ value, isSecret }) => value === text && !isSecret);
  return [...values, ...objects.filter((each) => each.name === text && each !== object).map(nameOf)];
}

/** All of these under another name. */
function underOther({ objects }: Scope, leaves: readonly Leaf[], text: string): readonly ScopedObject[] {
  const to = `${text}-x`;
  return objects.map((each) => {
    let now = each;
    for (const { object, path } of leaves) {
      if (object === each) now = path[0] === 'metadata' ? { ...now, name: to } : changed(now, path, { value: to });
    }
    return now;
  });
}

/** Maps and entries of lists right below the spec, and what is in them as such. */
function partsOf(object: ScopedObject): readonly Leaf[] {
  const inside = (path: Leaf['path'], value: unknown): readonly Leaf[] => {
    if (typeof value !== 'object' || value === null || path.includes('config')) return [];
    const own = path.length > 1 ? [{ object, path, value, isSecret: false }] : [];
    if (path.length > 3) return own;
    const below = Object.entries(value).flatMap(([key, each]) =>
      inside([...path, Array.isArray(value) ? Number(key) : key], each),
    );
    // The smallest part first: it says more.
    return [...below, ...own];
  };
  return inside(['spec'], object.spec);
}

function nameOf(object: ScopedObject): Leaf {
  return { object, path: ['metadata', 'name'], value: object.name, isSecret: false };
}

interface Difference {
  /** Keys of what is not made any more. */
  readonly gone: readonly string[];
  /** Fields that are otherwise, by key. */
  readonly changed: ReadonlyMap<string, readonly string[]>;
}

interface Base {
  readonly scope: Scope;
  readonly made: readonly Made[];
}

/** `undefined`: the value cannot stand there. */
function differenceBy(
  leaf: Leaf,
  instead: Instead,
  object: ScopedObject,
  { scope, made }: Base,
  evaluate: Evaluate,
): Difference | undefined {
  const isName = leaf.path[0] === 'metadata';
  if (isName && instead === 'removed') return undefined;
  const other =
    isName && instead !== 'removed'
      ? renamed(scope, leaf.object, String(instead.value))
      : { objects: withInstead(scope, leaf, instead), isNamed: (name: string) => name };
  const itself = other.objects[scope.objects.indexOf(object)];
  const now = itself === undefined ? undefined : evaluate({ objects: other.objects }, itself);
  return now === undefined ? undefined : differenceOf(made, now, other.isNamed);
}

/** What a value names is there under the other name, too: else nothing would be made at all. */
function withInstead({ objects }: Scope, leaf: Leaf, instead: Instead): readonly ScopedObject[] {
  const now = objects.map((each) => (each === leaf.object ? changed(each, leaf.path, instead) : each));
  if (instead === 'removed' || typeof instead.value !== 'string') return now;
  const { value: name } = instead;
  const twins = objects.filter(
    ({ kind, name: its }) => its === leaf.value && (kind === 'Service' || kind === 'PortalSite'),
  );
  return [...now, ...twins.map((each) => ({ ...each, name }))];
}

/** An object under another name, and so called by all others. */
function renamed(scope: Scope, object: ScopedObject, to: string) {
  const objects = scope.objects.map((each) =>
    each === object ? { ...each, name: to } : ({ ...each, spec: withName(each.spec, object.name, to) } as ScopedObject),
  );
  return { objects, isNamed: (name: string) => (name === to ? object.name : name) };
}

function withName(value: unknown, from: string, to: string): unknown {
  if (value === from) return to;
  if (Array.isArray(value)) return value.map((each) => withName(each, from, to));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withName(each, from, to)]));
}

/** Things are the same by their place; where that is another, by their order among those of one owner in a menu. */
function differenceOf(before: readonly Made[], now: readonly Made[], isNamed: (name: string) => string): Difference {
  const left = new Map(now.map((each) => [keyOf({ ...each, target: isNamed(each.target) }), each]));
  const pairs: (readonly [Made, Made])[] = [];
  const unmet: Made[] = [];
  for (const each of before) {
    const key = keyOf(each);
    const other = left.get(key);
    if (other === undefined) unmet.push(each);
    else pairs.push([each, other]);
    left.delete(key);
  }
  const gone: string[] = [];
  for (const each of unmet) {
    const other = [...left].find(
      ([, { type, menu, target }]) => type === each.type && menu === each.menu && isNamed(target) === each.target,
    );
    if (other === undefined) gone.push(keyOf(each));
    else {
      pairs.push([each, other[1]]);
      left.delete(other[0]);
    }
  }
  const differing = pairs.flatMap(([one, other]) => {
    const fields = Object.keys(one.fields).filter((name) => !isEqual(one.fields[name], other.fields[name]));
    return fields.length === 0 ? [] : [[keyOf(one), fields] as const];
  });
  return { gone, changed: new Map(differing) };
}

function keyOf({ type, target, menu, identity }: Pick<Made, 'type' | 'target' | 'menu' | 'identity'>): string {
  return JSON.stringify([type, target, menu, identity]);
}

function isEqual(one: Value | undefined, other: Value | undefined): boolean {
  return one instanceof Secret && other instanceof Secret ? one.equals(other) : one === other;
}

function noteFields(note: Map<string, Set<Leaf>> | undefined, fields: readonly string[], leaf: Leaf): void {
  for (const field of fields) note?.set(field, (note.get(field) ?? new Set<Leaf>()).add(leaf));
}
