import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/system-clock.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { randomPool } from '../../../src/radius/random-pool.ts';
import { UdpRequester } from '../../../src/radius/udp-requester.ts';
import { accountingRequest } from '../../radius/support.ts';
import { canaries, subscribersYaml, TestNetwork } from '../../support/network.ts';

const username = 'anna@isp.example';

/** Sends an Accounting-Request as the router would. */
async function account(network: TestNetwork, status: 'Start' | 'Interim-Update', sessionId: string): Promise<void> {
  const random = randomPool((octets) => void randomFillSync(octets));
  const nas = await UdpRequester.open({ host: network.nasAddress, port: 0 }, { clock: systemClock, random });
  const key = sharedKey(canaries.radiusSecret);
  const request = accountingRequest(
    [
      { name: 'Acct-Status-Type', value: status },
      { name: 'User-Name', value: username },
      { name: 'Acct-Session-Id', value: sessionId },
    ],
    { key },
  );
  const question = { request, to: { host: '127.0.0.1', port: network.accountingPort }, key, codes: [5] };
  try {
    expect(await nas.ask(question, { initialMs: 1000, mostMs: 1000, sends: 3 })).toBeDefined();
  } finally {
    await nas[Symbol.asyncDispose]();
  }
}

describe('somebody who is suspended between Access-Accept and Start', () => {
  it.each(['Start', 'Interim-Update'] as const)('is put off the line by the %s, and it is shown', async (status) => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    network.router.faults.add({ kind: 'drop-accounting', times: 1 });
    const dialled = await network.router.dial({ username, password: canaries.annaPassword });
    await network.router.accountingIdle();
    network.write('subscribers.yaml', subscribersYaml('    state: suspended\n    reason: unpaid\n'));
    network.commit('unpaid');
    await network.lastmile('reconcile');
    const online = network.router.sessions().length;

    await account(network, status, dialled.ok ? dialled.sessionId : '');
    const settled = await daemon.logged({ msg: 'session settled', username });

    expect(online).toBe(1);
    expect(settled).toMatchObject({ action: 'disconnect', why: 'suspended: unpaid', result: 'disconnected' });
    expect(network.router.sessions()).toEqual([]);
    expect((await network.lastmile('status')).out).toContain(`${username} on core-1`);
  });
});
