import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import { systemClock } from '../../../src/base/system-clock.ts';
import { radiusLogin } from '../../../src/radius/client.ts';
import { encodeNamed } from '../../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute, encodeVendorAttribute, listAttributes } from '../../../src/radius/packet/attributes.ts';
import { appendEncoded, finishReply, replyWriter, startReply } from '../../../src/radius/packet/reply.ts';
import { hideSalted, revealSalted } from '../../../src/radius/packet/salted.ts';
import { sharedKey } from '../../../src/radius/packet/shared-key.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import {
  accountingRequest,
  authenticatorOf,
  coreNas,
  login,
  papRequest,
  request,
  secretText,
  testKey,
} from '../support.ts';
import { homeSecret, instance, placeOf, startHome, startLab, startMute, words } from './proxy-lab.ts';

const homeKey = sharedKey(homeSecret);
const zoe = login('zoe@partner.example', {
  limits: { interimSeconds: 120, sessionTimeoutSeconds: 600, rate: { up: 1e6, down: 2e6 }, attributes: [] },
});

/** A reply of a home server to a request it got. */
function reply(code: number, to: Buffer, attributes: readonly Uint8Array[], signed = true): Buffer {
  const writer = replyWriter();
  startReply(writer, code, to, signed);
  for (const each of attributes) appendEncoded(writer, each);
  return finishReply(writer, homeKey) as Buffer;
}

const valuesOf = (packet: Buffer, type: number): readonly string[] =>
  listAttributes(packet, 20, packet.length)
    .filter((each) => each.vendor === undefined && each.type === type)
    .map(({ value }) => Buffer.from(value).toString('hex'));

describe('a login of a foreign realm', () => {
  it.each(['pap', 'chap', 'mschap2'] as const)('IW-01: is decided by its home server (%s)', async (method) => {
    await using home = await startHome([zoe]);
    await using lab = await startLab({ homes: [placeOf(home)] });
    const attempt = (password: string) =>
      radiusLogin(
        {
          server: lab.bench.auth,
          secret: new Secret(secretText),
          clock: systemClock,
          random: (o) => void randomFillSync(o),
        },
        { username: 'zoe@partner.example', password: new Secret(password), method },
      );

    const right = await attempt('correct horse');
    const wrong = await attempt('wrong');

    expect(right).toMatchObject({ result: 'answered', code: 'Access-Accept' });
    if (method === 'mschap2') expect(right).toMatchObject({ serverProven: true });
    expect(wrong).toMatchObject({ result: 'answered', code: 'Access-Reject' });
    expect(lab.bench.decisions.of('zoe@partner.example')).toMatchObject([
      { verdict: 'accept', method: 'proxy' },
      { verdict: 'reject', reason: 'refused-elsewhere' },
    ]);
    expect(home.decisions.of('zoe@partner.example')).toMatchObject([{ method }, { method }]);
  });

  it('gets times from home, and nothing of our network decided from there', async () => {
    await using home = await startHome([zoe]);
    await using lab = await startLab({ homes: [placeOf(home)] });

    const answer = await lab.nas.exchange(papRequest('zoe@partner.example', 'correct horse').octets, lab.bench.auth);

    expect(words(answer).filter((word) => !word.startsWith('Class='))).toEqual([
      'Acct-Interim-Interval=300',
      'Session-Timeout=600',
    ]);
    expect(answer[20]).toBe(80);
  });

  it('gets the limits of our service, and what home may add to them', async () => {
    await using home = await startHome([zoe]);
    const limits = { interimSeconds: 300, sessionTimeoutSeconds: 60, rateLimit: '1M/1M', attributes: [] };
    const allow = new Set(['WISPr-Bandwidth-Max-Up', 'Mikrotik-Rate-Limit']);
    await using lab = await startLab({ homes: [placeOf(home)], realm: { limits, allow } });

    const answer = await lab.nas.exchange(papRequest('zoe@partner.example', 'correct horse').octets, lab.bench.auth);

    expect(words(answer).filter((word) => !word.startsWith('Class='))).toEqual([
      'Mikrotik-Rate-Limit=1M/1M',
      'Acct-Interim-Interval=300',
      'Session-Timeout=60',
      'WISPr-Bandwidth-Max-Up=1000000',
    ]);
  });

  it('is not asked about elsewhere when a declaration knows it, or comes from nowhere', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], logins: [zoe] });

    const declared = await lab.nas.exchange(papRequest('zoe@partner.example', 'correct horse').octets, lab.bench.auth);
    const other = await lab.nas.exchange(papRequest('zoe@else.example', 'x', { identifier: 2 }).octets, lab.bench.auth);
    const bare = await lab.nas.exchange(papRequest('zoe', 'x', { identifier: 3 }).octets, lab.bench.auth);

    expect([declared[0], other[0], bare[0]]).toEqual([2, 3, 3]);
    expect(mute.received).toEqual([]);
  });

  it('may come only by the ways that our service is sold for', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], realm: { access: ['hotspot'] } });
    const encoded = [encodeNamed({ name: 'Framed-Protocol', value: 'PPP' })];

    const answer = await lab.nas.exchange(papRequest('zoe@partner.example', 'x', { encoded }).octets, lab.bench.auth);

    expect(answer[0]).toBe(3);
    expect(lab.bench.decisions.of('zoe@partner.example')).toMatchObject([{ reason: 'not-sold-here' }]);
  });
});

