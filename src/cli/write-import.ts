import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AdoptedFile } from '../adopt/files.ts';
import type { SecretStyle, StoredSecrets } from '../adopt/secrets.ts';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { ManifestFile } from '../manifest/load-manifest.ts';
import { formatSecrets, readSecretsFile, secretsFileName } from '../secrets/env-file.ts';

export interface ImportWriting {
  readonly files: readonly AdoptedFile[];
  readonly more: readonly ManifestFile[];
  readonly draft: { readonly secrets: StoredSecrets };
  readonly apiSecret: StoredSecrets;
  readonly style: SecretStyle;
  readonly secretsDir: string | undefined;
}

/** What was to be written could not be. */
export class ImportWriteError extends LastmileError {
  readonly code = 'LM_IMPORT_NOT_WRITTEN';
  readonly retry = 'never';
}

/**
 * Writes what an import found: secrets first, so that nothing names one that is nowhere.
 *
 * @returns words for a person @throws ImportWriteError
 */
export async function writeImport(root: string, writing: ImportWriting): Promise<readonly string[]> {
  const { files, more, draft, apiSecret, style, secretsDir } = writing;
  try {
    await mkdir(root, { recursive: true });
    const lines = await writeSecrets(root, style, secretsDir, draft.secrets, apiSecret);
    for (const { path, text } of [...more, ...files]) await put(join(root, path), text, 0o644);
    const paths = [...more, ...files].map(({ path }) => path);
    const shown = paths.slice(0, 8).join(', ');
    return [...lines, `Written in ${root}: ${shown}${paths.length > 8 ? ` and ${paths.length - 8} more` : ''}.`];
  } catch (error) {
    throw new ImportWriteError(`what was imported could not be written: ${messageOf(error)}`, { cause: error });
  }
}

async function writeSecrets(
  root: string,
  style: SecretStyle,
  secretsDir: string | undefined,
  secrets: StoredSecrets,
  api: StoredSecrets,
): Promise<readonly string[]> {
  const variables = style === 'env' ? new Map([...api, ...secrets]) : api;
  const lines: string[] = [];
  if (style === 'file' && secretsDir !== undefined && secrets.size > 0) {
    for (const [path, value] of secrets) await put(join(secretsDir, path), value, 0o600);
    lines.push(`${secrets.size} secrets are in ${secretsDir}: give it with --secrets.`);
  }
  if (variables.size > 0) {
    await addVariables(root, variables);
    await addIgnored(root);
    lines.push(
      `${variables.size} secrets are in ${join(root, secretsFileName)}, which git ignores and only you can read.`,
    );
  }
  return lines;
}

async function addVariables(root: string, variables: StoredSecrets): Promise<void> {
  const { complaint } = readSecretsFile(root);
  // It would be read by nobody, and what is in it lost.
  if (complaint !== undefined) throw new Error(complaint);
  const path = join(root, secretsFileName);
  const before = await textOf(path);
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await put(path, `${before}${gap}${formatSecrets(Object.fromEntries(variables))}`, 0o600);
}

async function addIgnored(root: string): Promise<void> {
  const path = join(root, '.gitignore');
  const before = await textOf(path);
  if (before.split(/\r?\n/).some((line) => line.trim().replace(/^\//, '') === secretsFileName)) return;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await put(path, `${before}${gap}${secretsFileName}\n`, 0o644);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** All of it or nothing, whoever reads meanwhile. */
async function put(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { mode });
  await rename(temporary, path);
}
