import { X509Certificate } from 'node:crypto';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { Secret } from '../../src/base/secret.ts';
import { systemClock } from '../../src/base/system-clock.ts';
import type { Nas } from '../../src/directory/reader.ts';
import type { RadsecSettings } from '../../src/model/kinds/radius.ts';
import { CoaClient } from '../../src/radius/coa/coa-client.ts';
import { encodeNamed } from '../../src/radius/dictionary/encode-named.ts';
import { finishReply, replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { sharedKey } from '../../src/radius/packet/shared-key.ts';
import { PacketStream } from '../../src/radius/radsec/packet-stream.ts';
import { RadsecConnection } from '../../src/radius/radsec/radsec-connection.ts';
import { RadsecServer } from '../../src/radius/radsec/radsec-server.ts';
import { testAuthority } from '../support/certificates.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  accountingRequest,
  type Bench,
  coreNas,
  login,
  loopback,
  papRequest,
  startServer,
  statusServer,
  TestDirectory,
  testLog,
} from './support.ts';

const authority = testAuthority('lastmile test');
const stranger = testAuthority('somebody else');
const ours = authority.issue({ commonName: 'radius.example', dns: 'radius.example' });
const theirs = authority.issue({ commonName: 'core-1', dns: 'core-1' });
const tunnelKey = sharedKey('radsec');
const tls: RadsecSettings = {
  certificate: new Secret(ours.certificate),
  key: new Secret(ours.key),
  clientCa: authority.certificate,
};
const tunnelNas: Nas = { ...coreNas, radsec: {} };

interface Lab {
  readonly bench: Bench;
  readonly port: number;
}

async function radsecLab(
  nas: readonly Nas[] = [tunnelNas],
  more: Partial<RadsecSettings> = {},
  clock: Clock = systemClock,
): Promise<Lab & AsyncDisposable> {
  const bench = await startServer([login('anna')], { clock, radsec: { listen: [loopback], tls: { ...tls, ...more } } });
  bench.directory.nasList = nas;
  const port = bench.server.addresses().radsec[0]?.port ?? 0;
  return { bench, port, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() };
}

/** The NAS' end of a connection. */
class Tunnel {
  readonly socket: TLSSocket;
  readonly #stream = new PacketStream();
  readonly #came: Buffer[] = [];
  readonly #waiting: ((packet: Buffer) => void)[] = [];
  readonly closed: Promise<unknown>;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    socket.on('data', (octets: Buffer) => {
      for (const packet of this.#stream.push(octets) ?? []) {
        const next = this.#waiting.shift();
        if (next === undefined) this.#came.push(packet);
        else next(packet);
      }
    });
  }

  static open(port: number, pair?: { certificate: string; key: string }): Tunnel {
    const shown = pair === undefined ? {} : { cert: pair.certificate, key: pair.key };
    return new Tunnel(
      connect({ host: '127.0.0.1', port, ca: authority.certificate, servername: 'radius.example', ...shown }),
    );
  }

  next(): Promise<Buffer> {
    const came = this.#came.shift();
    return came === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(came);
  }

  exchange(octets: Uint8Array): Promise<Buffer> {
    this.socket.write(octets);
    return this.next();
  }
}

const open: Tunnel[] = [];
const dial = (port: number, pair?: { certificate: string; key: string }): Tunnel => {
  const tunnel = Tunnel.open(port, pair);
  open.push(tunnel);
  return tunnel;
};
afterEach(() => {
  for (const { socket } of open.splice(0)) socket.destroy();
});

const asks = (username: string, identifier = 1): Uint8Array =>
  papRequest(username, 'correct horse', { key: tunnelKey, identifier }).octets;

