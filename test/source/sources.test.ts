import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/source/errors.ts';
import { sourceLimits } from '../../src/source/folder.ts';
import { FolderSource } from '../../src/source/folder-source.ts';
import { GitSource } from '../../src/source/git-source.ts';
import { openSource } from '../../src/source/open-source.ts';
import { TempFolder } from '../support/temp-folder.ts';

function git(dir: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', dir, '-c', 'user.name=Op', '-c', 'user.email=op@isp.example', ...args], {
    encoding: 'utf8',
    env: { ...process.env, HOME: dir, GIT_CONFIG_NOSYSTEM: '1' },
  });
}

async function repository(): Promise<TempFolder> {
  const folder = await TempFolder.make();
  git(folder.path, 'init', '-q', '-b', 'main');
  writeFileSync(join(folder.path, 'a.yaml'), 'a: 1\n');
  git(folder.path, 'add', '-A');
  git(folder.path, 'commit', '-q', '-m', 'first\n\nwith a body');
  return folder;
}

function changed(source: { watch(changed: () => void): Promise<void> }): Promise<{ readonly happened: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const happened = new Promise<void>((tell) => {
      source.watch(() => tell()).then(() => resolve({ happened }), reject);
    });
  });
}

/** File systems tell time in steps of some milliseconds. */
function untilItsClockMoves(file: string): void {
  const probe = join(file, '..', '.probe');
  const changedAt = (path: string) => statSync(path, { bigint: true }).ctimeNs;
  do writeFileSync(probe, '');
  while (changedAt(probe) === changedAt(file));
}

