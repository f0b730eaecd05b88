import { createHash, randomFillSync } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import radius from 'radius';
import { describe, expect, it } from 'vitest';
import type { QuotaBook } from '../../../src/access/quota.ts';
import type { Session } from '../../../src/accounting/event.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import type { Nas } from '../../../src/directory/reader.ts';
import { hoursOf, hoursText } from '../../../src/model/hours.ts';
import { CoaClient, type CoaClientOptions } from '../../../src/radius/coa/coa-client.ts';
import { RequestLanes } from '../../../src/radius/coa/request-lanes.ts';
import { describeAttributes } from '../../../src/radius/dictionary/describe.ts';
import { encodeNamed } from '../../../src/radius/dictionary/encode-named.ts';
import { emptyFrame, readFrame } from '../../../src/radius/packet/framing.ts';
import { appendEncoded, finishReply, replyWriter, startReply } from '../../../src/radius/packet/reply.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { verifyKeyedRequest, verifyRequestMessageAuthenticator } from '../../../src/radius/packet/verify.ts';
import { randomPool } from '../../../src/radius/random-pool.ts';
import { appendClass } from '../../../src/radius/reply/class-attribute.ts';
import { noMark } from '../../../src/radius/reply/granted-mark.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { coreNas, login, secretText, testKey, testLog } from '../support.ts';

const session: Session = {
  key: 'core-1/81100001',
  nas: 'core-1',
  sessionId: '81100001',
  username: 'anna',
  startedAt: Date.UTC(2026, 0, 1),
  updatedAt: Date.UTC(2026, 0, 1),
  sessionSeconds: 0,
  upOctets: 0n,
  downOctets: 0n,
  framedIpAddress: '192.0.2.10',
  callingStationId: 'AA:BB:CC:00:11:22',
  nasIdentifier: 'core-1',
  nasIpAddress: '10.0.0.1',
};

type Answering = (request: Buffer, times: number) => Buffer | undefined;

/** The side of a router that takes CoA. */
class TestRouter {
  readonly requests: Buffer[] = [];
  readonly ports = new Set<number>();
  readonly nas: Nas;
  readonly #socket: Socket;
  #seen: (() => void) | undefined;

