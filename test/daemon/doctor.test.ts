import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/doctor/finding.ts';
import { canaries, TestNetwork } from '../support/network.ts';

/** A packet from an address that nobody declared. */
async function strayPacket(to: number): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.77', bound));
  const request = Buffer.concat([Buffer.from([1, 1, 0, 20]), Buffer.alloc(16, 7)]);
  await new Promise((sent) => socket.send(request, to, '127.0.0.1', sent));
  socket.close();
}

describe('the doctor at a running daemon', () => {
  it('IS-33: knows the packets that were dropped as well: a wrong secret, and whose address is nearest', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    const [row] = network.router.rows('/radius');
    network.router.set('/radius', row?.['.id'], { secret: 'another-secret-of-somebody', timeout: '100ms' });
    await network.router.dial({ username: 'anna@isp.example', password: canaries.annaPassword });
    await strayPacket(network.authPort);

    const { code, out } = await network.lastmile('doctor', '-o', 'json');
    const { examined, findings } = JSON.parse(out) as Diagnosis;
    const text = await network.lastmile('doctor', 'core-1');

    expect(code).toBe(1);
    expect(examined).toEqual([{ target: 'core-1', kind: 'router', reached: true, version: '7.22.3' }]);
    const secrets = findings.filter((finding) => finding.code === 'LM_RADIUS_SECRET').map(({ says }) => says);
    expect(secrets).toEqual([
      expect.stringContaining('is not the one declared'),
      expect.stringContaining('signed with another shared secret'),
    ]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        target: 'radius',
        code: 'LM_RADIUS_UNKNOWN_SOURCE',
        says: expect.stringMatching(/127\.0\.0\.77.*nearest declared NAS: checks/),
      }),
    );
    expect(text.out).toContain('error core-1 LM_RADIUS_SECRET: ');
    expect(text.out).not.toContain('127.0.0.77');
    expect(out + text.out + daemon.complaints).not.toMatch(/canary|another-secret/);
  });

  it('names those there are when it is asked about another', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();

    expect(await network.lastmile('doctor', 'cor-1')).toMatchObject({
      code: 64,
      err: expect.stringContaining('did you mean core-1?'),
    });
  });
});
