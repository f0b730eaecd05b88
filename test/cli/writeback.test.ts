import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestNetwork } from '../support/network.ts';

const config = `
  # What the office asked for.
  config:
    /ip/firewall/filter:
      - {chain: input, action: accept, protocol: tcp, dst-port: "22", comment: ssh} # from the office
      - {chain: input, action: drop, protocol: udp, dst-port: "161", comment: snmp}
    /ip/firewall/address-list:
      - {list: office, address: 192.0.2.7}
      - {list: office, address: 192.0.2.8} # the printer
`;

function git(dir: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8' }).trim();
}

async function changedByHand(): Promise<TestNetwork> {
  const network = await TestNetwork.start();
  network.write('router.yaml', `${network.routerYaml.trimEnd()}${config}`);
  network.commit('rules');
  git(network.dir, 'config', 'user.name', 'Op');
  git(network.dir, 'config', 'user.email', 'op@isp.example');
  const applied = await network.lastmile('apply', network.dir, '--auto-approve');
  expect(applied.code, applied.out + applied.err).toBe(0);
  const { router } = network;
  router.set('/ppp/profile', 'home', { 'rate-limit': '5M/30M', 'idle-timeout': '15m' });
  router.set('/ppp/secret', 'ben@isp.example', { 'remote-address': '10.10.0.222', password: 'by hand' });
  router.set('/ip/pool', 'home', { ranges: '10.10.0.2-10.10.0.150' });
  router.set('/system/identity', undefined, { name: 'north-1' });
  return network;
}

function copyOf(network: TestNetwork, branch: string): string {
  const copy = join(network.folder.path, 'copy');
  mkdirSync(copy);
  git(copy, 'clone', '-q', '-b', branch, network.dir, '.');
  return copy;
}

/** Rows of the router that a plan would write, and what of them. */
async function plannedOn(
  network: TestNetwork,
  dir: string,
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const { out } = await network.lastmile('plan', dir, '-o', 'json');
  const { changes } = JSON.parse(out) as { changes: readonly { address: string; fields: readonly string[] }[] };
  return changes.flatMap(({ address, fields }) => (address.startsWith('core-1/') ? [[address, fields] as const] : []));
}

describe('what was changed on a router by hand', () => {
  it('is declared in a commit on a new branch, of which the next plan is empty but for secrets', async () => {
    await using network = await changedByHand();
    const elsewhere = join(network.folder.path, 'forge.git');
    git(network.dir, 'clone', '-q', '--bare', '.', elsewhere);
    git(network.dir, 'remote', 'add', 'origin', elsewhere);
    network.write('note.txt', 'not committed yet');
    const before = git(network.dir, 'status', '--porcelain');
    const dry = await network.lastmile('writeback', network.dir, '--dry-run');
    expect(git(network.dir, 'branch', '--format=%(refname:short)')).toBe('main');

    const { code, out, err } = await network.lastmile('writeback', network.dir, '--branch', 'by-hand', '--push');

    expect(out, err).toContain('core-1/ppp/profile/home rate-limit: 5M/20M → 5M/30M: services.yaml:6');
    expect(out).toContain('core-1/ppp/secret/ben@isp.example password: [secret] → [secret]: left: it is a secret');
    expect(out).not.toContain('by hand');
    expect(dry.out).toContain('5M/30M: services.yaml:6');
    expect(code).toBe(5);
    expect(git(network.dir, 'status', '--porcelain')).toBe(before);
    expect(git(elsewhere, 'rev-parse', 'by-hand')).toBe(git(network.dir, 'rev-parse', 'by-hand'));
    const copy = copyOf(network, 'by-hand');
    expect(readFileSync(join(copy, 'services.yaml'), 'utf8')).toContain(
      '  rate: {down: 30M, up: 5M}\n  sessions: {interim: 2m, timeout: 12h, idleTimeout: 15m}\n',
    );
    expect(readFileSync(join(copy, 'router.yaml'), 'utf8')).toContain(
      '  system: {identity: north-1}\n  # What the office asked for.\n',
    );
    expect(git(copy, 'diff', '--stat', 'HEAD~1', 'HEAD')).toContain('3 files changed');
    expect(await plannedOn(network, copy)).toEqual([['core-1/ppp/secret/ben@isp.example', ['password']]]);
  });

  it('stands in rules of config, too: one that was edited keeps what it is known by, and one that is gone goes', async () => {
    await using network = await changedByHand();
    const { router } = network;
    await network.lastmile('suspend', 'core-1', '--reason', 'work by hand');
    const rule = router.rows('/ip/firewall/filter').find(({ comment }) => comment?.startsWith('ssh') === true);
    router.set('/ip/firewall/filter', rule?.['.id'] ?? '', { 'dst-port': '2222' });
    const printer = router.rows('/ip/firewall/address-list').find(({ address }) => address === '192.0.2.8');
    router.remove('/ip/firewall/address-list', printer?.['.id'] ?? '');
    await using daemon = await network.daemon();
    await daemon.logged({ msg: 'revision in force' });

    const { out, err } = await network.lastmile('writeback', network.dir, '--branch', 'rules', '-o', 'json');

    const { fields } = JSON.parse(out) as { fields: readonly { address: string; place?: unknown; why?: string }[] };
    expect(
      fields.filter(({ place, address }) => place === undefined && !address.includes('/ppp/secret/')),
      err,
    ).toEqual([]);
    const text = git(network.dir, 'show', 'rules:router.yaml');
    expect(text).toContain('dst-port: "2222"');
    expect(text).not.toContain('192.0.2.8');
    expect(text).toContain('# from the office');
    expect(await plannedOn(network, copyOf(network, 'rules'))).toEqual([
      ['core-1/ppp/secret/ben@isp.example', ['password']],
    ]);
  });

  it('is refused in words where there is nothing to make a branch in, or the branch is there', async () => {
    await using network = await changedByHand();
    git(network.dir, 'branch', 'taken');

    const taken = await network.lastmile('writeback', network.dir, '--branch', 'taken');
    const plain = await network.lastmile('writeback', network.folder.path);

    expect(taken.err).toContain('there is a branch taken already');
    expect(taken.code).toBe(1);
    expect(plain.err).toContain('is no git repository');
    expect(plain.code).toBe(64);
  });
});
