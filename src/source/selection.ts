import type { IgnoreRules } from './ignore-rules.ts';

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
