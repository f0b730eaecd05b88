import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lastmile } from '../support/lastmile.ts';
import { TestNetwork } from '../support/network.ts';

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