describe('what a NAS is told of a home server’s reply', () => {
  const everything = [
    { name: 'Reply-Message', value: 'from home' },
    { name: 'State', value: 'round' },
    { name: 'Class', value: 'gold' },
    { name: 'Session-Timeout', value: 600 },
    { name: 'Idle-Timeout', value: 60 },
    { name: 'Termination-Action', value: 1 },
    { name: 'Error-Cause', value: 502 },
    { name: 'MS-CHAP-Error', value: 'E=691 R=0' },
    { name: 'Framed-Pool', value: 'theirs' },
  ].map(encodeNamed);

  it.each([
    [3, 'Access-Reject', ['Reply-Message', 'Error-Cause', 'MS-CHAP-Error']],
    [11, 'Access-Challenge', ['Session-Timeout', 'Idle-Timeout', 'Reply-Message', 'State']],
    [
      2,
      'Access-Accept',
      [
        ...['Acct-Interim-Interval', 'Session-Timeout', 'Idle-Timeout', 'Reply-Message', 'State', 'Class'],
        ...['Termination-Action', 'Framed-Pool'],
      ],
    ],
  ])('is no more than a reply of code %i, %s, may carry (RFC 2865 §5.44)', async (code, _name, expected) => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], realm: { allow: new Set(['Framed-Pool']) } });

    lab.nas.send(papRequest('zoe@partner.example', 'x').octets, lab.bench.auth);
    mute.reply(reply(code, await mute.next(), everything));
    const answer = await lab.nas.next();

    expect(answer[0]).toBe(code);
    expect(words(answer).map((word) => word.split('=')[0])).toEqual(expected);
  });

  it('is signed only where it was asked for, of a NAS that is declared so', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    lab.bench.directory.nasList = [{ ...coreNas, messageAuthenticator: 'off', sendMessageAuthenticator: 'when-asked' }];
    const isSigned = async (identifier: number, messageAuthenticator: boolean) => {
      const sent = papRequest('zoe@partner.example', 'x', { identifier, messageAuthenticator }).octets;
      lab.nas.send(sent, lab.bench.auth);
      mute.reply(reply(2, await mute.next(), []));
      return valuesOf(await lab.nas.next(), 80).length > 0;
    };

    expect([await isSigned(1, false), await isSigned(2, true)]).toEqual([false, true]);
  });
});

