import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { printable } from '../base/bytes.ts';
import { seemsSecret } from '../model/secret-places.ts';
import type { Report } from './report.ts';

/** What a document says, as plain data. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** Values that may arrive through aliases in one document: anchors are for people, not for bulk. */
const maxAliased = 20_000;

interface Anchored {
  readonly value: Plain;
  /** Values it stands for, nested aliases included. */
  readonly size: number;
}

interface Walk {
  readonly anchors: Map<string, Anchored | 'unfinished'>;
  readonly report: Report;
  aliased: number;
  /** What is read stands under a key of a secret: it is in no message. */
  hidden: boolean;
}

/**
 * The value of a node, with what YAML allows and we do not reported: tags, merge keys, keys that are not text, keys given
 * twice, aliases to nothing, to themselves, or to too much. Depth is bounded by the caller.
 */
export function plainValue(node: ParsedNode, report: Report): Plain {
  return read(node, { anchors: new Map(), report, aliased: 0, hidden: false }).value;
}

function read(node: ParsedNode | null, walk: Walk): Anchored {
  if (node === null) return { value: null, size: 1 };
  if (isAlias(node)) return readAlias(node.source, node.range, walk);
  if (node.tag !== undefined) {
    const hint = 'remove it; values are what they look like, text is quoted';
    walk.report(
      'LM_YAML_TAG',
      `${shown(`the tag ${node.tag}`, 'a tag', walk)} is not allowed`,
      node.range[0],
      node.range[1],
      hint,
    );
  }
  const { anchor } = node;
  if (anchor !== undefined) walk.anchors.set(anchor, 'unfinished');
  const result = readContent(node, walk);
  if (anchor !== undefined) walk.anchors.set(anchor, result);
  return result;
}

function readContent(node: ParsedNode, walk: Walk): Anchored {
  if (isMap(node)) return readMap(node as YAMLMap.Parsed, walk);
  if (isSeq(node)) return readSeq(node as YAMLSeq.Parsed, walk);
  return { value: isScalar(node) ? (node.value as Plain) : null, size: 1 };
}

function readAlias(name: string, range: readonly [number, number, number], walk: Walk): Anchored {
  const target = walk.anchors.get(name);
  if (target === undefined || target === 'unfinished') {
    const message =
      target === undefined
        ? `${shown(`no anchor &${name}`, 'no such anchor', walk)} before this alias`
        : 'an alias cannot stand inside its own anchor';
    walk.report('LM_YAML_ALIAS', message, range[0], range[1]);
    return { value: null, size: 1 };
  }
  walk.aliased += target.size;
  if (walk.aliased <= maxAliased) return target;
  if (walk.aliased - target.size <= maxAliased) {
    const hint = 'use `defaults:` of a list instead of aliases';
    walk.report('LM_YAML_ALIAS', `aliases stand for more than ${maxAliased} values`, range[0], range[1], hint);
  }
  return { value: null, size: 1 };
}

function readSeq(node: YAMLSeq.Parsed, walk: Walk): Anchored {
  const value: Plain[] = [];
  let size = 1;
  for (const item of node.items) {
    const child = read(item as ParsedNode | null, walk);
    value.push(child.value);
    size += child.size;
  }
  return { value, size };
}

function readMap(node: YAMLMap.Parsed, walk: Walk): Anchored {
  const value: Record<string, Plain> = {};
  const seen = new Map<string, number>();
  let size = 1;
  for (const pair of node.items) {
    const key = readKey(pair.key, seen, walk);
    const outside = walk.hidden;
    walk.hidden ||= key !== undefined && (pair.value?.tag !== undefined || isAlias(pair.value)) && seemsSecret(key);
    const child = read(pair.value, walk);
    walk.hidden = outside;
    size += child.size;
    if (key === undefined) continue;
    // An own property even when it is called __proto__: it must be seen as a key, not become a prototype.
    if (key === '__proto__') Object.defineProperty(value, key, { value: child.value, enumerable: true });
    else value[key] = child.value;
  }
  return { value, size };
}

/** Words with what was typed in them, or without it. */
function shown(typed: string, otherwise: string, { hidden }: Walk): string {
  return hidden ? otherwise : printable(typed, 70);
}

/** The text of a key, or `undefined` when it cannot be one. */
function readKey(node: ParsedNode, seen: Map<string, number>, walk: Walk): string | undefined {
  const [start, end] = node.range;
  if (!isScalar(node) || typeof node.value !== 'string') {
    const hint = isScalar(node) ? `quote it: "${printable(node.source ?? '', 60)}"` : 'a key is a plain word';
    walk.report('LM_YAML_KEY', 'a key must be text', start, end, hint);
    return undefined;
  }
  if (node.tag !== undefined)
    walk.report('LM_YAML_TAG', `the tag ${printable(node.tag, 60)} is not allowed`, start, end);
  const key = node.value;
  if (key === '<<' && node.type === 'PLAIN') {
    walk.report(
      'LM_YAML_MERGE',
      'merge keys are not allowed',
      start,
      end,
      'use `defaults:` of a list, or write the fields out',
    );
    return undefined;
  }
  const first = seen.get(key);
  if (first === undefined) seen.set(key, start);
  else
    walk.report('LM_DUPLICATE_KEY', `the key "${printable(key, 60)}" is given twice`, start, end, 'keep one of them');
  return first === undefined ? key : undefined;
}
