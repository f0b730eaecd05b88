import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { describeAttributes } from '../../src/radius/dictionary/describe.ts';
import { encodeNamed } from '../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { emptyFrame, firstValue, readFrame } from '../../src/radius/packet/framing.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { verifyReply, verifyReplyMessageAuthenticator } from '../../src/radius/packet/verify.ts';
import { isOwnClass } from '../../src/radius/reply/class-attribute.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { authenticatorOf, coreNas, login, papRequest, request, startServer, TestNas, testKey } from './support.ts';

const words = (packet: Buffer): string[] =>
  describeAttributes(packet, 20, packet.length).map(({ name, value }) => `${name}=${value}`);

const named = (packet: Buffer, wanted: string): string | undefined =>
  describeAttributes(packet, 20, packet.length).find(({ name }) => name === wanted)?.value;

describe('a subscriber with every limit, on a MikroTik', () => {
  const anna = login('anna', {
    limits: {
      interimSeconds: 120,
      rateLimit: '2M/10M',
      rate: { up: 2e6, down: 10e6 },
      sessionTimeoutSeconds: 3600,
      idleTimeoutSeconds: 600,
      address: '192.0.2.10',
      pool: 'home',
      attributes: [{ name: 'Mikrotik-Address-List', value: 'customers' }],
    },
  });

  it('IW-01, IW-05, IW-06, IW-08: is accepted over UDP with the attributes of the service', async () => {
    await using bench = await startServer([anna]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(papRequest('anna', 'correct horse').octets, bench.auth);

    expect(reply[0]).toBe(2);
    expect(words(reply).filter((word) => !word.startsWith('Class'))).toEqual([
      'Message-Authenticator=[secret]',
      'Mikrotik-Rate-Limit=2M/10M',
      'Idle-Timeout=600',
      'Acct-Interim-Interval=120',
      'Framed-IP-Address=192.0.2.10',
      'Framed-Pool=home',
      'Mikrotik-Address-List=customers',
      'Session-Timeout=3600',
    ]);
  });

  it('gets a reply that proves the secret, Message-Authenticator first', async () => {
    await using bench = await startServer([anna]);
    await using nas = await TestNas.open();

    const asked = papRequest('anna', 'correct horse');
    const reply = await nas.exchange(asked.octets, bench.auth);
    const frame = emptyFrame();

    expect(readFrame(reply, frame)).toBeUndefined();
    expect(reply[20]).toBe(80);
    expect(verifyReply(reply, frame, testKey, asked.authenticator)).toBe(true);
    expect(verifyReplyMessageAuthenticator(reply, frame, testKey, asked.authenticator)).toBe('valid');
  });

  it('gets a Class of its own each time, which we know again', async () => {
    await using bench = await startServer([anna]);
    await using nas = await TestNas.open();

    const classes: Uint8Array[] = [];
    for (const identifier of [1, 2]) {
      const reply = await nas.exchange(papRequest('anna', 'correct horse', { identifier }).octets, bench.auth);
      const frame = emptyFrame();
      readFrame(reply, frame);
      classes.push(firstValue(reply, frame, 25) ?? new Uint8Array());
    }
    const [first, second] = classes as [Uint8Array, Uint8Array];

    expect(first.length).toBeLessThanOrEqual(64);
    expect(Buffer.from(first)).not.toEqual(Buffer.from(second));
    expect(isOwnClass(first, 'anna', testKey)).toBe(true);
    expect(isOwnClass(first, 'bert', testKey)).toBe(false);
    expect(isOwnClass(first, 'anna', sharedKey('another'))).toBe(false);
  });

  it('IW-05: is remembered for why, with what was granted and from where', async () => {
    await using bench = await startServer([anna]);
    await using nas = await TestNas.open();
    const attributes = [{ name: 'Calling-Station-Id', value: 'AA:BB:CC:00:11:22' }];

    await nas.exchange(papRequest('anna', 'correct horse', { attributes }).octets, bench.auth);
    await nas.exchange(papRequest('anna', 'wrong', { attributes, identifier: 2 }).octets, bench.auth);

    expect(bench.decisions.of('anna')).toMatchObject([
      {
        verdict: 'accept',
        method: 'pap',
        nas: 'core-1',
        callingStationId: 'AA:BB:CC:00:11:22',
        sessionTimeoutSeconds: 3600,
      },
      { verdict: 'reject', reason: 'wrong-password' },
    ]);
    expect(bench.decisions.of('anna')[0]?.reply).toContain('Mikrotik-Rate-Limit=2M/10M');
  });

  it('is given the changed service at the next login', async () => {
    await using bench = await startServer([anna]);
    await using nas = await TestNas.open();

    await nas.exchange(papRequest('anna', 'correct horse').octets, bench.auth);
    bench.directory.logins.set('anna', { ...anna, limits: { ...anna.limits, rateLimit: '4M/20M' } });
    const reply = await nas.exchange(papRequest('anna', 'correct horse', { identifier: 2 }).octets, bench.auth);

    expect(named(reply, 'Mikrotik-Rate-Limit')).toBe('4M/20M');
  });

  it('is told rate and mask in words of its own by a NAS of another make', async () => {
    await using bench = await startServer([anna]);
    bench.directory.nasList = [{ ...coreNas, profile: 'generic' }];
    await using nas = await TestNas.open();

    const reply = await nas.exchange(papRequest('anna', 'correct horse').octets, bench.auth);

    expect(words(reply)).toEqual(
      expect.arrayContaining([
        'WISPr-Bandwidth-Max-Up=2000000',
        'WISPr-Bandwidth-Max-Down=10000000',
        'Framed-IP-Netmask=255.255.255.255',
      ]),
    );
    expect(named(reply, 'Mikrotik-Rate-Limit')).toBeUndefined();
  });

  it('sees an attribute of the operator in place of ours of the same name', async () => {
    const attributes = [{ name: 'Framed-Pool', value: 'special' }];
    await using bench = await startServer([{ ...anna, limits: { ...anna.limits, attributes } }]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(papRequest('anna', 'correct horse').octets, bench.auth);

    expect(words(reply).filter((word) => word.startsWith('Framed-Pool'))).toEqual(['Framed-Pool=special']);
  });
});

describe('somebody who may not on', () => {
  it.each([
    ['wrong password', login('anna'), 'guess', 'wrong-password', 'Wrong username or password'],
    ['unknown', login('bert'), 'correct horse', 'unknown-subscriber', 'Wrong username or password'],
    ['suspended', login('anna', { state: 'suspended' }), 'correct horse', 'suspended', 'This account is suspended'],
    [
      'expired, as it is applied',
      login('anna', { state: 'suspended', reason: 'expired', expires: 1 }),
      'correct horse',
      'expired',
      'This account has expired',
    ],
    ['expired', login('anna', { expires: 1 }), 'correct horse', 'expired', 'This account has expired'],
  ])('%s: is rejected, shown nothing of our insides, and remembered', async (_, who, password, reason, text) => {
    await using bench = await startServer([who]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(papRequest('anna', password).octets, bench.auth);

    expect(reply[0]).toBe(3);
    expect(words(reply)).toEqual(['Message-Authenticator=[secret]', `Reply-Message=${text}`]);
    expect(bench.decisions.of('anna')).toMatchObject([{ verdict: 'reject', reason }]);
  });

  it('is rejected without a way to know an empty declared password', async () => {
    await using bench = await startServer([login('anna', { password: new Secret('') })]);
    await using nas = await TestNas.open();

    expect((await nas.exchange(papRequest('anna', '').octets, bench.auth))[0]).toBe(3);
  });

  it('is answered late, by a second give or take a tenth', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([], { clock, rejectDelayMs: 1000 });
    await using nas = await TestNas.open();

    const early = await nas.isIgnored(papRequest('anna', 'x').octets, bench.auth);
    clock.advance(890);
    const stillEarly = await nas.isIgnored(papRequest('anna', 'x').octets, bench.auth);
    clock.advance(250);
    const reply = await nas.next();

    expect([early, stillEarly, reply[0]]).toEqual([true, true, 3]);
  });
});

describe('a request that cannot be decided', () => {
  const two = (name: string, value: string): Uint8Array => encodeNamed({ name, value });

  it.each([
    ['no User-Name', [encodeAttribute(2, Buffer.alloc(16))], 'No username was sent'],
    ['two User-Names', [two('User-Name', 'anna'), two('User-Name', 'bert')], 'The request is ambiguous'],
    [
      'PAP and CHAP at once',
      [two('User-Name', 'anna'), encodeAttribute(2, Buffer.alloc(16)), encodeAttribute(3, Buffer.alloc(17))],
      'The request is ambiguous',
    ],
    ['no password at all', [two('User-Name', 'anna')], 'This way of logging in is not possible'],
    [
      'Authorize-Only without State',
      [two('User-Name', 'anna'), two('Service-Type', 'Authorize-Only')],
      'The request cannot be authorised',
    ],
  ])('%s: is rejected', async (_, encoded, text) => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();

    const reply = await nas.exchange(request(1, { encoded }).octets, bench.auth);

    expect([reply[0], named(reply, 'Reply-Message')]).toEqual([3, text]);
  });
});

describe('a request passed on by proxies', () => {
  it('has every Proxy-State back in order, in accept and reject', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const encoded = ['first', 'second'].map((text) => encodeAttribute(33, Buffer.from(text)));

    const accept = await nas.exchange(papRequest('anna', 'correct horse', { encoded }).octets, bench.auth);
    const reject = await nas.exchange(papRequest('anna', 'x', { encoded, identifier: 2 }).octets, bench.auth);

    for (const reply of [accept, reject]) {
      expect(words(reply).filter((word) => word.startsWith('Proxy-State'))).toEqual([
        'Proxy-State=first',
        'Proxy-State=second',
      ]);
    }
  });
});

describe('a NAS that waits 1500 ms', () => {
  it('IW-02, IS-34: never has to ask again', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    let late = 0;

    for (let identifier = 0; identifier < 200; identifier += 1) {
      const { octets } = papRequest('anna', 'correct horse', {
        identifier,
        authenticator: authenticatorOf(identifier),
      });
      const asked = process.cpuUsage();
      await nas.exchange(octets, bench.auth);
      const { user, system } = process.cpuUsage(asked);
      // Of processor time: what else the machine does meanwhile is none of ours.
      if ((user + system) / 1000 >= 1500) late += 1;
    }

    expect(late).toBe(0);
  });
});
