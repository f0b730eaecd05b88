import { describe, expect, it } from 'vitest';
import type { DriftAnswer } from '../../src/admin/service.ts';
import { subscribersYaml, TestNetwork } from '../support/network.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
/** Closed for days to come, and open for days. */
const closed = `{days: [${days[(new Date().getUTCDay() + 3) % 7]}], from: "01:00", till: "02:00"}`;
const open = `{days: [${days.join(', ')}], from: "00:00", till: "00:00"}`;

const operator = (window: string) => `  reconcile: {heal: windowed, windows: [${window}], interval: 1s}\n`;

const rateOf = ({ router }: TestNetwork) =>
  router.rows('/ppp/profile').find((row) => row['name'] === 'home')?.['rate-limit'];

async function drift(network: TestNetwork): Promise<DriftAnswer> {
  const { out } = await network.lastmile('drift', 'core-1', '-o', 'json');
  return JSON.parse(out) as DriftAnswer;
}

/** Waits until `status` says so. */
async function said(network: TestNetwork, condition: string): Promise<void> {
  while (!(await network.lastmile('status', 'core-1')).out.includes(condition));
}

describe('drift where heal is windowed', () => {
  it('IS-01: is told and left while the window is closed, and set back once one is open', async () => {
    await using network = await TestNetwork.start({ operator: operator(closed) });
    await network.lastmile('apply', network.dir, '--auto-approve');
    await using daemon = await network.running('--poll-seconds', '1');
    network.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    await said(network, 'Drifted=True');

    const during = await drift(network);
    const left = rateOf(network);
    network.operator(operator(open));
    network.commit('the window is now');
    await daemon.logged({ msg: 'drift', result: 'healed' });
    await said(network, 'Drifted=False');
    const after = await drift(network);

    const change = { name: 'rate-limit', found: '1M/1M', declared: '5M/20M' };
    expect(during.open).toMatchObject([{ address: 'core-1/ppp/profile/home' }]);
    expect(during.events).toMatchObject([{ result: 'left', fields: [change] }]);
    expect(left).toBe('1M/1M');
    expect(after.open).toEqual([]);
    expect(rateOf(network)).toBe('5M/20M');
  });
});

describe('an object that must not be destroyed', () => {
  const annotated = '    annotations: {lastmile/prevent-destroy: "true"}\n';
  const without = subscribersYaml().replace(/ {2}- name: ben[\s\S]*$/, '');

  it('is remembered as such in the state folder: it goes not even where it went while no daemon ran', async () => {
    await using network = await TestNetwork.start();
    network.write('subscribers.yaml', subscribersYaml('', annotated));
    network.commit('protected');
    const first = await network.running();
    await first.stop();
    network.write('subscribers.yaml', without);
    network.commit('gone, annotation and all');

    const alone = await network.lastmile('apply', network.dir, '--auto-approve', '--allow-deletes', '9');
    await using _daemon = await network.daemon();
    const beside = await network.lastmile('apply', network.dir, '--auto-approve', '--allow-deletes', '9');

    for (const refused of [alone, beside])
      expect(refused).toMatchObject({ code: 4, out: expect.stringContaining('lastmile/prevent-destroy forbids') });
    expect(network.router.rows('/ppp/secret')).toMatchObject([{ name: 'ben@isp.example' }]);
  });
});
