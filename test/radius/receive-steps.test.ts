import { describe, expect, it } from 'vitest';
import { recentDecisions } from '../../src/access/decision-log.ts';
import type { Secret } from '../../src/base/secret.ts';
import type { Nas } from '../../src/directory/reader.ts';
import type { Channel } from '../../src/radius/channel.ts';
import { DuplicateCache } from '../../src/radius/duplicate-cache.ts';
import { encodeAttribute } from '../../src/radius/packet/attributes.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { RequestPipeline } from '../../src/radius/pipeline.ts';
import { RejectQueue } from '../../src/radius/reject-queue.ts';
import { learnedSigning } from '../../src/radius/signing/learned-signing.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  accountingRequest,
  coreNas,
  login,
  loopback,
  papRequest,
  type RequestOptions,
  request,
  startServer,
  statusServer,
  TestDirectory,
  TestNas,
  TestSink,
  testLog,
} from './support.ts';

const otherKey = sharedKey('not the secret at all');
const good = papRequest('anna', 'correct horse').octets;

/** The same packet with attributes behind it, and a Length that counts them; signed for what it was before. */
function longer(octets: readonly number[] | Uint8Array, packet: Uint8Array = good): Buffer {
  const made = Buffer.concat([packet, Buffer.from(octets)]);
  made.writeUInt16BE(made.length, 2);
  return made;
}

function withLength(length: number, packet: Uint8Array = good): Buffer {
  const made = Buffer.from(packet);
  made.writeUInt16BE(length, 2);
  return made;
}

const withCode = (code: number, packet: Uint8Array): Buffer => Buffer.from(packet).fill(code, 0, 1);
const eap = encodeAttribute(79, Buffer.of(2, 1, 0, 4));
const unsigned: RequestOptions = { messageAuthenticator: false };

/** What is wrong, and with it something that a later step would find: the first step decides (reference/radius.md §3). */
const flawed: readonly (readonly [reason: string, packet: Uint8Array])[] = [
  ['too-short', good.subarray(0, 19)],
  ['length-min', withLength(19, withCode(99, good))],
  ['length-max', withLength(4097, Buffer.concat([withCode(99, good), Buffer.alloc(4097)]))],
  ['length-mismatch', withLength(good.length + 1, withCode(99, good))],
  ['bad-code', withCode(2, longer([0, 3, 1]))],
  ['attr-header', longer([1], papRequest('anna', 'x', unsigned).octets)],
  ['attr-zero', longer([0, 3, 1], papRequest('anna', 'x', unsigned).octets)],
  ['attr-short', longer([18, 1, 1], papRequest('anna', 'x', unsigned).octets)],
  ['attr-overflow', longer([18, 4, 1], papRequest('anna', 'x', unsigned).octets)],
  ['attr-count', longer(new Array(201).fill([18, 2]).flat(), papRequest('anna', 'x', unsigned).octets)],
  ['ma-missing', papRequest('anna', 'x', { ...unsigned, key: otherKey, encoded: [eap] }).octets],
  ['ma-invalid', longer([80, 18, ...new Array(16).fill(0)])],
  ['ma-invalid', longer([80, 4, 0, 0], papRequest('anna', 'x', { ...unsigned, encoded: [eap] }).octets)],
  ['auth-conflict', papRequest('anna', 'x', { key: otherKey, encoded: [eap] }).octets],
  ['ma-wrong', papRequest('anna', 'correct horse', { key: otherKey }).octets],
];

describe('a packet with a flaw', () => {
  it.each(flawed)(
    '%s: gets no answer, and is counted by NAS, socket and the first reason, and told',
    async (reason, packet) => {
      await using bench = await startServer([login('anna')]);
      await using nas = await TestNas.open();

      expect(await nas.isIgnored(packet, bench.auth)).toBe(true);

      const dropped = bench.server.counters.samples().filter(({ metric }) => metric === 'dropped');
      expect(dropped).toEqual([{ metric: 'dropped', nas: 'core-1', detail: reason, socket: 'auth', value: 1 }]);
      expect(bench.log.lines).toMatchObject([{ level: 'warn', fields: { nas: 'core-1', reason, socket: 'auth' } }]);
      expect(bench.server.findings()).toMatchObject([{ nas: 'core-1', reason, count: 1, source: '127.0.0.1' }]);
    },
  );

  it('authenticator-wrong: of accounting, whether or not its Message-Authenticator is right', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();
    const start = [
      { name: 'Acct-Status-Type', value: 'Start' },
      { name: 'Acct-Session-Id', value: '81' },
    ];
    const { octets } = accountingRequest(start, { messageAuthenticator: true });
    // It signs sixteen zeros in place of the authenticator, which it does not cover.
    octets[4] = (octets[4] as number) ^ 1;

    expect(await nas.isIgnored(octets, bench.accounting)).toBe(true);
    const dropped = bench.server.counters.samples().filter(({ metric }) => metric === 'dropped');
    expect(dropped).toMatchObject([{ detail: 'authenticator-wrong', socket: 'accounting', value: 1 }]);
  });

  it('of nobody who is declared is not looked at, whatever else is wrong with it', async () => {
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [{ ...coreNas, clientAddress: '127.0.0.3' }];
    await using stranger = await TestNas.open();
    await using known = await TestNas.open('127.0.0.3');

    for (const [, packet] of flawed) stranger.send(packet, bench.auth);
    await known.exchange(good, bench.auth);

    const dropped = bench.server.counters.samples().filter(({ metric }) => metric === 'dropped');
    expect(dropped).toEqual([
      { metric: 'dropped', nas: 'unknown', detail: 'unknown-client', socket: 'auth', value: flawed.length },
    ]);
  });
});

