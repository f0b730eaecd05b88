import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { type GoValue, goValue } from './go-value.ts';

/** The key of a document under which SOPS keeps what it needs to know. */
export const metadataKey = 'sops';

/** A value of a document, where it stands, and how SOPS reads it. */
export interface Leaf {
  /** Keys on the way to it. Entries of lists have none. */
  readonly path: readonly string[];
  /** The same with the positions of entries. */
  readonly steps: readonly (string | number)[];
  /** Offsets into the text of the file. */
  readonly start: number;
  readonly end: number;
  /** In a map or list in braces or brackets, where a comma ends it. */
  readonly flow: boolean;
  /** Text in it, when it is text; of a plain scalar what it says. */
  readonly value: GoValue;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The values of a document in its order, which is the order the MAC goes by; without nulls, which are left alone, and without
 * what is below `sops`.
 *
 * @returns where an alias stands instead: SOPS has it written out, and what it stands for is then encrypted for another place
 */
export function leavesOf(root: ParsedNode | null): readonly Leaf[] | { readonly alias: Span } {
  const found: Leaf[] = [];
  const alias = walk(root, { path: [], steps: [], flow: false }, found);
  return alias === undefined ? found : { alias };
}

type Place = Pick<Leaf, 'path' | 'steps' | 'flow'>;

function walk(node: ParsedNode | null, place: Place, found: Leaf[]): Span | undefined {
  const { path, steps } = place;
  if (isAlias(node)) return { start: node.range[0], end: node.range[1] };
  if (isMap<ParsedNode, ParsedNode | null>(node)) {
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : '');
      if (path.length === 0 && name === metadataKey) continue;
      const flow = place.flow || node.flow === true;
      const alias = walk(value, { path: [...path, name], steps: [...steps, name], flow }, found);
      if (alias !== undefined) return alias;
    }
    return undefined;
  }
  if (isSeq<ParsedNode | null>(node)) {
    for (const [index, item] of node.items.entries()) {
      const alias = walk(item, { path, steps: [...steps, index], flow: place.flow || node.flow === true }, found);
      if (alias !== undefined) return alias;
    }
    return undefined;
  }
  const value = isScalar(node) ? readScalar(node) : undefined;
  if (node !== null && value !== undefined) found.push({ ...place, start: node.range[0], end: node.range[1], value });
  return undefined;
}

function readScalar(node: { readonly type?: unknown; readonly value: unknown; readonly source?: string }) {
  if (node.type === 'PLAIN') return goValue(node.source ?? '');
  return { text: String(node.value), type: 'str' as const };
}
