import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freeUdpPort } from '../support/free-ports.ts';
import { DaemonProcess, lastmile } from '../support/lastmile.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';
import { overSocket } from '../support/over-socket.ts';

describe('a repository that is invalid from the start', () => {
  it('is told, with RADIUS closed and the admin API open, and served once it is mended', async () => {
    await using network = await TestNetwork.start({ git: false });
    network.write('services.yaml', servicesYaml('fast', '5M'));
    await using daemon = await network.daemon();

    const health = await fetch(`http://${daemon.listeners.admin}/healthz`);
    await daemon.complained('services.yaml:6:16');
    const ready = await fetch(`http://${daemon.listeners.admin}/readyz`);
    const closed = daemon.listeners.auth;
    network.write('services.yaml', servicesYaml('20M', '5M'));
    const listeners = await daemon.serving();

    expect(health.status).toBe(200);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('is invalid');
    expect(closed).toBeUndefined();
    expect(listeners.auth).toBe(`127.0.0.1:${network.authPort}`);
    expect((await fetch(`http://${listeners.admin}/readyz`)).status).toBe(200);
  });
});

describe('a restart while the newest commit is broken', () => {
  it('serves what was good last', async () => {
    await using network = await TestNetwork.start();
    const first = await network.running();
    await first.stop();
    network.write('services.yaml', 'kind: [');
    network.commit('broken');

    await using daemon = await network.daemon();

    expect(daemon.listeners.auth).toBe(`127.0.0.1:${network.authPort}`);
    expect(await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword })).toMatchObject({
      ok: true,
      radius: true,
    });
  });
});

describe('a secret file that is missing', () => {
  it('is read once it is there, and missed in words once', async () => {
    await using network = await TestNetwork.start();
    const secrets = join(network.folder.path, 'secrets');
    mkdirSync(secrets);
    const subscribers = subscribersYaml().replace(`password: ${canaries.annaPassword}`, 'password: {file: anna}');
    network.write('subscribers.yaml', subscribers);
    network.commit('a file');
    await using daemon = await network.daemon('--secrets', secrets, '--poll-seconds', '1');
    const closed = daemon.listeners.auth;
    await daemon.logged({ msg: 'revision refused; what is in force stays' });

    writeFileSync(join(secrets, 'anna'), canaries.annaPassword);
    await daemon.serving();

    expect(closed).toBeUndefined();
    expect(daemon.complaints.match(/revision refused/g)).toHaveLength(1);
  });
});

describe('a RADIUS port that is taken when the first good commit comes', () => {
  it('is opened once it is free, and blamed until then', async () => {
    await using network = await TestNetwork.start();
    network.write('services.yaml', servicesYaml('fast', '5M'));
    network.commit('broken');
    await using daemon = await network.daemon('--poll-seconds', '1');
    const holder = createSocket('udp4').bind(network.authPort, '127.0.0.1');
    await once(holder, 'listening');
    network.write('services.yaml', servicesYaml('20M', '5M'));
    network.commit('mended');
    await daemon.logged({ msg: 'RADIUS is closed; tried again with each poll' });

    const status = await network.lastmile('status', '-o', 'json');
    const ready = await overSocket(daemon.listeners.adminSocket, '/readyz');
    holder.close();
    const listeners = await daemon.serving();

    expect(JSON.parse(status.out).conditions).toMatchObject([
      { type: 'Listening', status: 'False', reason: 'ListenFailed' },
      { type: 'SourceReady', status: 'True' },
      { type: 'SourceVerified', status: 'Unknown', reason: 'NotRequired' },
    ]);
    expect(ready).toMatchObject({ status: 503 });
    expect(ready.body).toContain('in use');
    expect(listeners.auth).toBe(`127.0.0.1:${network.authPort}`);
  });
});

describe('a state folder removed under the daemon', () => {
  it('is told by /readyz, and made anew and locked by the daemon that had it', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    rmSync(network.state, { recursive: true });

    const ready = await fetch(`http://${daemon.listeners.admin}/readyz`);
    await daemon.logged({ msg: 'state folder opened again, accounting goes on' });
    const second = await lastmile(['run', network.dir, '--state', network.state]);
    const after = await fetch(`http://${daemon.listeners.admin}/readyz`);

    expect(ready.status).toBe(503);
    expect(await ready.text()).toContain('was removed while it was in use');
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('is in use by process') });
    expect(after.status).toBe(200);
  });
});

describe('a repository folder that is removed', () => {
  it('is named, once, and what is in force is still reconciled', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    // All of it at once: a folder that is half there is another trouble, told as well.
    renameSync(network.dir, `${network.dir}.gone`);
    rmSync(`${network.dir}.gone`, { recursive: true });

    const reconciled = [await network.lastmile('reconcile'), await network.lastmile('reconcile')];
    await daemon.stop();

    expect(reconciled.map(({ code }) => code)).toEqual([0, 0]);
    expect(daemon.complaints.match(/declarations cannot be read/g)).toHaveLength(1);
    expect(daemon.complaints).toContain(`"message":"there is no folder ${network.dir}"`);
  });
});