describe('a NAS', () => {
  it('is told by where its packets come from, whatever they say of themselves', async () => {
    await using bench = await startServer([login('anna')]);
    const near = { ...coreNas, name: 'near', clientAddress: '127.0.0.1', nasIdentifier: 'near' };
    bench.directory.nasList = [near, { ...coreNas, name: 'far', clientAddress: '127.0.0.3', nasIdentifier: 'far' }];
    await using known = await TestNas.open();
    await using stranger = await TestNas.open('127.0.0.4');
    const claims = [
      { name: 'NAS-IP-Address', value: '127.0.0.3' },
      { name: 'NAS-Identifier', value: 'far' },
    ];
    const { octets } = papRequest('anna', 'correct horse', { attributes: claims });

    stranger.send(octets, bench.auth);
    const reply = await known.exchange(octets, bench.auth);

    expect(reply[0]).toBe(2);
    expect(bench.decisions.of('anna').map(({ nas }) => nas)).toEqual(['near']);
    expect(bench.server.findings()).toMatchObject([{ reason: 'unknown-client', source: '127.0.0.4', count: 1 }]);
  });
});

describe('packets that do not pass their checks', () => {
  it('change nothing: no answer is forgotten, nobody is counted as guessing, nothing is learned, no NAS is heard', async () => {
    const heard: string[] = [];
    const signing = learnedSigning();
    const decisions = recentDecisions();
    const directory = new TestDirectory([login('anna')]);
    const learning: Nas = { ...coreNas, messageAuthenticator: 'learn' };
    directory.nasList = [learning];
    const sent: Buffer[] = [];
    await using pipeline = new RequestPipeline({
      ...{ directory, accounting: new TestSink(), decisions, clock: new ManualClock(), log: testLog(), signing },
      ...{ random: (octets: Uint8Array) => void octets.fill(7), rejectDelayMs: 0 },
      heard: (nas) => void heard.push(nas.name),
    });
    const duplicates = new DuplicateCache(10_000, 4);
    const channel: Channel = {
      ...{ service: 'auth', codes: [1], duplicates },
      send: (reply) => void sent.push(Buffer.from(reply)),
    };
    const turn = () => new Promise((resolve) => setImmediate(resolve));

    for (let port = 1024; port < 1124; port += 1) {
      for (const [, packet] of flawed) pipeline.receive(channel, Buffer.from(packet), { address: '127.0.0.1', port });
      await turn();
    }
    const before = [heard.length, sent.length, decisions.of('anna').length, signing.of(learning)];
    pipeline.receive(channel, Buffer.from(good), { address: '127.0.0.1', port: 3000 });
    await turn();

    expect(before).toEqual([0, 0, 0, undefined]);
    expect([heard.length, sent.map((reply) => reply[0])]).toEqual([1, [2]]);
  });
});

