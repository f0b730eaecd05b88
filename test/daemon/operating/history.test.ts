import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { AdminClient } from '../../../src/admin/client.ts';
import type { AuditEntry } from '../../../src/status/audit-log.ts';
import type { BlameRow } from '../../../src/status/blame.ts';
import type { HistoryRevision } from '../../../src/status/history.ts';
import type { DaemonProcess } from '../../support/lastmile.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../../support/network.ts';

const tokens = '  admin:\n    tokens: [{name: desk, role: admin, sha256: "SHA"}]\n';
const carl = '  - {name: carl, username: carl, password: canary-carl-5-pass, auth: local, router: core-1}\n';

async function json<T>(network: TestNetwork, ...args: readonly string[]): Promise<T> {
  const ran = await network.lastmile(...args, '--output', 'json');
  if (ran.code !== 0) throw new Error(ran.err);
  return JSON.parse(ran.out) as T;
}

async function audit(daemon: DaemonProcess, limit: number): Promise<readonly AuditEntry[]> {
  const client = await AdminClient.find(daemon.listeners.adminSocket);
  return (await client?.get<readonly AuditEntry[]>(`/api/v1/audit?limit=${limit}`)) ?? [];
}

function head(dir: string): string {
  return execFileSync('git', ['-C', dir, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
}

describe('what commits had done', () => {
  it('is told by history and blame, and is bound into the audit log, without a secret', async () => {
    await using network = await TestNetwork.start();
    const { dir, router } = network;
    await using daemon = await network.running();
    const first = head(dir);
    network.write('subscribers.yaml', `${subscribersYaml()}${carl}`);
    network.commit('carl is new');
    await network.lastmile('reconcile');
    router.set('/ppp/secret', 'ben@isp.example', { password: 'by hand' });
    await network.lastmile('reconcile');

    const history = await json<readonly HistoryRevision[]>(network, 'history', 'core-1');
    const [row] = await json<readonly BlameRow[]>(network, 'blame', 'core-1/ppp/secret/carl');
    const [mended] = await json<readonly BlameRow[]>(network, 'blame', 'Subscriber/ben');
    const text = await network.lastmile('blame', 'core-1/ppp/secret');
    const none = await network.lastmile('blame', 'core-1/ppp/secret/dora');
    const verified = await network.lastmile('state', 'verify');
    const entries = await audit(daemon, 1000);

    const [second, begin] = history;
    expect([second?.id, second?.subject, second?.author]).toEqual([
      `main@sha1:${head(dir)}`,
      'carl is new',
      'Op <op@isp.example>',
    ]);
    expect(second?.runs.map(({ result, created, updated, reason }) => ({ result, created, updated, reason }))).toEqual([
      { result: 'done', created: 0, updated: 1, reason: 'request' },
      { result: 'done', created: 1, updated: 0, reason: expect.stringMatching(/revision|request/) },
    ]);
    expect(begin?.id).toBe(`main@sha1:${first}`);
    expect(row).toMatchObject({ action: 'create', owner: 'Subscriber/carl', author: 'Op <op@isp.example>' });
    expect(row?.revision).toBe(second?.id);
    expect(mended).toMatchObject({ address: 'core-1/ppp/secret/ben@isp.example', action: 'update' });
    expect(text.out).toContain('carl is new');
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('dora') });
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining(`${entries.length} entries`) });
    const changed = entries.flatMap(({ apply }) => apply?.changes ?? []);
    const ofBen = changed.filter(({ address }) => address === 'core-1/ppp/secret/ben@isp.example');
    // What it was made as is what it is mended to, and something else stood there in between.
    expect(ofBen[0]?.after).toBe(ofBen[1]?.after);
    expect(ofBen[0]?.before).not.toBe(ofBen[0]?.after);
    const said = JSON.stringify([history, row, mended, entries]) + text.out;
    for (const secret of [...Object.values(canaries), 'canary-carl-5-pass', 'by hand'])
      expect(said).not.toContain(secret);
  });

  it('IW-25: has who had a command done by the name of his token, whatever he says himself', async () => {
    await using network = await TestNetwork.start();
    const sha = execFileSync('sha256sum', { input: 'desk-token', encoding: 'utf8' }).slice(0, 64);
    network.operator(tokens.replace('SHA', sha));
    network.commit('a token');
    await using daemon = await network.running();

    const body = JSON.stringify({ target: 'core-1', kind: 'suspend', reason: 'fibre is cut', by: 'mallory' });
    const headers = { authorization: 'Bearer desk-token', 'content-type': 'application/json' };
    const answer = await fetch(`http://${daemon.listeners.admin}/api/v1/suspend`, { method: 'POST', headers, body });
    await network.lastmile('resume', 'core-1');

    expect(answer.status).toBe(200);
    const [resumed, paused] = await audit(daemon, 2);
    expect(paused).toMatchObject({ action: 'suspend', object: 'core-1', who: 'mallory (token desk)' });
    expect(paused).toMatchObject({ reason: 'fibre is cut' });
    expect(resumed).toMatchObject({ action: 'resume', object: 'core-1', who: expect.not.stringContaining('token') });
  });
});

