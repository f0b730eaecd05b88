import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { describe, expect, it } from 'vitest';
import { loadFiles } from '../../src/daemon/load.ts';
import { readFolder } from '../../src/source/folder.ts';
import { databaseFolder } from '../../src/store/layout.ts';
import { Program } from '../events/webhook-lab.ts';
import { DaemonProcess, lastmile, type Ran } from '../support/lastmile.ts';
import { canaries, TestNetwork } from '../support/network.ts';
import { overSocket } from '../support/over-socket.ts';
import { ageIdentity, sopsFile } from '../support/sops-fixture.ts';

const secrets = {
  text: 'canary-in-text-5512aa',
  master: 'canary-master-key-of-32-octets-77',
  hook: 'canary-webhook-key-0093bc',
  sealed: 'canary-sealed-by-sops-41ff07',
  file: 'canary-in-a-file-of-32-octets-0cc',
  api: canaries.apiPassword,
  agent: ageIdentity,
} as const;

/** One subscriber by each form of a secret; the router's by a file and by a variable. */
function declare(network: TestNetwork, hook: string): void {
  const router = network.routerYaml
    .replace(canaries.apiPassword, '{env: LASTMILE_SECRET_API}')
    .replace(canaries.radiusSecret, '{file: radius}');
  network.write('router.yaml', router);
  network.operator(
    `  masterKey: {env: LASTMILE_SECRET_MASTER}\n  notify: [{name: billing, url: "${hook}", secret: {env: LASTMILE_SECRET_HOOK}}]\n`,
  );
  network.write(
    'subscribers.yaml',
    `apiVersion: lastmile/v1
kind: SubscriberList
metadata: {name: all}
defaults: {service: home}
items:
  - {name: anna, username: anna@isp.example, password: ${secrets.text}}
  - {name: ben, username: ben@isp.example, password: {derive: 1}, auth: local, router: core-1}
`,
  );
  const carl = {
    name: 'carl',
    username: 'carl@isp.example',
    password: secrets.sealed,
    auth: 'local',
    router: 'core-1',
  };
  const list = {
    apiVersion: 'lastmile/v1',
    kind: 'SubscriberList',
    metadata: { name: 'sealed' },
    defaults: { service: 'home' },
    items: [carl],
  };
  network.write('sealed.yaml', sopsFile([list], { rule: ['encrypted_regex', '^password$'] }));
}

/** What a secret looks like to whoever looks for it. */
function formsOf(secret: string): readonly string[] {
  const octets = Buffer.from(secret);
  // Where it begins in base64 depends on what stands before it.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), octets])
      .toString('base64')
      .slice(4, -4),
  );
  return [secret, octets.toString('hex'), ...base64];
}

/** Every octet of a folder, and all that its LevelDB holds, which may lie there compressed. */
async function everythingIn(folder: string): Promise<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const parts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'latin1'));
  const database = new Level<Buffer, Buffer>(join(folder, databaseFolder), {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  for await (const [key, value] of database.iterator()) parts.push(key.toString('latin1'), value.toString('latin1'));
  await database.close();
  return parts.join('\n');
}

/** The answers of every route that only looks, as the daemon itself lists them. */
async function everyAnswer(socket: string): Promise<readonly (readonly [string, string])[]> {
  const { paths } = JSON.parse((await overSocket(socket, '/api/v1/openapi.json')).body) as {
    paths: Record<string, { get?: object }>;
  };
  const values: Record<string, string> = {
    kind: 'Subscriber',
    name: 'anna',
    username: 'anna@isp.example',
    target: 'core-1',
    router: 'core-1',
  };
  const asked = Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined || path.endsWith('/events')
      ? []
      : [path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'core-1'))],
  );
  const kinds = ['Operator', 'Router', 'Service', 'Subscriber'].map((kind) => `/api/v1/objects/${kind}`);
  return await Promise.all(
    [...asked, ...kinds].map(async (path) => [path, (await overSocket(socket, path)).body] as const),
  );
}

