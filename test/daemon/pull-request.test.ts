import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newRepository } from '../../src/cli/init-files.ts';
import type { PlanDocument } from '../../src/reconcile/plan.ts';
import { Runner, stepsOf, surroundings } from '../support/ci-runner.ts';
import { Forge } from '../support/forge.ts';
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

  /** The step of the CI file that writes the plan as a comment. */
  async comment(forge: Forge): Promise<Ran> {
    const runner = new Runner(this.#dir, dirname(this.#dir));
    const script = newRepository('gitea').find(({ path }) => path.endsWith('comment.mjs'));
    runner.write('.lastmile/comment.mjs', script?.text ?? '');
    const env = { LASTMILE_DAEMON_URL: this.#url, LASTMILE_DAEMON_TOKEN: tokens.viewer };
    const [, step = ''] = stepsOf('gitea').plan;
    return await runner.run(step, { ...surroundings('gitea', forge, forgeToken, runner), ...env });
  }

  async plan(): Promise<PlanDocument> {
    const { code, out, err } = await this.run('plan', '.', '--against', 'daemon', '-o', 'json');
    expect(code, err).toBe(0);
    return JSON.parse(out) as PlanDocument;
  }
}

const forgeToken = 'canary-forge-token';

describe('a pull request, from branch to router', () => {
  it('is applied as it was reviewed, and a second change to the same object makes its plan stale', async () => {
    await using forge = await Forge.start(forgeToken);
    const notify = `{name: git-isp, format: gitea, url: "${forge.url}/repos/acme/isp", token: ${forgeToken}, approvers: [anna]}`;
    await using network = await TestNetwork.start({ operator: `${operatorYaml}  notify: [${notify}]\n` });
    await using daemon = await network.running('--poll-seconds', '1');
    const url = `http://${daemon.listeners.admin}`;
    const before = rateOf(network);
    const saved = join(network.folder.path, 'saved.json');
    const waits = async (): Promise<string> => {
      const revision = `main@sha1:${git(network, 'rev-parse', 'main').trim()}`;
      await daemon.logged({ msg: 'revision waits for approval', revision });
      return revision;
    };
    const applied = async (): Promise<void> => {
      const sha = git(network, 'rev-parse', 'main').trim();
      await forge.until(({ statuses }) =>
        statuses.some((each) => each.sha === sha && each.context === 'lastmile/apply' && each.state === 'success'),
      );
    };
    const say = (by: string, sha: string, description: string) =>
      forge.statuses.push({ by, sha, description, state: 'success', context: 'lastmile/approve' });

    // The branch, and what its jobs say: the plan of a daemon, as a comment.
    git(network, 'switch', '-q', '-c', 'faster');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('faster');
    const branch = git(network, 'rev-parse', 'faster').trim();
    git(network, 'switch', '-q', 'main');
    const job = new Job(network, 'faster', url);
    const valid = await job.run('validate', '.');
    const commented = await job.comment(forge);
    const comment = forge.comments.map(({ body }) => body);
    const checksum = /Lastmile-Plan: ([0-9a-f]{64})/.exec(comment[0] ?? '')?.[1] ?? '';
    await job.run('plan', '.', '--against', 'daemon', '--out', saved);
    const mayNot = await job.run('approve', checksum);

    // Merged without a word of approval it waits, and what was in force stays in force.
    git(network, 'merge', '-q', '--no-ff', '-m', 'Merge faster', 'faster');
    const waiting = await waits();
    network.router.set('/ppp/profile', 'home', { 'rate-limit': '1M/1M' });
    await network.lastmile('reconcile', 'core-1');
    const healed = rateOf(network);
    const unapplied = await network.lastmile('apply', network.dir, '--auto-approve');

    // Somebody who may not approves it, and it waits on.
    say('mallory', branch, checksum);
    const asked = forge.asked.length;
    const looks = ({ asked: all }: Forge) => all.slice(asked).filter((each) => each.includes(branch)).length;
    await forge.until((each) => looks(each) >= 2);
    const still = rateOf(network);
    // Somebody who may does, at the commit that was reviewed: it is done, and said to be at the commit that merged it.
    say('anna', branch, `reviewed: ${checksum}`);
    await applied();
    const after = rateOf(network);
    const listed = await network.lastmile('approve');
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
    await waits();
    const otherPlan = JSON.parse((await network.lastmile('approve', '-o', 'json')).out) as {
      readonly waiting: { readonly checksum: string };
    };
    const approvedOther = await network.lastmile('approve', otherPlan.waiting.checksum, '--reason', 'looks good');
    await applied();
    git(network, 'merge', '-q', '-X', 'theirs', '-m', 'Merge fastest', 'fastest');
    await waits();

    expect(valid.code, valid.err).toBe(0);
    expect(commented.code, commented.err).toBe(0);
    expect(comment).toHaveLength(1);
    expect(comment[0]).toContain('rate-limit: 5M/20M');
    for (const secret of Object.values(canaries)) expect(comment[0]).not.toContain(secret);
    expect(mayNot).toMatchObject({ code: 1, err: expect.stringContaining('role operator') });
    expect([before, healed, still, after]).toEqual(['5M/20M', '5M/20M', '5M/20M', '8M/40M']);
    expect(unapplied).toMatchObject({ code: 4, err: expect.stringContaining(`lastmile approve ${checksum}`) });
    expect(listed.out).toContain(`${checksum} approved by anna (status at git-isp)`);
    expect(listed.out).toContain(`used for ${waiting}`);
    expect(stale.code, stale.out + stale.err).toBe(6);
    expect(approvedOther.code, approvedOther.out).toBe(0);
    expect(rateOf(network)).toBe('6M/30M');
    expect(daemon.complaints).not.toContain(forgeToken);
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
