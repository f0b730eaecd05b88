import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { findDaemon } from '../../src/cli/find-daemon.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { firstValue } from '../../src/radius/packet/framing.ts';
import type { EncodedRequest } from '../../src/radius/packet/request.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { randomPool } from '../../src/radius/random-pool.ts';
import { type Answer, UdpRequester } from '../../src/radius/udp-requester.ts';
import type { AuditEntry } from '../../src/status/audit-log.ts';
import { accountingRequest, papRequest } from '../radius/support.ts';
import { canaries, servicesYaml, subscribersYaml, TestNetwork } from '../support/network.ts';

const username = 'anna@isp.example';
const dialAnna = { username, password: canaries.annaPassword, callerId: '02:00:00:00:00:01' };

const key = sharedKey(canaries.radiusSecret);

/** What the daemon answers to the router's address. */
async function ask(network: TestNetwork, port: number, request: EncodedRequest, code: number): Promise<Answer> {
  const random = randomPool((octets) => void randomFillSync(octets));
  const nas = await UdpRequester.open({ host: network.nasAddress, port: 0 }, { clock: systemClock, random });
  const question = { request, to: { host: '127.0.0.1', port }, key, codes: [code] };
  try {
    const answer = await nas.ask(question, { initialMs: 1000, mostMs: 1000, sends: 3 });
    if (answer === undefined) throw new Error('no answer');
    return answer;
  } finally {
    await nas[Symbol.asyncDispose]();
  }
}

/** The Start of a session, with the Class that was given with its login. */
function startOf(sessionId: string, { packet, frame }: Answer): EncodedRequest {
  const given = firstValue(packet, frame, 25) ?? new Uint8Array();
  return accountingRequest(
    [
      { name: 'Acct-Status-Type', value: 'Start' },
      { name: 'User-Name', value: username },
      { name: 'Acct-Session-Id', value: sessionId },
    ],
    { key, encoded: [encodeAttribute(25, given)] },
  );
}

function speed(network: TestNetwork): string | undefined {
  return network.router.row('/queue/simple', `<pppoe-${username}>`)?.['max-limit'];
}

describe('a daemon that is killed between a commit and the CoA', () => {
  it('IS-10: sends it when it is back', async () => {
    await using network = await TestNetwork.start();
    await using killed = await network.running();
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();
    network.router.faults.add({ kind: 'drop-incoming' });
    network.write('services.yaml', servicesYaml('40M', '10M'));
    network.commit('twice as fast');
    await killed.logged({ msg: 'plan applied', target: 'directory' });
    await killed.stop('SIGKILL');
    const before = speed(network);

    network.router.faults.replace([]);
    await using daemon = await network.daemon();
    const settled = await daemon.logged({ msg: 'session settled', username });

    expect(before).toBe('5000000/20000000');
    expect(settled).toMatchObject({ action: 'change', result: 'changed', detail: 'CoA-ACK' });
    expect(speed(network)).toBe('10000000/40000000');
  });
});

describe('a router that is away when somebody is suspended', () => {
  it('IS-10, IS-09: is told within five seconds of being heard again', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();
    network.router.faults.replace([
      { kind: 'drop-incoming' },
      { kind: 'refuse-login' },
      { kind: 'reset', command: '/ppp/active' },
      { kind: 'reset', command: '/ip/hotspot/active' },
    ]);
    network.write('subscribers.yaml', subscribersYaml('    state: suspended\n    reason: unpaid\n'));
    network.commit('unpaid');
    await daemon.logged({ msg: 'session settled', username, result: 'failed' });
    const begun = performance.now();
    const status = await network.lastmile('status');
    const pace = performance.now() - begun;
    const why = await network.lastmile('why', username);

    network.router.faults.replace([]);
    const back = performance.now();
    await network.router.dial({ username: 'nobody', password: 'wrong' });
    const settled = await daemon.logged({ msg: 'session settled', username, result: 'disconnected' });
    const after = performance.now() - back;

    expect(status.out).toContain('1 session of core-1 still to be told');
    expect(why.out).toMatch(/core-1 could not be told that it ends .*suspended: unpaid/);
    expect(settled).toMatchObject({ action: 'disconnect', why: 'suspended: unpaid' });
    // A command takes a third of a second where nothing else is at work.
    expect(after).toBeLessThan(Math.max(5_000, 15 * pace));
    expect(network.router.sessions()).toEqual([]);
  });
});

describe('a speed that changes between Access-Accept and Start', () => {
  it('is changed by CoA when the session is first accounted for', async () => {
    await using network = await TestNetwork.start();
    await using daemon = await network.running();
    network.router.faults.add({ kind: 'drop-accounting', times: 1 });
    const dialled = await network.router.dial(dialAnna);
    await network.router.accountingIdle();
    const granted = await ask(network, network.authPort, papRequest(username, canaries.annaPassword, { key }), 2);
    network.write('services.yaml', servicesYaml('40M', '10M'));
    network.commit('twice as fast');
    await network.lastmile('reconcile');
    const before = speed(network);

    const start = startOf(dialled.ok ? dialled.sessionId : '', granted);
    await ask(network, network.accountingPort, start, 5);
    const settled = await daemon.logged({ msg: 'session settled', username });

    expect(before).toBe('5000000/20000000');
    expect(settled).toMatchObject({ why: 'changed since its login', result: 'changed', detail: 'CoA-ACK' });
    expect(speed(network)).toBe('10000000/40000000');
  });
});

describe('an operator who sends CoA', () => {
  it('IW-16, IW-19, IW-25: sees the answer, and who, when and why is kept', async () => {
    await using network = await TestNetwork.start();
    await using _daemon = await network.running();
    await network.router.dial(dialAnna);
    await network.router.accountingIdle();

    const once = await network.lastmile('coa', username, '--set', 'Mikrotik-Rate-Limit=1M/2M', '--reason', 'a test');
    const slow = speed(network);
    const declared = await network.lastmile('coa', username);
    const refused = await network.lastmile('coa', username, '--set', 'Framed-Pool=another');
    const unknown = await network.lastmile('coa', username, '--set', 'No-Such-Thing=1');
    const gone = await network.lastmile('disconnect', username, '--reason', 'moved out');

    expect(once).toMatchObject({ code: 0, err: '' });
    expect(once.out).toMatch(/^anna@isp\.example on core-1 \(\w+\): changed, CoA-ACK\n$/);
    expect(slow).toBe('1000000/2000000');
    expect(declared.code).toBe(0);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.out).toContain('failed, CoA-NAK Unsupported-Attribute');
    expect(unknown.err).toContain('No-Such-Thing');
    expect(gone.code).toBe(0);
    const audit = await (await findDaemon(network.state, new AbortController().signal))?.get<readonly AuditEntry[]>(
      '/api/v1/audit?actions=coa,disconnect',
    );
    expect(audit).toMatchObject([
      { action: 'disconnect', reason: 'moved out', result: 'disconnected' },
      { action: 'coa', result: 'failed', detail: 'CoA-NAK Unsupported-Attribute' },
      { action: 'coa', result: 'changed' },
      { action: 'coa', reason: 'a test', result: 'changed', object: expect.stringContaining(`${username} on core-1`) },
    ]);
  });
});
