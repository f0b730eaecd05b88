import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastmile } from '../support/lastmile.ts';
import { canaries, subscribersYaml, TestNetwork } from '../support/network.ts';

/** Commands that change something, with the one that shows it beforehand. */
const looks: Readonly<Record<string, string>> = {
  apply: 'plan',
  approve: 'plan',
  reconcile: 'plan',
  breakglass: 'plan',
  resume: 'drift',
  suspend: 'drift',
  rollback: 'history',
  import: 'import --out',
  disconnect: 'disconnect --dry-run',
  coa: 'sessions',
  devices: 'devices list',
  state: 'state check',
  hold: 'hold list',
  erase: 'export person',
  topup: 'usage',
  webhooks: 'webhooks list',
  secrets: 'secrets check',
  fmt: 'fmt --check',
  writeback: 'writeback --dry-run',
};
/** Commands that only look, the daemon, and tools that have no state. */
const others = [
  ...[
    'api-log',
    'discover',
    'doctor',
    'drift',
    'get',
    'orphans',
    'plan',
    'schema',
    'init',
    'sessions',
    'status',
    'usage',
    'verify',
  ],
  ...[
    'blame',
    'events',
    'explain',
    'export',
    'history',
    'whohad',
    'validate',
    'why',
    'run',
    'radius',
    'simulate',
    'help',
  ],
  'test',
  'policy',
];

const menus = ['/ppp/secret', '/ppp/profile', '/ip/pool', '/radius', '/ppp/aaa', '/ppp/active', '/system/identity'];

const carl = '  - {name: carl, username: carl, password: carl-5-pass, auth: local, router: core-1}\n';

/** All that a look must leave as it is: the router, the declarations and git. */
function everything({ router, dir }: TestNetwork): unknown {
  const git = execFileSync('git', ['-C', dir, 'status', '--porcelain', '--ignored'], { encoding: 'utf8' });
  return { git, rows: menus.map((menu) => router.rows(menu)) };
}

describe('every repair', () => {
  it('SPL-29: is a command with another, or an option, that shows it and writes nothing', async () => {
    const { out } = await lastmile(['--help']);
    const [, list = ''] = out.split('Commands:\n');
    const commands = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? '');

    expect(commands.sort()).toEqual([...Object.keys(looks), ...others].sort());
    for (const look of Object.values(looks)) {
      const [command = '', option = ''] = look.split(' ');
      expect(commands).toContain(command);
      expect((await lastmile([command, '--help'])).out).toContain(option);
    }
  });

  it('SPL-29: of a router somebody spoilt is seen by all looks, made by one command, and by nothing else', async () => {
    await using network = await TestNetwork.start();
    const { router, dir } = network;
    network.write('subscribers.yaml', `${subscribersYaml()}${carl}`);
    network.commit('carl is new');
    await network.lastmile('apply', dir, '--auto-approve');
    network.write('subscribers.yaml', subscribersYaml());
    network.commit('carl moved away');
    router.set('/ppp/secret', 'ben@isp.example', { password: 'by hand' });
    router.set('/ppp/aaa', undefined, { accounting: 'no' });
    router.remove('/ip/pool', 'home');
    const before = everything(network);

    const plan = await network.lastmile('plan', dir, '--detailed-exitcode');
    const orphans = await network.lastmile('orphans', 'core-1', dir, '--detailed-exitcode');
    const doctor = await network.lastmile('doctor', 'core-1', dir);
    const imported = await lastmile(['import', 'core-1', dir, '--out', join(network.folder.path, 'elsewhere')]);
    const unasked = await network.lastmile('apply', dir);
    const after = everything(network);
    const applied = await network.lastmile('apply', dir, '--auto-approve');
    const again = await network.lastmile('plan', dir, '--detailed-exitcode');

    expect(plan.code).toBe(2);
    for (const line of ['~ /ppp/secret ben@isp.example', '- /ppp/secret carl', '+ /ip/pool home', '~ /ppp/aaa'])
      expect(plan.out).toContain(line);
    expect(orphans).toMatchObject({ code: 2, out: expect.stringContaining('carl') });
    expect(doctor.out).toContain('LM_PPP_ACCOUNTING_OFF');
    expect(imported.code, imported.err).toBe(0);
    expect(unasked.code).toBe(64);
    expect(after).toEqual(before);
    expect(applied.code, applied.err).toBe(0);
    expect(again).toMatchObject({ code: 0, out: 'Nothing to change.\n' });
    expect(plan.out + orphans.out + doctor.out + applied.out).not.toContain(canaries.benPassword);
  });
});
