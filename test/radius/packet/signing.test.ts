import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAttribute } from '../../../src/radius/packet/attributes.ts';
import { emptyFrame, type Frame, readFrame } from '../../../src/radius/packet/framing.ts';
import { appendProxyStates, finishReply, replyWriter, startReply } from '../../../src/radius/packet/reply.ts';
import { encodeRequest } from '../../../src/radius/packet/request.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import {
  verifyKeyedRequest,
  verifyReply,
  verifyReplyMessageAuthenticator,
  verifyRequestMessageAuthenticator,
} from '../../../src/radius/packet/verify.ts';

interface Pair {
  readonly request: string;
  readonly reply: string;
}

const vectors = (name: string): Record<string, Pair> & { sharedSecret: string } =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));
const rfc2865 = vectors('rfc2865-7');
const rfc5997 = vectors('rfc5997-6');
const key = sharedKey('an eighteen octet s');

function framed(packet: Buffer): Frame {
  const frame = emptyFrame();
  expect(readFrame(packet, frame)).toBeUndefined();
  return frame;
}

describe('the packets of the RFCs', () => {
  it.each(['telnet', 'framed'])('RFC 2865 §7 %s: the reply proves the secret', (name) => {
    const { request, reply } = rfc2865[name] as Pair;
    const packet = Buffer.from(reply, 'hex');
    const authenticator = Buffer.from(request, 'hex').subarray(4, 20);

    expect(verifyReply(packet, framed(packet), sharedKey(rfc2865.sharedSecret), authenticator)).toBe(true);
    expect(verifyReply(packet, framed(packet), sharedKey('xyzzy5462'), authenticator)).toBe(false);
  });

  it.each(['authentication', 'accounting'])('RFC 5997 §6 %s: Status-Server and its reply verify', (name) => {
    const { request, reply } = rfc5997[name] as Pair;
    const secret = sharedKey(rfc5997.sharedSecret);
    const [asked, answered] = [Buffer.from(request, 'hex'), Buffer.from(reply, 'hex')];

    expect(verifyRequestMessageAuthenticator(asked, framed(asked), secret)).toBe('valid');
    expect(verifyReply(answered, framed(answered), secret, asked.subarray(4, 20))).toBe(true);
  });
});

