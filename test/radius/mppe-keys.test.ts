import { describe, expect, it } from 'vitest';
import { mschap2Proof } from '../../src/access/credentials/ms-chap.ts';
import { appendEap } from '../../src/radius/eap-access.ts';
import { listAttributes } from '../../src/radius/packet/attributes.ts';
import { finishReply, type ReplyWriter, replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { revealSalted } from '../../src/radius/packet/salted.ts';
import { randomPool } from '../../src/radius/random-pool.ts';
import { appendMschapProof } from '../../src/radius/reply/ms-chap-reply.ts';
import { authenticatorOf, papRequest, testKey } from './support.ts';

const [sendKey, receiveKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const request = Buffer.from(papRequest('anna', 'x').octets);

/** A source that has drawn the same octets twice. */
const random = () => randomPool((octets) => void octets.fill(0x5a));

function keysOf(append: (writer: ReplyWriter) => void) {
  const writer = replyWriter();
  startReply(writer, 2, request);
  append(writer);
  const reply = Buffer.from(finishReply(writer, testKey) as Buffer);
  return new Map(
    listAttributes(reply, 20, reply.length)
      .filter(({ vendor, type }) => vendor === 311 && (type === 16 || type === 17))
      .map(({ type, value }) => [type, Buffer.from(value)]),
  );
}

describe('the two keys of MPPE in one packet', () => {
  it.each([
    [
      'MS-CHAPv2',
      (writer: ReplyWriter) => {
        const made = mschap2Proof(exchange);
        const proof = { ...made, method: 'mschap2', sendKey, receiveKey } as const;
        appendMschapProof(writer, proof, 1, request, testKey, random());
      },
    ],
    [
      'EAP',
      (writer: ReplyWriter) => {
        const msk = Buffer.concat([receiveKey, sendKey]);
        appendEap(writer, { packet: Buffer.of(3, 1, 0, 4), msk }, request, testKey, random());
      },
    ],
  ])('have salts of their own, whatever was drawn (RFC 2548 §2.4.2): %s', (_method, append) => {
    const keys = keysOf(append);
    const salts = [...keys.values()].map((value) => value.subarray(0, 2).toString('hex'));

    expect(new Set(salts).size).toBe(2);
    expect([...keys.values()].every((value) => ((value[0] as number) & 0x80) !== 0)).toBe(true);
    const reveal = (type: number) =>
      Buffer.from(revealSalted(keys.get(type) as Buffer, authenticatorOf(0x31), testKey) ?? []);
    expect([reveal(16), reveal(17)]).toEqual([sendKey, receiveKey]);
  });
});

const exchange = {
  challenge: Buffer.alloc(16, 3),
  peerChallenge: Buffer.alloc(16, 4),
  username: 'anna',
  passwordHash: Buffer.alloc(16, 5),
  ntResponse: Buffer.alloc(24, 6),
};
