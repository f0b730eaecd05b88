import type { ParsedNode } from 'yaml';
import { isSealedText } from '../../base/sealed-text.ts';
import { sealValue, type ValueType } from './encrypted-value.ts';
import { type Leaf, leavesOf, metadataKey, type Span } from './leaves.ts';
import type { KeyFor, Metadata } from './metadata.ts';
import { aboutPath, macOf, type OpenedLeaf } from './open-file.ts';
import { ruleTest } from './rule.ts';

/** Version of the format that is written, as SOPS writes it. */
const formatVersion = '3.13.2';

export interface SealPlan extends Pick<Metadata, 'rule' | 'macOnlyEncrypted'> {
  readonly keys: readonly KeyFor[];
  /** The data key. */
  readonly key: Uint8Array;
  /** Values that are encrypted already, opened; by the same data key unless `anew`. */
  readonly opened: readonly OpenedLeaf[];
  /** Every value is encrypted again: the data key is another. */
  readonly anew: boolean;
  /** What some values are from now on. */
  readonly set?: readonly { readonly document: number; readonly start: number; readonly text: string }[];
  /** Wall time, milliseconds since 1970. */
  readonly now: number;
  readonly fillRandom: (octets: Uint8Array) => void;
}

export class SealError extends RangeError {}

type FileLeaf = Leaf & { readonly document: number };

/**
 * The text of a file with all encrypted that the rule has encrypted, and what SOPS keeps at the end of each document. All else
 * stays as it is, to the octet. The form is that of SOPS 3.13, which reads it.
 *
 * @param roots of its documents, as they were read of `text` without a byte order mark
 * @throws SealError where that cannot be written
 */
export function sealFile(text: string, roots: readonly (ParsedNode | null)[], plan: SealPlan): string {
  const leaves = roots.flatMap((root, document) => {
    const found = leavesOf(root);
    if ('alias' in found)
      throw new SealError('an alias cannot stand in a file with encrypted values: write the value out');
    return found.map((leaf): FileLeaf => ({ ...leaf, document }));
  });
  const encrypts = ruleTest(plan.rule);
  if (encrypts === undefined) throw new SealError(`${plan.rule.kind} is no regular expression`);
  const known = new Map(plan.opened.map((leaf) => [leaf.start, leaf]));
  const news = new Map((plan.set ?? []).map(({ start, text: value }) => [start, value]));
  const edits: { readonly span: Span; readonly text: string }[] = [];
  const values: OpenedLeaf[] = [];
  for (const leaf of leaves) {
    const { sealed, opened, changed } = textFor(leaf, known.get(leaf.start), news.get(leaf.start), plan.anew);
    if (encrypts(leaf.path)) {
      values.push({ ...leaf, sealed: sealed ?? '', opened });
      if (changed || (sealed === undefined && opened.text !== '')) {
        const hidden = sealValue(opened, plan.key, aboutPath(leaf.path), plan.fillRandom);
        edits.push({ span: leaf, text: scalar(hidden, leaf, text) });
      }
    } else if (isSealedText(leaf.value.text))
      throw new SealError(`"${leaf.path.join('.')}" is encrypted against the rule`);
    else if (changed) edits.push({ span: leaf, text: scalar(JSON.stringify(opened.text), leaf, text, true) });
  }
  if (values.length === 0) throw new SealError('the rule has nothing in it encrypted');
  const block = blockOf(plan, macOf(leaves, values, plan));
  for (const [index, root] of roots.entries()) {
    const edit = blockEdit(text, root, block, index === roots.length - 1);
    if (edit !== undefined) edits.push(edit);
  }
  return withEdits(text, edits);
}

/** What a value is: as it was encrypted, as it stands there, or as it is from now on. */
function textFor(leaf: FileLeaf, known: OpenedLeaf | undefined, news: string | undefined, anew: boolean) {
  const before = known?.opened ?? { text: leaf.value.text, type: leaf.value.type };
  const opened = news === undefined ? before : { text: news, type: 'str' as ValueType };
  const sealed = known !== undefined && news === undefined && !anew ? known.sealed : undefined;
  return { sealed, opened, changed: news !== undefined };
}

/** In braces a comma would end a plain value. */
function scalar(value: string, leaf: Leaf, text: string, quoted = false): string {
  const written = value === '' ? '""' : quoted || !leaf.flow ? value : `"${value}"`;
  // A block of text has its line end with it.
  return text.slice(leaf.start, leaf.end).endsWith('\n') ? `${written}\n` : written;
}

function blockOf({ keys, rule, macOnlyEncrypted, key, now, fillRandom }: SealPlan, mac: string): string {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const entries = keys.flatMap(({ recipient, enc }) => [
    `        - recipient: ${recipient}`,
    '          enc: |',
    ...enc
      .trimEnd()
      .split('\n')
      .map((line) => `            ${line}`),
  ]);
  return [
    `${metadataKey}:`,
    '    age:',
    ...entries,
    `    lastmodified: "${time}"`,
    `    mac: ${sealValue({ text: mac, type: 'str' }, key, time, fillRandom)}`,
    `    ${rule.kind}: ${JSON.stringify(rule.text)}`,
    ...(macOnlyEncrypted ? ['    mac_only_encrypted: true'] : []),
    `    version: ${formatVersion}`,
    '',
  ].join('\n');
}

interface Pair {
  readonly key: { readonly value?: unknown; readonly range: readonly [number, number, number] };
  readonly value: { readonly range: readonly [number, number, number] } | null;
}

/** Where the block goes: in the place of the one before, else at the end of the document. */
function blockEdit(text: string, root: ParsedNode | null, block: string, last: boolean) {
  if (root === null) return undefined;
  const map = root as { readonly items?: readonly Pair[]; readonly flow?: boolean };
  if (map.items === undefined || map.flow === true || !map.items.every((item) => 'key' in item))
    throw new SealError('a document in braces cannot be encrypted: write each field on a line of its own');
  const at = map.items.findIndex(({ key }) => key.value === metadataKey);
  const pair = map.items[at];
  if (pair !== undefined) {
    const start = pair.key.range[0];
    const next = map.items[at + 1]?.key.range[0];
    const end = next ?? endOfLine(text, pair.value?.range[1] ?? pair.key.range[1]);
    return { span: { start, end }, text: block };
  }
  const end = last ? text.length : endOfLine(text, root.range[1]);
  const missing = text.slice(0, end).endsWith('\n') ? '' : '\n';
  return { span: { start: end, end }, text: `${missing}${block}` };
}

/** Behind the line end that follows, or right there where one came before. */
function endOfLine(text: string, from: number): number {
  if (text[from - 1] === '\n') return from;
  const found = text.indexOf('\n', from);
  return found === -1 ? text.length : found + 1;
}

function withEdits(text: string, edits: readonly { readonly span: Span; readonly text: string }[]): string {
  const parts: string[] = [];
  let end = 0;
  for (const { span, text: written } of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    parts.push(text.slice(end, span.start), written);
    end = span.end;
  }
  return parts.join('') + text.slice(end);
}
