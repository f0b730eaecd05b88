import { schemaAt } from '../model/schema-node.ts';
import type { Instead, Leaf } from './leaves.ts';

/** Tried of each value at most. */
const most = 5;

/**
 * Other values that could stand in the place of one, the likeliest to be valid first: a little more, a little less, another
 * word of those that are allowed; at last, nothing. Pure.
 */
export function variantsOf({ object, path, value, isSecret }: Leaf): readonly Instead[] {
  if (isSecret) return secrets.map((text) => ({ value: text }));
  const others = othersOf(value, wordsAt(object.kind, path));
  const distinct = [...new Set(others)].filter((each) => each !== value).slice(0, most);
  return [...distinct.map((each) => ({ value: each })), 'removed' as const];
}

/** Text, a hash, and a key: whatever its form must be. */
const secrets = ['explained-secret-of-thirty-two-s', '0123456789abcdef0123456789abcdef'];

function othersOf(value: unknown, words: readonly string[]): readonly unknown[] {
  switch (typeof value) {
    case 'boolean':
      return [!value];
    case 'number':
      return [value + 1, value - 1, value * 2];
    case 'string':
      if (words.length > 0) return words;
      return [...stepped(value, 1), ...stepped(value, -1), `${value}x`, `x${value}`];
    default:
      return [];
  }
}

/** With its last number one more, and its first. */
function stepped(text: string, by: number): readonly string[] {
  const numbers = [...text.matchAll(/\d+/g)];
  return [numbers.at(-1), numbers[0]].flatMap((found) => {
    if (found === undefined) return [];
    const number = Number(found[0]) + by;
    if (number < 0) return [];
    // An address with a zero in front of a number is none; a code may be.
    const written = found[0].startsWith('0') ? String(number).padStart(found[0].length, '0') : String(number);
    return [`${text.slice(0, found.index)}${written}${text.slice(found.index + found[0].length)}`];
  });
}

/** The words that the schema allows there; none where it may be any. */
function wordsAt(kind: string, path: Leaf['path']): readonly string[] {
  const node = schemaAt(kind, path) as { readonly enum?: readonly unknown[] } | undefined;
  return (node?.enum ?? []).filter((each) => typeof each === 'string');
}