  private constructor(socket: Socket, answer: Answering) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.nas = { ...coreNas, clientAddress: address, coaPort: port };
    socket.on('message', (request: Buffer, from: RemoteInfo) => {
      this.requests.push(request);
      this.ports.add(from.port);
      const reply = answer(request, this.requests.length);
      if (reply !== undefined) socket.send(reply, from.port, from.address);
      this.#seen?.();
    });
  }

  static async start(answer: Answering, address = '127.0.0.1'): Promise<TestRouter> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new TestRouter(socket, answer);
  }

  /** Resolves when so many requests have come. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => {
        this.#seen = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }
}

function answerWith(offset: 1 | 2, errorCause?: number, key = testKey): Answering {
  return (request) => {
    const writer = replyWriter();
    startReply(writer, (request[0] as number) + offset, request);
    if (errorCause !== undefined) appendEncoded(writer, encodeNamed({ name: 'Error-Cause', value: errorCause }));
    return finishReply(writer, key);
  };
}

const ack = answerWith(1);

function startClient(more: Partial<CoaClientOptions> = {}): Promise<CoaClient> {
  return CoaClient.start({
    bindAddress: '127.0.0.1',
    clock: systemClock,
    random: (octets) => void randomFillSync(octets),
    log: testLog(),
    ...more,
  });
}

function words(request: Buffer | undefined): string[] {
  if (request === undefined) return [];
  return describeAttributes(request, 20, request.length).map(({ name, value }) => `${name}=${value}`);
}

describe('a router that takes CoA', () => {
  it('IW-19: ends a session on a signed Disconnect-Request with identification alone', async () => {
    await using router = await TestRouter.start(ack);
    await using client = await startClient({ clock: new ManualClock() });

    const answer = await client.disconnect(router.nas, session);

    const [request = Buffer.alloc(0)] = router.requests;
    const frame = emptyFrame();
    expect(answer).toEqual({ result: 'ack' });
    expect(readFrame(request, frame)).toBeUndefined();
    expect(request[0]).toBe(40);
    expect(verifyRequestMessageAuthenticator(request, frame, testKey)).toBe('valid');
    expect(verifyKeyedRequest(request, frame, testKey)).toBe(true);
    expect(words(request)).toEqual([
      'Message-Authenticator=[secret]',
      'User-Name=anna',
      'Acct-Session-Id=81100001',
      'Framed-IP-Address=192.0.2.10',
      'Calling-Station-Id=AA:BB:CC:00:11:22',
      'NAS-IP-Address=10.0.0.1',
      'NAS-Identifier=core-1',
      `Event-Timestamp=${Date.UTC(2026, 0, 1) / 1000}`,
    ]);
  });

  it('is told the Acct-Session-Id as it spelt it itself', async () => {
    await using router = await TestRouter.start(ack);
    await using client = await startClient({ clock: new ManualClock() });

    await client.disconnect(router.nas, { ...session, sessionId: '8110a0ff', sentSessionId: '0x8110A0FF' });

    expect(words(router.requests[0])).toContain('Acct-Session-Id=0x8110A0FF');
  });

  it('gives a session the limits of the changed login', async () => {
    const clock = new ManualClock();
    await using router = await TestRouter.start(ack);
    await using client = await startClient({ clock });
    const limits = { rateLimit: '10M/40M', interimSeconds: 60, idleTimeoutSeconds: 900, pool: 'p', attributes: [] };

    const answer = await client.change(router.nas, session, login('anna', { limits, expires: clock.now() + 5_000 }));

    expect(answer).toEqual({ result: 'ack' });
    expect(router.requests[0]?.[0]).toBe(43);
    expect(words(router.requests[0]).slice(-3)).toEqual([
      'Mikrotik-Rate-Limit=10M/40M',
      'Idle-Timeout=900',
      'Session-Timeout=5',
    ]);
  });

  describe('at which somebody has a quota of time', () => {
    const rules = { quotas: { timezone: 'UTC', all: [] } };
    const held = { rateLimit: '10M/40M', sessionTimeoutSeconds: 86_400, interimSeconds: 60, rules, attributes: [] };
    /** Said 600 seconds ago: 3,000 of this session, and 1,000 of one before. */
    const told = { ...session, startedAt: Date.UTC(2026, 0, 1) - 3_600_000, sessionSeconds: 3000 };
    const quotas: QuotaBook = { left: () => ({ seconds: 3200, total: 5n }) };

    it('ends the session with it after a change of speed, what its NAS has not told of yet counted', async () => {
      const clock = new ManualClock();
      await using router = await TestRouter.start(ack);
      await using client = await startClient({ clock, quotas });

      await client.change(router.nas, told, login('anna', { limits: held }));
      await client.change(router.nas, told, login('anna', { limits: { ...held, sessionTimeoutSeconds: 4000 } }));

      expect(words(router.requests[0])).toContain('Session-Timeout=2600');
      expect(words(router.requests[0]).join(' ')).not.toContain('Limit-Gigawords');
      expect(words(router.requests[1])).toContain('Session-Timeout=400');
    });

    it('leaves the time as it is while nobody can say what was used', async () => {
      await using router = await TestRouter.start(ack);
      const broken: QuotaBook = { left: () => Promise.reject(new Error('disk')) };
      await using client = await startClient({ clock: new ManualClock(), quotas: broken });

      expect(await client.change(router.nas, told, login('anna', { limits: held }))).toEqual({ result: 'ack' });

      expect(words(router.requests[0])).toContain('Mikrotik-Rate-Limit=10M/40M');
      expect(words(router.requests[0]).join(' ')).not.toContain('Session-Timeout');
    });
  });

  it.each([
    ['sooner than what is declared', 600, 600],
    ['later than what is declared', 7200, 3600],
  ])('does not get more than a program gave with the login, which is %s', async (_, given, told) => {
    const clock = new ManualClock();
    await using router = await TestRouter.start(ack);
    await using client = await startClient({ clock });
    const writer = replyWriter();
    startReply(writer, 2, Buffer.alloc(20));
    const at = writer.length;
    const name = Buffer.from('\u0001\u0006anna');
    const random = randomPool((octets) => void randomFillSync(octets));
    appendClass(writer, name, 0, testKey, random, noMark, clock.now() / 1000 + given);
    const repeated = Buffer.from(writer.out.subarray(at + 2, writer.length)).toString('hex');
    const limits = { ...login('anna').limits, sessionTimeoutSeconds: 3600 };
    const begun = { ...session, startedAt: clock.now(), updatedAt: clock.now(), class: repeated };

    await client.change(router.nas, begun, login('anna', { limits }));
    await client.change(router.nas, { ...begun, username: 'ben' }, login('ben', { limits }));

    const timeouts = router.requests.map((each) => words(each).find((word) => word.startsWith('Session-Timeout')));
    // Of somebody else it is no Class of ours.
    expect(timeouts).toEqual([`Session-Timeout=${told}`, 'Session-Timeout=3600']);
  });

  it('ends a session with the hours of its service after a change of speed', async () => {
    const clock = new ManualClock();
    await using router = await TestRouter.start(ack);
    await using client = await startClient({ clock });
    const hours = hoursOf(hoursText([{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, till: 90 }], 'UTC'));
    const limits = { rateLimit: '1M/4M', sessionTimeoutSeconds: 86_400, interimSeconds: 60, hours, attributes: [] };

    await client.change(router.nas, session, login('anna', { limits }));

    expect(words(router.requests[0])).toContain('Session-Timeout=5400');
  });

  it('is not asked when there is nothing it could be told', async () => {
    await using router = await TestRouter.start(ack);
    await using client = await startClient();

    const answer = await client.change(
      router.nas,
      session,
      login('anna', { limits: { interimSeconds: 60, attributes: [] } }),
    );

    expect([answer, router.requests.length]).toEqual([undefined, 0]);
  });

  it('is asked once more about a lost packet, with the same octets', async () => {
    const clock = new ManualClock();
    await using router = await TestRouter.start((request, times) => (times === 2 ? ack(request, times) : undefined));
    await using client = await startClient({ clock });

    const answered = client.disconnect(router.nas, session);
    await router.received(1);
    clock.advance(1100);
    const answer = await answered;

    expect(answer).toEqual({ result: 'ack' });
    expect(router.requests[1]).toEqual(router.requests[0]);
  });

  it('sees no Identifier twice from one port, whatever the number of requests', async () => {
    await using router = await TestRouter.start(ack);
    await using client = await startClient();

    await Promise.all(Array.from({ length: 600 }, () => client.disconnect(router.nas, session)));

    expect(router.requests.length).toBe(600);
    expect(router.ports.size).toBe(3);
  });

  it('has no more than the agreed number of requests open at a time', async () => {
    const held: Buffer[] = [];
    await using router = await TestRouter.start((request) => {
      held.push(request);
      return undefined;
    });
    const clock = new ManualClock();
    const client = await startClient({ clock, inFlight: 4 });

    const all = Promise.all(Array.from({ length: 10 }, () => client.disconnect(router.nas, session)));
    await router.received(4);
    await client[Symbol.asyncDispose]();
    await all;

    expect(held.length).toBe(4);
  });
});

