import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { type Node, yamlText } from '../yaml-text.ts';

/** Text in the place of other text; offsets are into the file as it is. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One field below a map; of an entry of a list, its place in it. */
export type FieldPath = readonly (string | number)[];

/**
 * The edit that gives a field below a map another value, and leaves all else as it is: comments, quotes, order. Pure.
 *
 * @param value absent: the field goes
 * @returns `undefined` where that takes more than an edit of one place
 */
export function editOf(text: string, root: ParsedNode, path: FieldPath, value: Node | undefined): TextEdit | undefined {
  let node: ParsedNode | null = root;
  for (const [depth, step] of path.entries()) {
    const last = depth === path.length - 1;
    const child: ParsedNode | null | undefined = childOf(node, step);
    if (value === undefined && last) return child === undefined ? undefined : removed(text, node, step);
    if (child === undefined || (child === null && !last)) {
      if (value === undefined || !isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
      return inserted(text, node, String(step), nested(path.slice(depth + 1), value));
    }
    node = child;
  }
  return value === undefined ? undefined : replaced(text, node, value);
}

/** The value of a field as text, where it is a scalar. */
export function scalarText(node: ParsedNode | null | undefined): string | undefined {
  return isScalar(node) ? (node.source ?? String(node.value)) : undefined;
}

export function childOf(node: ParsedNode | null, step: string | number): ParsedNode | null | undefined {
  if (isSeq<ParsedNode | null>(node)) return node.items[Number(step)];
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))?.value;
}

function nested(path: FieldPath, value: Node): Node {
  return path.reduceRight<Node>((inner, step) => ({ [String(step)]: inner }), value);
}

/** On one line, whatever it is. */
function flow(node: Node): string {
  if (Array.isArray(node)) return `[${(node as readonly Node[]).map(flow).join(', ')}]`;
  if (typeof node !== 'object') return yamlText(node).text.trimEnd();
  const entries = Object.entries(node as Readonly<Record<string, Node | undefined>>);
  return `{${entries.flatMap(([key, each]) => (each === undefined ? [] : `${key}: ${flow(each)}`)).join(', ')}}`;
}

function replaced(text: string, node: ParsedNode | null, value: Node): TextEdit | undefined {
  // What is not there has no place.
  if (node === null) return undefined;
  const [start, end] = node.range;
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  if (!isBlock) return { start, end, text: flow(value) };
  if (isSeq(node) && Array.isArray(value)) return replacedBlockList(text, node as YAMLSeq.Parsed, value);
  if (isMap(node) && typeof value === 'object' && !Array.isArray(value))
    return replacedBlockMap(text, node as YAMLMap.Parsed, value as Readonly<Record<string, Node | undefined>>);
  return undefined;
}

/** Entries that stay keep their lines, with what is said of them. */
function replacedBlockList(text: string, list: YAMLSeq.Parsed, value: readonly Node[]): TextEdit | undefined {
  const [start, last] = [list.range[0], lineEnd(text, list.range[1] - 1)];
  const column = columnOf(text, start);
  const lines = text.slice(start, last).split('\n');
  if (list.items.length !== lines.length || !list.items.every((item) => isScalar(item))) return undefined;
  const kept = new Map(list.items.map((item, at) => [scalarText(item as ParsedNode) ?? '', lines[at]?.trim() ?? '']));
  const written = value.map((item) => kept.get(String(item)) ?? `- ${flow(item)}`);
  return { start, end: last, text: written.join(`\n${' '.repeat(column)}`) };
}

/** All of it anew: a map of rates, which is short. What is said beside it would be said of something else by now. */
function replacedBlockMap(
  text: string,
  map: YAMLMap.Parsed,
  value: Readonly<Record<string, Node | undefined>>,
): TextEdit | undefined {
  const [start, end] = [map.range[0], lineEnd(text, map.range[1] - 1)];
  if (text.slice(start, end).includes('#')) return undefined;
  const column = columnOf(text, start);
  const lines = Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : `${key}: ${flow(each)}`));
  return { start, end, text: lines.join(`\n${' '.repeat(column)}`) };
}

function inserted(text: string, map: YAMLMap<ParsedNode, ParsedNode | null>, key: string, value: Node): TextEdit {
  const [first] = map.items;
  const words = `${key}: ${flow(value)}`;
  if (map.flow === true || first === undefined) {
    const last = map.items.at(-1);
    const at = last === undefined ? (map.range?.[0] ?? 0) + 1 : (last.value?.range[1] ?? last.key.range[1]);
    return { start: at, end: at, text: last === undefined ? words : `, ${words}` };
  }
  // Behind the last field of one line, and what is said beside it; else in front of the first.
  const [begin] = first.key.range;
  const space = ' '.repeat(columnOf(text, begin));
  const last = map.items.findLast((pair) => {
    const end = pair.value?.range[1] ?? pair.key.range[1];
    return !text.slice(pair.key.range[0], end).includes('\n');
  });
  if (last === undefined) return { start: begin, end: begin, text: `${words}\n${space}` };
  const at = lineEnd(text, last.value?.range[1] ?? last.key.range[1]);
  return { start: at, end: at, text: `\n${space}${words}` };
}

function removed(text: string, parent: ParsedNode | null, step: string | number): TextEdit | undefined {
  if (isSeq<ParsedNode | null>(parent)) {
    const item = parent.items[Number(step)];
    if (item === undefined || item === null || parent.items.length === 1) return undefined;
    if (parent.flow === true) return removedInFlow(parent.items, Number(step), (each) => each?.range);
    return /^ *- *$/.test(lineBefore(text, item.range[0]))
      ? removedLines(text, item.range[0], item.range[1])
      : undefined;
  }
  if (!isMap<ParsedNode, ParsedNode | null>(parent) || parent.items.length === 1) return undefined;
  const at = parent.items.findIndex(({ key }) => isScalar(key) && String(key.value) === String(step));
  const pair = parent.items[at];
  if (pair === undefined) return undefined;
  if (parent.flow === true)
    return removedInFlow(parent.items, at, ({ key, value }) => [key.range[0], value?.range[1] ?? key.range[1]]);
  // On the line of a dash, what follows would be of another entry.
  const line = text.slice(lineStart(text, pair.key.range[0]), pair.key.range[0]);
  return /^ *$/.test(line)
    ? removedLines(text, pair.key.range[0], pair.value?.range[1] ?? pair.key.range[1])
    : undefined;
}

function removedInFlow<T>(
  items: readonly T[],
  at: number,
  rangeOf: (item: T) => readonly number[] | undefined,
): TextEdit | undefined {
  const [own, before, after] = [at, at - 1, at + 1].map((index) => {
    const item = items[index];
    return item === undefined ? undefined : rangeOf(item);
  });
  if (own === undefined) return undefined;
  const [start = 0, end = 0] = own;
  if (before !== undefined) return { start: before[1] ?? start, end, text: '' };
  return { start, end: after?.[0] ?? end, text: '' };
}

function removedLines(text: string, start: number, end: number): TextEdit {
  const till = lineEnd(text, text[end - 1] === '\n' ? end - 1 : end);
  return { start: lineStart(text, start), end: Math.min(text.length, till + 1), text: '' };
}

function lineBefore(text: string, at: number): string {
  return text.slice(lineStart(text, at), at);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function columnOf(text: string, at: number): number {
  return at - lineStart(text, at);
}

export function edited(text: string, { start, end, text: instead }: TextEdit): string {
  return `${text.slice(0, start)}${instead}${text.slice(end)}`;
}