describe('a git repository', () => {
  it('is read at HEAD, not in the work tree', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    writeFileSync(join(folder.path, 'a.yaml'), 'a: changed\n');
    writeFileSync(join(folder.path, 'b.yaml'), 'b: 1\n');

    const revision = await source.read();

    expect(revision?.files).toEqual([{ path: 'a.yaml', text: 'a: 1\n' }]);
    expect(revision?.id).toBe(`main@sha1:${git(folder.path, 'rev-parse', 'HEAD').trim()}`);
    expect(revision).toMatchObject({ author: 'Op <op@isp.example>', subject: 'first' });
    expect(await source.hasUncommitted()).toBe(true);
  });

  it('whose folder is gone is told so, in the same words each time', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    const id = (await source.read())?.id ?? '';
    rmSync(folder.path, { recursive: true });

    for (const read of [() => source.read(), () => source.read(id), () => source.readAgain(id)]) {
      await expect(read()).rejects.toThrow(new SourceError(`there is no folder ${folder.path}`));
    }
  });

  it('has nothing new for who knows its commit, and keeps the past', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    const first = await source.read();
    writeFileSync(join(folder.path, 'a.yaml'), 'a: 2\n');
    git(folder.path, 'commit', '-q', '-a', '-m', 'second');
    const second = await source.read(first?.id);

    expect(await source.read(second?.id)).toBeUndefined();
    expect(second?.files).toEqual([{ path: 'a.yaml', text: 'a: 2\n' }]);
    expect(await source.readAgain(first?.id ?? '')).toEqual(first?.files);
    expect((await source.readCommit('HEAD~1')).files).toEqual(first?.files);
  });

  it('is read like one that was never read before, whatever a commit does, and what did not change is no other object', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    const write = (path: string, text: string) => writeFileSync(join(folder.path, path), text);
    const edits: readonly (() => void)[] = [
      () => write('b.yaml', 'a: 1\n'),
      () => write('a.yaml', 'a: 2\n'),
      () => git(folder.path, 'mv', 'b.yaml', 'c.yaml'),
      () => write('.lastmileignore', 'c.yaml\n'),
      () => write('d.yaml', 'ä: 1\n'),
      () => rmSync(join(folder.path, '.lastmileignore')),
      () => rmSync(join(folder.path, 'a.yaml')),
      () => git(folder.path, 'tag', 'v1'),
    ];
    let before = await source.read();
    for (const edit of edits) {
      edit();
      git(folder.path, 'add', '-A');
      git(folder.path, 'commit', '-q', '--allow-empty', '-m', 'next');

      const now = await source.read(before?.id);

      await using other = new GitSource(folder.path);
      expect(now).toEqual(await other.read());
      const same = now?.files.filter(({ path, text }) => before?.files.some((f) => f.path === path && f.text === text));
      expect(same?.every((file) => before?.files.includes(file))).toBe(true);
      before = now;
    }
  });

  it('is selected by the same rules as a folder', async () => {
    await using folder = await TempFolder.make();
    git(folder.path, 'init', '-q', '-b', 'main');
    for (const dir of ['sub', '.hidden', 'ignored']) mkdirSync(join(folder.path, dir));
    const names = [
      'a.yaml',
      'sub/b.yml',
      '.hidden/c.yaml',
      'ignored/d.yaml',
      'note.md',
      'sub/über "x".yaml',
      '.e.yaml',
    ];
    for (const name of names) writeFileSync(join(folder.path, name), `${name}\n`);
    symlinkSync('/etc/hostname', join(folder.path, 'link.yaml'));
    writeFileSync(join(folder.path, '.lastmileignore'), 'ignored/\n');
    git(folder.path, 'add', '-A');
    git(folder.path, 'commit', '-q', '-m', 'all');
    await using fromGit = new GitSource(folder.path);
    await using fromFolder = new FolderSource(folder.path);

    const committed = (await fromGit.read())?.files ?? [];
    rmSync(join(folder.path, 'link.yaml'));
    const found = (await fromFolder.read())?.files ?? [];

    expect(committed.map(({ path }) => path).sort()).toEqual(['a.yaml', 'sub/b.yml', 'sub/über "x".yaml']);
    expect([...committed].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
      [...found].sort((a, b) => (a.path < b.path ? -1 : 1)),
    );
  });

  it('tells of a commit and of a switch of branches', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    const commit = await changed(source);

    git(folder.path, 'commit', '-q', '--allow-empty', '-m', 'second');
    await commit.happened;
    await using other = new GitSource(folder.path);
    const branch = await changed(other);
    git(folder.path, 'checkout', '-q', '-b', 'side');
    await branch.happened;

    expect((await other.read())?.id).toMatch(/^side@sha1:/);
  });

  it('without a work tree, as one that is pushed to, is read and watched like any other', async () => {
    await using work = await repository();
    await using folder = await TempFolder.make();
    git(folder.path, 'init', '-q', '--bare', '-b', 'main');
    git(work.path, 'push', '-q', folder.path, 'main');
    await using source = await openSource(folder.path);
    const first = await source.read();
    const change = await changed(source);
    writeFileSync(join(work.path, 'a.yaml'), 'a: 2\n');
    git(work.path, 'commit', '-q', '-a', '-m', 'second');

    git(work.path, 'push', '-q', folder.path, 'main');
    await change.happened;

    expect(first?.files.map(({ text }) => text)).toEqual(['a: 1\n']);
    expect(await source.read(first?.id)).toMatchObject({ subject: 'second', files: [{ text: 'a: 2\n' }] });
  });

  it('without a commit is told in words', async () => {
    await using folder = await TempFolder.make();
    git(folder.path, 'init', '-q', '-b', 'main');
    await using source = new GitSource(folder.path);

    await expect(source.read()).rejects.toThrow('the repository has no commit yet');
  });

  it('keeps a commit that nothing else holds, and is content where it may not write', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    const first = await source.read();
    await source.keep(first?.id ?? '');
    git(folder.path, 'checkout', '-q', '--orphan', 'other');
    git(folder.path, 'commit', '-q', '-m', 'another past');
    git(folder.path, 'branch', '-q', '-D', 'main');
    git(folder.path, 'reflog', 'expire', '--expire=now', '--all');
    git(folder.path, 'gc', '-q', '--prune=now');

    expect(await source.readAgain(first?.id ?? '')).toEqual(first?.files);
    rmSync(join(folder.path, '.git', 'refs', 'lastmile'), { recursive: true, force: true });
    writeFileSync(join(folder.path, '.git', 'refs', 'lastmile'), 'in the way');
    await source.keep(first?.id ?? '');
  });

  it('that git refuses cannot be read or watched, in our words', async () => {
    await using folder = await repository();
    await using source = new GitSource(folder.path);
    rmSync(join(folder.path, '.git', 'HEAD'));

    await expect(source.read()).rejects.toBeInstanceOf(SourceError);
    await expect(source.watch(() => undefined)).rejects.toBeInstanceOf(SourceError);
  });

  it('with a file beyond the bounds is refused before it is read', async () => {
    await using folder = await repository();
    truncateSync(join(folder.path, 'a.yaml'), sourceLimits.fileOctets + 1);
    git(folder.path, 'commit', '-q', '-a', '-m', 'large');
    await using source = new GitSource(folder.path);

    await expect(source.read()).rejects.toThrow('a.yaml is larger than 64 MiB');
  });

  it('on no branch is read at its commit', async () => {
    await using folder = await repository();
    git(folder.path, 'checkout', '-q', '--detach');
    await using source = new GitSource(folder.path);

    expect((await source.read())?.files).toHaveLength(1);
  });
});

