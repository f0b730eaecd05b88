import { isSealedText } from '../base/sealed-text.ts';
import { isPublicPlace, isSecretPlace } from '../model/secret-places.ts';
import { isSecretProperty } from '../model/secret-property.ts';
import type { Issue } from './issue.ts';
import { locate } from './locate.ts';
import type { Plain } from './plain-value.ts';
import type { YamlFile } from './yaml-file.ts';

export interface PlainSecretOptions {
  /** True for a RADIUS attribute that holds a password or a key. */
  readonly attributeHides?: (name: string) => boolean;
  /** Of the path of a field: is it to be encrypted by a rule of the repository? */
  readonly mustBeSealed?: (path: readonly string[]) => boolean;
  /** Only what that rule has encrypted is looked for. */
  readonly byRuleAlone?: boolean;
}

/**
 * Secrets that stand in clear text in a file, each with its place: by the schema of its kind, whatever else is wrong with the
 * file. What they say is in no message.
 */
export function plainSecrets(file: YamlFile, options: PlainSecretOptions = {}): readonly Issue[] {
  return file.documents.flatMap(({ node, value }) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const kind = (value as Fields)['kind'];
    const found: (readonly [Steps, string])[] = [];
    walk(value, [], (steps, text, parent) => {
      const code = codeOf(typeof kind === 'string' ? kind : '', steps, text, parent, options);
      if (code !== undefined) found.push([steps, code]);
    });
    return found.map(([steps, code]): Issue => {
      const { start, end } = locate(node, steps, 'value');
      const name = String(steps.findLast((step) => typeof step === 'string'));
      const place = { file: file.path, ...file.at(start, end) };
      if (code === 'LM_SOPS_PLAIN') {
        const message = `"${name}" stands in clear text, and .sops.yaml has it encrypted`;
        return { severity: 'error', code, message, hint: `lastmile secrets encrypt ${file.path}`, ...place };
      }
      const message = `"${name}" is a secret in clear text`;
      const hint = `lastmile secrets encrypt ${file.path}, or {env: LASTMILE_SECRET_…}, {file: …}, {derive: 1}`;
      return { severity: 'error', code, message, hint, ...place };
    });
  });
}

/** Names of properties of routers that hold secrets, as far as `config` in a file has them. */
export function configSecretNames(file: YamlFile): readonly string[] {
  const found = new Set<string>();
  for (const { value } of file.documents) {
    if (typeof value !== 'object' || value === null) continue;
    walk(value, [], (steps) => {
      const name = String(steps.at(-1));
      // A word of ours beside the properties of a row is called the same.
      if (steps[1] === 'config' && name !== 'key' && isSecretProperty(name)) found.add(name);
    });
  }
  return [...found];
}

type Steps = readonly (string | number)[];
type Fields = Readonly<Record<string, Plain>>;

function codeOf(kind: string, steps: Steps, text: string, parent: Plain, options: PlainSecretOptions) {
  if (text === '' || isSealedText(text) || steps[0] === 'sops') return undefined;
  if (options.byRuleAlone !== true && isSecret(kind, steps, parent, options)) return 'LM_SECRET_IN_TEXT';
  const path = steps.filter((step) => typeof step === 'string');
  // Where a secret is to be had is none.
  const isReference = ['env', 'file', 'derive'].includes(String(steps.at(-1)));
  return !isReference && options.mustBeSealed?.(path) === true ? 'LM_SOPS_PLAIN' : undefined;
}

function isSecret(kind: string, steps: Steps, parent: Plain, { attributeHides }: PlainSecretOptions): boolean {
  if (!isSecretPlace(kind, steps) || isPublicPlace(steps)) return false;
  const name = String(steps.at(-1));
  if (steps[1] === 'config') return isSecretProperty(name);
  if (name !== 'value' || !steps.includes('attributes')) return true;
  const attribute = (parent as Fields)['name'];
  return typeof attribute === 'string' && attributeHides?.(attribute) === true;
}

function walk(value: Plain, steps: Steps, take: (steps: Steps, text: string, parent: Plain) => void): void {
  const entries: readonly (readonly [string | number, Plain])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value as Fields);
  for (const [step, each] of entries) {
    if (typeof each === 'object' && each !== null) walk(each, [...steps, step], take);
    else if (typeof each === 'string') take([...steps, step], each, value);
  }
}
