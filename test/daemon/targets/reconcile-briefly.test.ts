import { describe, expect, it } from 'vitest';
import type { TargetRun } from '../../../src/daemon/targets/run-target.ts';
import type { Model } from '../../../src/model/model.ts';
import { CommitLab } from '../../support/commit-lab.ts';
import { document, modelOf, operator } from '../../support/manifest.ts';
import { networkOf, subscriber } from '../../support/ppp-network.ts';

const anna = subscriber('anna');
const ben = subscriber('ben');
const suspended = subscriber('anna', 'state: suspended');
const network = networkOf(anna, ben);

const cafe = `${operator}---
${document(
  'Router',
  'core-1',
  `address: 192.0.2.11
api: {username: lastmile, password: {derive: 1}}
auth: local
pools: [{name: home, ranges: [10.0.0.20-10.0.0.199], static: [10.0.0.2-10.0.0.9]}]
dhcp: [{name: homes, interface: ether3, pool: home, network: {address: 10.0.0.0/24, gateway: 10.0.0.1}}]
hotspots: [{name: lobby, interface: ether4, address: 10.5.50.1, macAuth: {}}]`,
)}---
${document('Service', 'wire', 'access: [dhcp]\nrate: {down: 10M, up: 5M}')}---
${document('Service', 'guest', 'access: [hotspot]\nrate: {down: 5M, up: 1M}')}---
${document('Subscriber', 'kept', 'service: guest\nusername: kept\npassword: kept\nrouter: core-1')}---
${document('Subscriber', 'kept-wire', 'service: wire\nmac: ["02:00:00:00:00:99"]\nrouter: core-1')}`;

function cafeOf(...documents: readonly string[]): Model {
  return modelOf({ 'network.yaml': [cafe, ...documents].join('---\n') });
}

function guest(more = ''): string {
  return document('Subscriber', 'gina', `service: guest\nusername: gina\npassword: pa55\nrouter: core-1\n${more}`);
}

function device(at: number, more = ''): string {
  return document('Subscriber', `d${at}`, `service: wire\nmac: ["02:00:00:00:00:0${at}"]\nrouter: core-1\n${more}`);
}

/** Was the whole looked at in that run? */
function sawWhole(lab: CommitLab, { brief }: TargetRun): boolean {
  return brief === undefined && lab.told().some((command) => command.endsWith('/profile/print'));
}

function codes({ report: { findings } }: TargetRun): readonly string[] {
  return findings.map(({ code }) => code);
}

