import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { md4 } from '../../src/access/credentials/md4.ts';
import { chapResponse } from '../../src/access/credentials/verify-credential.ts';
import { Secret } from '../../src/base/secret.ts';
import { encodeAttribute, encodeVendorAttribute, listAttributes } from '../../src/radius/packet/attributes.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { authenticatorOf, login, papRequest, request, secretText, startServer, TestNas } from './support.ts';

const vector = (name: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const v1 = vector('rfc2433-b2');
const v2 = vector('rfc2759-9.2');
const hex = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'hex');
const microsoft = 311;

/** Attributes of Microsoft in a reply, by number. */
function ofMicrosoft(reply: Buffer): Map<number, Buffer> {
  const all = listAttributes(reply, 20, reply.length).filter(({ vendor }) => vendor === microsoft);
  return new Map(all.map(({ type, value }) => [type, Buffer.from(value)]));
}

/** What is hidden by `seed`, worked out with node:crypto alone (RFC 2865 §5.2, 2548 §2.4.2). */
function unmask(hidden: Buffer, seed: Buffer): Buffer {
  const clear = Buffer.alloc(hidden.length);
  let before = seed;
  for (let at = 0; at < hidden.length; at += 16) {
    const pad = createHash('md5').update(secretText).update(before).digest();
    before = hidden.subarray(at, at + 16);
    for (let index = 0; index < 16; index += 1) clear[at + index] = (pad[index] as number) ^ (before[index] as number);
  }
  return clear;
}

const authenticator = Buffer.from(authenticatorOf(0x31));

/** A key of MPPE: length, octets, zeros. */
function keyIn(value: Buffer = Buffer.alloc(2)): string {
  const clear = unmask(value.subarray(2), Buffer.concat([authenticator, value.subarray(0, 2)]));
  const length = clear[0] as number;
  expect(clear.subarray(1 + length).every((octet) => octet === 0)).toBe(true);
  return clear.subarray(1, 1 + length).toString('hex');
}

const sha1 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

describe('a login by PAP', () => {
  it.each([
    ['of 128 octets, the most there can be', 'é'.repeat(64)],
    ['of any writing', 'пароль 密码 🔑'],
    ['that ends where a block does', 'x'.repeat(32)],
  ])('is let in by a password %s, and by no part of it', async (_, password) => {
    await using bench = await startServer([login('anna', { password: new Secret(password) })]);
    await using nas = await TestNas.open();
    const part = Buffer.from(password).subarray(0, 16).toString('latin1');

    const right = await nas.exchange(papRequest('anna', password).octets, bench.auth);
    const wrong = await nas.exchange(papRequest('anna', part, { identifier: 2 }).octets, bench.auth);

    expect([right[0], wrong[0]]).toEqual([2, 3]);
  });
});

describe('a login by CHAP', () => {
  const asked = (challenge: Buffer, more: readonly Uint8Array[], identifier: number) => {
    const response = Buffer.concat([Buffer.of(9), chapResponse(9, 'correct horse', challenge)]);
    const encoded = [encodeAttribute(1, Buffer.from('anna')), encodeAttribute(3, response), ...more];
    return request(1, { identifier, authenticator, encoded }).octets;
  };

  it('answers the challenge of its own attribute, or else the Request Authenticator, and not the other', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const challenge = Buffer.from('a challenge of any length');
    const own = encodeAttribute(60, challenge);
    const packets = [
      asked(challenge, [own], 1),
      asked(authenticator, [], 2),
      asked(authenticator, [own], 3),
      asked(challenge, [], 4),
    ];

    const codes: (number | undefined)[] = [];
    for (const packet of packets) codes.push((await nas.exchange(packet, bench.auth))[0]);

    expect(codes).toEqual([2, 2, 3, 3]);
    expect(bench.decisions.of('anna').map(({ method }) => method)).toEqual(['chap', 'chap', 'chap', 'chap']);
  });
});