describe('a router that refuses', () => {
  it('with 503 is asked with fewer keys, and the first cause is what is told', async () => {
    await using router = await TestRouter.start(answerWith(2, 503));
    await using client = await startClient();

    const answer = await client.disconnect(router.nas, session, () => true);

    expect(answer).toEqual({ result: 'nak', errorCause: 'Session-Context-Not-Found', gone: true });
    expect(router.requests.map((request) => words(request).slice(1, -1))).toEqual([
      expect.arrayContaining(['NAS-Identifier=core-1']),
      ['User-Name=anna', 'Acct-Session-Id=81100001'],
      ['User-Name=anna', 'Framed-IP-Address=192.0.2.10'],
    ]);
  });

  it('until it is asked by name and address has done what it should', async () => {
    await using router = await TestRouter.start((request, times) =>
      times < 3 ? answerWith(2, 402)(request, times) : ack(request, times),
    );
    await using client = await startClient();

    expect(await client.disconnect(router.nas, session, () => true)).toEqual({ result: 'ack' });
  });

  it('is not asked by name and address while another session of the user is open there', async () => {
    await using router = await TestRouter.start(answerWith(2, 503));
    await using client = await startClient();

    const answer = await client.disconnect(router.nas, session, () => router.requests.length < 2);

    expect(answer).toMatchObject({ gone: true });
    expect(router.requests.map((request) => words(request))).toEqual([
      expect.arrayContaining(['Acct-Session-Id=81100001']),
      expect.arrayContaining(['Acct-Session-Id=81100001']),
    ]);
  });

  it('is never asked by an address alone', async () => {
    await using router = await TestRouter.start(answerWith(2, 503));
    await using client = await startClient();

    await client.disconnect(router.nas, { ...session, username: '' }, () => true);

    expect(router.requests.every((request) => words(request).includes('Acct-Session-Id=81100001'))).toBe(true);
  });

  it.each<[string, Answering]>([
    [
      'leaves the next question unanswered',
      (request, times) => (times === 1 ? answerWith(2, 503)(request, times) : undefined),
    ],
    ['forbids the next question', (request, times) => answerWith(2, times === 1 ? 503 : 501)(request, times)],
    ['knows several', (request, times) => answerWith(2, times === 1 ? 503 : 508)(request, times)],
  ])('with 503 but %s has not said that the session is gone', async (_, answering) => {
    await using router = await TestRouter.start(answering);
    const patient = { initialMs: 250, mostMs: 250, sends: 1 };
    await using client = await startClient({ retry: patient, retryWithoutTimestamp: patient });

    const answer = await client.disconnect(router.nas, session, () => true);

    expect(answer).toEqual({ result: 'nak', errorCause: 'Session-Context-Not-Found' });
  });

  it('by policy is not asked again', async () => {
    await using router = await TestRouter.start(answerWith(2, 501));
    await using client = await startClient();

    const answer = await client.disconnect(router.nas, session);

    expect(answer).toEqual({ result: 'nak', errorCause: 'Administratively-Prohibited' });
    expect(router.requests.length).toBe(1);
  });

  it('without a cause is a refusal without a cause', async () => {
    await using router = await TestRouter.start(answerWith(2));
    await using client = await startClient();

    expect(await client.disconnect(router.nas, session)).toEqual({ result: 'nak' });
  });
});

