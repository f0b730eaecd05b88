import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRef } from '../../src/git/ref-choice.ts';
import { parseRemoteUrl } from '../../src/git/remote-url.ts';
import { SourceError } from '../../src/source/errors.ts';
import { MirrorSource } from '../../src/source/mirror-source.ts';
import { BareRepository } from '../support/bare-repository.ts';

function mirrorOf(repository: BareRepository, { ref, path = '' }: { ref?: string; path?: string } = {}): MirrorSource {
  return new MirrorSource({
    remote: parseRemoteUrl(repository.url),
    ref: parseRef(ref),
    path,
    stateDir: join(repository.folder.path, 'state'),
    env: process.env,
    credentials: async () => ({}),
  });
}

const one = { 'a.yaml': 'a: 1\n' };

describe('a repository elsewhere', () => {
  it('is read without a work tree; what did not change is not read again, and is there when the repository is away', async () => {
    await using repository = await BareRepository.make({ ...one, 'sub/b.yaml': 'b: 1\n', 'sub/note.md': 'x' });
    await using source = mirrorOf(repository, { ref: 'main' });
    const first = await source.read();
    const id = repository.push({ 'a.yaml': 'a: 2\n' }, 'second');

    const second = await source.read(first?.id);
    const known = await source.read(second?.id);
    renameSync(repository.url, `${repository.url}.away`);
    await using restarted = mirrorOf(repository, { ref: 'main' });

    expect(first?.files).toEqual([
      { path: 'a.yaml', text: 'a: 1\n' },
      { path: 'sub/b.yaml', text: 'b: 1\n' },
    ]);
    expect(second).toMatchObject({ id: `main@sha1:${id}`, author: 'Op <op@isp.example>', subject: 'second' });
    expect(second?.files[0]?.text).toBe('a: 2\n');
    expect(second?.files[1]).toBe(first?.files[1]);
    expect(known).toBeUndefined();
    await expect(source.read(second?.id)).rejects.toBeInstanceOf(SourceError);
    expect(await restarted.readAgain(second?.id ?? '')).toEqual(second?.files);
    expect(await restarted.readFiles(first?.id ?? '', ['a.yaml', 'gone.yaml'])).toEqual([first?.files[0]]);
  });

  it('is followed by branch, by tag, by the newest version, by commit, or at its HEAD', async () => {
    await using repository = await BareRepository.make(one);
    const first = repository.git('rev-parse', 'HEAD');
    repository.git('tag', '-a', 'v1.2.0', '-m', 'release');
    const second = repository.push({ 'a.yaml': 'a: 2\n' });
    repository.git('tag', 'v1.10.0');
    repository.git('tag', 'v2.0.0-rc.1');
    repository.git('push', '-q', '--tags', 'origin');
    repository.git('checkout', '-q', '-b', 'side');
    const side = repository.push({ 'a.yaml': 'a: 3\n' });
    const idOf = async (ref?: string) => {
      await using source = mirrorOf(repository, ref === undefined ? {} : { ref });
      return (await source.read())?.id;
    };

    expect(await idOf()).toBe(`HEAD@sha1:${second}`);
    expect(await idOf('side')).toBe(`side@sha1:${side}`);
    expect(await idOf('v1.2.0')).toBe(`v1.2.0@sha1:${first}`);
    expect(await idOf('tag:v1.2.0')).toBe(`v1.2.0@sha1:${first}`);
    expect(await idOf('semver:^1')).toBe(`v1.10.0@sha1:${second}`);
    expect(await idOf(first)).toBe(`${first.slice(0, 12)}@sha1:${first}`);
    await expect(idOf('gone')).rejects.toThrow("couldn't find remote ref refs/heads/gone");
    await expect(idOf('semver:^9')).rejects.toThrow('no tag of a version in ^9');
    await expect(idOf('0'.repeat(40))).rejects.toThrow(`no commit ${'0'.repeat(40)}`);
  });

  it('is read in one folder of it', async () => {
    await using repository = await BareRepository.make({ 'x.yaml': 'x: 1\n', 'isp/north/a.yaml': 'a: 1\n' });
    await using source = mirrorOf(repository, { path: 'isp/north' });
    await using nowhere = mirrorOf(repository, { path: 'isp/south' });

    const revision = await source.read();

    expect(revision?.files).toEqual([{ path: 'a.yaml', text: 'a: 1\n' }]);
    expect(await source.readFiles(revision?.id ?? '', ['a.yaml'])).toEqual(revision?.files);
    await expect(nowhere.read()).rejects.toThrow('there is no folder isp/south in the commit');
  });

  it('is fetched after a git was killed in the middle of it', async () => {
    await using repository = await BareRepository.make(one);
    {
      await using source = mirrorOf(repository);
      await source.read();
    }
    const [mirror] = execFileSync('find', [join(repository.folder.path, 'state', 'git'), '-name', '*.git'], {
      encoding: 'utf8',
    }).split('\n');
    writeFileSync(join(mirror ?? '', 'packed-refs.lock'), '');
    writeFileSync(join(mirror ?? '', 'refs', 'lastmile', 'fetched', 'followed.lock'), '');
    const id = repository.push({ 'a.yaml': 'a: 2\n' });
    await using source = mirrorOf(repository);

    expect((await source.read())?.id).toBe(`HEAD@sha1:${id}`);
  });
});

