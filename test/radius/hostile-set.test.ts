import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { encodeAttribute, listAttributes } from '../../src/radius/packet/attributes.ts';
import { hidePassword } from '../../src/radius/packet/password.ts';
import {
  accountingRequest,
  authenticatorOf,
  login,
  papRequest,
  request,
  secretText,
  startServer,
  TestNas,
  testKey,
} from './support.ts';

/** What the npm package `radius` 1.1.4 does wrong, done to us. */
const start = [
  { name: 'Acct-Status-Type', value: 'Start' },
  { name: 'Acct-Session-Id', value: '81' },
];
const values = (reply: Buffer, wanted: number) =>
  listAttributes(reply, 20, reply.length).flatMap(({ type, vendor, value }) =>
    type === wanted && vendor === undefined ? [Buffer.from(value).toString('latin1')] : [],
  );

/** An Access-Request whose User-Password is these octets before they are hidden. */
const hiddenRequest = (clear: Buffer, identifier: number) => {
  const hidden = hidePassword(clear, authenticatorOf(0x31), testKey);
  return request(1, { identifier, encoded: [encodeAttribute(1, Buffer.from('anna')), encodeAttribute(2, hidden)] });
};

describe('a packet that another library takes for something else', () => {
  it('is whole with padding behind its Length, which belongs to no digest', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const padded = (octets: Buffer) => Buffer.concat([octets, Buffer.alloc(40, 0xff)]);

    const accepted = await nas.exchange(padded(papRequest('anna', 'correct horse').octets), bench.auth);
    const stored = await nas.exchange(padded(accountingRequest(start).octets), bench.accounting);

    expect([accepted[0], stored[0]]).toEqual([2, 5]);
  });

  it('signs accounting over sixteen zeros, not over its authenticator', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const right = accountingRequest(start, { messageAuthenticator: true }).octets;
    const wrong = Buffer.from(right);
    const at = right.indexOf(Buffer.of(80, 18)) + 2;
    wrong.fill(0, at, at + 16);
    createHmac('md5', secretText).update(wrong).digest().copy(wrong, at);

    expect((await nas.exchange(right, bench.accounting))[0]).toBe(5);
    expect(await nas.isIgnored(wrong, bench.accounting)).toBe(true);
  });

  it('has an own password with a zero in its middle: nothing behind it is lost, nothing joined', async () => {
    await using bench = await startServer([
      login('anna', { password: new Secret('abcdef') }),
      login('zero', { password: new Secret('abc\0def') }),
    ]);
    await using nas = await TestNas.open();
    const split = Buffer.concat([Buffer.from('abc'), Buffer.alloc(13), Buffer.from('def')]);

    expect((await nas.exchange(hiddenRequest(split, 1).octets, bench.auth))[0]).toBe(3);
    expect((await nas.exchange(papRequest('zero', 'abc\0def', { identifier: 2 }).octets, bench.auth))[0]).toBe(2);
    expect((await nas.exchange(papRequest('zero', 'abc', { identifier: 3 }).octets, bench.auth))[0]).toBe(3);
  });

  it('has a password of octets that are no UTF-8: they are not all alike', async () => {
    await using bench = await startServer([login('anna', { password: new Secret('\u{fffd}\u{fffd}') })]);
    await using nas = await TestNas.open();

    expect((await nas.exchange(hiddenRequest(Buffer.of(0xff, 0xfe), 1).octets, bench.auth))[0]).toBe(3);
    expect((await nas.exchange(papRequest('anna', '\u{fffd}\u{fffd}', { identifier: 2 }).octets, bench.auth))[0]).toBe(
      2,
    );
  });

  it.each([0, 1, 15, 17, 144, 240])('has a User-Password of %i octets: none at all', async (length) => {
    await using bench = await startServer([login('anna', { password: new Secret('') })]);
    await using nas = await TestNas.open();
    const encoded = [encodeAttribute(1, Buffer.from('anna')), encodeAttribute(2, Buffer.alloc(length))];

    expect((await nas.exchange(request(1, { encoded }).octets, bench.auth))[0]).toBe(3);
  });

  it('has an empty password, which is nobody’s', async () => {
    await using bench = await startServer([login('anna', { password: new Secret('') })]);
    await using nas = await TestNas.open();

    expect((await nas.exchange(papRequest('anna', '').octets, bench.auth))[0]).toBe(3);
  });

  it('has Proxy-States, which come back to their own request alone, in order', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const states = (...texts: string[]) => texts.map((text) => encodeAttribute(33, Buffer.from(text)));
    const ask = (identifier: number, encoded: readonly Uint8Array[]) =>
      nas.exchange(papRequest('anna', 'correct horse', { identifier, encoded }).octets, bench.auth);

    const replies = [await ask(1, states('a', 'b')), await ask(2, []), await ask(3, states('c'))];

    expect(replies.map((reply) => values(reply, 33))).toEqual([['a', 'b'], [], ['c']]);
  });

  it('has attributes of a vendor above 2^24, and integers that are short: nothing of the rest is lost', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const encoded = [
      encodeAttribute(26, Buffer.of(0xff, 0xff, 0xff, 0xff, 1, 2)),
      encodeAttribute(64, Buffer.alloc(0)),
      encodeAttribute(5, Buffer.of(1)),
      encodeAttribute(40, Buffer.of(0, 0, 0, 1)),
      encodeAttribute(44, Buffer.from('81')),
      encodeAttribute(1, Buffer.from('anna')),
    ];

    const reply = await nas.exchange(request(4, { encoded, messageAuthenticator: false }).octets, bench.accounting);

    expect(reply[0]).toBe(5);
    expect(bench.sink.events).toMatchObject([{ status: 'start', sessionId: '81', username: 'anna' }]);
  });

  it('is answered with the Message-Authenticator first, though it had none', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = bench.directory.nasList.map((nas) => ({ ...nas, messageAuthenticator: 'off' }));
    await using nas = await TestNas.open();

    const unsigned = papRequest('anna', 'correct horse', { messageAuthenticator: false });
    const reply = await nas.exchange(unsigned.octets, bench.auth);

    expect([reply[0], reply[20], reply[21]]).toEqual([2, 80, 18]);
  });
});