describe('a bad revision', () => {
  it('is rolled back and skipped, also over a restart, until there is a newer commit', async () => {
    await using network = await TestNetwork.start();
    const { dir, router } = network;
    const first = head(dir);
    const isFast = () => JSON.stringify(router.rows('/ppp/profile')).includes('80M');
    let daemon = await network.running();
    network.write('services.yaml', servicesYaml('80M', '5M'));
    network.commit('faster');
    await network.lastmile('reconcile');
    const bad = head(dir);
    expect(isFast()).toBe(true);

    const rolled = await network.lastmile('rollback', '--reason', 'too fast for the uplink');
    const status = await network.lastmile('status');
    await network.lastmile('reconcile');
    const still = isFast();
    await daemon[Symbol.asyncDispose]();
    daemon = await network.running();
    const afterRestart = [await network.lastmile('status'), isFast()] as const;
    network.write('subscribers.yaml', `${subscribersYaml()}${carl}`);
    network.commit('carl is new');
    await network.lastmile('reconcile');
    const past = await network.lastmile('status');
    const history = await json<readonly HistoryRevision[]>(network, 'history');
    await daemon[Symbol.asyncDispose]();

    expect(rolled).toMatchObject({ code: 0, out: expect.stringContaining(`Serving main@sha1:${first}`) });
    expect(rolled.out).toContain(`main@sha1:${bad} is skipped`);
    for (const each of [status, afterRestart[0]]) {
      expect(each.out).toContain(`Revision:  main@sha1:${first}`);
      expect(each.out).toContain('too fast for the uplink');
    }
    expect([still, afterRestart[1], isFast()]).toEqual([false, false, true]);
    expect(past.out).not.toContain('rolled back');
    expect(history.find(({ id }) => id === `main@sha1:${bad}`)).toMatchObject({ result: 'rolled back' });
  });

  it('is reverted by a commit, where that is asked for, which the daemon follows', async () => {
    await using network = await TestNetwork.start();
    const { dir } = network;
    await using _daemon = await network.running();
    network.write('services.yaml', servicesYaml('80M', '5M'));
    network.commit('faster');
    await network.lastmile('reconcile');
    const bad = head(dir);

    const rolled = await network.lastmile('rollback', '--reason', 'too fast', '--commit', dir);
    await network.lastmile('reconcile');

    expect(rolled.err).toBe('');
    const log = execFileSync('git', ['-C', dir, 'log', '-1', '--format=%P %s'], { encoding: 'utf8' }).trim();
    expect(log).toBe(`${bad} Revert "faster"`);
    expect(execFileSync('git', ['-C', dir, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
    expect((await network.lastmile('status')).out).toContain(`Revision:  main@sha1:${head(dir)}`);
  });

  it('stays where there is none to go back to', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    const rolled = await network.lastmile('rollback', '--reason', 'why not');

    expect(rolled).toMatchObject({ code: 1, err: expect.stringContaining('no revision was in force before') });
  });
});
