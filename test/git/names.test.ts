import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommit } from '../../src/git/commit-object.ts';
import { parseRef } from '../../src/git/ref-choice.ts';
import { remoteSettings } from '../../src/git/remote-access.ts';
import { parseRemoteUrl } from '../../src/git/remote-url.ts';
import { parseTree } from '../../src/git/tree-object.ts';
import { newestIn, parseRange } from '../../src/git/version-range.ts';
import { repositoryPath } from '../../src/source/repository-path.ts';

describe('the name of a repository', () => {
  it.each([
    ['https://forge.example/isp/network.git', 'https'],
    ['http://10.0.0.1:3000/isp.git', 'http'],
    ['ssh://git@forge.example:2222/isp.git', 'ssh'],
    ['git@forge.example:isp/network.git', 'ssh'],
    ['file:///srv/isp.git', 'file'],
    ['/srv/isp.git', 'file'],
    ['./isp.git', 'file'],
  ])('%s is read by %s', (text, protocol) => {
    expect(parseRemoteUrl(text).protocol).toBe(protocol);
  });

  it.each([
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=x',
    'ext::sh -c x',
    'ext::sh',
    'git://forge.example/isp.git',
    'ssh://-oProxyCommand=x/y',
    'ssh://-o@host/y',
    '-x@host:path',
    'git@-host:path',
    'a b',
    'https://bot:hunter2@forge.example/isp.git',
    'ftp://forge.example/isp.git',
    '',
  ])('%s is refused, and no password in it repeated', (text) => {
    expect(() => parseRemoteUrl(text)).toThrow(RangeError);
    expect(() => parseRemoteUrl(text)).not.toThrow(/hunter2/);
  });

  it('has its token told to its own host, in no argument, under the name in the address', () => {
    const { config } = remoteSettings(parseRemoteUrl('https://bot@forge.example/isp.git'), { token: 'hunter2' });

    const login = Buffer.from('bot:hunter2').toString('base64');
    expect(config).toContainEqual(['http.https://forge.example/.extraHeader', `Authorization: Basic ${login}`]);
  });

  it('of SSH has the files of its key quoted for the shell that git has read it', () => {
    const remote = parseRemoteUrl('git@forge.example:isp.git');

    const { sshCommand } = remoteSettings(remote, { sshKeyFile: "/k/it's $(x)", knownHostsFile: '/k/known hosts' });

    expect(sshCommand).toContain(`'-i' '/k/it'\\''s $(x)'`);
    expect(sshCommand).toContain(`'UserKnownHostsFile="/k/known hosts"'`);
  });
});

describe('what is followed of a repository', () => {
  it.each([
    [undefined, { type: 'head' }],
    ['main', { type: 'name', name: 'main' }],
    ['branch:v1', { type: 'ref', ref: 'refs/heads/v1', name: 'v1' }],
    ['tag:v1', { type: 'ref', ref: 'refs/tags/v1', name: 'v1' }],
    ['refs/heads/x/y', { type: 'ref', ref: 'refs/heads/x/y', name: 'x/y' }],
    ['0123456789012345678901234567890123456789', { type: 'commit', id: '0123456789012345678901234567890123456789' }],
  ])('%s', (text, choice) => {
    expect(parseRef(text)).toEqual(choice);
  });

  it.each([
    '--exec=x',
    '-x',
    'a..b',
    'a b',
    'a:b',
    'x.lock',
    '.x',
    'a/',
    'a//b',
    '@',
    'a@{1}',
    'semver:x.y',
    'a\nb',
    '+x',
  ])('%s is no name', (text) => {
    if (text === '+x') expect(parseRef(text)).toEqual({ type: 'name', name: '+x' });
    else expect(() => parseRef(text)).toThrow(RangeError);
  });

  it.each([
    ['^1.2', 'v1.9.0'],
    ['~1.2.3', '1.2.9'],
    ['1.2.x', '1.2.9'],
    ['>=1.0 <1.3', '1.2.9'],
    ['< 1.2 || 3', 'v3.0.0'],
    ['*', 'v3.0.0'],
    ['^0.1', '0.1.5'],
    ['^0.0.1', '0.0.1'],
    ['>3.0.0-rc.1', 'v3.0.0'],
    ['~4.0.0-rc.1', 'v4.0.0-rc.10'],
    ['^4', undefined],
    ['=1.2.9', '1.2.9'],
    ['<=1', 'v1.9.0'],
    ['>1', 'v3.0.0'],
  ])('of the tags, %s is %s', (range, tag) => {
    const tags = [
      'v3.0.0',
      '1.2.3',
      '1.2.9',
      'v1.9.0',
      'v4.0.0-rc.2',
      'v4.0.0-rc.10',
      '0.1.5',
      '0.2.0',
      '0.0.1',
      '0.0.2',
      'latest',
    ];

    expect(newestIn(parseRange(range) ?? [], tags)).toBe(tag);
  });

  it.each(['', 'x..y', '1.2.3.4', 'latest', '1 - 2 - 3'])('%s is no range', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it('is a folder within it', () => {
    expect(repositoryPath('/a/b//c/')).toBe('a/b/c');
    expect(repositoryPath('.')).toBe('');
    for (const path of ['..', 'a/../b', '.git', 'a\nb', 'a\\b']) expect(() => repositoryPath(path)).toThrow(RangeError);
  });
});

describe('objects of git', () => {
  it('of any octets are read or are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(() => parseTree(Buffer.from(octets), 20)).not.toThrow();
        expect(() => parseCommit('0'.repeat(40), Buffer.from(octets))).not.toThrow();
      }),
    );
  });

  it('that say who has made them twice are no commits', () => {
    const [tree, person] = ['0'.repeat(40), 'A <a@isp.example> 1 +0000'];
    const text = (more: string) => Buffer.from(`tree ${tree}\nauthor ${person}\n${more}committer ${person}\n\nx\n`);

    expect(parseCommit('1'.repeat(40), text(''))).toMatchObject({ tree, subject: 'x' });
    expect(parseCommit('1'.repeat(40), text(`committer ${person}\n`))).toBeUndefined();
    expect(parseCommit('1'.repeat(40), text('gpgsig a\ngpgsig b\n'))).toBeUndefined();
  });
});