describe('a hostile repository', () => {
  it('has nothing run: no hook, no filter, no monitor, and no other repository taken in', async () => {
    await using repository = await BareRepository.make(one);
    const trap = join(repository.folder.path, 'trap');
    const run = `touch ${trap}`;
    repository.write({ '.gitattributes': '*.yaml filter=trap diff=trap\n' });
    repository.write({ '.gitmodules': '[submodule "s"]\n\tpath = s\n\turl = https://forge.invalid/s.git\n' });
    repository.git('update-index', '--add', '--cacheinfo', `160000,${repository.git('rev-parse', 'HEAD')},s`);
    for (const [key, value] of [
      ['filter.trap.smudge', run],
      ['core.fsmonitor', run],
      ['core.hooksPath', join(repository.folder.path, 'hooks')],
    ] as const) {
      execFileSync('git', ['-C', repository.url, 'config', key, value]);
    }
    repository.git('commit', '-q', '-m', 'traps');
    repository.git('push', '-q', 'origin', 'HEAD');
    await using source = mirrorOf(repository);

    const revision = await source.read();

    expect(revision?.files).toEqual([{ path: 'a.yaml', text: 'a: 1\n' }]);
    expect(revision?.passedOver).toEqual(['s']);
    expect(existsSync(trap)).toBe(false);
  });

  it('has no link followed, wherever it leads', async () => {
    await using repository = await BareRepository.make(one);
    symlinkSync('/etc/passwd', join(repository.work, 'out.yaml'));
    symlinkSync('a.yaml', join(repository.work, 'in.yaml'));
    repository.push({});
    await using source = mirrorOf(repository);

    const revision = await source.read();

    expect(revision?.files).toEqual([{ path: 'a.yaml', text: 'a: 1\n' }]);
    expect(revision?.passedOver).toEqual(['in.yaml', 'out.yaml']);
  });

  it('with a folder that holds itself a billion times over is refused in words', async () => {
    await using repository = await BareRepository.make(one);
    const hash = (type: string, input: string) =>
      execFileSync('git', ['-C', repository.work, 'hash-object', '-t', type, '-w', '--stdin'], {
        input,
        encoding: 'utf8',
      }).trim();
    const makeTree = (input: string) =>
      execFileSync('git', ['-C', repository.work, 'mktree'], { input, encoding: 'utf8' }).trim();
    let tree = makeTree(`100644 blob ${hash('blob', 'a: 1\n')}\ta.yaml\n`);
    for (let depth = 0; depth < 12; depth += 1) {
      tree = makeTree(Array.from({ length: 10 }, (_, at) => `040000 tree ${tree}\tf${at}\n`).join(''));
    }
    // Never checked out: that would not end.
    const commit = repository.git('commit-tree', tree, '-m', 'many');
    repository.git('push', '-q', 'origin', `${commit}:refs/heads/bomb`);
    await using bomb = mirrorOf(repository, { ref: 'bomb' });

    await expect(bomb.read()).rejects.toThrow(/more than \d+ (?:files|folders)/);
  });
});
