import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { approvalContext, forgeApprovals } from '../../../src/daemon/telling/forge-approvals.ts';
import type { Webhook } from '../../../src/model/kinds/operator.ts';
import { Forge } from '../../support/forge.ts';

const token = 'canary-forge-token';
const [head, branch, sum] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(64)];
const repository = { run: async () => `${head}\n${branch}\n` };

function webhook(format: 'github' | 'gitlab' | 'gitea', { url }: Forge, approvers: readonly string[]): Webhook {
  const path = format === 'gitlab' ? '/projects/7' : '/repos/acme/isp';
  const about = { events: ['revision.*'], timeoutMs: 5_000, giveUpMs: 60_000 };
  return { name: 'forge', format, url: `${url}${path}`, token: new Secret(token), approvers, ...about };
}

describe('a plan whose checksum stands in the status of a commit', () => {
  it.each(['github', 'gitlab', 'gitea'] as const)(
    'is approved at %s by those who may, by their newest word',
    async (format) => {
      await using forge = await Forge.start(token);
      const say = (by: string, state: string, sha = branch, context = approvalContext, description = `plan ${sum}`) =>
        forge.statuses.push({ sha, state, context, description, by });
      const ask = async () =>
        await forgeApprovals([webhook(format, forge, ['Anna', 'ben'])], repository, `main@sha1:${head}`);

      expect(await ask()).toEqual({ approvals: [], troubles: [] });
      say('mallory', 'success');
      say('anna', 'success', branch, 'ci/tests');
      say('anna', 'pending');
      say('ben', 'success', head, approvalContext, 'looks good');
      expect((await ask()).approvals).toEqual([]);
      say('anna', 'success');
      expect((await ask()).approvals).toEqual([{ checksum: sum, by: 'anna (status at forge)' }]);
      say('anna', 'failure');
      expect((await ask()).approvals).toEqual([]);
    },
  );

  it('is not where the forge does not answer, or answers nonsense: that is told, without the token', async () => {
    await using forge = await Forge.start(token);
    forge.down = 1;

    const away = await forgeApprovals([webhook('github', forge, ['anna'])], repository, `main@sha1:${head}`);
    const stranger = { ...webhook('github', forge, ['anna']), token: new Secret('another') };
    const refused = await forgeApprovals([stranger], repository, `main@sha1:${head}`);
    const folder = await forgeApprovals([stranger], repository, 'folder@sha256:00');

    expect(away).toMatchObject({ approvals: [], troubles: [{ forge: 'forge', why: expect.stringContaining('503') }] });
    expect(refused).toMatchObject({ approvals: [], troubles: [{ why: expect.stringContaining('401') }] });
    expect(folder).toEqual({ approvals: [], troubles: [] });
    expect(JSON.stringify([away, refused])).not.toContain(token);
  });
});
