import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recentDecisions } from '../../src/access/decision-log.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Channel } from '../../src/radius/channel.ts';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { RequestPipeline } from '../../src/radius/pipeline.ts';
import { randomPool } from '../../src/radius/random-pool.ts';
import { appendClass, endInClass, isOwnClass, markInClass } from '../../src/radius/reply/class-attribute.ts';
import {
  accountingRequest,
  login,
  papRequest,
  request,
  statusServer,
  TestDirectory,
  TestSink,
  testLog,
} from '../radius/support.ts';
import { signatureAt } from './inputs.ts';

/** Which of these packets the server takes: counts as a request of a NAS. */
async function taken(packets: readonly Buffer[], service: 'auth' | 'accounting'): Promise<number> {
  const sink = new TestSink();
  await using pipeline = new RequestPipeline({
    ...{ directory: new TestDirectory([login('anna')]), accounting: sink, decisions: recentDecisions() },
    ...{ clock: systemClock, log: testLog(), rejectDelayMs: 0 },
    random: (octets) => void octets.fill(7),
  });
  let replies = 0;
  const channel: Channel = {
    ...{ service, codes: [service === 'auth' ? 1 : 4], duplicates: new DuplicateCache(10_000) },
    send() {
      replies += 1;
    },
  };
  for (const [port, packet] of packets.entries()) {
    pipeline.receive(channel, packet, { address: '127.0.0.1', port: 1024 + (port % 64) });
    if (port % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
  }
  const requests = pipeline.counters.samples().filter(({ metric }) => metric === 'requests');
  return requests.reduce((sum, { value }) => sum + value, 0) + replies;
}

function withBitTurned(packet: Buffer, bit: number): Buffer {
  const turned = Buffer.from(packet);
  turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
  return turned;
}

function bitsOf(packet: Buffer, from: number, octets: number): Buffer[] {
  return Array.from({ length: octets * 8 }, (_, bit) => withBitTurned(packet, from * 8 + bit));
}

const start = [
  { name: 'Acct-Status-Type', value: 'Start' },
  { name: 'Acct-Session-Id', value: '81000001' },
  { name: 'User-Name', value: 'anna' },
];
const eap = [encodeAttribute(1, Buffer.from('anna')), encodeAttribute(79, Buffer.of(2, 1, 0, 9, 1, 97, 110, 110, 97))];

describe('a request with any one bit of a digest turned', () => {
  it.each([
    ['Access-Request', 'auth', papRequest('anna', 'correct horse').octets],
    ['Access-Request with EAP', 'auth', request(1, { encoded: eap }).octets],
    ['Status-Server', 'auth', statusServer().octets],
    [
      'Accounting-Request with Message-Authenticator',
      'accounting',
      accountingRequest(start, { messageAuthenticator: true }).octets,
    ],
  ] as const)('IW-02, IW-03: %s: its Message-Authenticator proves nothing any more', async (_, service, packet) => {
    const at = signatureAt(packet, packet.length) as number;

    expect(await taken([Buffer.from(packet)], service)).toBeGreaterThan(0);
    expect(await taken(bitsOf(packet, at, 16), service)).toBe(0);
  });

  it.each([true, false])(
    'Accounting-Request (signed: %s): its authenticator proves nothing any more',
    async (signed) => {
      const { octets } = accountingRequest(start, { messageAuthenticator: signed });

      expect(await taken(bitsOf(octets, 4, 16), 'accounting')).toBe(0);
    },
  );

  it('and so does any other bit of the packet', async () => {
    const { octets } = accountingRequest(start);
    const login1 = papRequest('anna', 'correct horse').octets;

    expect(await taken(bitsOf(octets, 0, octets.length), 'accounting')).toBe(0);
    expect(await taken(bitsOf(login1, 0, login1.length), 'auth')).toBe(0);
  });
});

describe('a digest that reads the same as text', () => {
  it('proves nothing: octets that are no UTF-8 are not all alike', async () => {
    const { octets } = accountingRequest(start);
    const invalid = fc.uint8Array({ minLength: 16, maxLength: 16, min: 0x80 });
    const forged = fc.sample(invalid, 2000).map((digest) => {
      const packet = Buffer.from(octets);
      packet.set(digest, 4);
      return packet;
    });

    expect(await taken(forged, 'accounting')).toBe(0);
  });

  it('is not taken where single octets of a right one are replaced by others that are no UTF-8 either', async () => {
    const { octets } = accountingRequest(start);
    const forged = Array.from({ length: 16 }, (_, at) => at).flatMap((at) =>
      [0x80, 0xbf, 0xc0, 0xfe, 0xff].map((octet) => {
        const packet = Buffer.from(octets);
        packet[4 + at] = packet[4 + at] === octet ? octet ^ 1 : octet;
        return packet;
      }),
    );

    expect(await taken(forged, 'accounting')).toBe(0);
  });
});

describe('a Class that a NAS sends back', () => {
  const [username, key] = ['anna', sharedKey('a shared secret of thirty-two ch')];

  it.each([
    ['what was granted', 0],
    ['when it ends', 1_900_000_000],
  ])('with any one bit turned is none of ours, and says nothing of %s', (_, endsAt) => {
    const writer = replyWriter();
    startReply(writer, 2, Buffer.alloc(20));
    const at = writer.length;
    const name = encodeAttribute(1, Buffer.from(username));
    const random = randomPool((octets) => void octets.fill(0x5a));
    appendClass(writer, name, 0, key, random, Buffer.alloc(8, 7), endsAt);
    const given = Buffer.from(writer.out.subarray(at + 2, writer.length));

    expect(markInClass(given, username, key)).toEqual(Buffer.alloc(8, 7));
    for (const turned of bitsOf(given, 0, given.length)) {
      expect(isOwnClass(turned, username, key)).toBe(false);
      expect([markInClass(turned, username, key), endInClass(turned, username, key)]).toEqual([undefined, undefined]);
    }
    for (let length = 0; length < given.length; length += 1) {
      expect(isOwnClass(given.subarray(0, length), username, key)).toBe(false);
    }
  });
});
