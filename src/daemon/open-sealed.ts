import { Secret } from '../base/secret.ts';
import { layersAbove } from '../manifest/defaults.ts';
import type { Issue } from '../manifest/issue.ts';
import { readYamlFile, type YamlFile } from '../manifest/yaml-file.ts';
import { isSecretPlace } from '../model/secret-places.ts';
import type { SecretLookup } from '../model/secret-values.ts';
import { DataKeys, readAgeKeys } from '../secrets/sops/age-keys.ts';
import type { OpenedValue } from '../secrets/sops/encrypted-value.ts';
import type { Leaf } from '../secrets/sops/leaves.ts';
import type { SealProblem } from '../secrets/sops/metadata.ts';
import { mayBeSealed, type OpenedFile, type OpenedLeaf, openFile } from '../secrets/sops/open-file.ts';
import { sealRulesPath } from '../source/selection.ts';
import type { SourceFile } from '../source/source.ts';
import { type SealRules, sealRulesOf, unsealedIn } from './seal-rules.ts';

/** Files with what was encrypted in them opened, as far as it could be. */
export interface OpenedSources {
  /**
   * As they are read on: secrets stay encrypted in them and are looked up where they are used, other values stand in clear
   * text, at the places they had.
   */
  readonly files: readonly SourceFile[];
  readonly issues: readonly Issue[];
  /** Files that nothing can be said of. */
  readonly unread: readonly SourceFile[];
  /** Something was encrypted. */
  readonly any: boolean;
  sealed(file: string, text: string): SecretLookup;
}

/** What was opened before: of a file that is the same it stays open. One for each line of revisions. */
export class OpenedCache {
  readonly files = new Map<string, { readonly text: string; readonly file: YamlFile; readonly opened: OpenedFile }>();
  /** What a rule of the repository has encrypted and is not, by path. */
  readonly unsealed = new Map<
    string,
    { readonly text: string; readonly rules: string; readonly issues: readonly Issue[] }
  >();
  keys: { readonly identities: string; readonly opens: DataKeys } | undefined;
}

export interface OpenOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In `validate` a key that is not there is a warning. */
  readonly mode: 'validate' | 'use';
  readonly opened?: OpenedCache;
}

/** Opens what is encrypted in some of the files. Of files without anything encrypted it takes a look through their text. */
export async function openSealed(all: readonly SourceFile[], options: OpenOptions): Promise<OpenedSources> {
  const files = all.filter(({ path }) => path !== sealRulesPath);
  const rules = sealRulesOf(all.find(({ path }) => path === sealRulesPath));
  const sealed = files.filter(({ text }) => mayBeSealed(text));
  const cache = options.opened ?? new OpenedCache();
  const told = toldBy(rules, files, cache);
  if (sealed.length === 0) return { files, issues: told, unread: [], any: false, sealed: () => closed('') };
  const { identities, complaint } = await readAgeKeys(options.env);
  const keys = keysOf(cache, identities);
  const found = new Map<string, Opening>();
  for (const file of sealed) found.set(file.path, await openOne(file, keys, cache, options.mode));
  for (const path of cache.files.keys()) if (!found.has(path)) cache.files.delete(path);
  const openings = [...found.values()];
  const secrets = new Map([...found].map(([path, { secrets: values }]) => [path, values]));
  return {
    files: files.flatMap((file) => {
      const opening = found.get(file.path);
      if (opening === undefined) return [file];
      return opening.text === undefined ? [] : [{ path: file.path, text: opening.text }];
    }),
    issues: [...told, ...openings.flatMap(({ issues }) => issues)],
    unread: sealed.filter(({ path }) => found.get(path)?.text === undefined),
    any: openings.some((each) => each.any),
    sealed: (file, text) => {
      // What stands in defaults is used by what lies beneath them.
      const above = () =>
        layersAbove(file, secrets)
          .find((each) => each.has(text))
          ?.get(text);
      const secret = secrets.get(file)?.get(text) ?? above();
      return secret === undefined ? closed(complaint ?? '') : { result: 'found', secret };
    },
  };
}

/** What is not encrypted though a rule of the repository says so; of files that are the same, what was told before. */
function toldBy(rules: SealRules | undefined, files: readonly SourceFile[], cache: OpenedCache): readonly Issue[] {
  const { unsealed } = cache;
  if (rules === undefined) {
    unsealed.clear();
    return [];
  }
  const before = new Map(unsealed);
  unsealed.clear();
  const issues = files.flatMap((file) => {
    const known = before.get(file.path);
    const isSame = known?.text === file.text && known.rules === rules.text;
    const found = isSame ? known.issues : unsealedIn(file, rules);
    unsealed.set(file.path, { text: file.text, rules: rules.text, issues: found });
    return found;
  });
  return [...(rules.issue === undefined ? [] : [rules.issue]), ...issues];
}