/** Error-Cause values of RFC 5176 §3.6, and after which of them other keys are worth a try. */
const causes: readonly (readonly [cause: number, requests: number, more: object])[] = [
  [202, 1, {}],
  [401, 3, {}],
  [402, 3, {}],
  [403, 3, {}],
  [404, 3, {}],
  [405, 1, {}],
  [406, 1, {}],
  [407, 3, {}],
  [501, 1, {}],
  [502, 1, {}],
  [503, 3, { gone: true }],
  [504, 1, {}],
  [505, 1, { later: true }],
  [506, 1, { later: true }],
  [507, 1, {}],
  [508, 1, {}],
  [999, 1, {}],
];

describe('a NAK of a Disconnect-Request', () => {
  it.each(causes)(
    'IW-16, IW-17: with Error-Cause %i ends after %i ways to name the session',
    async (cause, requests, more) => {
      await using router = await TestRouter.start(answerWith(2, cause));
      await using client = await startClient();

      const answer = await client.disconnect(router.nas, session, () => true);

      expect(answer).toEqual({ result: 'nak', errorCause: expect.any(String), ...more });
      expect(router.requests.length).toBe(requests);
    },
  );
});

describe('a NAS that knows some attributes only', () => {
  const limits = { rateLimit: '10M/40M', interimSeconds: 60, idleTimeoutSeconds: 900, attributes: [] };

  it('IW-19: is told the speed without those it can do without', async () => {
    const idle = (request: Buffer) => words(request).some((word) => word.startsWith('Idle-Timeout'));
    await using router = await TestRouter.start((request, times) =>
      idle(request) ? answerWith(2, 401)(request, times) : ack(request, times),
    );
    await using client = await startClient();

    const answer = await client.change(router.nas, session, login('anna', { limits }));

    expect(answer).toEqual({ result: 'ack', without: ['Idle-Timeout'] });
    expect(words(router.requests.at(-1))).toContain('Mikrotik-Rate-Limit=10M/40M');
  });

  it('and none of ours has refused, and is asked no further', async () => {
    await using router = await TestRouter.start(answerWith(2, 401));
    await using client = await startClient();

    const answer = await client.change(router.nas, session, login('anna', { limits }));

    expect(answer).toEqual({ result: 'nak', errorCause: 'Unsupported-Attribute' });
    expect(router.requests.length).toBe(4);
  });
});

describe('an ACK that comes late', () => {
  it('is taken where its request was sent again meanwhile', async () => {
    const clock = new ManualClock();
    let first: Buffer | undefined;
    await using router = await TestRouter.start((request, times) => {
      first ??= ack(request, times);
      return times === 2 ? first : undefined;
    });
    await using client = await startClient({ clock });

    const answered = client.disconnect(router.nas, session);
    await router.received(1);
    clock.advance(1100);

    expect(await answered).toEqual({ result: 'ack' });
  });
});

