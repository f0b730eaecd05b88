import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { connectRouterOs } from '../../src/routeros/connection.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { lastmile } from '../support/lastmile.ts';
import { TestNetwork } from '../support/network.ts';
import { TempFolder } from '../support/temp-folder.ts';

const entry = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

describe('a switch in the environment', () => {
  it.each(['false', 'Off', ''])('is off when it says %j', async (word) => {
    await using network = await TestNetwork.start();

    const ran = await lastmile(['apply', network.dir, '--state', network.state], {
      env: { LASTMILE_AUTO_APPROVE: word },
    });

    expect(ran.code, ran.err).toBe(64);
    expect(ran.err).toContain('give --auto-approve');
    expect(network.router.rows('/ip/pool')).toEqual([]);
  });

  it.each(['1', 'YES'])('is on when it says %j', async (word) => {
    await using network = await TestNetwork.start();

    const ran = await lastmile(['plan', network.dir, '--state', network.state], {
      env: { LASTMILE_DETAILED_EXITCODE: word },
    });

    expect(ran.code, ran.err).toBe(2);
  });

  it('is refused when it says something else, and gives way to the command line', async () => {
    await using network = await TestNetwork.start();
    const env = { LASTMILE_DETAILED_EXITCODE: 'flase' };

    const refused = await lastmile(['plan', network.dir, '--state', network.state], { env });
    const given = await lastmile(['plan', network.dir, '--state', network.state, '--detailed-exitcode'], { env });

    expect(refused).toMatchObject({ code: 64, out: '' });
    expect(refused.err).toContain('LASTMILE_DETAILED_EXITCODE is "flase": true or false is needed');
    expect(given.code).toBe(2);
  });
});

describe('a target that does not exist', () => {
  it.each([
    ['plan', '--target', 'nosuch', 'no target is called nosuch; there are directory, core-1'],
    ['plan', '--exclude', 'cor-1', 'no target is called cor-1 (did you mean core-1?); there are directory, core-1'],
    ['apply', '--target', 'direktory', 'no target is called direktory (did you mean directory?)'],
  ])('is refused by %s %s %s', async (command, option, name, words) => {
    await using network = await TestNetwork.start();

    const ran = await network.lastmile(command, network.dir, option, name);

    expect(ran).toMatchObject({ code: 64, out: '' });
    expect(ran.err).toContain(words);
  });

  it('is refused beside a daemon, too', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    const plan = await network.lastmile('plan', network.dir, '--exclude', 'nosuch');
    const apply = await network.lastmile('apply', network.dir, '--auto-approve', '--target', 'direktory');

    expect(plan.code).toBe(64);
    expect(apply.code).toBe(64);
    expect(apply.err).toContain('there are directory, core-1');
  });
});

describe('a reader that is gone', () => {
  it('of stdout ends a command quietly', async () => {
    const child = spawn(process.execPath, [entry, 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const complaints: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));

    const [code] = await once(child, 'close');

    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
  });

  it('of the log and of the addresses does not end the daemon, whatever is committed', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    daemon.stopReading();

    network.write('services.yaml', 'kind: [');
    network.commit('broken');
    await network.lastmile('reconcile');
    const status = await network.lastmile('status');
    network.remove('services.yaml');
    network.commit('still broken');
    await network.lastmile('reconcile');

    expect(status.code, status.err).toBe(0);
    expect(status.out).toContain('BuildFailed');
    expect((await fetch(`http://${daemon.listeners.admin}/healthz`)).status).toBe(200);
  });
});

/** The socket of a daemon that takes whatever it is asked and says nothing. */
async function silentDaemon(state: string): Promise<Server> {
  const server = createServer((socket) => void socket.on('error', () => undefined).resume());
  server.listen(join(state, 'admin.sock'));
  await once(server, 'listening');
  return server;
}

describe('a daemon that hangs', () => {
  it('is told from one that is not there', async () => {
    await using state = await TempFolder.make();
    const server = await silentDaemon(state.path);

    const ran = await lastmile(['status', '--state', state.path]);
    server.close();

    expect(ran).toMatchObject({ code: 1, err: `lastmile: a daemon holds ${state.path} but does not answer\n` });
  });

  it.each([
    ['status', 'SIGINT'],
    ['reconcile', 'SIGTERM'],
  ] as const)('is waited for by %s until %s', async (command, signal) => {
    await using state = await TempFolder.make();
    const server = await silentDaemon(state.path);
    const child = spawn(process.execPath, [entry, command, '--state', state.path], { stdio: 'ignore' });
    await once(server, 'connection');

    child.kill(signal);
    const [code] = await once(child, 'close');
    server.close();

    expect(code).toBe(130);
  });
});

describe('a simulated router', () => {
  it('does not take the twins of other commands for its own', async () => {
    const port = await freeTcpPort();
    const child = spawn(process.execPath, [entry, 'simulate', 'routeros', '--listen-api', `127.0.0.1:${port}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env['PATH'],
        LASTMILE_USER: 'anna@isp.example',
        LASTMILE_VERSION: '6.1',
        LASTMILE_PRINT_LISTENERS: 'true',
        LASTMILE_SIMULATE_VERSION: '7.18',
        LASTMILE_LISTEN_CONTROL: '127.0.0.1:0',
        LASTMILE_IDENTITY: 'core-9',
        LASTMILE_PASSWORD: 'pa55wort',
      },
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    // Its log comes after: what is left unread would keep the process from closing.
    child.stdout.resume();
    const session = await connectRouterOs({
      router: 'core-9',
      host: '127.0.0.1',
      port,
      username: 'admin',
      password: new Secret('pa55wort'),
    });
    await session.close();
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');

    expect(line.toString()).toContain('RouterOS 7.18 "core-9"');
    expect(code).toBe(0);
  });
});