describe('what a home server is sent', () => {
  it('is signed first, has our Proxy-State last, and the password hidden anew', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], realm: { strip: true } });
    const encoded = [
      encodeAttribute(33, Buffer.from('of the NAS')),
      encodeNamed({ name: 'Mikrotik-Host-IP', value: '10.0.0.7' }),
      encodeNamed({ name: 'WISPr-Location-Name', value: 'lobby' }),
      encodeNamed({ name: 'Calling-Station-Id', value: '02:00:00:00:00:07' }),
    ];
    const { octets } = papRequest('zoe@partner.example', 'her password', { encoded });

    lab.nas.send(octets, lab.bench.auth);
    const sent = await mute.next();

    expect(sent[20]).toBe(80);
    expect(words(sent).filter((word) => !word.startsWith('Proxy-State'))).toEqual([
      'User-Name=zoe',
      'User-Password=[secret]',
      'WISPr-Location-Name=lobby',
      'Calling-Station-Id=02:00:00:00:00:07',
    ]);
    expect(valuesOf(sent, 33)).toEqual([
      Buffer.from('of the NAS').toString('hex'),
      expect.stringMatching(new RegExp(`^${instance.toString('hex')}.{8}$`)),
    ]);
    expect(sent.subarray(4, 20).equals(octets.subarray(4, 20))).toBe(false);
  });

  it('comes back without our Proxy-State, with keys that the NAS can read', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    const encoded = [encodeAttribute(33, Buffer.from('of the NAS'))];
    const key = Buffer.alloc(32, 7);

    lab.nas.send(papRequest('zoe@partner.example', 'x', { encoded }).octets, lab.bench.auth);
    const sent = await mute.next();
    const hidden = (type: number, salt: number) =>
      encodeVendorAttribute(311, type, hideSalted(key, Uint8Array.of(0x80, salt), sent.subarray(4, 20), homeKey));
    const states = valuesOf(sent, 33).map((hex) => encodeAttribute(33, Buffer.from(hex, 'hex')));
    mute.reply(
      reply(2, sent, [hidden(16, 1), hidden(17, 2), encodeNamed({ name: 'Mikrotik-Group', value: 'full' }), ...states]),
    );
    const answer = await lab.nas.next();

    const keys = listAttributes(answer, 20, answer.length).filter(({ vendor }) => vendor === 311);
    expect(keys.map(({ value }) => Buffer.from(revealSalted(value, authenticatorOf(0x31), testKey) ?? []))).toEqual([
      key,
      key,
    ]);
    expect(new Set(keys.map(({ value }) => Buffer.from(value.subarray(0, 2)).toString('hex'))).size).toBe(2);
    expect(valuesOf(answer, 33)).toEqual([Buffer.from('of the NAS').toString('hex')]);
    expect(words(answer).join()).not.toContain('Group');
  });

  it('has its name as it was sent, whatever its encoding', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], realm: { strip: true } });
    const name = Buffer.from('zo\xeb@partner.example', 'latin1');
    const encoded = [
      encodeAttribute(1, name),
      encodeAttribute(4, Buffer.of(192, 0, 2, 1)),
      encodeAttribute(2, Buffer.alloc(16)),
    ];

    lab.nas.send(request(1, { encoded }).octets, lab.bench.auth);
    const sent = await mute.next();

    expect(valuesOf(sent, 1)).toEqual([Buffer.from('zo\xeb', 'latin1').toString('hex')]);
  });

  it('ends no later than RouterOS can tell, whatever its home server says', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });

    lab.nas.send(papRequest('zoe@partner.example', 'x').octets, lab.bench.auth);
    const sent = await mute.next();
    mute.reply(reply(2, sent, [encodeNamed({ name: 'Session-Timeout', value: 4_000_000_000 })]));

    expect(words(await lab.nas.next())).toContain('Session-Timeout=21474720');
  });

  it('is resent when the NAS sends its own again, and not otherwise', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    const { octets } = papRequest('zoe@partner.example', 'x');

    lab.nas.send(octets, lab.bench.auth);
    const first = await mute.next();
    lab.nas.send(octets, lab.bench.auth);
    const second = await mute.next();
    mute.reply(reply(3, second, []));
    const answer = await lab.nas.next();

    expect(second).toEqual(first);
    expect(mute.received).toHaveLength(2);
    expect(answer[0]).toBe(3);
  });

  it('is nothing for a request that came by here before', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    const encoded = [encodeAttribute(33, Buffer.concat([instance, Buffer.alloc(4)]))];

    lab.nas.send(papRequest('zoe@partner.example', 'x', { encoded }).octets, lab.bench.auth);
    await expect.poll(() => lab.bench.server.findings()).toMatchObject([{ reason: 'proxy-loop' }]);

    expect(mute.received).toEqual([]);
  });
});

