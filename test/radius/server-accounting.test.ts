import { describe, expect, it } from 'vitest';
import type { NamedAttribute } from '../../src/radius/dictionary/encode-named.ts';
import { encodeAttribute, listAttributes } from '../../src/radius/packet/attributes.ts';
import { emptyFrame, readFrame } from '../../src/radius/packet/framing.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { verifyReply } from '../../src/radius/packet/verify.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { accountingRequest, coreNas, startServer, TestNas, testKey } from './support.ts';

const of = (attributes: Readonly<Record<string, string | number>>): NamedAttribute[] =>
  Object.entries(attributes).map(([name, value]) => ({ name, value }));

const session = { 'Acct-Session-Id': '0x8110A0FF', 'User-Name': 'anna', 'NAS-Identifier': 'core-1' };

describe('accounting of a session', () => {
  it('IW-03, IW-10, IW-11: is acknowledged for start, interim, stop, on, off and failed', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const statuses = ['Start', 'Interim-Update', 'Stop', 'Accounting-On', 'Accounting-Off', 'Failed', 'Tunnel-Start'];

    for (const [identifier, status] of statuses.entries()) {
      const asked = accountingRequest(of({ ...session, 'Acct-Status-Type': status }), { identifier });
      const reply = await nas.exchange(asked.octets, bench.accounting);
      const frame = emptyFrame();
      expect(readFrame(reply, frame)).toBeUndefined();
      expect([reply[0], reply[1], reply.length]).toEqual([5, identifier, 20]);
      expect(verifyReply(reply, frame, testKey, asked.authenticator)).toBe(true);
    }

    expect(bench.sink.events.map(({ status }) => status)).toEqual([
      'start',
      'interim',
      'stop',
      'on',
      'off',
      'failed',
      'other',
    ]);
  });

  it('IW-12, IW-13: of a NAS that counts from its own side is turned round', async () => {
    await using bench = await startServer([]);
    bench.directory.nasList = [{ ...coreNas, swapOctets: true }];
    await using nas = await TestNas.open();
    const counters = {
      'Acct-Input-Octets': 1,
      'Acct-Input-Gigawords': 2,
      'Acct-Output-Octets': 3,
      'Acct-Output-Gigawords': 4,
    };
    const asked = accountingRequest(of({ ...session, 'Acct-Status-Type': 'Stop', ...counters }));

    await nas.exchange(asked.octets, bench.accounting);

    expect(bench.sink.events).toMatchObject([
      { inputOctets: 3, inputGigawords: 4, outputOctets: 1, outputGigawords: 2 },
    ]);
  });

  it('IW-12, IW-13, IW-14: is decoded whole: input is upload, gigawords, time, cause, identity', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([], { clock });
    await using nas = await TestNas.open();
    const counters = {
      'Acct-Status-Type': 'Stop',
      'Acct-Input-Octets': 4294967295,
      'Acct-Input-Gigawords': 3,
      'Acct-Output-Octets': 17,
      'Acct-Output-Gigawords': 1,
      'Acct-Session-Time': 86400,
      'Acct-Terminate-Cause': 'Lost-Carrier',
      'Acct-Delay-Time': 2,
      'Event-Timestamp': 1767225600,
      'Framed-IP-Address': '192.0.2.10',
      'Calling-Station-Id': 'AA:BB:CC:00:11:22',
      'Called-Station-Id': 'pppoe-1',
      'NAS-IP-Address': '10.0.0.1',
      'NAS-Port': 15728640,
      'NAS-Port-Id': 'ether2',
      Class: '0x01ff',
    };

    await nas.exchange(accountingRequest(of({ ...session, ...counters })).octets, bench.accounting);

    const [{ raw, ...event } = { raw: '' }] = bench.sink.events;
    expect(event).toEqual({
      status: 'stop',
      statusNumber: 2,
      nas: 'core-1',
      sourceAddress: '127.0.0.1',
      receivedAt: clock.now(),
      sessionId: '8110a0ff',
      sentSessionId: '0x8110A0FF',
      username: 'anna',
      nasIdentifier: 'core-1',
      inputOctets: 4294967295,
      inputGigawords: 3,
      outputOctets: 17,
      outputGigawords: 1,
      sessionSeconds: 86400,
      terminateCause: 2,
      delaySeconds: 2,
      eventTimestamp: 1767225600,
      framedIpAddress: '192.0.2.10',
      callingStationId: 'AA:BB:CC:00:11:22',
      calledStationId: 'pppoe-1',
      nasIpAddress: '10.0.0.1',
      nasPort: 15728640,
      nasPortId: 'ether2',
      class: '01ff',
    });
    const kept = Buffer.from(raw, 'base64');
    expect(listAttributes(kept, 0, kept.length).length).toBe(19);
  });

  it('never keeps a password found in it', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const encoded = [encodeAttribute(2, Buffer.alloc(16, 7)), encodeAttribute(3, Buffer.alloc(17, 7))];
    const attributes = of({ ...session, 'Acct-Status-Type': 'Start' });

    await nas.exchange(accountingRequest(attributes, { encoded }).octets, bench.accounting);

    const raw = Buffer.from(bench.sink.events[0]?.raw ?? '', 'base64');
    expect(listAttributes(raw, 0, raw.length).map(({ type }) => type)).toEqual([44, 1, 32, 40]);
  });

  it('is taken of a NAS that does not name itself: its address and its secret say whose it is', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const attributes = [
      { name: 'Acct-Status-Type', value: 'Start' },
      { name: 'Acct-Session-Id', value: '81000001' },
      { name: 'User-Name', value: 'anna' },
    ];

    const reply = await nas.exchange(accountingRequest(attributes).octets, bench.accounting);

    expect(reply[0]).toBe(5);
    expect(bench.sink.events).toMatchObject([{ nas: coreNas.name, sessionId: '81000001', status: 'start' }]);
    expect(bench.sink.events[0]?.nasIpAddress).toBeUndefined();
  });

  it('leaves out a value that does not fit its type, and goes on', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const encoded = [encodeAttribute(46, Buffer.of(1, 2)), encodeAttribute(8, Buffer.alloc(5))];
    const attributes = of({ ...session, 'Acct-Status-Type': 'Start' });

    await nas.exchange(accountingRequest(attributes, { encoded }).octets, bench.accounting);

    expect(bench.sink.events[0]?.sessionSeconds).toBeUndefined();
    expect(bench.server.counters.samples()).toEqual(
      expect.arrayContaining([{ metric: 'attr-invalid', nas: 'core-1', detail: 'Acct-Session-Time', value: 1 }]),
    );
  });

  it.each([
    ['no Acct-Status-Type', session],
    ['no Acct-Session-Id', { 'Acct-Status-Type': 'Start', 'User-Name': 'anna' }],
  ])('with %s: silence', async (_, attributes) => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();

    expect(await nas.isIgnored(accountingRequest(of(attributes)).octets, bench.accounting)).toBe(true);
    expect(bench.sink.events).toEqual([]);
  });

  it('with a wrong secret: silence, and IS-33: the NAS is named', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const attributes = of({ ...session, 'Acct-Status-Type': 'Start' });
    const { octets } = accountingRequest(attributes, { key: sharedKey('another one') });

    expect(await nas.isIgnored(octets, bench.accounting)).toBe(true);
    expect(bench.server.findings()).toMatchObject([{ nas: 'core-1', reason: 'authenticator-wrong' }]);
    expect(bench.sink.events).toEqual([]);
  });
});