describe('RADIUS over TLS', () => {
  it('IW-26: authenticates, accounts and answers Status-Server on one connection', async () => {
    await using lab = await radsecLab();
    const tunnel = dial(lab.port, theirs);

    const accept = await tunnel.exchange(asks('anna'));
    const probe = await tunnel.exchange(statusServer(tunnelKey).octets);
    const start = [
      { name: 'Acct-Status-Type', value: 'Start' },
      { name: 'Acct-Session-Id', value: '81000001' },
      { name: 'User-Name', value: 'anna' },
    ];
    const stored = await tunnel.exchange(accountingRequest(start, { key: tunnelKey, identifier: 3 }).octets);

    expect([accept[0], probe[0], stored[0]]).toEqual([2, 2, 5]);
    expect(lab.bench.sink.events).toHaveLength(1);
    expect(lab.bench.sink.events[0]?.nas).toBe('core-1');
    expect(lab.bench.server.tunnels()).toEqual(new Map([['core-1', 1]]));
  });

  it('needs no Message-Authenticator where TLS protects the packet, not even with Proxy-State', async () => {
    await using lab = await radsecLab();
    const tunnel = dial(lab.port, theirs);
    const encoded = [encodeNamed({ name: 'Proxy-State', value: 'on the way' })];
    const unsigned = papRequest('anna', 'correct horse', { key: tunnelKey, messageAuthenticator: false, encoded });

    expect((await tunnel.exchange(unsigned.octets))[0]).toBe(2);
  });

  it('takes packets however the stream cuts them', async () => {
    await using lab = await radsecLab();
    const tunnel = dial(lab.port, theirs);
    const both = Buffer.concat([asks('anna', 1), asks('anna', 2)]);
    for (const octet of both.subarray(0, 60)) tunnel.socket.write(Uint8Array.of(octet));
    tunnel.socket.write(both.subarray(60));

    expect(new Set([(await tunnel.next())[1], (await tunnel.next())[1]])).toEqual(new Set([1, 2]));
  });

  it('sends CoA down the connection that the NAS opened, and takes its answer', async () => {
    await using lab = await radsecLab();
    const tunnel = dial(lab.port, theirs);
    await tunnel.exchange(asks('anna'));
    const client = await CoaClient.start({
      clock: systemClock,
      random: (octets) => void octets.fill(7),
      log: testLog(),
      tunnel: (nas) => lab.bench.server.tunnel(nas),
    });

    const ended = client.disconnect(tunnelNas, { username: 'anna', sessionId: '81000001' });
    const asked = await tunnel.next();
    const ack = encodeReply(41, asked);
    tunnel.socket.write(ack);

    expect(asked[0]).toBe(40);
    expect(await ended).toEqual({ result: 'ack' });
    await client[Symbol.asyncDispose]();
  });

  it.each([
    ['a Length of 19', Buffer.from([1, 1, 0, 19])],
    ['a Length above 4096', Buffer.from([1, 1, 0x10, 1])],
    [
      'an attribute past its end',
      Buffer.concat([Buffer.from([1, 1, 0, 23]), Buffer.alloc(16), Buffer.from([1, 9, 65])]),
    ],
    ['a wrong Message-Authenticator', papRequest('anna', 'x', { key: sharedKey('another') }).octets],
    ['a code that has no business here', Buffer.concat([Buffer.from([2, 1, 0, 20]), Buffer.alloc(16)])],
  ])('closes the connection after %s', async (_what, octets) => {
    await using lab = await radsecLab();
    const tunnel = dial(lab.port, theirs);
    await tunnel.exchange(asks('anna'));

    tunnel.socket.write(octets);

    await tunnel.closed;
    await expect.poll(() => lab.bench.server.tunnels().size).toBe(0);
  });

  it('is closed to whom an authority vouched for that is trusted no more, and stays open to a pinned one', async () => {
    const own = stranger.issue({ commonName: 'core-2' });
    const fingerprint = new X509Certificate(own.certificate).fingerprint256.replaceAll(':', '').toLowerCase();
    await using lab = await radsecLab([tunnelNas, { ...tunnelNas, name: 'core-2', radsec: { fingerprint } }]);
    const [signed, pinned] = [dial(lab.port, theirs), dial(lab.port, own)];
    await signed.exchange(asks('anna'));
    await pinned.exchange(asks('anna'));

    lab.bench.server.renewRadsec({ ...tls, clientCa: stranger.certificate });

    await signed.closed;
    expect((await pinned.exchange(asks('anna', 2)))[0]).toBe(2);
  });

  it('goes on with the certificate it had where TLS does not take the new one, and says so', async () => {
    await using lab = await radsecLab();

    lab.bench.server.renewRadsec({ ...tls, key: new Secret(theirs.key) });

    expect((await dial(lab.port, theirs).exchange(asks('anna')))[0]).toBe(2);
    expect(lab.bench.log.lines.map(({ message }) => message)).toContain(
      'the RadSec certificate is not taken; the one before stays',
    );
  });

  it('is on so many connections of one NAS at most: a new one takes the place of the oldest', async () => {
    await using lab = await radsecLab();
    const tunnels: Tunnel[] = [];
    for (let n = 0; n < 16; n += 1) {
      const tunnel = dial(lab.port, theirs);
      tunnels.push(tunnel);
      await tunnel.exchange(asks('anna'));
    }
    const before = lab.bench.server.tunnels().get('core-1');

    const last = await dial(lab.port, theirs).exchange(asks('anna'));

    await tunnels[0]?.closed;
    await expect.poll(() => lab.bench.server.tunnels().get('core-1')).toBe(16);
    expect([before, last[0]]).toEqual([16, 2]);
    expect((await tunnels[1]?.exchange(asks('anna', 2)))?.[0]).toBe(2);
  });

  it('closes the connection of a NAS whose declaration is gone', async () => {
    await using lab = await radsecLab();
    const tunnel = dial(lab.port, theirs);
    await tunnel.exchange(asks('anna'));

    lab.bench.directory.nasList = [];
    tunnel.socket.write(asks('anna', 2));

    await tunnel.closed;
  });
});