describe('a daemon with secrets of every form', () => {
  it('shows none of them: not in logs, plans, answers, metrics, events, errors, webhooks, nor in its state folder', async () => {
    await using program = await Program.start();
    await using network = await TestNetwork.start();
    declare(network, `http://127.0.0.1:${program.port}/`);
    writeFileSync(join(network.folder.path, 'radius'), secrets.file, { mode: 0o600 });
    network.commit('secrets of every form');
    const env = {
      LASTMILE_SECRET_MASTER: secrets.master,
      LASTMILE_SECRET_API: secrets.api,
      LASTMILE_SECRET_HOOK: secrets.hook,
      LASTMILE_AGE_KEY: secrets.agent,
    };
    const { model } = await loadFiles((await readFolder(network.dir)).files, {
      env,
      mode: 'use',
      secretsDir: network.folder.path,
    });
    const derived = model?.subscriptions.find(({ id }) => id === 'ben')?.password?.reveal() ?? '';
    expect(derived).toMatch(/^\w{16}$/);
    const where = ['--state', network.state, '--secrets', network.folder.path];
    const run = (...args: readonly string[]): Promise<Ran> => lastmile(args, { env, cwd: network.folder.path });
    const daemon = await DaemonProcess.start([network.dir, ...where, '--listen-admin', '127.0.0.1:0'], { env });
    const told: string[] = [];
    try {
      await daemon.serving();
      await run('reconcile', '--state', network.state);
      const dialled = await network.router.dial({ username: 'anna@isp.example', password: secrets.text });
      await network.router.dial({ username: 'anna@isp.example', password: 'wrong' });
      expect(dialled.ok).toBe(true);
      expect(network.router.row('/ppp/secret', 'carl@isp.example')?.['password']).toBe(secrets.sealed);
      expect(network.router.row('/ppp/secret', 'ben@isp.example')?.['password']).toBe(derived);
      network.router.set('/ppp/secret', 'ben@isp.example', { password: 'by hand' });
      network.write(
        'subscribers.yaml',
        `${readFileSync(join(network.dir, 'subscribers.yaml'), 'utf8')}  - {name: dora, username: dora, password: ${secrets.text}, nonsense: true}\n`,
      );
      for (const output of ['text', 'json', 'markdown', 'html', 'github'])
        told.push(JSON.stringify(await run('plan', network.dir, ...where, '--rev', 'HEAD', '-o', output)));
      told.push(JSON.stringify(await run('validate', network.dir, '--secrets', network.folder.path)));
      told.push(JSON.stringify(await run('plan', network.dir, ...where)));
      for (const command of [
        ['status'],
        ['drift'],
        ['events'],
        ['history'],
        ['api-log', 'core-1'],
        ['why', 'anna@isp.example'],
        ['get', 'Subscriber', 'anna', '-o', 'yaml'],
      ])
        told.push(JSON.stringify(await run(...command, '--state', network.state)));
      told.push(...(await everyAnswer(daemon.listeners.adminSocket)).map(([path, body]) => `${path}: ${body}`));
      network.commit('nonsense');
      await daemon.logged({ msg: 'revision refused; what is in force stays' });
      while (!program.told.some(({ body }) => body.includes('session.started')))
        await program.asked(program.told.length + 1);
      told.push(JSON.stringify(program.told));
      await daemon.stop();
    } finally {
      await daemon[Symbol.asyncDispose]();
    }
    told.push(daemon.complaints, await everythingIn(network.state));

    expect(told.length).toBeGreaterThan(30);
    expect(told.join()).toContain('anna@isp.example');
    const all = told.join('\n');
    for (const [form, secret] of Object.entries({ ...secrets, derived }))
      for (const looks of formsOf(secret)) {
        const at = all.indexOf(looks);
        // A failure must not show it either.
        expect(at < 0 ? 'nowhere' : `${form}: behind ${all.slice(Math.max(0, at - 200), at)}`).toBe('nowhere');
      }
  });
});
