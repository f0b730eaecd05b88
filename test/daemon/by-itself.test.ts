import { describe, expect, it } from 'vitest';
import { documentAt } from '../docs/document.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

const anna = { username: 'anna@isp.example', password: canaries.annaPassword };
const quick = 'interval: 1s';

/** What is told of it, by the table of docs/safety.md. */
const told = {
  applied: 'plan applied',
  drift: 'drift',
  ended: 'session settled',
  followed: 'target resumed: its time is over',
} as const;

const poolOf = ({ router }: TestNetwork) => router.rows('/ip/pool').find((row) => row['name'] === 'home');
const rateOf = ({ router }: TestNetwork) =>
  router.rows('/ppp/profile').find((row) => row['name'] === 'home')?.['rate-limit'];

/** A pool as declared that somebody made by hand, before we came. */
function poolByHand({ router }: TestNetwork): void {
  router.add('/ip/pool', { name: 'home', ranges: '10.10.0.2-10.10.0.199' });
}

/** Waits until `status` says so. */
async function said(network: TestNetwork, condition: string): Promise<void> {
  while (!(await network.lastmile('status', 'core-1')).out.includes(condition));
}

describe('what happens by itself', () => {
  it('IS-01: is in the documents with its switch and with what is told', () => {
    const { text } = documentAt('docs/safety.md');
    const [, table = ''] = /## What happens by itself\n([\s\S]*?)\n## /.exec(text) ?? [];
    const rows = table.split('\n').filter((line) => /^\| (?!what \|)/.test(line));

    expect(rows.length).toBeGreaterThan(8);
    for (const row of rows)
      expect(
        row.split(' | ').filter((cell) => cell.trim() !== ''),
        row,
      ).toHaveLength(3);
    for (const words of Object.values(told)) expect(table).toContain(`log \`${words}\``);
  });

  it('IS-01: commit, marker, drift, expiry, counters and the end of a pause are seen to, and told', async () => {
    await using network = await TestNetwork.start({ operator: `  reconcile: {${quick}}\n` });
    poolByHand(network);
    await using daemon = await network.running('--poll-seconds', '1');

    await daemon.logged({ msg: told.applied, target: 'core-1' });
    expect(poolOf(network)?.['comment']).toMatch(/^lm:acme\//);
    await said(network, 'Collected=True');

    await network.router.dial(anna);
    await network.router.accountingIdle();
    const soon = new Date(Date.now() + 2_000).toISOString();
    network.write('subscribers.yaml', subscribersYaml(`    expires: ${soon}\n`));
    network.commit('anna has paid till then');
    await daemon.logged({ msg: told.ended, username: anna.username });
    expect(network.router.rows('/ppp/active')).toEqual([]);

    network.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    await daemon.logged({ msg: told.drift, result: 'healed' });
    expect(rateOf(network)).toBe('5M/20M');

    await network.lastmile('suspend', 'core-1', '--reason', 'a moment', '--until', '3s');
    await daemon.logged({ msg: told.followed, target: 'core-1' });
    expect(network.router.rows('/system/scheduler')).toEqual([]);
  });

  it('IS-01: is left where that is switched off, and who never expires stays online', async () => {
    await using network = await TestNetwork.start({ operator: `  reconcile: {${quick}}\n` });
    await network.lastmile('apply', network.dir, '--auto-approve');
    const observed = network.routerYaml.replace('address: 127.0.0.1\n', 'address: 127.0.0.1\n  mode: observe\n');
    network.write('router.yaml', observed);
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('look and do not touch');
    network.router.remove('/ip/pool', 'home');
    poolByHand(network);
    await using daemon = await network.running('--poll-seconds', '1');
    await network.router.dial(anna);
    network.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });

    await network.lastmile('suspend', 'core-1', '--reason', 'till somebody says so');
    await network.lastmile('reconcile');
    await network.lastmile('resume', 'core-1');
    await network.lastmile('reconcile');

    expect(poolOf(network)).not.toHaveProperty('comment');
    expect(rateOf(network)).toBe('1M/1M');
    expect(network.router.rows('/ppp/active')).toMatchObject([{ name: anna.username }]);
    for (const words of [told.followed, told.ended]) expect(daemon.complaints).not.toContain(`"msg":"${words}"`);
    expect(daemon.complaints).not.toMatch(/"target":"core-1"[^\n]*"msg":"plan applied"/);
  });
});
