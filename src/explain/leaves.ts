import { Secret } from '../base/secret.ts';
import { isSecretPlace } from '../model/secret-places.ts';
import { isSecretProperty } from '../model/secret-property.ts';
import type { ExplainedKind, ScopedObject } from './scope.ts';

export type Path = readonly (string | number)[];

/** A value that stands in a declaration. */
export interface Leaf {
  readonly object: ScopedObject;
  /** As in a single document: `['spec', 'rate', 'down']`. */
  readonly path: Path;
  readonly value: unknown;
  readonly isSecret: boolean;
}

/** The values of an object, in the order they are written; `config` of a router, whose rows say what they say, is left out. */
export function leavesOf(object: ScopedObject): readonly Leaf[] {
  const found: Leaf[] = [];
  collect(object, ['spec'], object.spec, found);
  return found;
}

function collect(object: ScopedObject, path: Path, value: unknown, found: Leaf[]): void {
  const isSecret = isSecretAt(object.kind, path);
  const inside =
    !isSecret && typeof value === 'object' && value !== null && !(value instanceof Secret) ? Object.entries(value) : [];
  if (inside.length === 0) {
    found.push({ object, path, value, isSecret });
    return;
  }
  for (const [key, each] of inside) {
    if (object.kind === 'Router' && path.length === 1 && key === 'config') continue;
    collect(object, [...path, Array.isArray(value) ? Number(key) : key], each, found);
  }
}

/** Of a list as a field of one declaration, and as one object of many. */
function isSecretAt(kind: ExplainedKind, path: Path): boolean {
  return isSecretPlace(kind, path) || (path[1] === 'config' && isSecretProperty(String(path.at(-1))));
}

/** `rate.down`, `pools[0].name`. */
export function fieldName([first, ...rest]: Path): string {
  const steps = first === 'spec' ? rest : [first, ...rest];
  return steps.map((step, at) => (typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${step}`)).join('');
}

/** What takes the place of a value; `removed` where nothing does. */
export type Instead = { readonly value: unknown } | 'removed';

/** The object with another value at a path. */
export function changed(object: ScopedObject, path: Path, instead: Instead): ScopedObject {
  const [first, ...rest] = path;
  if (first !== 'spec') return object;
  return { ...object, spec: put(object.spec, rest, instead) };
}

function put(value: unknown, path: Path, instead: Instead): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return instead === 'removed' ? undefined : instead.value;
  if (Array.isArray(value)) {
    const copy: unknown[] = [...(value as readonly unknown[])];
    if (rest.length === 0 && instead === 'removed') copy.splice(Number(step), 1);
    else copy[Number(step)] = put(copy[Number(step)], rest, instead);
    return copy;
  }
  const { [step]: before, ...others } = value as Readonly<Record<string, unknown>>;
  if (rest.length === 0 && instead === 'removed') return others;
  return { ...(value as object), [step]: put(before, rest, instead) };
}