describe('a store that takes its time', () => {
  const { octets } = accountingRequest(of({ ...session, 'Acct-Status-Type': 'Start' }));

  it('is waited for: retransmissions meanwhile are dropped, later ones answered alike, stored once', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    let release = (): void => undefined;
    bench.sink.hold = new Promise((resolve) => {
      release = resolve;
    });

    const early = [await nas.isIgnored(octets, bench.accounting), await nas.isIgnored(octets, bench.accounting)];
    release();
    const first = await nas.next();
    const second = await nas.exchange(octets, bench.accounting);

    expect(early).toEqual([true, true]);
    expect(second).toEqual(first);
    expect(bench.sink.events.length).toBe(1);
  });

  it('is answered for what it still stores while the server stops', async () => {
    const bench = await startServer([]);
    await using nas = await TestNas.open();
    let release = (): void => undefined;
    bench.sink.hold = new Promise((resolve) => {
      release = resolve;
    });

    await nas.isIgnored(octets, bench.accounting);
    const stopped = bench[Symbol.asyncDispose]();
    release();
    const reply = await nas.next();
    await stopped;

    expect(reply[0]).toBe(5);
  });
});

describe('a store that is down', () => {
  it('gets no answer sent, and the retransmission its chance', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const { octets } = accountingRequest(of({ ...session, 'Acct-Status-Type': 'Start' }));
    bench.sink.fail = true;

    const ignored = await nas.isIgnored(octets, bench.accounting);
    bench.sink.fail = false;
    const reply = await nas.exchange(octets, bench.accounting);

    expect([ignored, reply[0]]).toEqual([true, 5]);
    expect(bench.sink.events.length).toBe(1);
    expect(bench.log.lines[0]?.fields).toMatchObject({ reason: 'store-down', nas: 'core-1' });
  });
});