describe('a plain folder', () => {
  it('has a revision of its contents, whatever the order', async () => {
    await using folder = await TempFolder.make();
    writeFileSync(join(folder.path, 'a.yaml'), 'a');
    await using source = new FolderSource(folder.path);
    const first = await source.read();
    writeFileSync(join(folder.path, 'a.yaml'), 'b');
    const second = await source.read(first?.id);
    writeFileSync(join(folder.path, 'a.yaml'), 'a');

    expect(first?.id).toMatch(/^folder@sha256:[0-9a-f]{64}$/);
    expect(second?.id).not.toBe(first?.id);
    expect(await source.read(first?.id)).toBeUndefined();
  });

  it('is found changed however often it was looked at, even where size and time of a file are set back', async () => {
    await using folder = await TempFolder.make();
    const file = join(folder.path, 'a.yaml');
    writeFileSync(file, 'a');
    const before = statSync(file);
    let now = 0;
    await using source = new FolderSource(folder.path, () => now);
    const { id } = (await source.read()) ?? {};
    for (now = 10_000; now < 40_000; now += 10_000) expect(await source.read(id)).toBeUndefined();

    untilItsClockMoves(file);
    writeFileSync(file, 'b');
    utimesSync(file, before.atime, before.mtime);

    expect((await source.read(id))?.files).toEqual([{ path: 'a.yaml', text: 'b' }]);
  });

  it('is read again for whoever knows another revision, or none', async () => {
    await using folder = await TempFolder.make();
    writeFileSync(join(folder.path, 'a.yaml'), 'a');
    let now = 0;
    await using source = new FolderSource(folder.path, () => now);
    const first = await source.read();
    for (now = 10_000; now < 40_000; now += 10_000) await source.read(first?.id);

    expect(await source.read()).toEqual(first);
    expect(await source.read('folder@sha256:another')).toEqual(first);
  });

  it('has new files, and misses those that are gone or ignored by now', async () => {
    await using folder = await TempFolder.make();
    writeFileSync(join(folder.path, 'a.yaml'), 'a');
    let now = 0;
    await using source = new FolderSource(folder.path, () => now);
    let known = (await source.read())?.id;
    const pathsAfter = async (change: () => void) => {
      for (const until = now + 40_000; now < until; now += 10_000) await source.read(known);
      change();
      const revision = await source.read(known);
      known = revision?.id ?? known;
      return revision?.files.map(({ path }) => path);
    };

    expect(await pathsAfter(() => writeFileSync(join(folder.path, 'b.yaml'), 'b'))).toEqual(['a.yaml', 'b.yaml']);
    expect(await pathsAfter(() => rmSync(join(folder.path, 'a.yaml')))).toEqual(['b.yaml']);
    expect(await pathsAfter(() => writeFileSync(join(folder.path, '.lastmileignore'), 'b.yaml\n'))).toEqual([]);
  });

  it('tells of new files in new folders', async () => {
    await using folder = await TempFolder.make();
    await using source = new FolderSource(folder.path);
    const change = await changed(source);

    mkdirSync(join(folder.path, 'new'));
    writeFileSync(join(folder.path, 'new', 'a.yaml'), 'a');
    await change.happened;

    expect((await source.read())?.files).toHaveLength(1);
  });
});

describe('a folder in which somebody writes without a pause', () => {
  it('tells of it all the same, but not of folders that are left out', async () => {
    await using folder = await TempFolder.make();
    mkdirSync(join(folder.path, 'state'));
    await using source = new FolderSource(folder.path);
    await using quiet = new FolderSource(folder.path);
    let told = 0;
    await quiet.watch(() => {
      told += 1;
    }, [join(folder.path, 'state')]);
    const change = await changed(source);
    const writing = setInterval(() => writeFileSync(join(folder.path, 'state', 'log'), `${performance.now()}`), 50);

    await change.happened;
    clearInterval(writing);

    expect(told).toBe(0);
  });
});

describe('opening a source', () => {
  it('takes .git for a repository, and everything else for a folder', async () => {
    await using plain = await TempFolder.make();
    await using repo = await repository();

    expect(await openSource(plain.path)).toBeInstanceOf(FolderSource);
    expect(await openSource(repo.path)).toBeInstanceOf(GitSource);
    await expect(openSource(join(plain.path, 'nowhere'))).rejects.toThrow('there is no folder');
  });
});
