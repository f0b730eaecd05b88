import { nearest } from '../base/nearest.ts';
import type { Declarations, Declared } from './declarations.ts';
import { error, type Resolving } from './resolve/resolving.ts';

const ours = 'lastmile/';
const preventDestroy = 'lastmile/prevent-destroy';
const known = [preventDestroy];

/**
 * Checks annotations that are ours and returns the objects whose rows must not be deleted: `Subscriber/anna`, in order.
 */
export function protectedObjects(to: Resolving, declarations: Declarations): readonly string[] {
  const { operators, routers, services, subscribers, portalSites, omadaControllers } = declarations;
  const all: readonly (readonly Declared<unknown>[])[] = [
    operators,
    routers,
    services,
    subscribers,
    portalSites,
    omadaControllers,
  ];
  return all.flatMap((each) => each.filter((declared) => isProtected(to, declared)).map(nameOf)).sort();
}

/**
 * The same after some declarations went and others came.
 *
 * @param before the objects of before, in order
 */
export function protectedSince(
  to: Resolving,
  before: readonly string[],
  went: readonly Declared<unknown>[],
  came: readonly Declared<unknown>[],
): readonly string[] {
  const gone = new Set(went.map(nameOf));
  const news = came.filter((declared) => isProtected(to, declared)).map(nameOf);
  if (news.length === 0 && !before.some((each) => gone.has(each))) return before;
  return [...before.filter((each) => !gone.has(each)), ...news].sort();
}

function nameOf({ kind, name }: Declared<unknown>): string {
  return `${kind}/${name}`;
}

function isProtected(to: Resolving, declared: Declared<unknown>): boolean {
  const { annotations } = declared;
  if (annotations === undefined) return false;
  for (const key of Object.keys(annotations)) {
    if (key.startsWith(ours) && !known.includes(key)) unknown(to, declared, key);
  }
  if (!Object.hasOwn(annotations, preventDestroy)) return false;
  const value = annotations[preventDestroy];
  if (value === 'true' || value === 'false') return value === 'true';
  const path = ['metadata', 'annotations', preventDestroy];
  error(to, 'LM_UNKNOWN_WORD', `must be "true" or "false"`, declared, path);
  return true;
}

function unknown(to: Resolving, declared: Declared<unknown>, key: string): void {
  const meant = nearest(key, known);
  const hint = meant === undefined ? `known: ${known.join(', ')}` : `did you mean ${meant}?`;
  error(to, 'LM_UNKNOWN_KEY', `no annotation is called "${key}"`, declared, ['metadata', 'annotations', key], hint);
}