describe('a router that says nothing', () => {
  const quick = { initialMs: 1, mostMs: 1, sends: 1 };

  const stamped = (request: Buffer): boolean => words(request).some((word) => word.startsWith('Event-Timestamp'));
  const patient = { initialMs: 2000, mostMs: 2000, sends: 1 };
  const warnings = (log: ReturnType<typeof testLog>) => log.lines.filter(({ level }) => level === 'warn');

  it('is asked at last without Event-Timestamp, and is then told about its clock', async () => {
    const log = testLog();
    const clock = new ManualClock();
    await using router = await TestRouter.start((request, times) =>
      stamped(request) ? undefined : ack(request, times),
    );
    await using client = await startClient({ clock, retry: quick, retryWithoutTimestamp: patient, log });

    const answered = client.disconnect(router.nas, session);
    await router.received(1);
    clock.advance(2);
    const answer = await answered;
    await router.received(3);
    const before = client.wrongClocks();
    clock.advance(2200);
    await expect.poll(() => client.wrongClocks()).toEqual(['core-1']);

    expect(answer).toEqual({ result: 'ack' });
    expect(before).toEqual([]);
    expect(router.requests.map(stamped)).toEqual([true, false, true]);
    expect(warnings(log)).toMatchObject([{ fields: { nas: 'core-1', hint: expect.stringContaining('NTP') } }]);
  });

  it('and was only away is not accused of a wrong clock', async () => {
    const log = testLog();
    const clock = new ManualClock();
    // Back with the second packet, which is the first without the stamp.
    await using router = await TestRouter.start((request, times) => (times === 1 ? undefined : ack(request, times)));
    await using client = await startClient({ clock, retry: quick, retryWithoutTimestamp: patient, log });

    const answered = client.disconnect(router.nas, session);
    await router.received(1);
    clock.advance(2);
    await answered;
    await expect.poll(() => log.lines.filter(({ message }) => message === 'request to NAS ended')).toHaveLength(3);
    clock.advance(2200);
    await client.disconnect(router.nas, session);

    expect(router.requests.map(stamped)).toEqual([true, false, true, true]);
    expect(client.wrongClocks()).toEqual([]);
    expect(warnings(log)).toEqual([]);
  });

  it('is not asked twice by what may mean another session by now', async () => {
    const log = testLog();
    const clock = new ManualClock();
    let asked = 0;
    // Says 503 to all it is asked, and nothing to what is stamped and has no Acct-Session-Id.
    await using router = await TestRouter.start((request, times) => {
      const vague = !words(request).some((word) => word.startsWith('Acct-Session-Id'));
      if (!vague) return answerWith(2, 503)(request, times);
      asked += 1;
      return stamped(request) ? undefined : ack(request, times);
    });
    await using client = await startClient({ clock, retry: quick, retryWithoutTimestamp: patient, log });

    const answered = client.disconnect(router.nas, session, () => true);
    await expect.poll(() => asked).toBe(1);
    clock.advance(2);
    const answer = await answered;
    await client.disconnect(router.nas, { ...session, sessionId: '81100002' });

    expect([answer.result, asked]).toEqual(['ack', 2]);
    expect(warnings(log)).toEqual([]);
  });

  it('gives up within ten seconds of retransmissions', async () => {
    const clock = new ManualClock();
    await using router = await TestRouter.start(() => undefined);
    await using client = await startClient({ clock });

    const answered = client.disconnect(router.nas, session);
    for (let sends = 1; sends <= 6; sends += 1) {
      await router.received(sends);
      clock.advance(sends === 1 || sends === 5 ? 1100 : 2200);
    }
    const answer = await answered;

    expect(answer).toEqual({ result: 'timeout' });
    expect(clock.monotonic()).toBeLessThanOrEqual(12_000);
    expect(new Set(router.requests.map((request) => request.toString('hex'))).size).toBe(2);
  });

  it.each<[string, Answering]>([
    ['has another secret', answerWith(1, undefined, sharedKey('another'))],
    ['answers with another code', (request) => Buffer.concat([Buffer.of(2), (ack(request, 1) as Buffer).subarray(1)])],
    [
      'answers another request',
      (request) => Buffer.concat([Buffer.of(41, 99), (ack(request, 1) as Buffer).subarray(2)]),
    ],
    ['answers with garbage', () => Buffer.from('garbage')],
    [
      'signs twice',
      (request) => {
        const reply = ack(request, 1) as Buffer;
        const twice = Buffer.concat([reply, reply.subarray(20, 38)]);
        twice.writeUInt16BE(twice.length, 2);
        request.copy(twice, 4, 4, 20);
        createHash('md5').update(twice).update(secretText).digest().copy(twice, 4);
        return twice;
      },
    ],
    [
      'answers with a turned bit',
      (request) => {
        const reply = ack(request, 1) as Buffer;
        reply[30] = (reply[30] as number) ^ 1;
        return reply;
      },
    ],
  ])('or %s, is a time-out', async (_, answer) => {
    await using router = await TestRouter.start(answer);
    await using client = await startClient({ retry: { ...quick, initialMs: 20 }, retryWithoutTimestamp: quick });

    expect(await client.disconnect(router.nas, session)).toEqual({ result: 'timeout' });
  });

  it('is not dialled at a prefix, but at the address it gave itself', async () => {
    await using router = await TestRouter.start(ack);
    await using client = await startClient();
    const nas = { ...router.nas, clientAddress: '127.0.0.0/8' };
    const { nasIpAddress: _, ...unknown } = session;

    expect(await client.disconnect(nas, { ...session, nasIpAddress: '127.0.0.1' })).toEqual({ result: 'ack' });
    expect(await client.disconnect(nas, unknown)).toEqual({
      result: 'unsent',
      reason: 'it is not known where in 127.0.0.0/8 it is',
    });
  });
});