describe('who may connect by TLS', () => {
  const refusal = (lab: Lab): unknown => lab.bench.log.lines.find(({ level }) => level === 'warn')?.fields['reason'];

  it('is no stranger', async () => {
    await using lab = await radsecLab([coreNas]);
    await dial(lab.port, theirs).closed;

    expect(refusal(lab)).toBe('radsec-unknown-client');
  });

  it('shows a certificate', async () => {
    await using lab = await radsecLab();
    await dial(lab.port).closed;

    expect(refusal(lab)).toBe('radsec-no-certificate');
  });

  it('shows one of a trusted authority', async () => {
    await using lab = await radsecLab();
    await dial(lab.port, stranger.issue({ commonName: 'core-1', dns: 'core-1' })).closed;

    expect(refusal(lab)).toBe('radsec-unknown-certificate');
  });

  it('shows its own, and not that of another router', async () => {
    await using lab = await radsecLab();
    await dial(lab.port, authority.issue({ commonName: 'core-2', dns: 'core-2' })).closed;

    expect(refusal(lab)).toBe('radsec-unknown-certificate');
    expect(lab.bench.log.lines.at(-1)?.fields).toMatchObject({ fingerprint: expect.stringMatching(/^[0-9A-F:]{95}$/) });
  });

  it('is known by a pinned certificate, whoever signed it', async () => {
    const own = stranger.issue({ commonName: 'whatever' });
    const fingerprint = new X509Certificate(own.certificate).fingerprint256.replaceAll(':', '').toLowerCase();
    await using lab = await radsecLab([{ ...tunnelNas, radsec: { fingerprint } }]);
    const tunnel = dial(lab.port, own);

    expect((await tunnel.exchange(asks('anna')))[0]).toBe(2);
  });

  it('is not known by the name where its certificate is pinned', async () => {
    await using lab = await radsecLab([{ ...tunnelNas, radsec: { fingerprint: '0'.repeat(64) } }]);
    await dial(lab.port, theirs).closed;

    expect(refusal(lab)).toBe('radsec-unknown-certificate');
  });

  it('speaks TLS 1.2 at least', async () => {
    await using lab = await radsecLab();
    const socket = connect({
      host: '127.0.0.1',
      port: lab.port,
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
    });
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));

    expect(refusal(lab)).toBe('radsec-tls');
  });

  it('is told of at a bounded rate', async () => {
    await using lab = await radsecLab([coreNas]);
    for (let n = 0; n < 20; n += 1) await dial(lab.port, theirs).closed;

    expect(lab.bench.log.lines).toHaveLength(1);
    expect(lab.bench.server.findings()).toMatchObject([{ reason: 'radsec-unknown-client', count: 20 }]);
  });

  it('begins so many handshakes of one address at once, and then so many a second', async () => {
    const clock = new ManualClock();
    await using lab = await radsecLab([tunnelNas], {}, clock);
    const results: string[] = [];
    for (let n = 0; n < 43; n += 1) {
      // One that is refused has spent nothing: after a second there are eight again.
      if (n === 34) clock.advance(1_000);
      const tunnel = dial(lab.port, theirs);
      results.push(
        await Promise.race([tunnel.exchange(asks('anna')).then(() => 'served'), tunnel.closed.then(() => 'refused')]),
      );
      tunnel.socket.destroy();
    }

    expect(results.flatMap((result, n) => (result === 'refused' ? [n] : []))).toEqual([32, 33, 42]);
    expect(refusal(lab)).toBe('radsec-too-many');
  });

  it('shows who it is before long', async () => {
    const refused: string[] = [];
    await using server = await RadsecServer.start({
      ...{ listen: [loopback], tls, clock: systemClock, log: testLog(), handshakeMs: 50 },
      directory: Object.assign(new TestDirectory(), { nasList: [tunnelNas] }),
      refused: (reason, _source, fields) => void refused.push(`${reason}: ${String(fields['error'])}`),
      receive: () => undefined,
    });
    const silent = new Socket().connect(server.addresses()[0]?.port ?? 0, '127.0.0.1');

    await new Promise((resolve) => silent.once('close', resolve));

    expect(refused).toEqual(['radsec-tls: TLS handshake timeout']);
  });

  it('does not gather handshakes that lead nowhere', async () => {
    await using lab = await radsecLab();
    const idle = Array.from({ length: 40 }, () => new Socket().connect(lab.port, '127.0.0.1'));
    let closed = 0;
    for (const socket of idle) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        closed += 1;
      });
    }

    await expect.poll(() => closed).toBe(24);
    for (const socket of idle) socket.destroy();
  });
});

describe('a NAS that does not read what it is answered', () => {
  it('fills a megabyte, and is closed', () => {
    const unread = new Duplex({ read: () => undefined, write: () => undefined, decodeStrings: false });
    const closed: string[] = [];
    const connection = new RadsecConnection({
      socket: unread as TLSSocket,
      ...{ nas: () => tunnelNas, from: { address: '127.0.0.1', port: 1 }, pinned: false, clock: systemClock },
      receive: () => undefined,
      closing: (reason) => void closed.push(reason),
    });
    const errors: unknown[] = [];
    const send = () =>
      connection.send(Buffer.alloc(4096), { address: '127.0.0.1', port: 1 }, (error) => void errors.push(error));

    for (let n = 0; n <= 256; n += 1) send();
    const before = unread.destroyed;
    send();

    expect([before, unread.destroyed]).toEqual([false, true]);
    expect(closed).toEqual(['it does not read its answers']);
    expect(errors).toContainEqual(expect.objectContaining({ code: 'ECONNRESET' }));
  });
});

/** As a NAS signs its answer. */
function encodeReply(code: number, request: Buffer): Buffer {
  const writer = replyWriter();
  startReply(writer, code, request);
  return Buffer.from(finishReply(writer, tunnelKey) as Buffer);
}
