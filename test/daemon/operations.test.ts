import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canaries, TestNetwork } from '../support/network.ts';

const sha256 = createHash('sha256').update('a-long-random-token').digest('hex');

describe('declared objects', () => {
  it('are had by name, and say so when there is none', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    const anna = await network.lastmile('get', 'subscriber', 'anna', '-o', 'json');
    const nobody = await network.lastmile('get', 'subscriber', 'no body');

    expect(JSON.parse(anna.out)).toMatchObject([{ kind: 'Subscriber', name: 'anna' }]);
    expect(nobody).toMatchObject({ code: 1, out: '', err: 'lastmile: no subscriber no body is declared\n' });
  });

  it('show whose tokens there are, not their digests', async () => {
    const token = `{name: prometheus, role: viewer, sha256: ${sha256}}`;
    await using network = await TestNetwork.start({ operator: `  admin: {tokens: [${token}]}\n` });
    await using daemon = await network.running();

    const { out } = await network.lastmile('get', 'operator', '-o', 'json');
    const seen = await fetch(`http://${daemon.listeners.admin}/api/v1/objects/operator`, {
      headers: { authorization: 'Bearer a-long-random-token' },
    });

    expect(JSON.parse(out)).toMatchObject([{ spec: { admin: { tokens: [{ name: 'prometheus', role: 'viewer' }] } } }]);
    expect(out + (await seen.text())).not.toContain(sha256);
  });
});

describe('more sessions than are shown', () => {
  it('are mentioned, with and without a daemon', async () => {
    await using network = await TestNetwork.start();
    const daemon = await network.running();
    const anna = { username: 'anna@isp.example', password: canaries.annaPassword };
    await network.router.dial(anna);
    network.router.hangUp(anna.username);
    await network.router.dial(anna);
    await network.router.accountingIdle();

    const cut = await network.lastmile('sessions', '--all', '--limit', '1', '-o', 'json');
    const whole = await network.lastmile('sessions', '--all', '--limit', '2', '-o', 'json');
    await daemon.stop();
    const alone = await network.lastmile('sessions', '--all', '--limit', '1', '-o', 'json');

    expect(JSON.parse(cut.out)).toHaveLength(1);
    expect(cut.err).toBe('lastmile: there are more sessions than the 1 shown; --limit 10 shows more\n');
    expect(JSON.parse(whole.out)).toHaveLength(2);
    expect(whole.err).toBe('');
    expect(alone).toEqual(cut);
  });
});

describe('a session that is to be ended', () => {
  it('SPL-29: is told before it is touched', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    await network.router.accountingIdle();

    const looked = await network.lastmile('disconnect', 'anna@isp.example', '--dry-run');
    const ended = await network.lastmile('disconnect', 'anna@isp.example');
    const nobody = await network.lastmile('disconnect', 'anna@isp.example', '--dry-run');

    expect(looked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^anna@isp\.example on core-1 \(.*\): open, would be ended\n$/),
    });
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('disconnected') });
    expect(nobody.code).toBe(1);
  });

  it('is named as the router shows it', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    const dialled = await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    await network.router.accountingIdle();
    const id = dialled.ok ? dialled.sessionId : '';

    const elsewhere = await network.lastmile('disconnect', '--session', `core-9/${id}`);
    const ended = await network.lastmile('disconnect', '--session', `core-1/0x${id.toUpperCase()}`);

    expect(elsewhere).toMatchObject({ code: 1, out: `core-9/${id} has no open session.\n` });
    expect(ended.code, ended.err).toBe(0);
    expect(ended.out).toContain('disconnected');
  });
});
