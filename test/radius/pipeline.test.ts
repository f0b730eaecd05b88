import { describe, expect, it } from 'vitest';
import { recentDecisions } from '../../src/access/decision-log.ts';
import { Secret } from '../../src/base/secret.ts';
import { NasIndex } from '../../src/directory/nas-index.ts';
import type { Nas } from '../../src/directory/reader.ts';
import type { Channel } from '../../src/radius/channel.ts';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { RequestPipeline } from '../../src/radius/pipeline.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  accountingRequest,
  type Bench,
  coreNas,
  login,
  papRequest,
  request,
  startServer,
  statusServer,
  TestDirectory,
  TestNas,
  TestSink,
  testLog,
} from './support.ts';

const counts = (bench: Bench, wanted: string): Record<string, number> => {
  const samples = bench.server.counters.samples().filter(({ metric }) => metric === wanted);
  return Object.fromEntries(
    samples.map(({ nas, detail, socket, value }) => [
      [nas, detail, ...(socket === undefined ? [] : [socket])].join(' '),
      value,
    ]),
  );
};

describe('an attribute whose value does not fit its type', () => {
  it('is as good as not there, and counted by its name; the login goes on', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const misfits = [
      encodeAttribute(5, Buffer.of(1, 2, 3)),
      encodeAttribute(95, Buffer.alloc(4)),
      encodeAttribute(26, Buffer.of(0, 0, 1)),
      encodeAttribute(55, Buffer.alloc(5)),
      encodeAttribute(55, Buffer.alloc(4)),
    ];

    const reply = await nas.exchange(papRequest('anna', 'correct horse', { encoded: misfits }).octets, bench.auth);

    expect(reply[0]).toBe(2);
    expect(counts(bench, 'attr-invalid')).toEqual({
      'core-1 NAS-Port': 1,
      'core-1 NAS-IPv6-Address': 1,
      'core-1 Vendor-Specific': 1,
      'core-1 Event-Timestamp': 1,
    });
  });

  it('is left out of accounting, and counted', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const encoded = [
      encodeAttribute(40, Buffer.of(0, 0, 0, 1)),
      encodeAttribute(44, Buffer.from('81')),
      encodeAttribute(46, Buffer.of(7)),
    ];

    const reply = await nas.exchange(request(4, { messageAuthenticator: false, encoded }).octets, bench.accounting);

    expect(reply[0]).toBe(5);
    expect(bench.sink.events[0]?.sessionSeconds).toBeUndefined();
    expect(counts(bench, 'attr-invalid')).toEqual({ 'core-1 Acct-Session-Time': 1 });
  });
});

describe('trouble with a NAS that is declared no more', () => {
  it('is told no more', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    await nas.isIgnored(papRequest('anna', 'x', { messageAuthenticator: false }).octets, bench.auth);
    expect(bench.server.findings()).toHaveLength(1);

    bench.directory.nasList = [];

    expect(bench.server.findings()).toEqual([]);
  });
});

describe('a packet from port 0', () => {
  it('gets no answer: there is nowhere to send it', () => {
    const sent: Buffer[] = [];
    const pipeline = new RequestPipeline({
      ...{ directory: new TestDirectory([login('anna')]), accounting: new TestSink(), decisions: recentDecisions() },
      ...{ clock: new ManualClock(), random: () => undefined, log: testLog() },
    });
    const channel: Channel = {
      ...{ service: 'auth', codes: [1], duplicates: new DuplicateCache(10_000) },
      send: (reply) => void sent.push(reply),
    };

    pipeline.receive(channel, papRequest('anna', 'correct horse').octets, { address: '127.0.0.1', port: 0 });
    pipeline.receive(channel, statusServer().octets, { address: '127.0.0.1', port: 0 });

    expect(pipeline.counters.samples()).toEqual([
      { metric: 'dropped', nas: 'core-1', detail: 'source-port', socket: 'auth', value: 2 },
    ]);
    expect(sent).toEqual([]);
  });
});

