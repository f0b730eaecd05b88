import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../src/source/errors.ts';
import { readFolder } from '../../src/source/folder.ts';
import { isDeclaration, parseIgnore } from '../../src/source/selection.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lastmile-folder-'));
  folders.push(dir);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

describe('reading a folder', () => {
  it('takes every YAML file at any depth, in order of path, and nothing hidden', async () => {
    const dir = await folder({
      'b.yaml': 'b',
      'a/z/c.yml': 'c',
      'a.yaml': 'a',
      'README.md': '',
      '.hidden.yaml': '',
      '.github/ci.yaml': '',
      'x.yaml.bak': '',
    });

    const { files, ignored } = await readFolder(dir);

    expect(files).toEqual([
      { path: 'a.yaml', text: 'a' },
      { path: 'a/z/c.yml', text: 'c' },
      { path: 'b.yaml', text: 'b' },
    ]);
    expect(ignored).toEqual(['.github', '.hidden.yaml']);
  });

  it('leaves out what .lastmileignore lists', async () => {
    const dir = await folder({
      '.lastmileignore': 'drafts/\n*.tmp.yaml\n',
      'a.yaml': '',
      'a.tmp.yaml': '',
      'north/drafts/b.yaml': '',
      'north/c.yaml': '',
    });

    const { files, ignored } = await readFolder(dir);

    expect(files.map(({ path }) => path)).toEqual(['a.yaml', 'north/c.yaml']);
    expect(ignored).toEqual(['a.tmp.yaml', 'north/drafts']);
  });

  it('follows links that stay inside, never out of it or in circles', async () => {
    const outside = await folder({ 'secret.yaml': 'outside' });
    const dir = await folder({ 'real/a.yaml': 'a' });
    await symlink('real', join(dir, 'alias'));
    await symlink('..', join(dir, 'real/up'));
    await symlink(outside, join(dir, 'out'));
    await symlink(join(outside, 'secret.yaml'), join(dir, 'secret.yaml'));
    await symlink('nowhere', join(dir, 'broken.yaml'));

    const { files, ignored } = await readFolder(dir);

    expect(files.map(({ path }) => path)).toEqual(['alias/a.yaml', 'real/a.yaml']);
    expect(ignored).toEqual(['alias/up', 'broken.yaml', 'out', 'real/up', 'secret.yaml']);
  });

  it('that is not there, or is a file, is an error with words', async () => {
    const dir = await folder({ 'a.yaml': '' });

    await expect(readFolder(join(dir, 'nothing'))).rejects.toThrow(/is not there/);
    await expect(readFolder(join(dir, 'a.yaml'))).rejects.toBeInstanceOf(SourceError);
  });
});

describe('rules of .lastmileignore', () => {
  it.each([
    ['*.yaml', 'a/b.yaml', true],
    ['/a.yaml', 'a.yaml', true],
    ['/a.yaml', 'x/a.yaml', false],
    ['drafts/', 'x/drafts/a.yaml', true],
    ['drafts/', 'x/drafts.yaml', false],
    ['a/*.yaml', 'a/b/c.yaml', false],
    ['a/**/c.yaml', 'a/c.yaml', true],
    ['a/**/c.yaml', 'a/x/y/c.yaml', true],
    ['**/c.yaml', 'c.yaml', true],
    ['a/**', 'a/b/c.yaml', true],
    ['?.yaml', 'a.yaml', true],
    ['?.yaml', 'ab.yaml', false],
    ['[ab].yaml', 'b.yaml', true],
    ['[!ab].yaml', 'b.yaml', false],
    ['a+(b).yaml', 'a+(b).yaml', true],
    ['# a.yaml', 'a.yaml', false],
    ['\\#a.yaml', '#a.yaml', true],
    ['*.yaml\n!keep.yaml', 'keep.yaml', false],
    ['[', 'a.yaml', false],
    ['', 'a.yaml', false],
  ])('%j for %s: ignored %s', (rules, path, ignored) => {
    expect(isDeclaration(path, parseIgnore(rules))).toBe(!ignored);
  });
});
