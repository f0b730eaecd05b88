// Every command line and every YAML of README.md and docs/ is tried. What a block is, its fence says:
//
// ```yaml            whole documents: valid declarations. With `# path/name.yaml` as the first line they are also written there.
// ```yaml fragment   part of a document: must be YAML.
// ```sh              run by bash, from the top of the file to its end, in one folder of its own. Without `$ ` the block must
//                    exit with 0. With `$ `, each such line is a command, what follows is what it prints (`…` stands for
//                    anything), and `# exit N` says how it ends. A line that ends in `> FILE &` is waited for until it has
//                    written a line.
// ```sh network      the same; and what documents that hold `<!-- continues README.md -->` begin with.
// ```sh example      not run (it needs root, a real router or a package manager): its syntax is checked.
//
// `lastmile` is the built command. The port numbers below stand for free ones.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { hasErrors } from '../../src/manifest/issue.ts';
import { loadManifest } from '../../src/manifest/load-manifest.ts';
import { checkAttribute } from '../../src/radius/dictionary/check-attribute.ts';
import { secretResolver } from '../../src/secrets/secret-resolver.ts';
import { type Block, type DocumentFile, documentAt, documents, patternOf, stepsOf } from './document.ts';
import { Shell } from './shell.ts';

const ports = ['28728', '29728', '21812', '21813', '29812', '23799', '28043', '28088', '29043'];
const all = documents();

describe('command lines print what is shown in', () => {
  const running = all.filter(({ blocks }) => blocks.some(isRun));

  it.concurrent.each(running)('$path', async ({ path, text, blocks }) => {
    await using bash = await Shell.start(ports);
    if (text.includes('<!-- continues README.md -->')) await begin(bash, documentAt('README.md'));

    for (const block of blocks) await play(bash, path, block);
  });
});

describe.each(all)('$path', ({ path, text, blocks }) => {
  const yaml = blocks.filter(({ language }) => language === 'yaml');
  const shell = blocks.filter(({ language }) => language === 'sh');

  if (yaml.length > 0)
    it('holds YAML that is valid', () => {
      for (const block of yaml) expect(flawsOf(block), `${path}:${block.line}`).toEqual([]);
    });

  if (shell.length > 0)
    it('holds command lines that bash can read', () => {
      for (const block of shell) {
        for (const { command } of stepsOf(block)) execFileSync('bash', ['-n'], { input: command, stdio: 'pipe' });
      }
    });

  it('links to what is there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? '');
    const folder = new URL(`../../${path}`, import.meta.url);

    expect(links.filter((link) => !existsSync(new URL(link, folder)))).toEqual([]);
  });
});

function isRun({ language, word }: Block): boolean {
  return language === 'sh' && word !== 'example';
}

function flawsOf({ word, text }: Block): readonly string[] {
  if (word === 'fragment') return parseAllDocuments(text).flatMap((each) => each.errors.map(({ message }) => message));
  const isDefaults = /^kind: Defaults$/m.test(text);
  const operator = {
    path: 'operator.yaml',
    text: 'apiVersion: lastmile/v1\nkind: Operator\nmetadata: {name: isp}\nspec: {}\n',
  };
  const files = [{ path: isDefaults ? '_defaults.yaml' : 'document.yaml', text }, ...(isDefaults ? [operator] : [])];
  const { issues } = loadManifest(files, {
    secrets: secretResolver({ env: {} }),
    mode: 'validate',
    attributeCheck: checkAttribute,
  });
  return hasErrors(issues) ? issues.map(({ line, message }) => `${line}: ${message}`) : [];
}

/** The files of a document, and those of its commands that make its network. */
async function begin(bash: Shell, { path, blocks }: DocumentFile): Promise<void> {
  for (const block of blocks) if (block.language !== 'sh' || block.word === 'network') await play(bash, path, block);
}

async function play(bash: Shell, path: string, block: Block): Promise<void> {
  const file = block.language === 'yaml' ? /^# (\S+\.yaml)\n/.exec(block.text)?.[1] : undefined;
  if (file !== undefined) await bash.file(file, block.text);
  if (!isRun(block)) return;
  for (const { command, exit, expected } of stepsOf(block)) {
    const pattern = expected === undefined ? /(?:)/ : patternOf(bash.here(expected));
    const ran = await seen(bash, command, (output) => pattern.test(output));
    const where = `${path}:${block.line}: ${command}${ran.output}`;
    expect(ran.exit, where).toBe(exit);
    expect(textOf(ran), where).toMatch(pattern);
  }
}

/** Who only looks, and types more slowly than a test does, sees what came of the line before. */
const looks = /^lastmile (?:sessions|usage|status|drift|events|why|whohad)\b/;
const looksAgain = 40;

async function seen(bash: Shell, command: string, isSeen: (output: string) => boolean): ReturnType<Shell['run']> {
  let ran = await bash.run(command);
  for (let time = 0; time < looksAgain && looks.test(command) && !isSeen(textOf(ran)); time += 1) {
    ran = await bash.run(command);
  }
  return ran;
}

function textOf({ output }: Awaited<ReturnType<Shell['run']>>): string {
  return `${output.trimEnd()}\n`;
}