describe('a reply that is not the home server’s', () => {
  it.each([
    [
      'signed with another secret',
      (sent: Buffer) => {
        const writer = replyWriter();
        startReply(writer, 2, sent);
        return finishReply(writer, sharedKey('another secret')) as Buffer;
      },
    ],
    ['without Message-Authenticator', (sent: Buffer) => reply(2, sent, [], false)],
    ['to something else', (sent: Buffer) => reply(5, sent, [])],
    ['cut short', (sent: Buffer) => reply(2, sent, []).subarray(0, 30)],
  ])('is not believed: %s', async (_, forged) => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });

    lab.nas.send(papRequest('zoe@partner.example', 'x').octets, lab.bench.auth);
    const sent = await mute.next();
    mute.reply(forged(sent));
    mute.reply(reply(3, sent, []));

    expect((await lab.nas.next())[0]).toBe(3);
  });

  it('is believed unsigned where that is declared, until it has signed one', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }], server: { messageAuthenticator: 'learn' } });
    const exchange = async (identifier: number, ...answers: readonly ((sent: Buffer) => Buffer)[]) => {
      lab.nas.send(papRequest('zoe@partner.example', 'x', { identifier }).octets, lab.bench.auth);
      const sent = await mute.next();
      for (const each of answers) mute.reply(each(sent));
      return (await lab.nas.next())[0];
    };

    const unsigned = await exchange(1, (sent) => reply(2, sent, [], false));
    const signed = await exchange(2, (sent) => reply(2, sent, []));
    const late = await exchange(
      3,
      (sent) => reply(2, sent, [], false),
      (sent) => reply(3, sent, []),
    );

    expect([unsigned, signed, late]).toEqual([2, 2, 3]);
  });
});

describe('accounting of a foreign realm', () => {
  const start = [
    { name: 'User-Name', value: 'zoe@partner.example' },
    { name: 'Acct-Status-Type', value: 'Start' },
    { name: 'Acct-Session-Id', value: '81000001' },
    { name: 'NAS-IP-Address', value: '192.0.2.1' },
  ];

  it('IW-01: is kept here and there, and acknowledged then', async () => {
    await using home = await startHome([]);
    await using lab = await startLab({ homes: [placeOf(home)] });

    const answer = await lab.nas.exchange(accountingRequest(start).octets, lab.bench.accounting);

    expect(answer[0]).toBe(5);
    expect(lab.bench.sink.events).toMatchObject([{ username: 'zoe@partner.example', status: 'start' }]);
    expect(home.sink.events).toMatchObject([{ username: 'zoe@partner.example', nasIpAddress: '192.0.2.1' }]);
  });

  it('is not acknowledged while home has not stored it, and goes there again', async () => {
    await using home = await startHome([]);
    const clock = new ManualClock();
    await using lab = await startLab({ homes: [placeOf(home)], clock });
    home.sink.fail = true;
    const { octets } = accountingRequest(start);

    lab.nas.send(octets, lab.bench.accounting);
    await expect.poll(() => home.sink.refused).toBe(1);
    clock.advance(2_000);
    await expect.poll(() => lab.bench.server.findings()).toMatchObject([{ reason: 'home-server-down' }]);
    home.sink.fail = false;
    const answer = await lab.nas.exchange(octets, lab.bench.accounting);

    expect(answer[0]).toBe(5);
    expect(home.sink.events).toHaveLength(1);
  });

  it('carries no password, whatever the NAS wrote into it', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    const encoded = [encodeAttribute(2, Buffer.alloc(16, 7)), encodeAttribute(3, Buffer.alloc(17, 7))];
    const { octets } = accountingRequest(start, { encoded });

    lab.nas.send(octets, lab.bench.accounting);
    const sent = await mute.next();

    expect([valuesOf(octets, 2), valuesOf(octets, 3)]).toMatchObject([[expect.any(String)], [expect.any(String)]]);
    expect([valuesOf(sent, 2), valuesOf(sent, 3)]).toEqual([[], []]);
    expect(words(sent)).toContain('Acct-Session-Id=81000001');
    mute.reply(reply(5, sent, []));
    expect((await lab.nas.next())[0]).toBe(5);
  });

  it('of a NAS as a whole stays here', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });
    const on = [
      { name: 'Acct-Status-Type', value: 'Accounting-On' },
      { name: 'NAS-Identifier', value: 'core-1' },
    ];

    const answer = await lab.nas.exchange(accountingRequest(on).octets, lab.bench.accounting);

    expect(answer[0]).toBe(5);
    expect(mute.received).toEqual([]);
  });
});

describe('a home server that would be told what to do', () => {
  it('gets no answer to CoA-Request and Disconnect-Request of its own', async () => {
    await using mute = await startMute();
    await using lab = await startLab({ homes: [{ auth: mute.at }] });

    for (const code of [40, 43]) {
      const encoded = [encodeNamed({ name: 'User-Name', value: 'zoe@partner.example' })];
      expect(await lab.nas.isIgnored(request(code, { encoded }).octets, lab.bench.auth)).toBe(true);
    }
  });
});
