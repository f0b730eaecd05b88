import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canaries, TestNetwork } from '../../support/network.ts';

const tokens = (['viewer', 'operator'] as const)
  .map((role) => `{name: ${role}, role: ${role}, sha256: ${createHash('sha256').update(role).digest('hex')}}`)
  .join(', ');

describe('a session that was', () => {
  it('is found by its address and exported, with and without a daemon, and it is kept who asked', async () => {
    await using network = await TestNetwork.start({ operator: `  admin: {tokens: [${tokens}]}\n` });
    const daemon = await network.running();
    const anna = { username: 'anna@isp.example', password: canaries.annaPassword };
    await network.router.dial(anna);
    const during = new Date().toISOString();
    network.router.hangUp(anna.username);
    await network.router.accountingIdle();
    const get = (path: string, token = 'operator') =>
      fetch(`http://${daemon.listeners.admin}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const closed = await get('/api/v1/sessions?closed=true&nas=core-1&from=1h');
    const [session] = (await closed.json()) as { framedIpAddress: string }[];
    const address = session?.framedIpAddress ?? '';

    const who = await network.lastmile('whohad', `${address}:4000`, '--at', during, '--reason', 'case 7', '-o', 'json');
    const csv = await network.lastmile('export', 'sessions', '--from', '1h');
    const radacct = await (await get('/api/v1/export/sessions?format=radacct')).text();
    const usage = await get('/api/v1/export/usage?format=jsonl&per=hour');
    const refused = await get(`/api/v1/whohad?address=${address}`, 'viewer');
    const streamed = await get('/api/v1/export/sessions?format=jsonl');
    const none = await get('/api/v1/whohad?address=core-1');
    const audit = await (await get('/api/v1/audit?actions=whohad,export')).json();
    await daemon.stop();
    const alone = await network.lastmile('whohad', address, '--at', during, '-o', 'json');

    expect(JSON.parse(who.out)).toMatchObject({
      address,
      port: 4000,
      holders: [
        { match: 'held', username: anna.username, subscriber: 'anna', session: { terminateCause: 'User-Request' } },
      ],
      more: false,
    });
    expect(csv.out.split('\r\n')).toHaveLength(3);
    expect(csv.out).toContain(`anna@isp.example,anna,`);
    expect(radacct).toMatch(/^acctsessionid,acctuniqueid,[^\n]*\n[^\n]*anna@isp\.example[^\n]*\n$/);
    expect(usage.status).toBe(200);
    expect(refused.status).toBe(403);
    expect(streamed.headers.get('content-type')).toBe('application/x-ndjson');
    expect(JSON.parse(await streamed.text())).toMatchObject({ username: anna.username, service: 'home' });
    expect([none.status, await none.json()]).toMatchObject([400, { error: expect.stringContaining('is no address') }]);
    expect(audit).toMatchObject([
      { who: 'token operator', action: 'export', detail: 'as jsonl' },
      { action: 'export', object: expect.stringMatching(/^usage/) },
      { action: 'export', detail: 'as radacct' },
      { action: 'export', object: 'sessions from 1h till now', detail: 'as csv' },
      { action: 'whohad', object: `${address}:4000 at ${during}`, reason: 'case 7', detail: '1 found' },
    ]);
    expect(JSON.parse(alone.out)).toMatchObject({ holders: [{ match: 'held', username: anna.username }] });
  });
});
