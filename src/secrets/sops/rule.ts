/** Which fields of a file are encrypted. One of them; none is the default of SOPS: all but those that end in `_unencrypted`. */
export interface SealRule {
  readonly kind: 'encrypted_suffix' | 'unencrypted_suffix' | 'encrypted_regex' | 'unencrypted_regex';
  readonly text: string;
}

export const defaultRule: SealRule = { kind: 'unencrypted_suffix', text: '_unencrypted' };

/** Rules by comments: SOPS has them, and who moves a comment would change what is secret. */
export const commentRules = ['encrypted_comment_regex', 'unencrypted_comment_regex'] as const;
export const ruleKinds = ['encrypted_suffix', 'unencrypted_suffix', 'encrypted_regex', 'unencrypted_regex'] as const;

const longest = 4_000;

/**
 * Tells of a path whether the rule has its value encrypted: a rule matches when any key of the path does (getsops/sops, sops.go).
 *
 * @returns nothing where the rule is no regular expression
 */
export function ruleTest({ kind, text }: SealRule): ((path: readonly string[]) => boolean) | undefined {
  const encrypts = kind.startsWith('encrypted');
  const matches = kind.endsWith('suffix') ? (key: string) => key.endsWith(text) : expression(text);
  if (matches === undefined) return undefined;
  const known = new Map<string, boolean>();
  const once = (key: string): boolean => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = matches(key);
    known.set(key, found);
    return found;
  };
  return (path) => path.some(once) === encrypts;
}

/** RE2's own way to ignore case is written in front; otherwise what people write here means the same in both. */
function expression(text: string): ((key: string) => boolean) | undefined {
  if (text.length > longest) return undefined;
  const [, flags = '', body = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(text) ?? [];
  try {
    const regex = new RegExp(body, `u${flags}`);
    return (key) => regex.test(key);
  } catch {
    return undefined;
  }
}
