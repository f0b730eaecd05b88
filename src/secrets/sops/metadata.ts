import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { metadataKey, type Span } from './leaves.ts';
import { commentRules, defaultRule, ruleKinds, ruleTest, type SealRule } from './rule.ts';

/** The data key of a file, encrypted for somebody. */
export interface KeyFor {
  readonly recipient: string;
  /** An armored age file. */
  readonly enc: string;
}

/** What SOPS keeps at the end of a file. */
export interface Metadata {
  readonly keys: readonly KeyFor[];
  readonly rule: SealRule;
  readonly macOnlyEncrypted: boolean;
  /** As it is written: it is what the MAC is encrypted about. */
  readonly lastModified: string;
  readonly mac: string;
  /** Where the whole of it stands. */
  readonly span: Span;
}

/** Something wrong in a file, with its place. */
export interface SealProblem extends Span {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const otherKeys = ['pgp', 'kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'hckms'] as const;

/** What stands below `sops` in a document; `undefined` when there is no such key. */
export function metadataOf(root: ParsedNode | null): Metadata | { readonly problem: SealProblem } | undefined {
  const pair = isMap<ParsedNode, ParsedNode | null>(root)
    ? root.items.find(({ key }) => isScalar(key) && key.value === metadataKey)
    : undefined;
  if (pair === undefined) return undefined;
  const [start] = pair.key.range;
  const span = { start, end: pair.value?.range[1] ?? start };
  const wrong = (message: string, node: ParsedNode | null = null, code = 'LM_SOPS_METADATA', hint?: string) => {
    const [from, to] = node?.range ?? pair.key.range;
    return { problem: { code, message, start: from, end: to, ...(hint === undefined ? {} : { hint }) } };
  };
  const fields = pair.value;
  if (!isMap<ParsedNode, ParsedNode | null>(fields)) return wrong('"sops" is a map that SOPS writes');
  const field = (name: string): ParsedNode | null =>
    fields.items.find(({ key }) => isScalar(key) && key.value === name)?.value ?? null;
  const text = (name: string): string | undefined => scalarText(field(name));

  if (field('key_groups') !== null || field('shamir_threshold') !== null)
    return wrong('groups of keys are not supported', field('key_groups'), 'LM_SOPS_KEYS', 'one group of age keys is');
  const keys = keysIn(field('age'));
  if (keys === undefined) return wrong('a key is a recipient and what is encrypted for it', field('age'));
  if (keys.length === 0) {
    const other = otherKeys.find(
      (name) => isSeq(field(name)) && (field(name) as { items: unknown[] }).items.length > 0,
    );
    const message = other === undefined ? 'it is encrypted for no key' : `it is encrypted for keys of ${other} only`;
    return wrong(message, null, 'LM_SOPS_KEYS', 'encrypt it for an age key: sops rotate -i --add-age age1…');
  }
  const commented = commentRules.find((name) => field(name) !== null);
  if (commented !== undefined)
    return wrong(`"${commented}" is not supported`, field(commented), 'LM_SOPS_RULE', 'use encrypted_regex');
  const named = ruleKinds.filter((name) => (text(name) ?? '') !== '');
  if (named.length > 1) return wrong(`only one of ${named.join(' and ')} may be given`, null, 'LM_SOPS_RULE');
  const [kind] = named;
  const rule = kind === undefined ? defaultRule : { kind, text: text(kind) ?? '' };
  if (ruleTest(rule) === undefined)
    return wrong('no regular expression', kind === undefined ? null : field(kind), 'LM_SOPS_RULE');
  const [mac, lastModified] = [text('mac'), text('lastmodified')];
  if ((mac ?? '') === '')
    return wrong(
      'there is no MAC: nobody can tell whether the file is what was encrypted',
      null,
      'LM_SOPS_NO_MAC',
      'restore the file from git',
    );
  if (lastModified === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(lastModified))
    return wrong('"lastmodified" is a time like 2027-01-31T18:00:00Z', field('lastmodified'));
  return { keys, rule, macOnlyEncrypted: text('mac_only_encrypted') === 'true', lastModified, mac: mac ?? '', span };
}

function keysIn(node: ParsedNode | null): readonly KeyFor[] | undefined {
  if (node === null) return [];
  if (isScalar(node) && node.value === null) return [];
  if (!isSeq<ParsedNode | null>(node)) return undefined;
  const keys: KeyFor[] = [];
  for (const entry of node.items) {
    if (!isMap<ParsedNode, ParsedNode | null>(entry)) return undefined;
    const at = (name: string) =>
      scalarText(entry.items.find(({ key }) => isScalar(key) && key.value === name)?.value ?? null);
    const [recipient, enc] = [at('recipient'), at('enc')];
    if (recipient === undefined || enc === undefined) return undefined;
    keys.push({ recipient, enc });
  }
  return keys;
}

/** Text of a scalar; of a plain one what it was typed as. */
function scalarText(node: ParsedNode | null): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return node.type === 'PLAIN' ? (node.source ?? '') : String(node.value);
}
