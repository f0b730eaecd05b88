import { type Document, isMap, isScalar, isSeq, Lexer, type Pair, parseAllDocuments, type YAMLMap } from 'yaml';
import { sameData } from '../base/same-data.ts';
import { schemaAt } from '../model/schema-node.ts';
import { readYamlFile } from './yaml-file.ts';

/** A file in canonical form, or why it is left as it is. */
export type Formatted = { readonly text: string } | { readonly left: string };

/** Form that does not settle in so many goes is left alone. */
const mostGoes = 4;

/**
 * Writes declarations in one form: two spaces in, keys in the order of the schema, no folded lines, one line end at the end.
 * Comments stay, values are the same to whoever reads them: where that cannot be had, the file is left as it is. What is
 * formatted once stays as it is when it is formatted again.
 */
export function formatText(path: string, source: string): Formatted {
  const text = source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const before = readYamlFile(path, text);
  if (before.issues.some(({ severity }) => severity === 'error')) return { left: 'it has errors: lastmile validate' };
  if (/^["']?sops["']?[ \t]*:/m.test(text)) return { left: 'it is encrypted, and its order is part of the MAC' };
  let written = text;
  for (let go = 0; go < mostGoes; go += 1) {
    const next = once(written);
    if (next === written)
      return isSame(path, text, written) ? { text: written } : { left: 'it would not say the same' };
    written = next;
  }
  return { left: 'its form does not settle' };
}

const reading = {
  version: '1.2',
  schema: 'core',
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;
const writing = { lineWidth: 0, indent: 2, flowCollectionPadding: false } as const;

function once(text: string): string {
  const documents = parseAllDocuments(text, reading) as Document[];
  const texts = documents.map((document, index) => {
    const { contents } = document;
    const kind = isMap(contents) ? contents.get('kind') : undefined;
    if (typeof kind === 'string') inOrder(contents, kind, []);
    // Between documents the mark is needed, before the first it is not.
    if (document.directives !== undefined) document.directives.docStart = index === 0 ? null : true;
    return document.toString(writing);
  });
  return texts.map((each) => (each.endsWith('\n') ? each : `${each}\n`)).join('');
}

const tops = ['apiVersion', 'kind', 'metadata', 'defaults', 'spec', 'items'];

function inOrder(node: unknown, kind: string, steps: readonly (string | number)[]): void {
  if (isSeq(node)) for (const [index, item] of node.items.entries()) inOrder(item, kind, [...steps, index]);
  if (!isMap(node)) return;
  const order = steps.length === 0 ? tops : Object.keys(schemaAt(kind, steps)?.properties ?? {});
  sortKeys(node, order);
  for (const { key, value } of node.items) inOrder(value, kind, [...steps, nameOf(key)]);
}

/** Known keys first, in their order; the others behind them as they were. A comment over the first stays with it. */
function sortKeys(map: YAMLMap, order: readonly string[]): void {
  const rank = (pair: Pair) => {
    const at = order.indexOf(nameOf(pair.key));
    return at < 0 ? order.length : at;
  };
  const sorted = [...map.items].sort((a, b) => rank(a) - rank(b));
  const moves = sorted.some((pair, at) => pair !== map.items[at]);
  if (moves && !map.items.some(hasRemarks) && !map.commentBefore && !map.comment) map.items = sorted;
}

/** A comment or an empty line tells of what stands around it, too. */
function hasRemarks({ key, value }: Pair): boolean {
  return [key, value].some((node) => {
    const { comment, commentBefore, spaceBefore } = (node ?? {}) as Remarks;
    return Boolean(comment) || Boolean(commentBefore) || spaceBefore === true;
  });
}

interface Remarks {
  readonly comment?: string | null;
  readonly commentBefore?: string | null;
  readonly spaceBefore?: boolean;
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

/** Do both say the same, and have they the same comments? */
function isSame(path: string, before: string, after: string): boolean {
  const values = (text: string) => {
    const { issues, documents } = readYamlFile(path, text);
    return [issues.filter(({ severity }) => severity === 'error').length, documents.map(({ value }) => value ?? null)];
  };
  return sameData(values(before), values(after)) && sameData(comments(before), comments(after));
}

function comments(text: string): readonly string[] {
  return [...new Lexer().lex(text)].filter((token) => token.startsWith('#')).sort();
}