describe('retransmissions', () => {
  const start = (more: RequestOptions = {}) =>
    accountingRequest(
      [
        { name: 'Acct-Status-Type', value: 'Start' },
        { name: 'Acct-Session-Id', value: '81' },
      ],
      more,
    ).octets;

  it('are told by the socket they come to: the same packet at another is another', async () => {
    await using bench = await startServer([login('anna')], { listenAuth: [loopback, loopback] });
    await using nas = await TestNas.open();
    const [first, second] = bench.server.addresses().auth as [typeof bench.auth, typeof bench.auth];

    const replies = [
      await nas.exchange(good, first),
      await nas.exchange(good, second),
      await nas.exchange(good, first),
    ];

    expect(replies[2]).toEqual(replies[0]);
    expect(replies[1]).not.toEqual(replies[0]);
    expect(bench.decisions.of('anna')).toHaveLength(2);
  });

  it('are told by their length as well, should an authenticator come twice', async () => {
    await using bench = await startServer([login('anna')]);
    await using nas = await TestNas.open();
    const another = papRequest('anna', 'correct horse', { encoded: [encodeAttribute(32, Buffer.from('core-1'))] });

    const replies = [await nas.exchange(good, bench.auth), await nas.exchange(another.octets, bench.auth)];

    expect(replies[1]).not.toEqual(replies[0]);
    expect(bench.decisions.of('anna')).toHaveLength(2);
  });

  it('of accounting have the same octets for half a minute, and are stored again after it', async () => {
    const clock = new ManualClock();
    await using bench = await startServer([], { clock });
    await using nas = await TestNas.open();

    const first = await nas.exchange(start(), bench.accounting);
    clock.advance(30_000);
    const second = await nas.exchange(start(), bench.accounting);
    const stored = bench.sink.events.length;
    clock.advance(1);
    await nas.exchange(start(), bench.accounting);

    expect(second).toEqual(first);
    expect([stored, bench.sink.events.length]).toEqual([1, 2]);
  });

  it('have their answers while there is no room for anybody new', async () => {
    const clock = new ManualClock();
    const directory = new TestDirectory([login('anna')]);
    directory.nasList = [1, 2, 3, 4, 9].map((host) => ({ ...coreNas, clientAddress: `127.0.0.${host}` }));
    const sent: Buffer[] = [];
    await using pipeline = new RequestPipeline({
      ...{ directory, accounting: new TestSink(), decisions: recentDecisions(), clock, log: testLog() },
      random: (octets) => void octets.fill(7),
    });
    const channel: Channel = {
      ...{ service: 'auth', codes: [1], duplicates: new DuplicateCache(10_000, 8) },
      send: (reply) => void sent.push(Buffer.from(reply)),
    };
    const receive = async (address: string, port: number): Promise<number> => {
      pipeline.receive(channel, Buffer.from(good), { address, port });
      // After a pause what comes is looked at in a later turn.
      for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      return sent.length;
    };

    for (let host = 1; host <= 4; host += 1) for (const port of [1, 2]) await receive(`127.0.0.${host}`, port);
    const full = await receive('127.0.0.9', 1);
    const again = await receive('127.0.0.1', 1);
    clock.advance(10_001);
    const later = await receive('127.0.0.9', 1);

    expect([full, again, later]).toEqual([8, 9, 10]);
    expect(sent[8]).toEqual(sent[0]);
  });
});

describe('several listeners', () => {
  it('IW-02, IW-03: are served each, with the service of its own', async () => {
    const both = { listenAuth: [loopback, { host: '127.0.0.2', port: 0 }], listenAccounting: [loopback, loopback] };
    await using bench = await startServer([login('anna')], both);
    await using nas = await TestNas.open();
    const { auth, accounting } = bench.server.addresses();

    const codes: (number | undefined)[] = [];
    for (const [identifier, endpoint] of [...auth, ...accounting].entries()) {
      const { octets } = request(12, { identifier });
      codes.push((await nas.exchange(octets, endpoint))[0]);
    }
    codes.push((await nas.exchange(good, auth[1] ?? bench.auth))[0]);

    expect(auth.map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(codes).toEqual([2, 2, 5, 5, 2]);
  });
});

describe('rejects that are held back', () => {
  it('are bounded in number: what is too much is not remembered, so that it may come again', async () => {
    const clock = new ManualClock();
    await using queue = new RejectQueue(clock, 3);
    let sent = 0;
    const send = () => {
      sent += 1;
    };

    const taken = [1, 2, 3, 4].map(() => queue.push(1000, send));
    queue.sendAll();
    const after = queue.push(1000, send);

    expect(taken).toEqual([true, true, true, false]);
    expect([sent, after]).toEqual([3, true]);
  });
});

describe('what is logged of packets', () => {
  it('is safe to print whatever stands in them, and no password, secret or digest', async () => {
    const [one, two] = ['one', 'two'].map((name) => ({ ...coreNas, name, nasIdentifier: name }));
    await using bench = await startServer([login('anna')]);
    bench.directory.nasList = [one as Nas, two as Nas];
    await using nas = await TestNas.open();
    const named = (value: string, more: RequestOptions = {}) =>
      papRequest('anna\u001b[2J', 'hush hush', { ...more, attributes: [{ name: 'NAS-Identifier', value }] });
    const wrong = named('one', { key: otherKey }).octets;

    nas.send(named('\u001b[31m\u202egnp.\nlevel=fatal').octets, bench.auth);
    nas.send(wrong, bench.auth);
    nas.send(named('two', unsigned).octets, bench.auth);
    await nas.exchange(named('two', { identifier: 9 }).octets, bench.auth);

    const said = JSON.stringify(bench.log.lines);
    expect(bench.log.lines).toHaveLength(3);
    expect(said).toContain('\\\\u{1b}[31m\\\\u{202e}gnp.\\\\u{a}level=fatal');
    for (const secret of ['hush', secretOf(one as Nas), wrong.toString('hex', 4, 20), wrong.toString('hex', 22, 38)]) {
      expect(said).not.toContain(secret);
    }
  });
});

const secretOf = ({ secret }: { readonly secret: Secret }): string => secret.reveal();

describe('Status-Server', () => {
  it('asks anew each time: its answer is not one that was given before', async () => {
    await using bench = await startServer([]);
    await using nas = await TestNas.open();

    await nas.exchange(statusServer().octets, bench.auth);
    await nas.exchange(statusServer().octets, bench.auth);

    expect(bench.server.counters.samples().map(({ metric, value }) => [metric, value])).toEqual([
      ['requests', 2],
      ['replies', 2],
    ]);
  });
});
