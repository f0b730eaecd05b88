import { describe, expect, it } from 'vitest';
import type { RouterCalls } from '../../src/admin/service.ts';
import { canaries, TestNetwork } from '../support/network.ts';

describe('the log of a router', () => {
  it('SPL-24: tells by command and API what it was told and what came of its accounting, and no secret', async () => {
    await using network = await TestNetwork.start();
    const daemon = await network.running();
    await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    await network.router.accountingIdle();

    const text = await network.lastmile('api-log', 'core-1', '--limit', '1000');
    const json = await network.lastmile('api-log', 'core-1', '--limit', '2', '-o', 'json');
    const unknown = await network.lastmile('api-log', 'core-9');
    await daemon.stop();
    const alone = await network.lastmile('api-log', 'core-1');

    expect(text.code, text.err).toBe(0);
    expect(text.out).toMatch(/^core-1\n/);
    expect(text.out).toMatch(/\/login name=lastmile at=127\.0\.0\.1:\d+ → done in \d+ ms\n/);
    expect(text.out).toMatch(/\/ppp\/secret\/add .*password=\[secret\].* → done in \d+ ms\n/);
    expect(text.out).toMatch(/accounting start anna@isp\.example \S+ → stored in \d+ ms\n/);
    expect((JSON.parse(json.out) as RouterCalls).calls).toHaveLength(2);
    for (const canary of Object.values(canaries)) expect(text.out + json.out).not.toContain(canary);
    expect(unknown).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no such router: core-9') });
    expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('no daemon answers') });
  });
});
