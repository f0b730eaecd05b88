import { createHash } from 'node:crypto';
import type { ParsedNode } from 'yaml';
import { equalOctets } from '../../base/equal-octets.ts';
import { isSealedText, sealedMark } from '../../base/sealed-text.ts';
import type { DataKeys } from './age-keys.ts';
import { type OpenedValue, openValue } from './encrypted-value.ts';
import { type Leaf, leavesOf, type Span } from './leaves.ts';
import { type Metadata, metadataOf, type SealProblem } from './metadata.ts';
import { ruleTest } from './rule.ts';

/** A value that was opened, and where it stands. */
export interface OpenedLeaf extends Leaf {
  /** Which document of the file, from 0. */
  readonly document: number;
  readonly sealed: string;
  readonly opened: OpenedValue;
}

export type OpenedFile =
  /** Nothing in it is encrypted. */
  | { readonly result: 'plain' }
  /** All of it is what was encrypted. */
  | {
      readonly result: 'opened';
      readonly values: readonly OpenedLeaf[];
      readonly metadata: Metadata;
      readonly key: Uint8Array;
    }
  /** None of our keys opens it. */
  | {
      readonly result: 'closed';
      readonly metadata: Metadata;
      readonly sealed: readonly (Leaf & { document: number })[];
    }
  | { readonly result: 'refused'; readonly problems: readonly SealProblem[] };

/** SHA-256 of `sops`: what a MAC over encrypted values alone begins with (getsops/sops, sops.go). */
const onlyEncryptedBegin = createHash('sha256').update('sops').digest();

