import { createHmac } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BareRepository } from '../support/bare-repository.ts';
import { DaemonProcess, lastmile } from '../support/lastmile.ts';
import { sshKey } from '../support/signing-keys.ts';

const secret = 'a secret of the webhook, with 32 ch';

function network(rate: string, more = ''): Record<string, string> {
  return {
    'network.yaml': `apiVersion: lastmile/v1
kind: Operator
metadata: {name: demo}
spec:
  source:
    hooks: [{name: forge, secret: {env: LASTMILE_SECRET_HOOK}}]
${more}---
apiVersion: lastmile/v1
kind: Service
metadata: {name: home}
spec: {access: [pppoe], rate: {down: ${rate}, up: 5M}}
`,
  };
}

function start(repository: BareRepository, ...more: readonly string[]): Promise<DaemonProcess> {
  const listen = [
    '--listen-auth',
    '127.0.0.1:0',
    '--listen-accounting',
    '127.0.0.1:0',
    '--listen-admin',
    '127.0.0.1:0',
  ];
  const args = ['--repo', repository.url, '--ref', 'main', '--state', stateOf(repository), '--poll-seconds', '3600'];
  return DaemonProcess.start([...args, ...listen, ...more], { env: { LASTMILE_SECRET_HOOK: secret } });
}

function stateOf(repository: BareRepository): string {
  return join(repository.folder.path, 'state');
}

async function tellPush({ admin }: { readonly admin: string }, key = secret): Promise<number> {
  const body = JSON.stringify({ ref: 'refs/heads/main' });
  const signature = createHmac('sha256', key).update(body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
  return (await fetch(`http://${admin}/hooks/git`, { method: 'POST', headers, body })).status;
}

describe('a daemon that mirrors a repository', () => {
  it('follows what is pushed when its webhook says so, and nobody else', async () => {
    await using repository = await BareRepository.make(network('20M'));
    await using daemon = await start(repository);
    const listeners = await daemon.serving();
    const id = repository.push(network('30M'));

    expect(await tellPush(listeners, 'another')).toBe(401);
    expect((await fetch(`http://${listeners.admin}/hooks/git`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect(await tellPush(listeners)).toBe(202);

    await daemon.logged({ msg: 'revision in force', revision: `main@sha1:${id}` });
    expect(daemon.complaints).not.toContain(secret);
  });

  it('starts and serves what was good last while the repository is away, and says so', async () => {
    await using repository = await BareRepository.make(network('20M'));
    {
      await using daemon = await start(repository);
      await daemon.serving();
      await daemon.complained('kept for the next start');
      await daemon.stop();
    }
    renameSync(repository.url, `${repository.url}.away`);
    await using daemon = await start(repository);
    await daemon.serving();
    await daemon.logged({ msg: 'declarations cannot be read; what is in force stays' });

    const { out } = await lastmile(['status', '--state', stateOf(repository)]);

    expect(out).toContain(`${repository.url}: `);
    renameSync(`${repository.url}.away`, repository.url);
    const id = repository.push(network('30M'));
    expect(await tellPush(daemon.listeners)).toBe(202);
    await daemon.logged({ msg: 'revision in force', revision: `main@sha1:${id}` });
  });

  it('keeps a branch out that was pushed with force, also after a restart, until it is told to take it', async () => {
    await using repository = await BareRepository.make(network('20M'));
    const rewritten = async () => {
      await using daemon = await start(repository);
      const listeners = await daemon.serving();
      repository.push(network('30M'));
      await tellPush(listeners);
      await daemon.logged({ msg: 'revision in force', subject: 'next' });
      const id = repository.push(network('40M'), 'another past', '--amend');
      await tellPush(listeners);
      await daemon.logged({ msg: 'revision kept out; what is in force stays', reason: 'HistoryRewritten' });
      await daemon.stop();
      return id;
    };
    const id = await rewritten();
    {
      await using daemon = await start(repository);
      await daemon.logged({ msg: 'revision kept out; what is in force stays', revision: `main@sha1:${id}` });
      await daemon.complained(`--accept-rewrite ${id}`);
    }
    await using daemon = await start(repository, '--accept-rewrite', id);

    await daemon.logged({ msg: 'revision in force', revision: `main@sha1:${id}` });
  });

  it('takes rewritten branches where that was declared before', async () => {
    await using repository = await BareRepository.make(network('20M', '    rewrites: allow\n'));
    await using daemon = await start(repository);
    const listeners = await daemon.serving();
    const id = repository.push(network('40M'), 'another past', '--amend');

    await tellPush(listeners);

    await daemon.logged({ msg: 'revision in force', revision: `main@sha1:${id}` });
  });
});

describe('a daemon that asks for signed commits', () => {
  it('applies nothing of an unsigned push, says whose commit it is, and follows the next signed one', async () => {
    await using repository = await BareRepository.make({});
    const anna = sshKey(repository, 'anna');
    const signers = [{ name: 'anna', emails: ['op@isp.example'], keys: [{ ssh: anna.pub }] }];
    const rules = `    verify: ${JSON.stringify({ signers })}\n`;
    const signed = (rate: string): string => {
      repository.write(network(rate, rules));
      repository.git(...anna.flags, 'commit', '-q', '-S', '-m', rate);
      repository.git('push', '-q', 'origin', 'HEAD');
      return repository.git('rev-parse', 'HEAD');
    };
    signed('20M');
    await using daemon = await start(repository);
    const listeners = await daemon.serving();
    await daemon.logged({ msg: 'revision in force', subject: '20M' });
    const unsigned = repository.push(network('30M', rules));

    await tellPush(listeners);
    await daemon.logged({ msg: 'revision kept out; what is in force stays', reason: 'SignatureInvalid' });
    const { out } = await lastmile(['status', '--state', stateOf(repository)]);
    expect(out).toContain(unsigned.slice(0, 12));
    repository.git('reset', '-q', '--hard', 'HEAD~1');
    repository.git('push', '-q', '--force', 'origin', 'HEAD');
    const id = signed('40M');
    await tellPush(listeners);

    await daemon.logged({ msg: 'revision in force', revision: `main@sha1:${id}` });
    const told = await lastmile(['history', '--limit', '2', '-o', 'json', '--state', stateOf(repository)]);
    const [newest] = JSON.parse(told.out) as readonly { readonly id: string; readonly signer?: string }[];
    expect(newest).toMatchObject({ id: `main@sha1:${id}`, signer: 'anna' });
    const shown = await lastmile(['history', '--limit', '1', '--state', stateOf(repository)]);
    expect(shown.out).toContain('signed by anna');
  });
});

describe('flags of a repository', () => {
  it.each([
    [['--ref', 'main'], '--ref is of --repo, which is not given'],
    [['--repo', 'ext::sh -c x'], 'without spaces'],
    [['--repo', 'ext::sh'], 'transports that run programs'],
    [['--repo', 'https://a:b@forge.example/x.git'], '--repo-token-file'],
    [['--repo', '/srv/isp.git', '--repo-ssh-key', 'key'], '--repo-ssh-key is of a repository by SSH'],
    [['--repo', '/srv/isp.git', '--ref', 'a..b'], 'a..b is no name of a branch or a tag'],
    [['--repo', '/srv/isp.git', '--path', '../x'], 'is no folder of a repository'],
    [['isp', '--repo', '/srv/isp.git'], 'either a folder or --repo'],
  ])('%j are refused as usage, in words', async (args, words) => {
    const { code, err } = await lastmile(['run', ...args]);

    expect(err).toContain(words);
    expect(code).toBe(64);
  });
});