describe('a commit that touches rows which somebody changed by hand', () => {
  it('is done in one run where the password that would prove that secrets are shown was taken away', async () => {
    await using lab = await CommitLab.start(cafeOf(guest()));
    lab.router.set('/ip/hotspot/user', 'gina', { password: '' });

    const run = await lab.commit(cafeOf(guest('state: suspended')), 'second');

    expect(run.report).toMatchObject({ result: 'applied', changed: ['core-1/ip/hotspot/user/gina all'] });
    expect(run.report.error).toBeUndefined();
    expect(sawWhole(lab, run)).toBe(true);
  });

  it('makes what the rows name, and then the rows, in one run', async () => {
    await using lab = await CommitLab.start(network);
    lab.router.set('/ppp/profile', 'home-20', { name: 'gone' });

    const run = await lab.commit(networkOf(anna, ben, subscriber('carl')), 'second');

    expect(run.report).toMatchObject({ result: 'applied', failed: [] });
    expect(run.report.changed).toEqual(
      expect.arrayContaining(['core-1/ppp/profile/home-20', 'core-1/ppp/secret/carl']),
    );
    expect(lab.router.rows('/ppp/secret').map((row) => row['profile'])).toEqual(['home-20', 'home-20', 'home-20']);
    expect(sawWhole(lab, run)).toBe(true);
  });

  it('takes an address back from a row that somebody gave it, and tells each change once', async () => {
    const [first, second] = [device(1, 'address: 10.0.0.2'), device(2, 'address: 10.0.0.3')];
    await using lab = await CommitLab.start(cafeOf(first, second));
    lab.router.set('/ip/dhcp-server/lease', idOf(lab, '02:00:00:00:00:02'), { address: '10.0.0.4' });

    const run = await lab.commit(cafeOf(device(1, 'address: 10.0.0.4'), second), 'second');

    expect(run.report).toMatchObject({ result: 'applied', failed: [], summary: { update: 2 } });
    expect(run.report.changed).toHaveLength(2);
    expect(addressesOf(lab)).toMatchObject({ '02:00:00:00:00:01': '10.0.0.4', '02:00:00:00:00:02': '10.0.0.3' });
  });

  it('puts back the hotspot that a device belongs to', async () => {
    const at = (more = '') =>
      document('Subscriber', 'till', `service: guest\nmac: ["02:00:00:00:00:0A"]\nrouter: core-1\n${more}`);
    await using lab = await CommitLab.start(cafeOf(at()));
    lab.router.remove('/ip/hotspot', 'lobby');

    const run = await lab.commit(cafeOf(at('state: suspended')), 'second');

    expect(run.report).toMatchObject({ result: 'applied', failed: [] });
    const tills = lab.router.rows('/ip/hotspot/user').filter(({ name }) => name === '02:00:00:00:00:0A');
    expect(tills).toMatchObject([{ server: 'lobby', disabled: 'true' }]);
  });

  it('finds the row that has another name now when its subscriber goes', async () => {
    await using lab = await CommitLab.start(network);
    lab.router.set('/ppp/secret', 'anna', { name: 'anna2' });

    const run = await lab.commit(networkOf(ben), 'second');

    expect(codes(run)).toContain('LM_MARKER_MISMATCH');
    expect(sawWhole(lab, run)).toBe(true);
  });

  it('puts off the line who is suspended after his row was removed', async () => {
    await using lab = await CommitLab.start(network);
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });
    lab.router.remove('/ppp/secret', 'anna');

    const { report, sessions } = await lab.commit(networkOf(suspended, ben), 'second');

    expect(report).toMatchObject({ result: 'applied', summary: { create: 1, sessions: 1 } });
    expect(await sessions).toMatchObject([{ effect: { username: 'anna' }, result: 'disconnected' }]);
    expect(lab.router.sessions()).toEqual([]);
  });

  it('is part of what is refused where the whole may not lose so many rows', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `s${at}`);
    const some = (from: number) => networkOf(...names.slice(from).map((name) => subscriber(name)));
    await using lab = await CommitLab.start(some(0));
    for (const name of names.slice(40)) lab.router.remove('/ppp/secret', name);

    const { report } = await lab.commit(some(5), 'second');

    expect(report).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_TOO_MANY_DELETES' }] });
    expect(report.refusals[0]?.message).toContain('5 of 40 rows');
  });

  it('is seen to again at once where the router answered and did nothing, and told once', async () => {
    await using lab = await CommitLab.start(network);
    lab.router.faults.add({ kind: 'done-without-write', command: '/ppp/secret/set', times: 1 });

    const run = await lab.commit(networkOf(suspended, ben), 'second');

    expect(run.report.result).toBe('applied');
    expect(run.report.changed).toEqual(['core-1/ppp/secret/anna']);
    expect(run.report.summary.update).toBe(1);
    expect(sawWhole(lab, run)).toBe(true);
  });
});

