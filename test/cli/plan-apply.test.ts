import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { freeTcpPort } from '../support/free-ports.ts';
import { lastmile } from '../support/lastmile.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

describe('plan and apply without a daemon', () => {
  it('go from an empty router to nothing left to do', async () => {
    await using network = await TestNetwork.start();

    const before = await network.lastmile('plan', network.dir, '--detailed-exitcode');
    const refused = await network.lastmile('apply', network.dir);
    const applied = await network.lastmile('apply', network.dir, '--auto-approve');
    const after = await network.lastmile('plan', network.dir, '--detailed-exitcode');

    expect(before.code).toBe(2);
    expect(before.out).toContain('directory: left out');
    expect(refused.code).toBe(64);
    expect(refused.err).toContain('--auto-approve');
    expect(applied.code, applied.err).toBe(0);
    expect(applied.out).toContain('core-1: applied');
    expect(after).toMatchObject({ code: 0, out: 'Nothing to change.\n' });
  });

  it('SPL-06: show and heal drift made by hand', async () => {
    await using network = await TestNetwork.start();
    await network.lastmile('apply', network.dir, '--auto-approve');
    network.router.set('/ppp/secret', 'ben@isp.example', { password: 'by hand' });
    network.router.remove('/ip/pool', 'home');

    const plan = await network.lastmile('plan', network.dir, '--detailed-exitcode');
    const applied = await network.lastmile('apply', network.dir, '--auto-approve');
    const again = await network.lastmile('plan', network.dir, '--detailed-exitcode');

    expect(plan.code).toBe(2);
    expect(plan.out).toContain('~ /ppp/secret ben@isp.example  drift');
    expect(plan.out).toContain('+ /ip/pool home  drift');
    expect(plan.out).not.toContain('by hand');
    expect(applied.code, applied.out + applied.err).toBe(0);
    expect(again.code).toBe(0);
    expect(network.router.row('/ppp/secret', 'ben@isp.example')).toMatchObject({ password: canaries.benPassword });
  });

  it('print a plan for programs, with secrets hidden and its sources', async () => {
    await using network = await TestNetwork.start();

    const { out, code } = await network.lastmile('plan', network.dir, '-o', 'json');

    expect(code).toBe(0);
    const plan = JSON.parse(out) as { changes: { address: string; after: object; source: object }[]; checksum: string };
    expect(plan.checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(plan.changes.find(({ address }) => address === 'core-1/ppp/secret/ben@isp.example')).toMatchObject({
      actions: ['create'],
      after: { password: '[secret]', profile: 'home' },
      source: { file: 'subscribers.yaml', line: 9 },
      cause: 'git',
    });
  });

  it('refuse to delete much, until the number is given', async () => {
    await using network = await TestNetwork.start();
    const locals = (count: number) =>
      Array.from(
        { length: count },
        (_, at) =>
          `  - name: local-${at}\n    username: local-${at}\n    password: pw-local-${at}\n    auth: local\n    router: core-1\n`,
      ).join('');
    network.write('subscribers.yaml', subscribersYaml() + locals(6));
    await network.lastmile('apply', network.dir, '--auto-approve');
    network.write('subscribers.yaml', subscribersYaml() + locals(1));

    const plan = await network.lastmile('plan', network.dir);
    const refused = await network.lastmile('apply', network.dir, '--auto-approve');
    const few = await network.lastmile('apply', network.dir, '--auto-approve', '--allow-deletes', '2');
    const kept = network.router.rows('/ppp/secret').length;
    const allowed = await network.lastmile('apply', network.dir, '--auto-approve', '--allow-deletes', '10');

    expect(plan.code).toBe(4);
    expect(plan.out).toContain('5 of 7 rows of /ppp/secret would be deleted');
    expect(refused.code).toBe(4);
    expect(few.code).toBe(4);
    expect(kept).toBe(7);
    expect(allowed.code, allowed.out).toBe(0);
    expect(network.router.rows('/ppp/secret')).toHaveLength(2);
  });

  it('refuse an empty repository', async () => {
    await using network = await TestNetwork.start({ git: false });
    for (const file of ['operator.yaml', 'router.yaml', 'services.yaml', 'subscribers.yaml']) network.remove(file);

    expect((await network.lastmile('plan', network.dir)).code).toBe(4);
    expect((await network.lastmile('apply', network.dir, '--auto-approve')).code).toBe(4);
  });

  it('say what is invalid, all of it, and do nothing', async () => {
    await using network = await TestNetwork.start();
    network.write('services.yaml', servicesYaml('20MB', '5M').replace('access', 'acess'));

    const ran = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(ran.code).toBe(3);
    expect(ran.err).toContain('services.yaml:5:3');
    expect(ran.err).toContain('services.yaml:6:16');
    expect(network.router.rows('/ip/pool')).toEqual([]);
  });

  it('leave a router alone whose mode only looks', async () => {
    await using network = await TestNetwork.start();
    const router = readFileSync(join(network.dir, 'router.yaml'), 'utf8');
    network.write('router.yaml', router.replace('  radius:\n', '  mode: observe\n  radius:\n'));

    const applied = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(applied.code, applied.err).toBe(0);
    expect(applied.out).toContain('core-1: not applied: its mode only looks');
    expect(network.router.rows('/ip/pool')).toEqual([]);
  });

  it('know a router that does not answer as unknown', async () => {
    await using network = await TestNetwork.start();
    const router = readFileSync(join(network.dir, 'router.yaml'), 'utf8');
    network.write('router.yaml', router.replace(/api: \{port: \d+/, `api: {port: ${await freeTcpPort()}`));

    const plan = await network.lastmile('plan', network.dir, '--detailed-exitcode');
    const first = await network.lastmile('apply', network.dir, '--auto-approve');
    const second = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(plan.code).toBe(1);
    expect(plan.out).toContain('core-1: unknown');
    // The directory was applied; then nothing was.
    expect(first.code).toBe(5);
    expect(second.code).toBe(1);
  });

  it('apply the rest when the router refuses one row, and say which', async () => {
    await using network = await TestNetwork.start();
    network.write('router.yaml', readFileSync(join(network.dir, 'router.yaml'), 'utf8').replace('ether2', 'ether99'));

    const applied = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(applied.code).toBe(5);
    expect(applied.out).toContain('core-1/interface/pppoe-server/server/ether99 north');
    expect(applied.out).toContain('input does not match any value of interface');
    expect(network.router.rows('/ppp/secret')).toHaveLength(1);
  });

  it('survive a router that closes in the middle', async () => {
    await using network = await TestNetwork.start();
    network.router.faults.add({ kind: 'close-mid-reply', command: '/ip/pool/add', times: 1 });

    const applied = await network.lastmile('apply', network.dir, '--auto-approve');
    const again = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(applied.code).toBe(5);
    expect(applied.err).not.toMatch(/^\s+at /m);
    expect(again.code, again.out + again.err).toBe(0);
    expect((await network.lastmile('plan', network.dir, '--detailed-exitcode')).code).toBe(0);
  });

  it('plan a commit instead of the work tree', async () => {
    await using network = await TestNetwork.start();
    await network.lastmile('apply', network.dir, '--auto-approve');
    network.write('services.yaml', servicesYaml('40M', '10M'));
    network.commit('faster');
    await network.lastmile('apply', network.dir, '--auto-approve');

    const back = await network.lastmile('plan', network.dir, '--rev', 'HEAD~1');

    expect(back.out).toContain('rate-limit: 10M/40M → 5M/20M');
  });

  it('cut off who was let in by a daemon that is gone, and show it', async () => {
    await using network = await TestNetwork.start();
    const daemon = await network.running();
    await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    await network.router.accountingIdle();
    await daemon.stop();
    network.write('subscribers.yaml', subscribersYaml('    state: suspended\n    reason: unpaid\n'));

    const applied = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(applied.code, applied.out + applied.err).toBe(0);
    expect(applied.out).toContain('anna@isp.example: 1 × disconnect (suspended: unpaid)');
    expect(applied.out).toMatch(/anna@isp\.example.*disconnected.*Disconnect-ACK/);
    expect(network.router.sessions()).toEqual([]);
  });

  it('keep to the targets that are asked for', async () => {
    await using network = await TestNetwork.start();

    await network.lastmile('apply', network.dir, '--auto-approve', '--exclude', 'core-1');

    expect(network.router.rows('/ip/pool')).toEqual([]);
    const plan = await network.lastmile('plan', network.dir, '--target', 'directory', '--detailed-exitcode');
    expect(plan.code, plan.out).toBe(0);
  });
});

describe('plan and apply beside a daemon', () => {
  it('are done by the daemon, which knows who is online', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    await network.router.accountingIdle();
    network.write('services.yaml', servicesYaml('40M', '10M'));

    const plan = await network.lastmile('plan', network.dir, '--detailed-exitcode');
    const notCommitted = await network.lastmile('apply', network.dir, '--auto-approve');
    network.commit('faster');
    const applied = await network.lastmile('apply', network.dir, '--auto-approve');

    expect(plan.code).toBe(2);
    expect(plan.out).toContain('anna@isp.example: 1 × change (rate)');
    expect(notCommitted.code).toBe(1);
    expect(notCommitted.err).toContain('commit them');
    expect(applied.code, applied.out + applied.err).toBe(0);
    expect(network.router.row('/queue/simple', '<pppoe-anna@isp.example>')).toMatchObject({
      'max-limit': '10000000/40000000',
    });
  });
});

describe('the command line', () => {
  it.each([
    [['plam'], 64],
    [['plan', '--nonsense'], 64],
    [['apply', '--allow-deletes', 'many'], 64],
    [['run', '--listen-auth', 'nowhere'], 64],
    [['help'], 0],
    [['--help'], 0],
    [['plan', '--help'], 0],
    [['--version'], 0],
  ])('%j ends with %i and no stack', async (args, code) => {
    const ran = await lastmile(args);

    expect(ran.code, ran.err).toBe(code);
    expect(ran.err + ran.out).not.toMatch(/^\s+at /m);
  });

  it('takes every flag from the environment, too', async () => {
    await using network = await TestNetwork.start();

    const ran = await lastmile(['plan', network.dir], {
      env: { LASTMILE_STATE: network.state, LASTMILE_OUTPUT: 'json', LASTMILE_DETAILED_EXITCODE: '1' },
    });

    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.out)).toMatchObject({ formatVersion: '1' });
  });

  it('simulates the RouterOS version that is asked for', async () => {
    await using router = await SimulatedRouterOs.start({ clock: systemClock });

    const taken = await lastmile([
      'simulate',
      'routeros',
      '--version',
      '7.20.8',
      '--listen-api',
      `127.0.0.1:${router.apiPort}`,
    ]);

    expect(taken.code).toBe(1);
    expect(taken.err).toMatch(/^lastmile: .*in use.*\n$/);
  });
});
