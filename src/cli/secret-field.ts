import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { FileOnDisk } from './sealed-files.ts';

/** A field of an object, as people name it. */
export interface FieldName {
  /** Of the object, or of a subscriber of a list. */
  readonly name: string;
  /** Below `spec`, entries of lists by their name or number: `api.password`, `services.tv.password`. */
  readonly field: string;
}

/** The text with a scalar in the place of the field, and the way to it. */
export interface FieldPlace {
  readonly text: string;
  readonly document: number;
  readonly steps: readonly (string | number)[];
}

type Steps = readonly (string | number)[];

/**
 * Finds a field; where it is not there yet, or is a map (`{derive: 1}`), there is an empty text in its place afterwards.
 *
 * @throws RangeError where there is no such object, or no such field can be
 */
export function placeOfField({ path, text, roots }: FileOnDisk, { name, field }: FieldName): FieldPlace {
  for (const [document, root] of roots.entries()) {
    const begin = objectIn(root, name);
    if (begin === undefined) continue;
    let [node, steps]: [ParsedNode | null, Steps] = [begin.node, begin.steps];
    const names = field.split('.');
    for (const [depth, word] of names.entries()) {
      const next = child(node, word);
      if (next === undefined && depth === names.length - 1 && isMap(node))
        return { text: inserted(text, node as MapNode, word), document, steps: [...steps, word] };
      if (next === undefined) throw new RangeError(`${path}: ${name} has no "${names.slice(0, depth + 1).join('.')}"`);
      [node, steps] = [next.node, [...steps, next.step]];
    }
    if (isScalar(node)) return { text, document, steps };
    if (isMap(node) && node.flow === true)
      return { text: `${text.slice(0, node.range[0])}""${text.slice(node.range[1])}`, document, steps };
    throw new RangeError(`${path}: "${field}" of ${name} is more than a value: write "" there first`);
  }
  throw new RangeError(`${path} declares no "${name}"`);
}

/** The fields of an object by its name: below `spec`, or those of an item. */
function objectIn(root: ParsedNode | null, name: string): { node: ParsedNode | null; steps: Steps } | undefined {
  const items = child(root, 'items')?.node;
  if (isSeq<ParsedNode | null>(items)) {
    const index = items.items.findIndex((item) => textOf(child(item, 'name')?.node) === name);
    if (index >= 0) return { node: items.items[index] ?? null, steps: ['items', index] };
  }
  const own = textOf(child(child(root, 'metadata')?.node ?? null, 'name')?.node);
  if (own !== name) return undefined;
  const spec = child(root, 'spec');
  return spec === undefined ? undefined : { node: spec.node, steps: ['spec'] };
}

function child(node: ParsedNode | null, step: string): { node: ParsedNode | null; step: string | number } | undefined {
  if (isSeq<ParsedNode | null>(node)) {
    const named = node.items.findIndex((item) => textOf(child(item, 'name')?.node) === step);
    const index = named >= 0 ? named : /^\d+$/.test(step) ? Number(step) : -1;
    return index < 0 || index >= node.items.length ? undefined : { node: node.items[index] ?? null, step: index };
  }
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
  return pair === undefined ? undefined : { node: pair.value, step };
}

function textOf(node: ParsedNode | null | undefined): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

interface MapNode {
  readonly flow?: boolean;
  readonly items: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[];
}

/** With one more field behind the first. */
function inserted(text: string, { flow, items }: MapNode, field: string): string {
  const [first] = items;
  if (first === undefined) throw new RangeError('there is no field beside which another could be put');
  const end = first.value?.range[1] ?? first.key.range[1];
  if (flow === true) return `${text.slice(0, end)}, ${field}: ""${text.slice(end)}`;
  const [start] = first.key.range;
  const column = start - (text.lastIndexOf('\n', start - 1) + 1);
  // In front of the first key: whatever that has, comments too, stays its own.
  return `${text.slice(0, start)}${field}: ""\n${' '.repeat(column)}${text.slice(start)}`;
}