describe('a row that another operator holds', () => {
  const foreign = { name: 'anna', password: 'x', comment: 'lm:other/Subscriber/anna' };

  it('is not taken for ours, and is made ours with the first commit after it is free', async () => {
    await using lab = await CommitLab.start(networkOf(ben));
    lab.router.add('/ppp/secret', foreign);
    const held = await lab.commit(network, 'second');
    lab.router.set('/ppp/secret', 'anna', { comment: '' });

    const free = await lab.commit(network, 'third');

    expect(codes(held)).toEqual(['LM_FOREIGN_OWNER']);
    expect(free.report).toMatchObject({ result: 'applied', changed: ['core-1/ppp/secret/anna'], findings: [] });
    expect(lab.router.rows('/ppp/secret').find(({ name }) => name === 'anna')?.['comment']).toContain('lm:isp/');
  });

  it('is told of no more once a commit changed or removed what it stands for', async () => {
    await using lab = await CommitLab.start(networkOf(ben));
    lab.router.add('/ppp/secret', foreign);
    await lab.commit(network, 'second');
    lab.router.set('/ppp/secret', 'anna', { comment: 'mine' });

    const changed = await lab.commit(networkOf(suspended, ben), 'third');
    const removed = await lab.commit(networkOf(ben), 'fourth');

    expect([codes(changed), codes(removed)]).toEqual([[], []]);
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'ben' }]);
  });

  it('is told of by each commit as long as it is there', async () => {
    await using lab = await CommitLab.start(networkOf(ben));
    lab.router.add('/ppp/secret', foreign);
    await lab.commit(network, 'second');

    const run = await lab.commit(networkOf(anna, subscriber('ben', 'state: suspended')), 'third');

    expect(codes(run)).toEqual(['LM_FOREIGN_OWNER']);
    expect(run.report.changed).toEqual(['core-1/ppp/secret/ben']);
  });
});

describe('what the last look at the whole told', () => {
  it('is not repeated where that run itself put it right', async () => {
    await using lab = await CommitLab.start(network);
    lab.router.add('/system/scheduler', { name: 'lastmile-confirm-isp', interval: '00:05:00', 'on-event': 'x' });
    lab.router.add('/system/script', { name: 'lastmile-confirm-isp', source: 'x' });
    await lab.session?.close();
    const confirmed = await lab.commit(network, 'second', { reason: 'interval' });

    const changed = await lab.commit(networkOf(suspended, ben), 'third');
    const nothing = await lab.commit(networkOf(suspended, ben), 'fourth');

    expect([confirmed, changed, nothing].map(codes)).toEqual([['LM_CONFIRM_PENDING'], [], []]);
    expect([changed.brief, nothing.brief]).toEqual([true, true]);
  });

  it('is repeated where it can still hold', async () => {
    await using lab = await CommitLab.start(network);
    lab.router.add('/ppp/secret', { name: 'copy', password: 'x', comment: 'lm:isp/Subscriber/anna' });
    const whole = await lab.commit(network, 'second', { reason: 'interval' });

    const run = await lab.commit(networkOf(anna, subscriber('ben', 'state: suspended')), 'third');

    expect([codes(whole), codes(run)]).toEqual([['LM_MARKER_MISMATCH'], ['LM_MARKER_MISMATCH']]);
    expect(run.brief).toBe(true);
  });

  it('is not enough to say of a lost router that it is in step', async () => {
    await using lab = await CommitLab.start(network);
    const ended = lab.session?.closed;
    await lab.router[Symbol.asyncDispose]();
    await ended?.catch(() => undefined);

    const { report, brief } = await lab.commit(network, 'second');

    expect(report).toMatchObject({ result: 'failed', error: { code: 'LM_ROUTER_UNREACHABLE' } });
    expect(brief).toBeUndefined();
  });
});

function idOf(lab: CommitLab, mac: string): string {
  return lab.router.rows('/ip/dhcp-server/lease').find((row) => row['mac-address'] === mac)?.['.id'] ?? '';
}

function addressesOf(lab: CommitLab): Readonly<Record<string, string | undefined>> {
  const rows = lab.router.rows('/ip/dhcp-server/lease');
  return Object.fromEntries(rows.map((row) => [row['mac-address'] ?? '', row['address']]));
}
