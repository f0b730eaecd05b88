import { describe, expect, it } from 'vitest';
import { servicesYaml, TestNetwork } from '../support/network.ts';

/** Waits until `status` says so. */
async function said(network: TestNetwork, condition: string): Promise<void> {
  while (!(await network.lastmile('status', 'core-1')).out.includes(condition));
}

const rateOf = ({ router }: TestNetwork) =>
  router.rows('/ppp/profile').find((row) => row['name'] === 'home')?.['rate-limit'];

describe('a router with mode: plan', () => {
  const declared = (network: TestNetwork, mode: string) =>
    network.routerYaml.replace('address: 127.0.0.1\n', `address: 127.0.0.1\n  mode: ${mode}\n`);

  it('has a plan of all that differs, and nothing of it written by commit, by drift or by a person, until it is apply', async () => {
    await using network = await TestNetwork.start({ operator: '  reconcile: {interval: 1s}\n' });
    await network.lastmile('apply', network.dir, '--auto-approve');
    network.write('router.yaml', declared(network, 'plan'));
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('faster, but only planned');
    const rows = network.router.rows('/ppp/secret');
    await using _daemon = await network.running('--poll-seconds', '1');
    await said(network, 'Synced=False');

    const plan = await network.lastmile('plan', network.dir, '--detailed-exitcode');
    const applied = await network.lastmile('apply', network.dir, '--auto-approve');
    network.router.remove('/ppp/secret', 'ben@isp.example');
    await network.lastmile('reconcile', 'core-1');
    const during = [rateOf(network), network.router.rows('/ppp/secret').length];
    network.write('router.yaml', declared(network, 'apply'));
    network.commit('now do it');
    await said(network, 'Synced=True');

    expect(plan.code, plan.out + plan.err).toBe(2);
    expect(plan.out).toContain('~ /ppp/profile home');
    expect(applied.out).toContain('core-1: not applied: its mode only looks');
    expect(during).toEqual(['5M/20M', 0]);
    expect(rateOf(network)).toBe('8M/40M');
    expect(network.router.rows('/ppp/secret').map((row) => row['name'])).toEqual(rows.map((row) => row['name']));
  });
});
