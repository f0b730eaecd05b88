import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DaemonStatus } from '../../src/admin/service.ts';
import type { PlanDocument } from '../../src/reconcile/plan.ts';
import { lastmile, type Ran } from '../support/lastmile.ts';
import { canaries, servicesYaml, TestNetwork } from '../support/network.ts';

const tokens = { viewer: 'token-of-ci-which-only-looks', operator: 'token-of-a-reviewer' };
const tokenYaml = Object.entries(tokens)
  .map(([role, token]) => `{name: ${role}, role: ${role}, sha256: ${createHash('sha256').update(token).digest('hex')}}`)
  .join(', ');
const operatorYaml = `  reconcile: {interval: 5s, mode: approved}\n  admin: {tokens: [${tokenYaml}]}\n`;

const rateOf = ({ router }: TestNetwork) => router.row('/ppp/profile', 'home')?.['rate-limit'];

function git({ dir, folder }: TestNetwork, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', dir, '-c', 'user.name=Op', '-c', 'user.email=op@isp.example', ...args], {
    encoding: 'utf8',
    env: { ...process.env, HOME: folder.path },
  });
}

async function until<T>(ask: () => Promise<T>, fits: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await ask();
    if (fits(found)) return found;
  }
}

/** A pull request's job: a checkout of its branch, no router, no secret, a token that may only look. */
class Job {
  readonly #dir: string;
  readonly #url: string;

  constructor(network: TestNetwork, branch: string, url: string) {
    this.#dir = join(network.folder.path, `checkout-${branch}`);
    this.#url = url;
    execFileSync('git', ['clone', '-q', '--branch', branch, network.dir, this.#dir]);
  }

  run(...args: readonly string[]): Promise<Ran> {
    const env = { LASTMILE_DAEMON_URL: this.#url, LASTMILE_DAEMON_TOKEN: tokens.viewer };
    return lastmile(args, { cwd: this.#dir, env });
  }

  async plan(): Promise<PlanDocument> {
    const { code, out, err } = await this.run('plan', '.', '--against', 'daemon', '-o', 'json');
    expect(code, err).toBe(0);
    return JSON.parse(out) as PlanDocument;
  }
}

async function statusOf(network: TestNetwork): Promise<DaemonStatus> {
  return JSON.parse((await network.lastmile('status', '-o', 'json')).out) as DaemonStatus;
}

const waits = (status: DaemonStatus) =>
  status.conditions.find(({ type }) => type === 'Approved')?.reason === 'AwaitingApproval';

describe('a pull request, from branch to router', () => {
  it('is applied as it was reviewed, and a second change to the same object makes its plan stale', async () => {
    await using network = await TestNetwork.start({ operator: operatorYaml });
    await using daemon = await network.running('--poll-seconds', '1');
    const url = `http://${daemon.listeners.admin}`;
    const before = rateOf(network);
    const saved = join(network.folder.path, 'saved.json');

    // The branch, and what its jobs say.
    git(network, 'switch', '-q', '-c', 'faster');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('faster');
    git(network, 'switch', '-q', 'main');
    const job = new Job(network, 'faster', url);
    const valid = await job.run('validate', '.');
    const comment = await job.run('plan', '.', '--against', 'daemon', '--out', saved, '-o', 'markdown');
    const { checksum } = await job.plan();
    const mayNot = await job.run('approve', checksum);

    // Merged without a word of approval it waits, and what was in force stays in force.
    git(network, 'merge', '-q', '--no-ff', '-m', 'Merge faster', 'faster');
    const waiting = await until(() => statusOf(network), waits);
    network.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    const healed = await until(
      () => network.lastmile('reconcile'),
      () => rateOf(network) === '5M/20M',
    );
    const unapplied = await network.lastmile('apply', network.dir, '--auto-approve');

    // Approved by its checksum, it is done.
    const approved = await network.lastmile('approve', checksum, '--reason', 'looks good');
    await until(
      () => statusOf(network),
      ({ targets }) => targets.every(({ last }) => last.revision !== waiting.revision && last.result !== 'planned'),
    );
    const after = rateOf(network);
    const stale = await network.lastmile('apply', saved, '--auto-approve', '--declarations', network.dir);

    // Two changes to one object: the second was reviewed before the first came in.
    git(network, 'switch', '-q', '-c', 'fastest');
    network.write('services.yaml', servicesYaml('100M', '20M'));
    network.commit('fastest');
    git(network, 'switch', '-q', 'main');
    const reviewed = await new Job(network, 'fastest', url).plan();
    await network.lastmile('approve', reviewed.checksum);
    network.write('services.yaml', servicesYaml('30M', '6M'));
    network.commit('something else');
    const other = await until(() => statusOf(network), waits);
    const otherPlan = JSON.parse((await network.lastmile('approve', '-o', 'json')).out) as {
      readonly waiting: { readonly checksum: string };
    };
    const approvedOther = await network.lastmile('approve', otherPlan.waiting.checksum);
    await until(
      () => network.lastmile('reconcile', 'core-1'),
      () => rateOf(network) === '6M/30M',
    );
    git(network, 'merge', '-q', '-X', 'theirs', '-m', 'Merge fastest', 'fastest');
    const second = await until(() => statusOf(network), waits);

    expect(valid.code, valid.err).toBe(0);
    expect(comment.code, comment.err).toBe(0);
    expect(comment.out).toContain('rate-limit: 5M/20M');
    expect(comment.out).toContain(`Lastmile-Plan: ${checksum}`);
    for (const secret of Object.values(canaries)) expect(comment.out).not.toContain(secret);
    expect(mayNot).toMatchObject({ code: 1, err: expect.stringContaining('role operator') });
    expect(before).toBe('5M/20M');
    expect(waiting.revision).not.toContain(git(network, 'rev-parse', 'main').trim());
    expect(healed.code).toBe(0);
    expect(unapplied).toMatchObject({ code: 4, err: expect.stringContaining(`lastmile approve ${checksum}`) });
    expect(approved.code, approved.out + approved.err).toBe(0);
    expect(after).toBe('8M/40M');
    expect(stale.code, stale.out + stale.err).toBe(6);
    expect(approvedOther.code, approvedOther.out).toBe(0);
    expect(other.revision).toBeDefined();
    expect(second.revision).not.toContain(git(network, 'rev-parse', 'main').trim());
    expect(rateOf(network)).toBe('6M/30M');
  });

  it('is approved by a line of the commit that is merged', async () => {
    await using network = await TestNetwork.start({ operator: operatorYaml });
    await using daemon = await network.running('--poll-seconds', '1');
    git(network, 'switch', '-q', '-c', 'faster');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('faster');
    git(network, 'switch', '-q', 'main');
    const { checksum } = await new Job(network, 'faster', `http://${daemon.listeners.admin}`).plan();

    git(network, 'merge', '-q', '--no-ff', '-m', `Merge faster\n\nLastmile-Plan: ${checksum}`, 'faster');
    await until(
      () => network.lastmile('reconcile', 'core-1'),
      () => rateOf(network) === '8M/40M',
    );
    const listed = await network.lastmile('approve');

    expect(listed.out).toContain('Nothing waits for approval.');
    expect(listed.out).toContain(`${checksum} approved by Op <op@isp.example>`);
  });
});
