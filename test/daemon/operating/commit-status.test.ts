import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Program } from '../../events/webhook-lab.ts';
import { servicesYaml, TestNetwork } from '../../support/network.ts';

/** Resolves when the forge was told this state of a commit. */
async function shown(forge: Program, sha: string, state: string): Promise<void> {
  const has = () => forge.told.some(({ url, body }) => url.endsWith(sha) && body.includes(`"${state}"`));
  while (!has()) await forge.asked(forge.told.length + 1);
}

const token = 'canary-forge-token';

describe('a forge that has the repository', () => {
  it('shows of each commit whether it is in place, and of a bad one why it is not', async () => {
    await using forge = await Program.start();
    const url = `http://127.0.0.1:${forge.port}/api/v1/repos/acme/isp`;
    await using network = await TestNetwork.start({
      operator: `  notify: [{name: forge, format: gitea, url: "${url}", token: ${token}}]\n`,
    });
    const head = () => execFileSync('git', ['-C', network.dir, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    await using _daemon = await network.running();
    const first = head();
    network.write('services.yaml', servicesYaml('80M', '5M'));
    network.commit('faster');
    const good = head();
    await shown(forge, good, 'success');
    network.write('services.yaml', servicesYaml('eighty', '5M'));
    network.commit('faster still');
    const bad = head();
    await shown(forge, bad, 'failure');

    const all = forge.told.map(({ url: path, body }) => {
      const { state, description } = JSON.parse(body) as { state: string; description: string };
      return [path.slice(path.lastIndexOf('/') + 1), state, description] as const;
    });
    const of = (sha: string) => all.filter(([each]) => each === sha);
    // The first was in force before there was anybody to tell.
    expect(of(first).at(-1)?.[1] ?? 'success').toBe('success');
    expect(of(good).map(([, state]) => state)).toEqual(['pending', 'success']);
    expect(of(bad)).toEqual([[bad, 'failure', expect.stringContaining('error')]]);
    expect(forge.told[0]?.headers.authorization).toBe(`token ${token}`);
    expect((await network.lastmile('events', '-o', 'json')).out).not.toContain(token);
  });
});
