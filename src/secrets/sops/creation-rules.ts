import { parseDocument } from 'yaml';
import { commentRules, ruleKinds, ruleTest, type SealRule } from './rule.ts';

/** For whom files of some paths are encrypted, and which of their fields. */
export interface CreationRule {
  readonly recipients: readonly string[];
  /** Absent: it does not say. */
  readonly rule?: SealRule;
  readonly macOnlyEncrypted?: boolean;
}

/** Name of the file at the top of a repository that says so. */
export const rulesFileName = '.sops.yaml';

interface Written extends CreationRule {
  readonly matches: RegExp | undefined;
}

/** The rules of a `.sops.yaml`: the first whose `path_regex` matches a path counts, as in SOPS. */
export interface CreationRules {
  of(path: string): CreationRule | undefined;
  /** What could not be understood. */
  readonly complaint?: string;
}

const maxCharacters = 256 * 1024;

/** Reads `.sops.yaml`. What is not about age is left to sops. */
export function readCreationRules(text: string): CreationRules {
  const nothing = (complaint: string): CreationRules => ({ of: () => undefined, complaint });
  if (text.length > maxCharacters) return nothing(`${rulesFileName} is too large`);
  const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
  if (document.errors.length > 0) return nothing(`${rulesFileName} is no YAML`);
  const list = (document.toJS({ maxAliasCount: 100 }) as { creation_rules?: unknown } | null)?.creation_rules;
  if (!Array.isArray(list)) return nothing(`${rulesFileName} has no creation_rules`);
  const rules: Written[] = [];
  for (const [index, each] of list.entries()) {
    const rule = typeof each === 'object' && each !== null ? readRule(each as Fields) : undefined;
    if (rule === undefined) return nothing(`rule ${index + 1} of ${rulesFileName} is not understood`);
    rules.push(rule);
  }
  return { of: (path) => rules.find(({ matches }) => matches === undefined || matches.test(path)) };
}

type Fields = Readonly<Record<string, unknown>>;

function readRule(fields: Fields): Written | undefined {
  const matches = pattern(fields['path_regex']);
  if (matches === 'wrong' || commentRules.some((name) => fields[name] !== undefined)) return undefined;
  const kinds = ruleKinds.filter((name) => typeof fields[name] === 'string' && fields[name] !== '');
  const [kind] = kinds;
  const rule = kind === undefined ? undefined : { kind, text: String(fields[kind]) };
  if (kinds.length > 1 || (rule !== undefined && ruleTest(rule) === undefined)) return undefined;
  const only = fields['mac_only_encrypted'];
  return {
    matches,
    recipients: recipientsOf(fields['age']),
    ...(rule === undefined ? {} : { rule }),
    ...(typeof only === 'boolean' ? { macOnlyEncrypted: only } : {}),
  };
}

function pattern(text: unknown): RegExp | undefined | 'wrong' {
  if (text === undefined) return undefined;
  try {
    return typeof text === 'string' && text.length < 1000 ? new RegExp(text, 'u') : 'wrong';
  } catch {
    return 'wrong';
  }
}

/** Text with commas, or a list. */
function recipientsOf(age: unknown): readonly string[] {
  const texts = Array.isArray(age) ? age.map(String) : typeof age === 'string' ? [age] : [];
  return texts.flatMap((text) => text.split(',').map((each) => each.trim())).filter((each) => each !== '');
}