describe('a revision with very many errors', () => {
  it('is told in a few words between the lines of the log', async () => {
    await using network = await TestNetwork.start({ git: false });
    const broken = Array.from({ length: 500 }, (_, n) => `kind: Nothing${n}`);
    network.write('broken.yaml', broken.join('\n---\n'));
    await using daemon = await network.daemon();
    await daemon.complained('lastmile validate --max-errors');

    await daemon.stop();

    expect(daemon.complaints.match(/^broken\.yaml:\d+:\d+ error/gm)).toHaveLength(20);
    expect(daemon.complaints).toMatch(/… and \d+ more \(lastmile validate --max-errors \d+ shows all\)/);
    expect(daemon.complaints.split('\n').length).toBeLessThan(250);
  });
});

describe('a repository that git will not read', () => {
  it('from the start keeps RADIUS closed and the admin API open until it can be read', async () => {
    await using network = await TestNetwork.start();
    const head = join(network.dir, '.git', 'HEAD');
    renameSync(head, `${head}.away`);
    await using daemon = await network.daemon('--poll-seconds', '1');
    const ready = await overSocket(daemon.listeners.adminSocket, '/readyz');
    const status = await network.lastmile('status');

    renameSync(`${head}.away`, head);
    await daemon.serving();

    expect(ready.status).toBe(503);
    expect(status.out).toContain('ReadFailed');
  });

  it('later leaves what is in force: it is still reconciled, and said to be readable again', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running('--poll-seconds', '1');
    const head = join(network.dir, '.git', 'HEAD');
    renameSync(head, `${head}.away`);
    const meanwhile = await network.lastmile('reconcile');
    const bad = await network.lastmile('status');
    renameSync(`${head}.away`, head);
    const after = await network.lastmile('reconcile');
    const good = await network.lastmile('status');

    expect(meanwhile.code, meanwhile.err).toBe(0);
    expect(bad.out).toContain('ReadFailed');
    expect(after.code).toBe(0);
    expect(good.out).not.toContain('ReadFailed');
  });
});

describe('listen addresses that change', () => {
  it('are said to take effect after a restart, until they are back', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    const declared = readFileSync(join(network.dir, 'operator.yaml'), 'utf8');
    network.write('operator.yaml', declared.replace(/auth: "[^"]*"/, 'auth: "127.0.0.1:1"'));
    network.commit('elsewhere');
    await network.lastmile('reconcile');
    const changed = await network.lastmile('status');
    network.write('operator.yaml', declared);
    network.commit('back');
    await network.lastmile('reconcile');
    const back = await network.lastmile('status');

    expect(changed.out).toContain('RestartNeeded');
    expect(back.out).not.toContain('RestartNeeded');
  });
});

describe('two daemons on one state folder', () => {
  it('are refused in words that name who holds it', async () => {
    await using network = await TestNetwork.start();
    await using _first = await network.running();

    const second = await network.lastmile('run', network.dir, '--listen-admin', '127.0.0.1:0');

    expect(second.code).toBe(1);
    expect(second.err).toMatch(/state.*(in use|held|locked)/);
    expect(second.err).not.toMatch(/^\s+at /m);
  });
});

describe('a port that is taken', () => {
  it.each(['--listen-auth', '--listen-accounting'])('of RADIUS (%s) is named', async (flag) => {
    await using network = await TestNetwork.start();
    await using _holder = await network.running();
    const taken = `127.0.0.1:${network.authPort}`;
    const named = `127.0.0.1 port ${network.authPort}`;

    const ran = await lastmile([
      'run',
      network.dir,
      '--state',
      join(network.folder.path, 'other'),
      '--listen-admin',
      '127.0.0.1:0',
      flag,
      taken,
    ]);

    expect(ran.code).toBe(1);
    expect(ran.err).toContain(named);
    expect(ran.err).toContain('in use');
  });

  it('of the admin API is named', async () => {
    await using network = await TestNetwork.start();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const taken = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;

    const ran = await network.lastmile('run', network.dir, '--listen-admin', taken);
    server.close();

    expect(ran).toMatchObject({ code: 1 });
    expect(ran.err).toContain(`${taken} is in use`);
  });
});

describe('a state folder that is none', () => {
  it('is refused in words', async () => {
    await using network = await TestNetwork.start();
    writeFileSync(network.state, 'a file');

    const ran = await network.lastmile('run', network.dir);

    expect(ran.code).toBe(1);
    expect(ran.err).toContain(network.state);
    expect(ran.err).not.toMatch(/^\s+at /m);
  });

  it('whose path is too long for a socket gets its socket elsewhere', async () => {
    await using network = await TestNetwork.start();
    const state = join(network.folder.path, 'a'.repeat(60), 'b'.repeat(60));
    mkdirSync(state, { recursive: true });
    await using daemon = await DaemonProcess.start([network.dir, '--state', state, '--listen-admin', '127.0.0.1:0']);

    const status = await lastmile(['status', '--state', state]);

    expect(readFileSync(join(state, 'admin.path'), 'utf8')).toBe(daemon.listeners.adminSocket);
    expect(status.out).toContain('commits of HEAD');
  });
});

