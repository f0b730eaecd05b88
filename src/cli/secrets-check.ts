import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Issue } from '../manifest/issue.ts';
import { mayHold } from '../manifest/may-hold.ts';
import { plainSecrets } from '../manifest/plain-secrets.ts';
import { readYamlFile } from '../manifest/yaml-file.ts';
import { secretNames } from '../model/secret-places.ts';
import { isSecretProperty } from '../model/secret-property.ts';
import { secretsFileName } from '../secrets/env-file.ts';
import { type CreationRules, readCreationRules, rulesFileName } from '../secrets/sops/creation-rules.ts';
import { mayBeSealed, readFile as readSealed } from '../secrets/sops/open-file.ts';
import { ruleTest, type SealRule } from '../secrets/sops/rule.ts';
import { isDeclaration, isYamlName, parseIgnore } from '../source/selection.ts';
import type { SourceFile } from '../source/source.ts';
import { exitCodes, type Io } from './io.ts';
import { isExample } from './is-example.ts';

// Loaded before each commit: nothing that takes long to load belongs here.

export interface CheckOptions {
  readonly staged: boolean;
}

const shown = 50;

/** `lastmile secrets check [DIR] [--staged]`. Resolves with the exit code. */
export async function secretsCheckCommand(dir: string, options: CheckOptions, io: Io): Promise<number> {
  let files: readonly SourceFile[];
  try {
    files = options.staged ? stagedFiles(dir) : await filesBelow(dir);
  } catch (error) {
    io.err(`lastmile: ${messageOf(error)}\n`);
    return exitCodes.error;
  }
  const [ignored, rulesText] = await Promise.all([textOf(dir, '.lastmileignore'), textOf(dir, rulesFileName)]);
  const rules = rulesText === '' ? undefined : readCreationRules(rulesText);
  if (rules?.complaint !== undefined) io.err(`lastmile: ${rules.complaint}: what it has encrypted is not checked\n`);
  const read = parseIgnore(ignored);
  const issues: Issue[] = [];
  for (const file of files) {
    issues.push(...keysIn(file));
    if (isDeclaration(file.path, read) && !isExample(join(dir, file.path, '..')))
      issues.push(...(await secretsIn(file, rules)));
  }
  for (const { file, line, column, code, message, hint } of issues.slice(0, shown))
    io.out(`${file}:${line}:${column}: ${code} ${message}${hint === undefined ? '' : `\n  ${hint}`}\n`);
  if (issues.length > shown) io.out(`and ${issues.length - shown} more\n`);
  return issues.length === 0 ? exitCodes.success : exitCodes.refused;
}

/** The same of what is staged where the command runs, without anything else of the program. */
export function checkStagedHere(): Promise<number> {
  const io = {
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
    env: process.env,
    color: false,
  };
  return secretsCheckCommand('.', { staged: true }, io);
}

/** What must never be in git, whatever the file. */
function keysIn({ path, text }: SourceFile): readonly Issue[] {
  const at = (index: number) => {
    const before = text.slice(0, index).split('\n');
    return { file: path, line: before.length, column: (before.at(-1) ?? '').length + 1 };
  };
  const key = /AGE-SECRET-KEY-1[0-9A-Z]{20}/.exec(text);
  const found: Issue[] = [];
  if (key !== null) {
    const hint = 'take it out, and encrypt for another: whoever sees it can read all that was encrypted for it';
    found.push({ severity: 'error', code: 'LM_AGE_KEY', message: 'a private key of age', hint, ...at(key.index) });
  }
  if (basename(path) === secretsFileName) {
    const message = 'this file is for secrets that git must never see';
    found.push({ severity: 'error', code: 'LM_SECRETS_FILE', message, hint: `git rm --cached ${path}`, ...at(0) });
  }
  return found;
}

