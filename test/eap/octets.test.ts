import { createCipheriv, createHmac, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificateNames } from '../../src/eap/certificate-names.ts';
import { readClientHello } from '../../src/eap/client-hello.ts';
import { encodeEap, encodeOutcome, methodsOfNak, parseEap } from '../../src/eap/packet.ts';
import { sessionIdIn, sessionIdOf } from '../../src/eap/session-ticket.ts';
import { fragmentReader, fragmentsOf, isAcknowledgement } from '../../src/eap/tls-framing.ts';
import { encodeAvp, readAvps } from '../../src/eap/ttls-avps.ts';
import { TunnelPeer } from './peer.ts';
import { ca } from './support.ts';

const octets = (maxLength = 300) => fc.uint8Array({ maxLength }).map((each) => Buffer.from(each));
const octet = fc.integer({ min: 0, max: 255 });

describe('a packet of EAP', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2), octet, octet, octets(), (code, identifier, type, data) => {
        expect(parseEap(encodeEap({ code, identifier, type, data }))).toEqual({ code, identifier, type, data });
      }),
    );
  });

  it('is none when it says another length, another code, or no type', () => {
    const good = encodeEap({ code: 2, identifier: 1, type: 1, data: Buffer.from('anna') });

    expect(parseEap(good)).toBeDefined();
    expect(parseEap(Buffer.concat([good, Buffer.of(0)]))).toBeUndefined();
    expect(parseEap(good.subarray(0, -1))).toBeUndefined();
    expect(parseEap(encodeOutcome('success', 1))).toBeUndefined();
  });

  it('that declines a method says what it would rather have, in the old form and the new', () => {
    const expanded = '00000000000003' + 'fe00000000000015' + 'fe00013700000001' + 'fe00000000000019';

    expect(methodsOfNak({ type: 3, data: Buffer.of(21, 0, 25) })).toEqual([21, 25]);
    expect(methodsOfNak({ type: 254, data: Buffer.from(expanded, 'hex') })).toEqual([21, 25]);
    expect(methodsOfNak({ type: 21, data: Buffer.of(25) })).toBeUndefined();
  });
});

describe('fragments of TLS', () => {
  it('are put together to what was cut, whatever the size, and none is longer than it may be', () => {
    fc.assert(
      fc.property(octets(3000), fc.integer({ min: 100, max: 1020 }), (whole, most) => {
        const fragments = fragmentsOf(whole, most);
        const reader = fragmentReader();
        const read = fragments.map((each) => reader.add(each));

        expect(read.slice(0, -1).every((each) => each === 'more')).toBe(true);
        expect(read.at(-1)).toEqual(whole);
        expect(fragments.every(({ length }) => length + 5 <= most)).toBe(true);
        // RFC 9190 §2.4: no length where there is one fragment.
        expect((fragments[0]?.[0] ?? 0) & 0x80).toBe(fragments.length > 1 ? 0x80 : 0);
      }),
    );
  });

  it.each([
    ['nothing at all', ['']],
    ['a start, which is ours to send', ['20']],
    ['a length that is cut off', ['80000000']],
    ['more to come, and nothing now', ['40']],
    ['more than was said', ['c00000000201', '00020304']],
    ['less than was said', ['c00000000901', '0002']],
  ])('are not taken when they are %s', (_, fragments) => {
    const reader = fragmentReader();

    expect(fragments.map((each) => reader.add(Buffer.from(each, 'hex'))).at(-1)).toBeUndefined();
  });

  it('are acknowledged by nothing but flags that say nothing', () => {
    expect(['00', '01', '', '40', '80', '0001'].map((each) => isAcknowledgement(Buffer.from(each, 'hex')))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('attributes inside TTLS', () => {
  it('are read as they were written, with their padding or without it at the end', () => {
    const avp = fc.record({ vendor: fc.constantFrom(0, 311), code: fc.nat(0xffff), value: octets(60) });
    fc.assert(
      fc.property(fc.array(avp, { minLength: 1, maxLength: 5 }), (avps) => {
        const encoded = Buffer.concat(avps.map(encodeAvp));
        const padding = (4 - ((avps.at(-1)?.value.length ?? 0) % 4)) % 4;

        expect(readAvps(encoded)).toEqual(avps);
        expect(readAvps(encoded.subarray(0, encoded.length - padding))).toEqual(avps);
      }),
    );
  });

  it('are read or not, whatever octets come', () => {
    fc.assert(fc.property(octets(), (each) => void readAvps(each)));
    expect(readAvps(Buffer.from('0000000140000003', 'hex'))).toBeUndefined();
  });
});

describe('a ClientHello', () => {
  it('of whatever octets ends in an answer', async () => {
    await using peer = new TunnelPeer({});
    await peer.feed(Buffer.alloc(0));
    const hello = peer.takeOutput();

    expect(readClientHello(hello)).toEqual({ offersTls13: true });
    fc.assert(
      fc.property(fc.nat(hello.length - 1), octet, fc.nat(hello.length), (at, value, length) => {
        const changed = Buffer.from(hello.subarray(0, length));
        if (at < length) changed[at] = value;
        readClientHello(changed);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(octets(), (each) => void readClientHello(Buffer.concat([Buffer.of(22, 3, 1, 0, 9, 1), each]))),
    );
  });
});

describe('a session ticket', () => {
  it('of other keys, or changed on the way, tells nothing', () => {
    const [keys, others] = [Buffer.alloc(48, 1), Buffer.alloc(48, 2)];
    const session = Buffer.from('301a' + '020101' + '02020304' + '04021302' + '0403010203' + '0403040506', 'hex');
    const ticket = sealed(session, keys);

    expect(sessionIdOf(ticket, keys)).toEqual(Buffer.of(1, 2, 3));
    expect(sessionIdOf(ticket, others)).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(ticket.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Buffer.from(ticket);
        changed[at] = (changed[at] as number) ^ bits;
        expect(sessionIdOf(changed, keys)).toBeUndefined();
      }),
    );
    fc.assert(fc.property(octets(), (each) => sessionIdOf(each, keys) === undefined));
    fc.assert(fc.property(octets(), (each) => void sessionIdIn(each)));
  });
});

function sealed(session: Buffer, keys: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-cbc', keys.subarray(32), Buffer.alloc(16));
  const body = Buffer.concat([keys.subarray(0, 16), Buffer.alloc(16), cipher.update(session), cipher.final()]);
  return Buffer.concat([body, createHmac('sha256', keys.subarray(16, 32)).update(body).digest()]);
}

describe('a certificate', () => {
  it('is about its mail addresses and host names, then its common name', () => {
    const { certificate } = ca.issue({ commonName: 'anna', email: 'anna@isp.example', dns: 'host.example' });

    expect(certificateNames(new X509Certificate(certificate))).toEqual(['anna@isp.example', 'host.example', 'anna']);
  });

  it('is about a name with a comma as a whole, not about its parts', () => {
    const { certificate } = ca.issue({ commonName: 'anna', email: 'x, email:ben@isp.example' });

    expect(certificateNames(new X509Certificate(certificate))).toEqual(['x, email:ben@isp.example', 'anna']);
  });
});
