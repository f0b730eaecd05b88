import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, messageOf } from '../base/errors.ts';

/** Name of the file in the repository's folder that git must never see. */
export const secretsFileName = '.lastmile.env';

const prefix = 'LASTMILE_SECRET_';
const maxOctets = 64 * 1024 * 1024;

export interface SecretsFile {
  readonly values: Readonly<Record<string, string>>;
  /** Why nothing, or not everything, was taken from it. */
  readonly complaint?: string;
}

/**
 * Reads `.lastmile.env` of a folder: `LASTMILE_SECRET_…` variables for those of the environment that are not set. A file
 * that others can read is not taken from: whoever can read it has what it protects. One that is not there is empty.
 */
export function readSecretsFile(dir: string): SecretsFile {
  const path = join(dir, secretsFileName);
  try {
    return taken(path, readPrivate(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return { values: {} };
    return refused(path, `it cannot be read: ${codeOf(error) ?? messageOf(error)}`);
  }
}

/** What stands in such a file, one `NAME='value'` a line. The form is that of a shell: a quote in a value is `'\''`. */
export function formatSecrets(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('');
}

/**
 * Values by name, of text as `formatSecrets` writes it: in single quotes (which may span lines), in double quotes without
 * escapes, or bare up to the end of the line. Lines that are none, and names that are no secrets, are told.
 */
export function parseSecrets(text: string): {
  readonly values: Readonly<Record<string, string>>;
  readonly wrong: readonly number[];
} {
  const values: Record<string, string> = {};
  const wrong: number[] = [];
  let line = 1;
  for (const [whole, name, value] of text.matchAll(entry)) {
    if (name?.startsWith(prefix) === true) values[name] = unquoted(value ?? '');
    else if (!/^\s*(?:#.*)?$/.test(whole.trimEnd())) wrong.push(line);
    line += whole.split('\n').length - 1;
  }
  return { values, wrong };
}

/** A line with a value; else any line. */
const entry =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=((?:'[^']*'|\\')*|"[^"\n]*"|[^'"\n][^\n]*)[ \t]*(?:\r?\n|$)|[^\n]*(?:\n|$)/gmy;

function unquoted(text: string): string {
  if (text.startsWith("'")) return [...text.matchAll(/'([^']*)'|\\'/g)].map(([, part]) => part ?? "'").join('');
  return text.startsWith('"') ? text.slice(1, -1) : text.trim();
}

type Content = { readonly text: string } | { readonly why: string };

function readPrivate(path: string): Content {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { mode, size } = fstatSync(handle);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return { why: 'it is no file' };
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return { why: 'others can read it: chmod 600 it' };
    if (size > maxOctets) return { why: 'it is larger than 64 MiB' };
    return { text: readFileSync(handle, 'utf8') };
  } finally {
    closeSync(handle);
  }
}

function taken(path: string, content: Content): SecretsFile {
  if ('why' in content) return refused(path, content.why);
  const { values, wrong } = parseSecrets(content.text);
  if (wrong.length === 0) return { values };
  const where = `${wrong.length === 1 ? 'line' : 'lines'} ${wrong.slice(0, 5).join(', ')}`;
  return { values, complaint: `${path}: ${where}: not a ${prefix}NAME='value'` };
}

function refused(path: string, why: string): SecretsFile {
  return { values: {}, complaint: `${path} is not used: ${why}` };
}
