import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRef } from '../../src/git/ref-choice.ts';
import type { Credentials } from '../../src/git/remote-access.ts';
import { parseRemoteUrl } from '../../src/git/remote-url.ts';
import { MirrorSource } from '../../src/source/mirror-source.ts';
import { BareRepository } from '../support/bare-repository.ts';
import { gitHttps, gitSsh, strangersKey } from '../support/git-servers.ts';
import { DaemonProcess, lastmile } from '../support/lastmile.ts';

const token = 'a-token-that-nobody-else-may-see';
const one = { 'a.yaml': 'a: 1\n' };

function mirror(repository: BareRepository, url: string, credentials: Credentials, name = 'state'): MirrorSource {
  return new MirrorSource({
    remote: parseRemoteUrl(url),
    ref: parseRef('main'),
    path: '',
    stateDir: join(repository.folder.path, name),
    env: process.env,
    credentials: async () => credentials,
  });
}

function written(repository: BareRepository, name: string, text: string): string {
  const file = join(repository.folder.path, name);
  writeFileSync(file, text);
  return file;
}

/** What any user of this machine can see of processes by their arguments. */
function argumentsOfAll(): string {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes.map((id) => readIfThere(join('/proc', id, 'cmdline'))).join('\n');
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Octets of every file below a folder. */
function octetsBelow(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.map((name) => readIfThere(join(folder, name))).join('\n');
}

describe('a repository behind HTTPS', () => {
  it('is read with its token and its authority, and what is pushed next as well', async () => {
    await using repository = await BareRepository.make(one);
    await using server = await gitHttps(dirname(repository.url), `bot:${token}`);
    const caFile = written(repository, 'ca.pem', server.authority);
    const url = `${server.url.replace('//', '//bot@')}/isp.git`;
    await using source = mirror(repository, url, { token, caFile });

    const first = await source.read();
    const id = repository.push({ 'a.yaml': 'a: 2\n' });
    const second = await source.read(first?.id);

    expect(first?.files).toEqual([{ path: 'a.yaml', text: 'a: 1\n' }]);
    expect(second?.id).toBe(`main@sha1:${id}`);
  });

  it('is refused in words, and its token told to nobody: a wrong one, another authority, a way to another host', async () => {
    await using repository = await BareRepository.make(one);
    await using server = await gitHttps(dirname(repository.url), `lastmile:${token}`);
    await using thief = await gitHttps(dirname(repository.url), 'nobody:nothing');
    const caFile = written(repository, 'ca.pem', server.authority);
    const url = `${server.url}/isp.git`;
    const failure = async (credentials: Credentials, name: string): Promise<string> => {
      await using source = mirror(repository, url, credentials, name);
      return await source.read().then(
        () => 'it was read',
        (error: unknown) => (error as Error).message,
      );
    };

    const wrong = await failure({ token: 'wrong-token', caFile }, 'wrong');
    const none = await failure({ caFile }, 'none');
    const stranger = await failure({ token }, 'stranger');
    server.moveTo(thief.url);
    const moved = await failure({ token, caFile }, 'moved');

    expect(wrong).toContain('takes no login that it was given');
    expect(none).toContain('--repo-token-file');
    expect(stranger).toContain('is of no authority that is trusted: --repo-ca');
    expect(moved).toContain('the server sends elsewhere');
    expect([wrong, none, stranger, moved].join()).not.toMatch(/wrong-token|a-token/);
    expect(thief.asked).toEqual([]);
  });

  it('is followed by the daemon; its token stands in no argument, log, answer or file but its own', async () => {
    await using repository = await BareRepository.make({
      'network.yaml': `apiVersion: lastmile/v1
kind: Operator
metadata: {name: isp}
spec: {}
`,
    });
    let seen = '';
    await using server = await gitHttps(dirname(repository.url), `lastmile:${token}`, () => {
      seen ||= argumentsOfAll();
    });
    const state = join(repository.folder.path, 'state');
    const tokenFile = written(repository, 'token', `${token}\n`);
    const access = ['--repo-token-file', tokenFile, '--repo-ca', written(repository, 'ca.pem', server.authority)];
    const listen = ['auth', 'accounting', 'admin'].flatMap((name) => [`--listen-${name}`, '127.0.0.1:0']);
    await using daemon = await DaemonProcess.start([
      '--repo',
      `${server.url}/isp.git`,
      ...access,
      '--state',
      state,
      ...listen,
    ]);
    await daemon.logged({ msg: 'revision in force' });
    const { out, err } = await lastmile(['status', '--state', state, '-o', 'json']);
    writeFileSync(tokenFile, 'wrong-token\n');
    await lastmile(['reconcile', '--state', state]);
    await daemon.logged({ msg: 'declarations cannot be read; what is in force stays' });
    await daemon.stop();

    const everything = [daemon.complaints, out, err, octetsBelow(state), seen].join('\n');

    expect(seen).toContain('fetch');
    for (const login of [token, Buffer.from(`lastmile:${token}`).toString('base64'), 'wrong-token'])
      expect(everything).not.toContain(login);
  });
});

describe('a repository behind SSH', () => {
  it('is read with its key from a host that is known, and from no other', async () => {
    await using repository = await BareRepository.make(one);
    await using server = await gitSsh(repository.folder.path);
    const url = `ssh://${server.user}@127.0.0.1:${server.port}${repository.url}`;
    const known = written(repository, 'known hosts', server.hostKey);
    const other = strangersKey(join(repository.folder.path, 'other', 'key'));
    const pretended = `[127.0.0.1]:${server.port} ${readFileSync(`${other}.pub`, 'utf8')}`;
    const failure = async (credentials: Credentials, name: string): Promise<string> => {
      await using source = mirror(repository, url, credentials, name);
      return await source.read().then(
        () => 'it was read',
        (error: unknown) => (error as Error).message,
      );
    };

    await using source = mirror(repository, url, { sshKeyFile: server.key, knownHostsFile: known });
    const first = await source.read();
    const unknown = await failure(
      { sshKeyFile: server.key, knownHostsFile: written(repository, 'known-none', '') },
      'unknown',
    );
    const changed = await failure(
      { sshKeyFile: server.key, knownHostsFile: written(repository, 'known-changed', pretended) },
      'changed',
    );
    const stranger = await failure({ sshKeyFile: other, knownHostsFile: known }, 'stranger');

    expect(first?.files).toEqual([{ path: 'a.yaml', text: 'a: 1\n' }]);
    expect(unknown).toContain('the key of the host is not known');
    expect(changed).toContain('another key than it is known by');
    expect(stranger).toContain('lets nobody in by this key');
  });
});