describe('stopping the daemon', () => {
  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 130],
  ] as const)('by %s is clean', async (signal, code) => {
    await using network = await TestNetwork.start();
    const daemon = await network.running();

    expect(await daemon.stop(signal)).toBe(code);
    expect(readdirSync(network.state)).not.toContain('admin.sock');
  });

  it('by SIGKILL leaves nothing in the way of the next', async () => {
    await using network = await TestNetwork.start();
    const daemon = await network.running();
    await daemon.stop('SIGKILL');

    await using again = await network.running();

    expect((await overSocket(again.listeners.adminSocket, '/readyz')).status).toBe(200);
  });
});

describe('the admin API over TCP', () => {
  it('takes tokens by role, and is open for health only', async () => {
    const viewer = 'ab9f4a53ba2e1a0b';
    const digest = '9e3c4a7ac3bcc8ac5ba5c92e6ee4a1ce3e2fe3f5a2d5c9c76a4c5bfbb4a0ce05';
    const sha256 = createHash('sha256').update(viewer).digest('hex');
    await using network = await TestNetwork.start({
      operator: `  admin:\n    tokens:\n      - {name: board, role: viewer, sha256: "${sha256}"}\n      - {name: other, role: admin, sha256: "${digest}"}\n`,
    });
    await using daemon = await network.running();
    const base = `http://${daemon.listeners.admin}`;
    const authorization = `Bearer ${viewer}`;

    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/api/v1/status`)).status).toBe(401);
    expect((await fetch(`${base}/metrics`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await fetch(`${base}/api/v1/status`, { headers: { authorization } })).status).toBe(200);
    expect(await (await fetch(`${base}/metrics`, { headers: { authorization } })).text()).toContain(
      'lastmile_reconcile_total',
    );
    const body = JSON.stringify({ user: 'anna@isp.example' });
    const headers = { authorization, 'content-type': 'application/json' };
    expect((await fetch(`${base}/api/v1/disconnect`, { method: 'POST', headers, body })).status).toBe(403);
  });
});

describe('secrets', () => {
  it('are in nothing the daemon or the commands print, and not in the state folder', async () => {
    await using network = await TestNetwork.start({ git: true });
    await using daemon = await network.running();
    await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword, method: 'pap' });
    await network.router.accountingIdle();
    network.write('subscribers.yaml', subscribersYaml('    state: suspended\n'));
    network.commit('suspend');
    await network.lastmile('reconcile');

    const commands = [
      ['status'],
      ['status', 'core-1', '-o', 'json'],
      ['sessions', '--all', '-o', 'yaml'],
      ['why', 'anna@isp.example', '-o', 'json'],
      ['get', 'subscriber', '-o', 'yaml'],
      ['get', 'router', '-o', 'json'],
      ['get', 'operator', '-o', 'json'],
      ['plan', network.dir, '-o', 'json'],
    ];
    const printed = [daemon.complaints, (await overSocket(daemon.listeners.adminSocket, '/metrics')).body];
    for (const command of commands) {
      const ran = await network.lastmile(...command);
      expect(ran.code, ran.err).toBe(0);
      printed.push(ran.out, ran.err);
    }
    await daemon.stop();
    const stored = readdirSync(join(network.state, 'db')).map((file) =>
      readFileSync(join(network.state, 'db', file), 'latin1'),
    );

    for (const canary of Object.values(canaries)) {
      expect(printed.filter((text) => text.includes(canary))).toEqual([]);
      expect(stored.filter((text) => text.includes(canary))).toEqual([]);
    }
  });
});

describe('a router that is away', () => {
  it('does not keep subscribers from logging in, and is named', async () => {
    await using network = await TestNetwork.start();
    const router = readFileSync(join(network.dir, 'router.yaml'), 'utf8');
    const away = router.replace('core-1', 'core-9').replace(/port: \d+/, `port: ${await freeUdpPort('127.0.0.1')}`);
    network.write(
      'router-9.yaml',
      away.replace(network.nasAddress, '127.99.99.99').replace('identity: core-1', 'identity: core-9'),
    );
    network.commit('a second router');
    await using _daemon = await network.running();

    const dialled = await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    const status = await network.lastmile('status');
    const plan = await network.lastmile('plan', network.dir, '--detailed-exitcode');

    expect(dialled).toMatchObject({ ok: true });
    expect(status.out).toMatch(/core-9 +False +Unknown/);
    expect(status.out).toContain('/ip/service');
    expect(plan.code).toBe(1);
    expect(plan.out).toContain('core-9: unknown');
  });
});