async function secretsIn(source: SourceFile, rules: CreationRules | undefined): Promise<readonly Issue[]> {
  const isSealed = mayBeSealed(source.text);
  if (!isSealed && !mayHold(source.text, meantIn(rules?.of(source.path)?.rule))) return [];
  const file = readYamlFile(source.path, source.text);
  const sealed = isSealed ? readSealed(file.documents.map(({ node }) => node)) : undefined;
  const rule = sealed === undefined ? rules?.of(source.path)?.rule : undefined;
  const mustBeSealed = rule === undefined ? undefined : ruleTest(rule);
  // Loaded only where an attribute may hold a secret: it is the dictionary of RADIUS.
  const hides = source.text.includes('attributes')
    ? (await import('../radius/dictionary/check-attribute.ts')).hidesValue
    : undefined;
  const plain = plainSecrets(file, {
    ...(mustBeSealed === undefined ? {} : { mustBeSealed }),
    ...(hides === undefined ? {} : { attributeHides: hides }),
  });
  const flaws = sealed !== undefined && 'problems' in sealed ? sealed.problems : [];
  return [
    ...flaws.map(({ code, message, start, end, hint }): Issue => {
      const place = { file: source.path, ...file.at(start, end) };
      return { severity: 'error', code, message, ...place, ...(hint === undefined ? {} : { hint }) };
    }),
    ...plain.filter(({ line, column }) => !flaws.some(({ start }) => sameAs(file.at(start), line, column))),
  ];
}

const names: ReadonlySet<string> = new Set(secretNames());

/** Keys below which there may be something to find. */
function meantIn(rule: SealRule | undefined): (key: string) => boolean {
  const test = rule === undefined ? undefined : ruleTest(rule);
  return (key) => names.has(key) || key === 'value' || isSecretProperty(key) || test?.([key]) === true;
}

function sameAs(at: { readonly line: number; readonly column: number }, line: number, column: number): boolean {
  return at.line === line && at.column === column;
}

async function filesBelow(dir: string): Promise<readonly SourceFile[]> {
  const [{ readFolder }, { isTracked }] = await Promise.all([
    import('../source/folder.ts'),
    import('../source/is-tracked.ts'),
  ]);
  const { files } = await readFolder(dir);
  return isTracked(dir, secretsFileName) ? [...files, { path: secretsFileName, text: '' }] : files;
}

function textOf(dir: string, name: string): Promise<string> {
  return readFile(join(dir, name), 'utf8').catch(() => '');
}

const maxOctets = 256 * 1024 * 1024;
const maxText = 4 * 1024 * 1024;

/** Files as they are in the index and not in HEAD. @throws Error where git says no */
function stagedFiles(dir: string): readonly SourceFile[] {
  const raw = git(dir, [
    'diff',
    '--cached',
    '--raw',
    '-z',
    '--no-renames',
    '--relative',
    '--abbrev=64',
    '--diff-filter=d',
  ]);
  const fields = raw.toString('utf8').split('\0');
  const staged: { readonly path: string; readonly id: string }[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode, , id] = (fields[at] ?? '').split(' ');
    const path = fields[at + 1] ?? '';
    // Neither links nor other repositories.
    if (id !== undefined && mode?.startsWith('100') === true) staged.push({ path, id });
  }
  if (staged.length === 0) return [];
  const blobs = git(dir, ['cat-file', '--batch', '--buffer'], staged.map(({ id }) => `${id}\n`).join(''));
  let offset = 0;
  return staged.map(({ path }) => {
    const end = blobs.indexOf(10, offset);
    const size = Number(blobs.toString('latin1', offset, end).split(' ')[2]);
    const octets = blobs.subarray(end + 1, end + 1 + size);
    offset = end + 1 + size + 1;
    // Pictures and archives are looked through as far as text goes.
    return { path, text: octets.toString('utf8', 0, isYamlName(path) ? size : Math.min(size, maxText)) };
  });
}

function git(dir: string, args: readonly string[], input?: string): Buffer {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', dir, ...args], {
    maxBuffer: maxOctets,
    timeout: 60_000,
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr.toString('utf8').trim().split('\n')[0]}`);
  return stdout;
}