describe('a login by MS-CHAPv2, as it stands in RFC 2759 §9.2', () => {
  const response = Buffer.concat([Buffer.of(7, 0), hex(v2['peerChallenge']), Buffer.alloc(8), hex(v2['ntResponse'])]);
  const encoded = [
    encodeAttribute(1, Buffer.from(v2['username'] ?? '')),
    encodeVendorAttribute(microsoft, 11, hex(v2['challenge'])),
    encodeVendorAttribute(microsoft, 25, response),
  ];

  it('has the proof and the keys of RFC 3079 §3.5.3 in its answer: what we send with is what the peer receives with', async () => {
    await using bench = await startServer([login('User', { password: new Secret(v2['password'] ?? '') })]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(request(1, { authenticator, encoded }).octets, bench.auth);

    const found = ofMicrosoft(reply);
    const master = sha1(hex(v2['ntPasswordHashHash']), hex(v2['ntResponse']), 'This is the MPPE Master Key');
    const magic = 'On the client side, this is the send key; on the server side, it is the receive key.';
    const receive = sha1(master.subarray(0, 16), Buffer.alloc(40), magic, Buffer.alloc(40, 0xf2)).subarray(0, 16);
    expect(reply[0]).toBe(2);
    expect(found.get(26)).toEqual(Buffer.from(`\u0007${v2['authenticatorResponse']}`, 'latin1'));
    expect([keyIn(found.get(16)), keyIn(found.get(17))]).toEqual([v2['sendStartKey128'], receive.toString('hex')]);
    expect([found.get(7)?.toString('hex'), found.get(8)?.toString('hex')]).toEqual(['00000001', '00000006']);
  });

  it('has number and words in its reject, and a challenge of its own', async () => {
    await using bench = await startServer([login('User')]);
    await using nas = await TestNas.open();

    const errors: string[] = [];
    for (const identifier of [1, 2]) {
      const reply = await nas.exchange(request(1, { identifier, authenticator, encoded }).octets, bench.auth);
      const error = ofMicrosoft(reply).get(2);
      expect(error?.[0]).toBe(7);
      errors.push(error?.toString('latin1', 1) ?? '');
    }

    for (const error of errors) {
      expect(error).toMatch(/^E=691 R=0 C=[0-9A-F]{32} V=3 M=Wrong username or password$/);
    }
    expect(new Set(errors).size).toBe(2);
  });
});

describe('a login by MS-CHAPv1, as it stands in RFC 2433 B.2', () => {
  const asked = (flags: number) => {
    const response = Buffer.concat([Buffer.of(7, flags), Buffer.alloc(24), hex(v1['ntResponse'])]);
    const encoded = [
      encodeAttribute(1, Buffer.from('User')),
      encodeVendorAttribute(microsoft, 11, hex(v1['challenge'])),
      encodeVendorAttribute(microsoft, 1, response),
    ];
    return request(1, { identifier: flags, authenticator, encoded }).octets;
  };
  const user = login('User', { password: new Secret(v1['password'] ?? '') });

  it('has the keys of RFC 2548 §2.4.1 in its answer, hidden like a password: none of LAN Manager, and the hash of the hash', async () => {
    await using bench = await startServer([user]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(asked(1), bench.auth);

    const keys = unmask(ofMicrosoft(reply).get(12) ?? Buffer.alloc(0), authenticator);
    const ntKey = Buffer.from(md4(hex(v1['ntPasswordHash'])));
    expect(reply[0]).toBe(2);
    expect(keys).toEqual(Buffer.concat([Buffer.alloc(8), ntKey, Buffer.alloc(8)]));
  });

  it('is not let in where its LAN Manager response alone is to count, and is told so in the old form', async () => {
    await using bench = await startServer([user]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(asked(0), bench.auth);

    expect(reply[0]).toBe(3);
    expect(ofMicrosoft(reply).get(2)?.toString('latin1', 1)).toMatch(/^E=691 R=0 C=[0-9A-F]{16} V=2$/);
    expect(bench.decisions.of('User')).toMatchObject([{ reason: 'method-not-possible' }]);
  });
});

describe('a shared secret', () => {
  it('is one of octets: of a NAS that writes it in UTF-8, whatever its letters', async () => {
    const secret = 'schlüssel für einen Router, ключ';
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = bench.directory.nasList.map((nas) => ({ ...nas, secret: new Secret(secret) }));
    await using nas = await TestNas.open();

    const reply = await nas.exchange(
      papRequest('anna', 'correct horse', { key: sharedKey(secret) }).octets,
      bench.auth,
    );

    expect(reply[0]).toBe(2);
  });
});
