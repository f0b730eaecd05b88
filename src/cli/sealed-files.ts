import { randomBytes } from 'node:crypto';
import { readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ParsedNode } from 'yaml';
import { codeOf, messageOf } from '../base/errors.ts';
import { readYamlFile, type YamlFile } from '../manifest/yaml-file.ts';
import { DataKeys, readAgeKeys } from '../secrets/sops/age-keys.ts';
import { type CreationRule, readCreationRules, rulesFileName } from '../secrets/sops/creation-rules.ts';
import { type OpenedFile, openFile } from '../secrets/sops/open-file.ts';
import type { Io } from './io.ts';

/** A file on the disk, as YAML. */
export interface FileOnDisk {
  readonly path: string;
  readonly text: string;
  readonly file: YamlFile;
  readonly roots: readonly (ParsedNode | null)[];
}

/** @throws RangeError where it cannot be read, or is no YAML */
export async function readOnDisk(path: string): Promise<FileOnDisk> {
  try {
    return parsed(path, await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError(`${path} cannot be read: ${codeOf(error) ?? messageOf(error)}`);
  }
}

/** The same of text that is about to be written. @throws RangeError where it is no YAML */
export function parsed(path: string, text: string): FileOnDisk {
  if (text.charCodeAt(0) === 0xfeff) throw new RangeError(`${path} begins with a byte order mark: take it out`);
  const file = readYamlFile(path, text);
  const wrong = file.issues.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new RangeError(`${path}:${wrong.line}:${wrong.column}: ${wrong.message}`);
  return { path, text, file, roots: file.documents.map(({ node }) => node) };
}

/** Opened with the keys of the environment. @throws RangeError where it is not as it was encrypted, or no key opens it */
export async function openOnDisk(
  { path, file, roots }: FileOnDisk,
  io: Pick<Io, 'env'>,
  trust: 'mac' | 'values' = 'mac',
): Promise<Extract<OpenedFile, { result: 'plain' | 'opened' }>> {
  const { identities, complaint } = await readAgeKeys(io.env);
  const opened = await openFile(roots, new DataKeys(identities), trust);
  if (opened.result === 'refused') {
    const [first] = opened.problems;
    const { line, column } = file.at(first?.start ?? 0);
    throw new RangeError(`${path}:${line}:${column}: ${first?.code} ${first?.message}; ${first?.hint ?? ''}`);
  }
  if (opened.result === 'closed') {
    const to = opened.metadata.keys.map(({ recipient }) => recipient).join(', ');
    throw new RangeError(
      `${path} is encrypted for ${to}: ${complaint ?? 'give a key with LASTMILE_AGE_KEY or --age-key-file'}`,
    );
  }
  return opened;
}

/** What `.sops.yaml` in a folder above says of a file. @throws RangeError where that cannot be understood */
export async function creationRuleOf(path: string): Promise<CreationRule | undefined> {
  const file = resolve(path);
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const text = await readFile(join(folder, rulesFileName), 'utf8').catch(() => undefined);
    if (text !== undefined) {
      const rules = readCreationRules(text);
      if (rules.complaint !== undefined) throw new RangeError(`${join(folder, rulesFileName)}: ${rules.complaint}`);
      return rules.of(relative(folder, file).split(sep).join('/'));
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/** Puts text in the place of a file, all of it or nothing, with its permissions. */
export async function replaceOnDisk(path: string, text: string): Promise<void> {
  const { mode } = await stat(path);
  const beside = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(beside, text, { mode: mode & 0o777, flag: 'wx' });
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw new RangeError(`${path} cannot be written: ${codeOf(error) ?? messageOf(error)}`);
  }
}
