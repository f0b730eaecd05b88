import { Secret } from './secret.ts';

/**
 * Do both say the same? Plain data, maps and secrets are compared by what is in them, anything else by whether it is one
 * object. (`isDeepStrictEqual` takes any two secrets for the same: it sees no private fields.)
 */
export function sameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Secret || b instanceof Secret) return a instanceof Secret && b instanceof Secret && a.equals(b);
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && sameItems(a, b);
  if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && sameItems([...a], [...b]);
  return isPlain(a) && isPlain(b) && sameFields(a, b);
}

type Fields = Readonly<Record<string, unknown>>;

/** The one of before where it says the same as the one of now, so that who has it need not look again. */
export function sharedWith<T>(before: T | undefined, now: T): T {
  return before !== undefined && sameData(before, now) ? before : now;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, at) => sameData(item, b[at]));
}

function isPlain(value: object): value is Fields {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function sameFields(a: Fields, b: Fields): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && sameData(a[name], b[name]));
}
