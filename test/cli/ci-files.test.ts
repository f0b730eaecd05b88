import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forges } from '../../src/cli/init-ci.ts';
import { newRepository } from '../../src/cli/init-files.ts';
import { planMarker } from '../../src/review/plan-markdown.ts';
import { Runner, stepsOf, surroundings } from '../support/ci-runner.ts';
import { Forge } from '../support/forge.ts';
import { canaries, servicesYaml, TestNetwork } from '../support/network.ts';
import { TempFolder } from '../support/temp-folder.ts';

const install = 'npm install --global "$LASTMILE_PACKAGE"';
const scenario = `apiVersion: lastmile/v1
kind: Scenario
metadata: {name: first}
spec:
  steps:
    - dial: {subscriber: anna}
      expect: {accept: true}
`;
const token = 'canary-token-of-the-job';

describe('the CI files of a new repository', () => {
  it('run checks that hold of it as it is, over the commits of a pull request', async () => {
    await using folder = await TempFolder.make();
    const dir = join(folder.path, 'isp');
    for (const { path, text } of newRepository('github')) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
    const runner = new Runner(dir, folder.path);
    runner.git('init', '-q', '-b', 'main');
    runner.git('add', '.');
    runner.git('commit', '-q', '-m', 'begun');
    runner.git('switch', '-q', '-c', 'next');
    runner.git('commit', '-q', '--allow-empty', '-m', 'next');
    runner.git('switch', '-q', 'main');
    // What GitHub checks out: the merge that a pull request would come to.
    runner.git('merge', '-q', '--no-ff', '-m', 'merge', 'next');

    runner.write('scenario.yaml', scenario);
    const steps = stepsOf('github').check;

    expect(steps.map((step) => step.split(' ').slice(0, 2).join(' '))).toEqual([
      ...['npm install', 'lastmile validate', 'lastmile fmt', 'lastmile secrets', 'if grep'],
      ...['lastmile verify', 'if grep'],
    ]);
    for (const step of steps.slice(1)) {
      const { code, out, err } = await runner.run(step);
      expect(code, `${step}: ${out}${err}`).toBe(step.includes('Scenario') ? 1 : 0);
      // Nothing is applied to a router with mode: plan, as the scenario finds.
      if (step.includes('Scenario')) expect(out).toContain('::error file=scenario.yaml');
    }
    rmSync(join(dir, 'scenario.yaml'));
    expect((await runner.run(steps.at(-1) ?? '')).code).toBe(0);
  }, 120_000);

  it.each(forges)('say the same for %s', (forge) => {
    const { check, plan } = stepsOf(forge);

    expect([check[0], plan[0]]).toEqual([install, install]);
    const commands = check.flatMap((step) => /\blastmile [a-z]+/.exec(step)?.[0] ?? []);
    expect(commands).toEqual([
      ...['validate', 'fmt', 'secrets', 'policy', 'verify', 'test'].map((each) => `lastmile ${each}`),
    ]);
    expect(plan[1]).toBe(stepsOf('github').plan[1]);
  });

  it('keep one comment up to date with the plan, at every forge, where neither a router nor a secret is at hand', async () => {
    await using network = await TestNetwork.start();
    const runner = new Runner(network.dir, network.folder.path);
    const record = join(network.dir, '.lastmile/fixture.json');
    mkdirSync(dirname(record), { recursive: true });
    await network.lastmile('apply', network.dir, '--auto-approve');
    const recorded = await network.lastmile('plan', network.dir, '--against', 'live', '--record', record);
    const live = await network.lastmile('plan', network.dir, '--against', 'live', '-o', 'json');
    // From here on nobody can ask it anything.
    await network.router[Symbol.asyncDispose]();
    const [script] = newRepository('github').filter(({ path }) => path.endsWith('comment.mjs'));
    runner.write('.lastmile/comment.mjs', script?.text ?? '');
    const [, plan = ''] = stepsOf('github').plan;

    const nothing = await runner.run('lastmile plan . --against .lastmile/fixture.json -o json --state none');
    network.write('services.yaml', servicesYaml('40M', '8M'));
    for (const forge of forges) {
      await using at = await Forge.start(token);
      at.pageSize = forge === 'gitea' ? 1000 : 2;
      at.comments.push({ id: 1, body: 'looks good' });
      at.comments.push({ id: 2, body: `${planMarker}\nsomebody's own`, foreign: true });
      at.comments.push({ id: 3, body: 'and to me' });
      at.down = forge === 'github' ? 1 : 0;
      const env = surroundings(forge, at, token, runner);

      const first = await runner.run(plan, env);
      network.write('services.yaml', servicesYaml('50M', '9M'));
      const second = await runner.run(plan, env);

      expect([first.code, second.code], `${forge}: ${first.out}${first.err}${second.err}`).toEqual([0, 0]);
      expect(at.comments.map(({ body }) => body.split('\n', 1)[0])).toEqual([
        ...['looks good', planMarker, 'and to me', planMarker],
      ]);
      expect(at.comments[1]?.body).toContain("somebody's own");
      expect(at.comments[3]?.body).toContain('rate-limit: 5M/20M');
      expect(at.comments[3]?.body).toContain('9M/50M');
      expect(at.comments[3]?.body).toContain('LM_RECORDED');
      network.write('services.yaml', servicesYaml('40M', '8M'));
    }
    const without = await runner.run(plan, {
      GITHUB_EVENT_PATH: join(runner.dir, 'event.json'),
      GITHUB_API_URL: 'http://127.0.0.1:1',
    });

    expect(recorded.code, recorded.err).toBe(0);
    expect((JSON.parse(live.out) as { changes: unknown }).changes).toEqual([]);
    expect(nothing.code, nothing.err).toBe(0);
    expect((JSON.parse(nothing.out) as { changes: unknown }).changes).toEqual([]);
    expect(without).toMatchObject({ code: 0, err: expect.stringContaining('LASTMILE_FORGE_TOKEN is not set') });
    const text = readFileSync(record, 'utf8');
    for (const secret of Object.values(canaries)) expect(text).not.toContain(secret);
    expect(text).toContain('/ppp/secret');
  }, 240_000);
});
