/** Says whether a path below the root is left out. Folders are asked with `folder: true`. */
export type IgnoreRules = (path: string, folder: boolean) => boolean;

interface Rule {
  readonly matches: RegExp;
  readonly negated: boolean;
  readonly folderOnly: boolean;
}

/**
 * The rules of a `.lastmileignore`, a line each, as in `.gitignore`: `#` begins a comment, `!` takes a path back in, a
 * slash at the end means folders only, a slash elsewhere ties the pattern to the root, `*`, `?` and `[…]` stay within one
 * name and `**` crosses folders. The last rule that matches decides.
 */
export function parseIgnore(text: string): IgnoreRules {
  const rules = text.split(/\r?\n/).flatMap((line) => ruleOf(line) ?? []);
  return (path, folder) => {
    let ignored = false;
    for (const rule of rules) if ((folder || !rule.folderOnly) && rule.matches.test(path)) ignored = !rule.negated;
    return ignored;
  };
}

/** Whether a path fits one pattern as of `.lastmileignore`, itself or by a folder above it. */
export function pathFits(pattern: string, path: string): boolean {
  const rules = parseIgnore(pattern);
  const names = path.split('/');
  return names.some((_, depth) => rules(names.slice(0, depth + 1).join('/'), depth < names.length - 1));
}

/** Stands at the top beside declarations, hidden, and is read with them: which of their fields are to be encrypted. */
export const sealRulesPath = '.sops.yaml';

/** Is this the name of a file that declares something? */
export function isYamlName(name: string): boolean {
  return /\.ya?ml$/.test(name);
}

/** Is the file at this path read? Not when it, or a folder above it, is hidden or ignored. */
export function isDeclaration(path: string, rules: IgnoreRules): boolean {
  const names = path.split('/');
  if (!isYamlName(path) || names.some((name) => name.startsWith('.'))) return false;
  return names.every((_, depth) => !rules(names.slice(0, depth + 1).join('/'), depth < names.length - 1));
}

function ruleOf(line: string): Rule | undefined {
  const trimmed = line.trimEnd();
  if (trimmed === '' || trimmed.startsWith('#')) return undefined;
  const negated = trimmed.startsWith('!');
  const pattern = negated ? trimmed.slice(1) : trimmed.replace(/^\\([#!])/, '$1');
  const folderOnly = pattern.endsWith('/');
  const body = pattern.replace(/\/+$/, '');
  if (body === '' || body === '/') return undefined;
  const tied = body.includes('/');
  return { matches: expression(body.replace(/^\//, ''), tied), negated, folderOnly };
}

function expression(pattern: string, tied: boolean): RegExp {
  const source = pattern
    .split('/')
    .map((part) => (part === '**' ? '**' : segment(part)))
    .join('/')
    .replace(/^\*\*\//, '(?:.*/)?')
    .replace(/\/\*\*\//g, '/(?:.*/)?')
    .replace(/\/\*\*$/, '/.*')
    .replace(/^\*\*$/, '.*');
  return new RegExp(`^${tied ? '' : '(?:.*/)?'}${source}$`, 'u');
}

/** One name of a pattern as a regular expression that never crosses a slash. */
function segment(part: string): string {
  return part.replace(
    /\[(!?)([^\]]+)\]|[*]+|[?]|[\\^$.*+?()[\]{}|/]/g,
    (found, not: string | undefined, set: string | undefined) => {
      if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replace(/[\\\]^]/g, '\\$&')}]`;
      if (found.startsWith('*')) return '[^/]*';
      return found === '?' ? '[^/]' : `\\${found}`;
    },
  );
}