describe('a server that is stopping', () => {
  it('answers what it still gets, but no Status-Server: who asks goes to its next server', async () => {
    const sent: Buffer[] = [];
    const pipeline = new RequestPipeline({
      ...{ directory: new TestDirectory([login('anna')]), accounting: new TestSink(), decisions: recentDecisions() },
      ...{ clock: new ManualClock(), random: () => undefined, log: testLog() },
    });
    const channel: Channel = {
      ...{ service: 'auth', codes: [1], duplicates: new DuplicateCache(10_000) },
      send: (reply) => void sent.push(Buffer.from(reply)),
    };
    const receive = async (octets: Uint8Array): Promise<void> => {
      pipeline.receive(channel, Buffer.from(octets), { address: '127.0.0.1', port: 1024 });
      await new Promise(setImmediate);
    };

    await receive(statusServer().octets);
    await pipeline.drain(1_000);
    await receive(statusServer().octets);
    await receive(papRequest('anna', 'correct horse').octets);

    expect(sent.map((reply) => [reply[0], reply[1]])).toEqual([
      [2, 250],
      [2, 1],
    ]);
    await pipeline[Symbol.asyncDispose]();
  });
});

describe('a request with two States', () => {
  it('is ambiguous', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const encoded = [encodeAttribute(24, Buffer.from('one')), encodeAttribute(24, Buffer.from('two'))];

    expect((await nas.exchange(papRequest('anna', 'correct horse', { encoded }).octets, bench.auth))[0]).toBe(3);
    expect(bench.decisions.of('anna')).toMatchObject([{ reason: 'ambiguous-request' }]);
  });
});

describe('Status-Server', () => {
  it('is answered a hundred times at once and twenty times a second for each NAS', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([], { clock });
    await using nas = await TestNas.open();
    const probe = (identifier: number) => request(12, { identifier }).octets;

    for (let time = 0; time < 100; time += 1) await nas.exchange(probe(time), bench.auth);
    nas.send(probe(101), bench.auth);
    nas.send(probe(102), bench.accounting);
    const accounting = { 'Acct-Status-Type': 'Accounting-On', 'NAS-Identifier': 'core-1' };
    const attributes = Object.entries(accounting).map(([name, value]) => ({ name, value }));
    await nas.exchange(accountingRequest(attributes).octets, bench.accounting);
    clock.advance(50);
    const later = await nas.exchange(probe(103), bench.auth);

    expect(later[1]).toBe(103);
    expect(counts(bench, 'dropped')).toEqual({
      'core-1 status-limit auth': 1,
      'core-1 status-limit accounting': 1,
    });
  });

  it('gets no answer where that is declared, and what it asks about is served all the same', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [{ ...coreNas, statusServer: false }];
    await using nas = await TestNas.open();

    nas.send(statusServer().octets, bench.auth);
    const reply = await nas.exchange(papRequest('anna', 'correct horse').octets, bench.auth);

    expect(reply[0]).toBe(2);
    expect(counts(bench, 'dropped')).toEqual({ 'core-1 status-off auth': 1 });
    expect(bench.server.findings()[0]?.hint).toContain('statusServer: false');
  });
});

describe('several NAS behind one address', () => {
  it('IW-03: are told apart in accounting as well', async () => {
    const one = { ...coreNas, name: 'one', nasIdentifier: 'one', secret: new Secret('secret of the first NAS') };
    const rest: Nas = { ...coreNas, name: 'rest', secret: new Secret('secret of the second NAS') };
    const { nasIdentifier: _, ...unnamed } = rest;
    await using bench = await startServer([]);
    bench.directory.nasList = [one, unnamed];
    await using nas = await TestNas.open();
    const on = (name: string, secret: string, identifier: number) => {
      const attributes = [
        { name: 'Acct-Status-Type', value: 'Accounting-On' },
        { name: 'NAS-Identifier', value: name },
      ];
      return accountingRequest(attributes, { identifier, key: sharedKey(secret) }).octets;
    };

    await nas.exchange(on('one', 'secret of the first NAS', 1), bench.accounting);
    await nas.exchange(on('three', 'secret of the second NAS', 2), bench.accounting);

    expect(bench.sink.events.map((event) => event.nas)).toEqual(['one', 'rest']);
  });
});

