import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../../src/admin/explain-service.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../../support/network.ts';

const token = 'token-of-somebody-who-only-looks';
const tokens = `[{name: looks, role: viewer, sha256: ${createHash('sha256').update(token).digest('hex')}}]`;

describe('an explanation', () => {
  it('is of the revision in force, whatever was pushed since, by line, commit and author; and holds no secret', async () => {
    await using network = await TestNetwork.start({ operator: `  admin: {tokens: ${tokens}}\n` });
    network.write('services.yaml', servicesYaml('40M', '8M'));
    network.commit('faster');
    const head = execFileSync('git', ['-C', network.dir, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    await using daemon = await network.running();
    network.write('services.yaml', `# A line more, and a rate that is none.\n${servicesYaml('forty', '8M')}`);
    network.commit('broken');

    const told = await network.lastmile('explain', 'Subscriber/ben', '-o', 'json');
    const text = await network.lastmile('explain', 'subscriber/anna');
    const none = await network.lastmile('explain', 'Subscriber/nobody');
    const nonsense = await network.lastmile('explain', 'anna');
    const url = `http://${daemon.listeners.admin}/api/v1/explain`;
    const asViewer = await fetch(`${url}/Service/home`, { headers: { authorization: `Bearer ${token}` } });
    const asNobody = await fetch(`${url}/Service/home`);

    expect(told.code, told.err).toBe(0);
    const ben = JSON.parse(told.out) as Explanation;
    expect(ben.revision).toBe(`main@sha1:${head}`);
    const row = ben.becomes.find(({ menu }) => menu === '/ppp/secret');
    expect(row).toMatchObject({ target: 'core-1', owner: 'Subscriber/ben' });
    const password = row?.fields.find(({ field }) => field === 'password');
    expect(password).toMatchObject({
      value: '[secret]',
      from: [{ file: 'subscribers.yaml', author: 'Op <op@isp.example>' }],
    });
    expect(password?.from[0]?.commit).not.toBe(head);
    expect(text.out).toMatch(
      new RegExp(`Mikrotik-Rate-Limit +8M/40M +services.yaml:\\d+ .* ${head.slice(0, 10)} +Op <op@isp`),
    );
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining('nobody') });
    expect(nonsense).toMatchObject({ code: 64, err: expect.stringContaining('KIND/NAME') });
    expect([asViewer.status, asNobody.status]).toEqual([200, 401]);
    for (const secret of Object.values(canaries))
      expect(told.out + text.out + (await asViewer.clone().text())).not.toContain(secret);
  });

  it('without a daemon is of the work tree: what is in no commit yet, and what is in an earlier one', async () => {
    await using network = await TestNetwork.start();
    network.write('subscribers.yaml', subscribersYaml('', '    notes: by the gate\n'));

    const now = await network.lastmile('explain', 'Subscriber/ben', '--dir', network.dir);
    const before = await network.lastmile(
      'explain',
      'Subscriber/ben',
      '--dir',
      network.dir,
      '--rev',
      'HEAD',
      '-o',
      'yaml',
    );

    expect(now.code, now.err).toBe(0);
    expect(now.out).toMatch(/notes +by the gate +subscribers.yaml:\d+ +not committed/);
    expect(before.out).toContain('author: Op <op@isp.example>');
    expect(before.out).not.toContain('by the gate');
    for (const secret of Object.values(canaries)) expect(now.out + before.out).not.toContain(secret);
  });
});