describe('a request we sign', () => {
  const authenticator = Buffer.alloc(16, 0xa7);
  const attributes = [encodeAttribute(1, Buffer.from('anna'))];

  it.each([1, 12])('code %i: signs its own authenticator, first of all attributes', (code) => {
    const { octets } = encodeRequest({ code, identifier: 3, authenticator, attributes }, key);
    const zeroed = Buffer.from(octets).fill(0, 22, 38);

    expect([...octets.subarray(20, 22)]).toEqual([80, 18]);
    expect(createHmac('md5', key.octets).update(zeroed).digest()).toEqual(octets.subarray(22, 38));
    expect(verifyRequestMessageAuthenticator(octets, framed(octets), key)).toBe('valid');
  });

  it.each([4, 40, 43])('code %i: signs sixteen zeros, and its authenticator is a digest', (code) => {
    const { octets } = encodeRequest({ code, identifier: 3, attributes }, key);
    const zeroed = Buffer.from(octets).fill(0, 4, 20).fill(0, 22, 38);

    expect(createHmac('md5', key.octets).update(zeroed).digest()).toEqual(octets.subarray(22, 38));
    expect(verifyRequestMessageAuthenticator(octets, framed(octets), key)).toBe('valid');
    expect(verifyKeyedRequest(octets, framed(octets), key)).toBe(true);
  });

  it('proves any secret over a request of any length', () => {
    const lengths = fc.integer({ min: 0, max: 600 });
    const secrets = fc.string({ minLength: 1, maxLength: 130 });
    fc.assert(
      fc.property(lengths, secrets, (length, secret) => {
        const octets = Buffer.alloc(20 + length, 0x5a);
        octets.writeUInt16BE(octets.length, 2);
        octets.fill(0, 4, 20);
        createHash('md5').update(octets).update(secret).digest().copy(octets, 4);
        const frame = { ...emptyFrame(), code: 4, length: octets.length };
        const before = Buffer.from(octets);

        expect(verifyKeyedRequest(octets, frame, sharedKey(secret))).toBe(true);
        expect(verifyKeyedRequest(octets, frame, sharedKey(`${secret}.`))).toBe(false);
        expect(octets).toEqual(before);
      }),
    );
  });

  it('is left as it came by verification', () => {
    for (const code of [1, 4]) {
      const { octets } = encodeRequest({ code, identifier: 3, authenticator, attributes }, key);
      const before = Buffer.from(octets);

      verifyRequestMessageAuthenticator(octets, framed(octets), key);
      verifyKeyedRequest(octets, framed(octets), key);

      expect(octets).toEqual(before);
    }
  });

  it('is noticed when any one bit of it is turned', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 4, 12, 40, 43), fc.nat(), fc.nat(7), (code, at, bit) => {
        const { octets } = encodeRequest({ code, identifier: 3, authenticator, attributes }, key);
        const turned = Buffer.from(octets);
        turned[at % turned.length] = (turned[at % turned.length] as number) ^ (1 << bit);
        const frame = emptyFrame();
        if (readFrame(turned, frame) !== undefined) return;

        const sign = verifyRequestMessageAuthenticator(turned, frame, key);
        const keyed = code === 1 || code === 12 || verifyKeyedRequest(turned, frame, key);

        expect(sign === 'valid' && keyed).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused with two Message-Authenticators, or one of another size', () => {
    const twice = Buffer.alloc(20 + 36);
    twice.set([1, 1, 0, 56]);
    twice.set([80, 18], 20);
    twice.set([80, 18], 38);
    const short = Buffer.from([...Buffer.alloc(20), 80, 17, ...Buffer.alloc(15)]);
    short.set([1, 1, 0, 37]);

    expect(verifyRequestMessageAuthenticator(twice, framed(twice), key)).toBe('invalid');
    expect(verifyRequestMessageAuthenticator(short, framed(short), key)).toBe('invalid');
  });

  it('cannot be longer than 4096 octets', () => {
    const many = new Array(17).fill(encodeAttribute(33, Buffer.alloc(253)));

    expect(() => encodeRequest({ code: 1, identifier: 0, attributes: many }, key)).toThrow(RangeError);
  });
});

describe('a reply we sign', () => {
  const proxied = [1, 2].map((octet) => encodeAttribute(33, Buffer.of(octet, octet)));
  const { octets: request } = encodeRequest(
    { code: 1, identifier: 77, authenticator: Buffer.alloc(16, 5), attributes: proxied },
    key,
  );

  function reply(): Buffer {
    const writer = replyWriter();
    startReply(writer, 2, request);
    appendProxyStates(writer, request, framed(request));
    return finishReply(writer, key) as Buffer;
  }

  it('begins with the Message-Authenticator, repeats Proxy-State in order, and verifies', () => {
    const packet = reply();
    const authenticator = request.subarray(4, 20);

    expect([...packet.subarray(0, 2), ...packet.subarray(20, 22)]).toEqual([2, 77, 80, 18]);
    expect([...packet.subarray(38)]).toEqual([33, 4, 1, 1, 33, 4, 2, 2]);
    expect(verifyReplyMessageAuthenticator(packet, framed(packet), key, authenticator)).toBe('valid');
    expect(verifyReply(packet, framed(packet), key, authenticator)).toBe(true);
  });

  it('is not made when it would be longer than 4096 octets', () => {
    const writer = replyWriter();
    startReply(writer, 2, request);
    writer.length += 4096;

    expect(finishReply(writer, key)).toBeUndefined();
  });

  it('is noticed when any one bit of it is turned', () => {
    const good = reply();
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const turned = Buffer.from(good);
      turned[bit >> 3] = (turned[bit >> 3] as number) ^ (1 << (bit & 7));
      const frame = emptyFrame();
      if (readFrame(turned, frame) !== undefined) continue;
      expect(verifyReply(turned, frame, key, request.subarray(4, 20))).toBe(false);
    }
  });
});