/** What came of one file. Without `text` it cannot be read on. */
interface Opening {
  readonly text?: string;
  readonly issues: readonly Issue[];
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly any: boolean;
}

const noSecrets: ReadonlyMap<string, Secret> = new Map();

function closed(complaint: string): SecretLookup {
  const hint = complaint === '' ? 'LASTMILE_AGE_KEY or --age-key-file gives one' : complaint;
  return { result: 'missing', reason: `no age key opens what is encrypted in this file (${hint})` };
}

function keysOf(cache: OpenedCache, identities: readonly string[]): DataKeys {
  const known = identities.join('\n');
  // What no key opened may open with another.
  if (cache.keys?.identities !== known) {
    cache.files.clear();
    cache.keys = { identities: known, opens: new DataKeys(identities) };
  }
  return cache.keys.opens;
}

async function openOne(
  { path, text }: SourceFile,
  keys: DataKeys,
  cache: OpenedCache,
  mode: OpenOptions['mode'],
): Promise<Opening> {
  const known = cache.files.get(path);
  const file = known?.text === text ? known.file : readYamlFile(path, text);
  // What is wrong with its form is told where it is read on.
  if (file.issues.some(({ severity }) => severity === 'error'))
    return { text, issues: [], secrets: noSecrets, any: false };
  const roots = file.documents.map(({ node }) => node);
  const opened = known?.text === text ? known.opened : await openFile(roots, keys);
  cache.files.set(path, { text, file, opened });
  switch (opened.result) {
    case 'plain':
      return { text, issues: [], secrets: noSecrets, any: false };
    case 'refused':
      return { issues: opened.problems.map((each) => issueOf(file, each)), secrets: noSecrets, any: true };
    case 'closed': {
      const others = opened.sealed.filter((leaf) => !isSecretPlace(kindOf(file, leaf.document), leaf.steps));
      if (others.length === 0) return { text, issues: [], secrets: noSecrets, any: true };
      const to = opened.metadata.keys.map(({ recipient }) => recipient).join(', ');
      const message = `this file is encrypted for ${to}, and no key of them is given: nothing in it was checked`;
      const hint = 'give one with LASTMILE_AGE_KEY or --age-key-file';
      const issue = issueOf(file, { code: 'LM_SOPS_NO_KEY', message, ...opened.metadata.span, hint });
      return { issues: [mode === 'use' ? issue : { ...issue, severity: 'warning' }], secrets: noSecrets, any: true };
    }
    default: {
      const kinds = new Map(
        opened.values.flatMap((leaf) =>
          leaf.path.join() === 'kind' ? [[leaf.document, leaf.opened.text] as const] : [],
        ),
      );
      const isSecret = (leaf: OpenedLeaf) =>
        isSecretPlace(kinds.get(leaf.document) ?? kindOf(file, leaf.document), leaf.steps);
      const secrets = new Map<string, Secret>();
      for (const leaf of opened.values) if (isSecret(leaf)) secrets.set(leaf.sealed, new Secret(leaf.opened.text));
      const others = opened.values.filter((leaf) => !isSecret(leaf));
      return { text: withValues(text, others), issues: [], secrets, any: true };
    }
  }
}

function kindOf({ documents }: YamlFile, document: number): string {
  const value = documents[document]?.value;
  const kind =
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { kind?: unknown }).kind : '';
  return typeof kind === 'string' ? kind : '';
}

/** The text with values in the place of what they were encrypted to. Whatever follows stands where it stood. */
function withValues(text: string, values: readonly (Leaf & { readonly opened: OpenedValue })[]): string {
  // Offsets are into the text after its byte order mark.
  const begin = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const parts: string[] = [];
  let end = 0;
  for (const leaf of values) {
    const [from, to] = [leaf.start + begin, leaf.end + begin];
    const before = text.slice(from, to);
    const written = scalarOf(leaf.opened);
    const lines = before.split('\n').length - 1;
    const rest = lines > 0 ? '\n'.repeat(lines) : ' '.repeat(Math.max(0, before.length - written.length));
    parts.push(text.slice(end, from), written, rest);
    end = to;
  }
  return parts.join('') + text.slice(end);
}

/** As YAML has it: JSON's strings are YAML's. */
function scalarOf({ text, type }: OpenedValue): string {
  if (type === 'int' || type === 'float') return text;
  return type === 'bool' ? text.toLowerCase() : JSON.stringify(text);
}

function issueOf(file: YamlFile, { code, message, start, end, hint }: SealProblem): Issue {
  const place = { file: file.path, ...file.at(start, end) };
  return { severity: 'error', code, message, ...place, ...(hint === undefined ? {} : { hint }) };
}
