import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';

export type Path = readonly (string | number)[];

/** What stands at a path. Offsets are into the text of the file. */
export interface Located {
  readonly start: number;
  readonly end: number;
  /** The value's text as it was typed, when it is a plain or quoted scalar. */
  readonly source?: string;
  readonly plain: boolean;
}

/**
 * Finds the key or the value at a path below `root`. Where the path runs out, the deepest part that is there stands in:
 * its key, or for an entry of a list its first key.
 */
export function locate(root: ParsedNode | null, path: Path, on: 'key' | 'value'): Located {
  let node = root;
  let found = root === null ? span(0, 0) : firstKey(root);
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const next = child(node, step);
    if (next === undefined) return found;
    node = next.value;
    found = mark(next, last && on === 'value') ?? found;
  }
  return found;
}

/** What a step leads to: its value when that is wanted and stands on its own, else its key. */
function mark({ key, value }: Step, wantsValue: boolean): Located | undefined {
  const block = (isMap(value) || isSeq(value)) && value.flow !== true;
  if (wantsValue && value !== null && !block) return whole(value);
  if (key !== undefined) return whole(key);
  return value === null ? undefined : firstKey(value);
}

interface Step {
  /** Absent for an entry of a list. */
  readonly key?: ParsedNode;
  readonly value: ParsedNode | null;
}

/** True when every step of the path exists. */
export function exists(root: ParsedNode | null, path: Path): boolean {
  let node = root;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) return false;
    node = next.value;
  }
  return true;
}

/** The first key of a map, else the start of the node: where an object begins for a reader. */
export function firstKey(node: ParsedNode): Located {
  const key = isMap(node) ? (node.items[0]?.key as ParsedNode | undefined) : undefined;
  return key === undefined ? span(node.range[0], node.range[0]) : whole(key);
}

function child(node: ParsedNode | null, step: string | number): Step | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)] as ParsedNode | null | undefined;
    return value === undefined ? undefined : { value };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && item.key.value === String(step));
  return pair === undefined ? undefined : { key: pair.key as ParsedNode, value: pair.value as ParsedNode | null };
}

function whole(node: ParsedNode): Located {
  const [start, end] = node.range;
  if (!isScalar(node)) return span(start, end);
  return { start, end, plain: node.type === 'PLAIN', ...(node.source === undefined ? {} : { source: node.source }) };
}

function span(start: number, end: number): Located {
  return { start, end, plain: false };
}
