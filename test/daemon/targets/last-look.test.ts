import { describe, expect, it, vi } from 'vitest';
import type { RunSettings } from '../../../src/daemon/targets/run-target.ts';
import { CommitLab } from '../../support/commit-lab.ts';
import { networkOf, subscriber } from '../../support/ppp-network.ts';

const anna = subscriber('anna');
const ben = subscriber('ben');
const network = networkOf(anna, ben);

describe('a commit that changes nothing of a router', () => {
  it('is in step with the revision without asking the router anything', async () => {
    await using lab = await CommitLab.start(network);

    const { report, brief } = await lab.commit(networkOf(anna, ben), 'second');

    expect(report).toMatchObject({ result: 'in-sync', revision: 'second', drift: false });
    expect(brief).toBe(true);
    expect(lab.told()).toEqual([]);
  });

  it('does not even make rows of what is declared as before, down to the secrets', async () => {
    await using lab = await CommitLab.start(network);

    const asked = vi.spyOn(lab.target, 'desired');
    await lab.commit(networkOf(anna, ben), 'second');
    expect(asked).not.toHaveBeenCalled();

    const { report } = await lab.commit(networkOf(anna.replace('pa55-anna', 'pa55-other'), ben), 'third');
    expect(report.changed).toEqual(['core-1/ppp/secret/anna']);
  });

  it.each<[string, Partial<RunSettings>]>([
    ['a person asks', { reason: 'request' }],
    ['the interval is over', { reason: 'interval' }],
    ['the mode is another', { mode: 'plan' }],
    ['drift was left there', { known: { left: new Map([['a', 'b']]), key: Buffer.alloc(32, 1) } }],
    ['a person paused it', { pause: { target: 'core-1', kind: 'suspend', since: 0, by: 'me' } as never }],
  ])('looks at the whole when %s', async (_, more) => {
    await using lab = await CommitLab.start(network);

    const { report, brief } = await lab.commit(network, 'second', more);

    expect(report.result).toBe('in-sync');
    expect(brief).toBeUndefined();
    expect(lab.told()).toContain('/ppp/secret/print');
  });

  it('looks at the whole when the run before did not end well', async () => {
    await using lab = await CommitLab.start(network);
    await lab.session?.close();
    const over = AbortSignal.abort(new Error('stopping'));

    const { report } = await lab.commit(network, 'second', { reason: 'interval', signal: over });
    await lab.commit(network, 'third');

    expect(report.result).toBe('failed');
    expect(lab.told()).toContain('/ppp/secret/print');
  });
});

describe('a commit that changes one subscriber of a router', () => {
  it('asks the router for his row and his sessions alone, and reads that back', async () => {
    await using lab = await CommitLab.start(network);

    const { report } = await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    const look = ['/ppp/active/print ?name=anna', '/ppp/secret/print ?name=anna'];
    expect(lab.told().toSorted()).toEqual([...look, ...look, '/ppp/secret/set'].toSorted());
    expect(report).toMatchObject({ result: 'applied', drift: false, changed: ['core-1/ppp/secret/anna'] });
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'anna', disabled: 'true' }, { name: 'ben' }]);
  });

  it('knows of it with the next commit', async () => {
    await using lab = await CommitLab.start(network);
    await lab.commit(networkOf(ben), 'second');

    await lab.commit(networkOf(ben), 'third');

    expect(lab.told()).toEqual([]);
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'ben' }]);
  });

  it('does not end sessions of others whose rows it has not seen', async () => {
    await using lab = await CommitLab.start(network);
    await lab.router.dial({ username: 'ben', password: 'pa55-ben' });
    await lab.router.dial({ username: 'anna', password: 'pa55-anna' });

    const { sessions } = await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    expect(await sessions).toMatchObject([{ effect: { username: 'anna' }, result: 'disconnected' }]);
    expect(lab.router.sessions()).toMatchObject([{ username: 'ben' }]);
    expect(lab.told()).not.toContain('/ppp/active/print');
  });

  it('makes his row anew when somebody removed it meanwhile', async () => {
    await using lab = await CommitLab.start(network);
    lab.router.remove('/ppp/secret', 'anna');

    const { report } = await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    expect(report.result).toBe('applied');
    expect(lab.router.rows('/ppp/secret')).toMatchObject([{ name: 'ben' }, { name: 'anna', disabled: 'true' }]);
  });

  it('is held against all rows of the router where it deletes', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `s${at}`);
    await using lab = await CommitLab.start(networkOf(...names.map((name) => subscriber(name))));

    const { report, look } = await lab.commit(networkOf(...names.slice(5).map((name) => subscriber(name))), 'second');

    expect(report).toMatchObject({ result: 'refused', refusals: [{ code: 'LM_TOO_MANY_DELETES' }] });
    expect(report.refusals[0]?.message).toContain('5 of 10 rows of /ppp/secret');
    expect(look).toBeUndefined();
  });

  it('looks at the whole over a new connection', async () => {
    await using lab = await CommitLab.start(network);
    await lab.session?.close();

    await lab.commit(networkOf(subscriber('anna', 'state: suspended'), ben), 'second');

    expect(lab.told()).toContain('/ppp/profile/print');
  });

  it('looks at the whole when more than rows of subscribers change with it', async () => {
    await using lab = await CommitLab.start(network);

    const { report } = await lab.commit(networkOf(subscriber('anna').replace('home-20', 'home-50'), ben), 'second');

    expect(report.changed).toContain('core-1/ppp/profile/home-50');
    expect(lab.told()).toContain('/ppp/profile/print');
  });
});