describe('the same Identifier for another request, while the first is worked at', () => {
  it('takes its place: the first is never answered, and that is counted', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    let store: () => void = () => undefined;
    bench.sink.hold = new Promise((resolve) => {
      store = resolve;
    });
    const start = (session: string) =>
      accountingRequest([
        { name: 'Acct-Status-Type', value: 'Start' },
        { name: 'Acct-Session-Id', value: session },
      ]);
    const [first, second] = [start('81'), start('82')];
    nas.send(first.octets, bench.accounting);
    nas.send(first.octets, bench.accounting);
    nas.send(second.octets, bench.accounting);
    await nas.exchange(statusServer().octets, bench.accounting);

    store();
    const reply = await nas.next();

    expect(reply[0]).toBe(5);
    expect(counts(bench, 'duplicates')).toEqual({ 'core-1 working': 1, 'core-1 conflict': 1 });
    expect(counts(bench, 'replies')['core-1 Accounting-Response']).toBe(2);
  });
});

describe('the memory of answers', () => {
  it('has room for a quarter of its ports of one address, so that others find room', () => {
    const cache = new DuplicateCache(10_000, 16);

    const ofOne = Array.from({ length: 10 }, (_, port) => cache.port('192.0.2.1', port, 0));

    expect(ofOne.filter((port) => port !== undefined)).toHaveLength(4);
    expect(cache.port('192.0.2.2', 1, 0)).toBeDefined();
    expect(cache.port('192.0.2.1', 1, 0)).toBe(ofOne[1]);
  });
});

describe('where a packet comes from', () => {
  const nas = (name: string, clientAddress: string): Nas => ({ ...coreNas, name, clientAddress });
  const index = new NasIndex([
    nas('all', '0.0.0.0/0'),
    nas('site', '10.1.0.0/16'),
    nas('odd', '10.1.2.128/25'),
    nas('one', '10.1.2.200'),
    nas('site6', '2001:db8::/33'),
    nas('one6', '2001:db8::7'),
    nas('mapped', '::ffff:192.0.2.0/120'),
  ]);
  const at = (address: string) => index.at(address).map(({ name }) => name);

  it('is the most specific address or prefix, of both families', () => {
    expect([at('10.1.2.200'), at('10.1.2.129'), at('10.1.2.127'), at('203.0.113.1')]).toEqual([
      ['one'],
      ['odd'],
      ['site'],
      ['all'],
    ]);
    expect([at('2001:db8::7'), at('2001:db8:0:0::7'), at('2001:db8:7fff::1'), at('2001:db8:8000::1')]).toEqual([
      ['one6'],
      ['one6'],
      ['site6'],
      [],
    ]);
    expect(at('192.0.2.9')).toEqual(['mapped']);
  });

  it('IW-02: may be IPv6, or IPv4 on a socket for both', async () => {
    await using bench = await startServer([login('anna')], { listenAuth: [{ host: '::', port: 0 }] });
    bench.directory.nasList = [coreNas, { ...coreNas, name: 'six', clientAddress: '::1' }];
    await using four = await TestNas.open();
    await using six = await TestNas.open('::1');
    const { port } = bench.auth;

    const first = await four.exchange(papRequest('anna', 'correct horse').octets, { host: '127.0.0.1', port });
    const second = await six.exchange(papRequest('anna', 'correct horse').octets, { host: '::1', port });

    expect([first[0], second[0]]).toEqual([2, 2]);
    expect(bench.decisions.of('anna').map(({ nas: name }) => name)).toEqual(['core-1', 'six']);
  });
});