/** Could anything in this text be encrypted, or be the mark that SOPS leaves? */
export function mayBeSealed(text: string): boolean {
  return text.includes(sealedMark) || (text.includes('sops') && /^["']?sops["']?[ \t]*:/m.test(text));
}

/**
 * Opens the encrypted values of a file and checks that it is what somebody with the data key left: each value for just its place,
 * all that the rule has encrypted is encrypted, and the MAC over all of them.
 *
 * @param roots of its documents
 * @param trust `values`: what its owner edited by hand, of which only each value is checked
 */
export async function openFile(
  roots: readonly (ParsedNode | null)[],
  keys: DataKeys,
  trust: 'mac' | 'values' = 'mac',
): Promise<OpenedFile> {
  const read = readFile(roots, trust);
  if (read === undefined) return { result: 'plain' };
  if ('problems' in read) return { result: 'refused', problems: read.problems };
  const { metadata, leaves } = read;
  const found = await keys.open(metadata.keys);
  if (found.result === 'closed')
    return { result: 'closed', metadata, sealed: leaves.filter(({ value }) => isSealedText(value.text)) };
  if (found.result === 'damaged') {
    const message = `the data key for ${found.recipient} does not open: it was changed since it was encrypted`;
    return refused({ code: 'LM_SOPS_KEY', message, ...metadata.span, hint: 'restore the file from git' });
  }
  return opened(leaves, metadata, found.key, trust);
}

type FileLeaf = Leaf & { readonly document: number };

interface ReadFile {
  readonly metadata: Metadata;
  readonly leaves: readonly FileLeaf[];
}

/** What can be told without a key. */
export function readFile(
  roots: readonly (ParsedNode | null)[],
  trust: 'mac' | 'values' = 'mac',
): ReadFile | { readonly problems: readonly SealProblem[] } | undefined {
  const metadata = roots.length === 0 ? undefined : metadataOf(roots[0] ?? null);
  const leaves: FileLeaf[] = [];
  for (const [document, root] of roots.entries()) {
    const found = leavesOf(root);
    if ('alias' in found) {
      if (metadata === undefined) return undefined;
      const message = 'an alias cannot stand in a file with encrypted values';
      return { problems: [{ code: 'LM_SOPS_ALIAS', message, ...found.alias, hint: 'write the value out' }] };
    }
    for (const leaf of found) leaves.push({ ...leaf, document });
  }
  if (metadata === undefined) {
    const sealed = leaves.filter(({ value }) => isSealedText(value.text));
    if (sealed.length === 0) return undefined;
    const hint = 'encrypt the file as a whole: lastmile secrets encrypt FILE';
    const message = 'a value is encrypted, and "sops" at the end of the file, which tells how, is missing';
    return { problems: sealed.slice(0, 20).map((leaf) => problemAt(leaf, 'LM_SOPS_NO_METADATA', message, hint)) };
  }
  if ('problem' in metadata) return { problems: [metadata.problem] };
  const problems = departures(leaves, metadata).filter(({ code }) => trust === 'mac' || code !== 'LM_SOPS_PLAIN');
  return problems.length > 0 ? { problems } : { metadata, leaves };
}

/** Where the file is not as its own rule has it. */
function departures(leaves: readonly FileLeaf[], { rule }: Metadata): readonly SealProblem[] {
  const encrypts = ruleTest(rule) ?? (() => true);
  const said = `${rule.kind} "${rule.text}"`;
  const problems: SealProblem[] = [];
  for (const leaf of leaves) {
    const { path, value } = leaf;
    const name = path.join('.');
    if (encrypts(path) && value.text !== '' && !isSealedText(value.text)) {
      const hint =
        'look at what else was changed, then: lastmile secrets encrypt --ignore-mac FILE; if it was ever pushed, change it';
      problems.push(
        problemAt(leaf, 'LM_SOPS_PLAIN', `"${name}" stands in clear text, and ${said} has it encrypted`, hint),
      );
    }
    if (!encrypts(path) && isSealedText(value.text)) {
      const message = `"${name}" is encrypted, and ${said} does not have it encrypted`;
      problems.push(
        problemAt(leaf, 'LM_SOPS_RULE', message, 'change the rule with sops, or restore the file from git'),
      );
    }
  }
  return problems.slice(0, 50);
}

function opened(leaves: readonly FileLeaf[], metadata: Metadata, key: Uint8Array, trust: 'mac' | 'values'): OpenedFile {
  const values: OpenedLeaf[] = [];
  const wrong: SealProblem[] = [];
  for (const leaf of leaves) {
    if (!isSealedText(leaf.value.text)) continue;
    const value = openValue(leaf.value.text, key, aboutPath(leaf.path));
    if (value === undefined || value.type === 'comment') {
      const message = `"${leaf.path.join('.')}" does not open: it was changed, or was encrypted for another place or file`;
      wrong.push(problemAt(leaf, 'LM_SOPS_VALUE', message, 'restore the file from git, or set the value anew'));
    } else values.push({ ...leaf, sealed: leaf.value.text, opened: value });
  }
  if (wrong.length > 0) return { result: 'refused', problems: wrong.slice(0, 50) };
  if (trust === 'values') return { result: 'opened', values, metadata, key };
  const mac = macOf(leaves, values, metadata);
  const kept = openValue(metadata.mac, key, metadata.lastModified);
  if (kept === undefined || !equalOctets(Buffer.from(kept.text), Buffer.from(mac))) {
    const message =
      'the MAC is not that of this file: a value was changed, added, moved or left out since it was encrypted';
    return refused({ code: 'LM_SOPS_MAC', message, ...metadata.span, hint: 'restore the file from git' });
  }
  return { result: 'opened', values, metadata, key };
}

/** Octets of all values in their order, hashed; upper case. */
export function macOf(
  leaves: readonly FileLeaf[],
  values: readonly OpenedLeaf[],
  { rule, macOnlyEncrypted }: Pick<Metadata, 'rule' | 'macOnlyEncrypted'>,
): string {
  const encrypts = ruleTest(rule) ?? (() => true);
  const hash = createHash('sha512');
  if (macOnlyEncrypted) hash.update(onlyEncryptedBegin);
  const texts = new Map(values.map(({ document, start, opened: value }) => [`${document} ${start}`, value.text]));
  for (const { document, start, path, value } of leaves) {
    if (macOnlyEncrypted && !encrypts(path)) continue;
    hash.update(texts.get(`${document} ${start}`) ?? value.text);
  }
  return hash.digest('hex').toUpperCase();
}

/** What a value is encrypted about: positions in lists are left out. */
export function aboutPath(path: readonly string[]): string {
  return `${path.join(':')}:`;
}

function refused(problem: SealProblem): OpenedFile {
  return { result: 'refused', problems: [problem] };
}

function problemAt({ start, end }: Span, code: string, message: string, hint: string): SealProblem {
  return { code, message, start, end, hint };
}
