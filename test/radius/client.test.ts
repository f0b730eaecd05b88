import { randomFillSync } from 'node:crypto';
import radius from 'radius';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import { radiusLoginCommand } from '../../src/cli/radius.ts';
import type { Surroundings } from '../../src/cli/surroundings.ts';
import type { Endpoint } from '../../src/model/kinds/radius.ts';
import {
  type LoginMethod,
  type RadiusClientOptions,
  radiusDisconnect,
  radiusLogin,
  radiusStatus,
} from '../../src/radius/client.ts';
import { finishReply, replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { startMute } from './proxy/proxy-lab.ts';
import { accountingRequest, login, papRequest, secretText, startServer, TestNas } from './support.ts';

const quick = { initialMs: 30, mostMs: 30, sends: 1 };

function options(server: Endpoint, more: Partial<RadiusClientOptions> = {}): RadiusClientOptions {
  const random = (octets: Uint8Array): void => void randomFillSync(octets);
  return { server, secret: new Secret(secretText), clock: systemClock, random, ...more };
}

const attempt = (method: LoginMethod, password = 'correct horse') => ({
  username: 'anna',
  password: new Secret(password),
  method,
});

describe('our own client against our own server', () => {
  it.each<LoginMethod>(['pap', 'chap', 'mschap2'])('IW-05: logs in by %s and shows the reply', async (method) => {
    await using bench = await startServer([login('anna')]);

    const result = await radiusLogin(options(bench.auth), attempt(method));

    expect(result).toMatchObject({ result: 'answered', code: 'Access-Accept', sends: 1 });
    expect(result).toMatchObject({
      attributes: expect.arrayContaining([{ name: 'Mikrotik-Rate-Limit', value: '5M/20M' }]),
    });
    expect('serverProven' in result ? result.serverProven : undefined).toBe(method === 'mschap2' ? true : undefined);
  });

  it.each<LoginMethod>(['pap', 'chap', 'mschap2'])('is rejected by %s with a wrong password', async (method) => {
    await using bench = await startServer([login('anna')]);

    expect(await radiusLogin(options(bench.auth), attempt(method, 'no'))).toMatchObject({ code: 'Access-Reject' });
  });

  it('has MS-CHAPv2 keys hidden in the reply and 691 in the reject', async () => {
    await using bench = await startServer([login('anna')]);

    const accept = await radiusLogin(options(bench.auth), attempt('mschap2'));
    const reject = await radiusLogin(options(bench.auth), attempt('mschap2', 'no'));

    expect(accept).toMatchObject({
      attributes: expect.arrayContaining([{ name: 'MS-MPPE-Send-Key', value: '[secret]' }]),
    });
    expect(JSON.stringify(reject)).toMatch(/MS-CHAP-Error/);
  });

  it('hears nothing with a wrong secret', async () => {
    await using bench = await startServer([login('anna')]);
    const wrong = options(bench.auth, { secret: new Secret('wrong'), retry: quick });

    expect(await radiusLogin(wrong, attempt('pap'))).toEqual({ result: 'silence', sends: 1 });
    expect(await radiusStatus(wrong)).toEqual({ result: 'silence', sends: 1 });
    expect(await radiusDisconnect(wrong, [{ name: 'User-Name', value: 'anna' }])).toMatchObject({ result: 'silence' });
  });

  it('finds both ports alive', async () => {
    await using bench = await startServer([]);

    expect(await radiusStatus(options(bench.auth))).toMatchObject({ code: 'Access-Accept' });
    expect(await radiusStatus(options(bench.accounting))).toMatchObject({ code: 'Accounting-Response' });
  });
});

describe('npm radius as the other side', () => {
  it('reads our Access-Accept and believes it', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const request = papRequest('anna', 'correct horse').octets;

    const reply = await nas.exchange(request, bench.auth);

    const decoded = radius.decode({ packet: Buffer.from(reply), secret: secretText });
    expect(decoded).toMatchObject({ code: 'Access-Accept', attributes: { 'Acct-Interim-Interval': 120 } });
  });

  it('logs in and accounts with packets of its own making', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const secret = secretText;
    const access = radius.encode({
      code: 'Access-Request',
      secret,
      identifier: 9,
      attributes: [
        ['User-Name', 'anna'],
        ['User-Password', 'correct horse'],
      ],
      add_message_authenticator: true,
    });
    const accounting = radius.encode({
      code: 'Accounting-Request',
      secret,
      identifier: 10,
      attributes: [
        ['User-Name', 'anna'],
        ['Acct-Session-Id', 'AB01'],
        ['Acct-Status-Type', 'Start'],
      ],
    });

    const accept = await nas.exchange(access, bench.auth);
    const response = await nas.exchange(accounting, bench.accounting);

    expect([accept[0], accept[1], response[0], response[1]]).toEqual([2, 9, 5, 10]);
    expect(bench.sink.events).toMatchObject([{ sessionId: 'ab01', username: 'anna', status: 'start' }]);
  });

  it('reads our Accounting-Request', () => {
    const { octets } = accountingRequest([{ name: 'Acct-Session-Id', value: 'ff' }]);

    expect(radius.decode({ packet: octets, secret: secretText }).attributes).toMatchObject({ 'Acct-Session-Id': 'ff' });
  });
});

/** Waits a twentieth of what it is asked to. */
const hasty: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  sleep: (ms, signal) => systemClock.sleep(ms / 20, signal),
};

describe('a reply without Message-Authenticator', () => {
  /** A server that signs by the Response Authenticator alone, which a forger can make fit (CVE-2024-3596). */
  async function unsignedServer() {
    const server = await startMute();
    const answered = (async () => {
      const sent = await server.next();
      const writer = replyWriter();
      startReply(writer, 2, sent, false);
      server.reply(Buffer.from(finishReply(writer, sharedKey(secretText)) as Buffer));
    })();
    return { at: server.at, answered, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  it('is not believed, and told of', async () => {
    await using server = await unsignedServer();

    const result = await radiusLogin(
      options(server.at, { retry: { ...quick, initialMs: 500, mostMs: 500 } }),
      attempt('pap'),
    );

    await server.answered;
    expect(result).toEqual({ result: 'silence', sends: 1, flaw: 'unsigned' });
  });

  it('is believed where that is wanted', async () => {
    await using server = await unsignedServer();

    const result = await radiusLogin(options(server.at, { acceptUnsigned: true }), attempt('pap'));

    expect(result).toMatchObject({ result: 'answered', code: 'Access-Accept' });
  });

  it('is no login to `lastmile radius`', async () => {
    await using server = await unsignedServer();
    const printed: string[] = [];
    const io = { out: (text: string) => void printed.push(text), err: () => undefined, color: false };
    const env = { SECRET: secretText, PASSWORD: 'correct horse' };
    const asked = {
      server: server.at,
      secretEnv: 'SECRET',
      passwordEnv: 'PASSWORD',
      method: 'pap',
      output: 'json',
    } as const;
    const fillRandom = (octets: Uint8Array): void => void randomFillSync(octets);
    const around = { clock: hasty, fillRandom } as Partial<Surroundings> as Surroundings;

    const code = await radiusLoginCommand('anna', asked, { ...io, env }, around);
    await server.answered;
    expect(code).toBe(1);
    expect(JSON.parse(printed.join(''))).toMatchObject({ result: 'silence' });
  });
});