describe('npm radius as the other side', () => {
  it('decodes our CoA-Request and its acknowledgement is believed', async () => {
    await using router = await TestRouter.start((request) => {
      // It checks Message-Authenticator of keyed requests wrongly, so it is shown the attributes alone.
      const decoded = radius.decode_without_secret({ packet: Buffer.from(request) });
      expect(decoded.attributes).toMatchObject({ 'User-Name': 'anna', 'Acct-Session-Id': '81100001' });
      return radius.encode_response({
        packet: { ...decoded, authenticator: request.subarray(4, 20), attributes: {} },
        code: 'Disconnect-ACK',
        secret: secretText,
      });
    });
    await using client = await startClient();

    expect(await client.disconnect(router.nas, session)).toEqual({ result: 'ack' });
  });
});

const quick = { initialMs: 20, mostMs: 20, sends: 1 };

describe('where a NAS is told', () => {
  it.each([undefined, '127.0.0.1'])('is its IPv6 address, whatever IPv4 source there is (%s)', async (bindAddress) => {
    await using router = await TestRouter.start(ack, '::1');
    const options = { clock: systemClock, random: (octets: Uint8Array) => void randomFillSync(octets), log: testLog() };
    await using client = await CoaClient.start({ ...options, ...(bindAddress === undefined ? {} : { bindAddress }) });

    expect(await client.disconnect(router.nas, session)).toEqual({ result: 'ack' });
  });

  it('is never UDP in clear where it asks by TLS, not even when its connection goes meanwhile', async () => {
    await using router = await TestRouter.start(ack);
    let asked = 0;
    const gone = { requester: { ask: () => Promise.resolve(undefined) }, identifier: 1 };
    const tunnel = () => (asked++ === 0 ? gone : undefined);
    await using client = await startClient({ tunnel, retry: quick, retryWithoutTimestamp: quick });

    const answer = await client.disconnect({ ...router.nas, radsec: {} }, session);

    expect(answer).toEqual({ result: 'unsent', reason: 'it has no RadSec connection to us' });
    expect(router.requests).toEqual([]);
  });

  it('is inside the prefix that is declared, whatever its packets say of themselves', async () => {
    await using router = await TestRouter.start(ack);
    await using client = await startClient();
    const nas = { ...router.nas, clientAddress: '10.0.0.0/8' };

    const answer = await client.disconnect(nas, { ...session, nasIpAddress: '127.0.0.1' });

    expect(answer).toMatchObject({ result: 'unsent', reason: expect.stringContaining('not in 10.0.0.0/8') });
    expect(router.requests).toEqual([]);
  });

  it('needs no socket any more once the client is closed', async () => {
    const lanes = new RequestLanes('127.0.0.1', {
      clock: systemClock,
      random: randomPool((octets) => void octets.fill(1)),
    });
    const taking = lanes.take('127.0.0.1', 9);
    await lanes[Symbol.asyncDispose]();

    expect(await taking).toBeUndefined();
  });
});

describe('a source address that is not ours', () => {
  it('is an error at the start', async () => {
    await expect(startClient({ bindAddress: '192.0.2.1' })).rejects.toMatchObject({ code: 'LM_RADIUS_LISTEN' });
  });
});
