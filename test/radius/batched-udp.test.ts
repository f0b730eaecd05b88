import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { BatchedUdp } from '../../src/radius/batched-udp.ts';
import type { Peer } from '../../src/radius/channel.ts';
import { type DatagramCalls, openDatagramCalls } from '../../src/radius/datagram-calls.ts';
import { descriptorOf } from '../../src/radius/socket-descriptor.ts';
import { bindUdp, closeUdp } from '../../src/radius/udp.ts';
import { datagramCalls, login, loopback, papRequest, startServer, TestNas, testLog } from './support.ts';

const { EAGAIN, EBADF, EINTR, ENOSYS, EPERM } = constants.errno;
const anna = login('anna');

/** A request that no other is the same as. */
const asked = (identifier: number): Buffer => papRequest('anna', 'correct horse', { identifier }).octets;

const ways = [
  { way: 'many at a time', more: { datagramCalls } },
  { way: 'one by one', more: { datagramCalls: undefined } },
];

describe.each(ways)('a server that reads and sends packets $way', ({ more }) => {
  it('answers every request of a burst, each where it came from', async () => {
    await using bench = await startServer([anna], more);
    const senders = await Promise.all(Array.from({ length: 5 }, () => TestNas.open()));
    const identifiers = Array.from({ length: 30 }, (_, index) => index);

    for (const identifier of identifiers) for (const nas of senders) nas.send(asked(identifier), bench.auth);
    const answers = await Promise.all(senders.map((nas) => Promise.all(identifiers.map(() => nas.next()))));

    for (const one of answers) {
      expect(one.map((reply) => reply[0])).toEqual(identifiers.map(() => 2));
      expect(one.map((reply) => reply[1]).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(identifiers);
    }
    await Promise.all(senders.map((nas) => nas[Symbol.asyncDispose]()));
  });

  it('says which way each listener goes', async () => {
    await using bench = await startServer([anna], more);

    const batched = more.datagramCalls !== undefined;
    expect(bench.server.batched()).toEqual([
      { service: 'auth', listener: `127.0.0.1:${bench.auth.port}`, batched },
      { service: 'accounting', listener: `127.0.0.1:${bench.accounting.port}`, batched },
    ]);
  });

  it('answers a retransmission with the same octets', async () => {
    await using bench = await startServer([anna], more);
    await using nas = await TestNas.open();

    for (let copy = 0; copy < 3; copy += 1) nas.send(asked(7), bench.auth);
    const [first, second, third] = [await nas.next(), await nas.next(), await nas.next()];

    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  it('reads no further than the longest packet of a datagram that is longer', async () => {
    await using bench = await startServer([anna], more);
    await using nas = await TestNas.open();
    const padded = (identifier: number) => Buffer.concat([asked(identifier), Buffer.alloc(6000, 0xff)]);

    for (let identifier = 0; identifier < 3; identifier += 1) nas.send(padded(identifier), bench.auth);

    for (let identifier = 0; identifier < 3; identifier += 1) expect((await nas.next())[0]).toBe(2);
  });

  it('answers IPv4 and IPv6 on one socket', async () => {
    await using bench = await startServer([anna], { ...more, listenAuth: [{ host: '::', port: 0 }] });
    const { nasList } = bench.directory;
    bench.directory.nasList = [...nasList, ...nasList.map((nas) => ({ ...nas, name: 'six', clientAddress: '::1' }))];
    await using four = await TestNas.open();
    await using six = await TestNas.open('::1');

    for (let identifier = 0; identifier < 20; identifier += 1) {
      four.send(asked(identifier), { ...bench.auth, host: '127.0.0.1' });
      six.send(asked(identifier), { ...bench.auth, host: '::1' });
    }

    for (let count = 0; count < 20; count += 1) {
      expect((await four.next())[0]).toBe(2);
      expect((await six.next())[0]).toBe(2);
    }
  });

  it('has answered all that it took in when it is stopped', async () => {
    const bench = await startServer([anna], { ...more, rejectDelayMs: 60_000 });
    await using nas = await TestNas.open();

    nas.send(papRequest('anna', 'wrong', { identifier: 1 }).octets, bench.auth);
    expect((await nas.exchange(asked(2), bench.auth))[1]).toBe(2);
    await bench[Symbol.asyncDispose]();

    expect((await nas.next()).subarray(0, 2)).toEqual(Buffer.of(3, 1));
  });
});

describe('a server without the calls for many', () => {
  it.runIf(process.platform === 'linux')('is the exception: they are tried when it is tested here', () => {
    expect(datagramCalls).toBeDefined();
  });
});

/** A socket that is read and sent to by calls that a test meddles with. */
async function lab(meddle: (calls: DatagramCalls) => Partial<DatagramCalls> = () => ({})) {
  const calls = datagramCalls as DatagramCalls;
  const socket = await bindUdp(loopback);
  const received: { readonly text: string; readonly from: Peer }[] = [];
  const told: (readonly string[])[] = [];
  const gaveUp: string[] = [];
  const errors: Error[] = [];
  const batched = new BatchedUdp({
    ...{ socket, fd: descriptorOf(socket) as number, calls: { ...calls, ...meddle(calls) } },
    ahead: (packets) => void told.push(packets.map(String)),
    receive: (packet, from) => {
      received.push({ text: packet.toString(), from });
      batched.send(packet, from, (error) => void (error !== null && errors.push(error)));
    },
    gaveUp: (code) => void gaveUp.push(code),
  });
  const { port } = socket.address();
  return {
    ...{ batched, received, told, gaveUp, errors, port },
    async [Symbol.asyncDispose](): Promise<void> {
      batched.stop();
      await closeUdp(socket);
    },
  };
}

/** Sends texts to a port in one turn, and gives what comes back in any order. */
async function echoed(texts: readonly string[], port: number): Promise<readonly string[]> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const back: string[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (packet) => {
      back.push(packet.toString());
      if (back.length === texts.length) resolve();
    });
  });
  for (const text of texts) socket.send(text, port, '127.0.0.1');
  await all;
  socket.close();
  return back.sort();
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `text ${index + 100}`);

describe.runIf(datagramCalls !== undefined)('a socket that is read many at a time', () => {
  it('takes in datagrams of any length, up to the longest packet', async () => {
    await using one = await lab();
    const sent = ['', 'a', 'b'.repeat(4096), ...texts(10)];

    expect(await echoed(sent, one.port)).toEqual([...sent].sort());
  });

  it('tells of those that came together before it takes them in', async () => {
    await using one = await lab();

    await echoed(texts(50), one.port);

    const order = one.received.map(({ text }) => text);
    for (const together of one.told) {
      const first = order.indexOf(together[0] as string);
      expect(order.slice(first, first + together.length)).toEqual(together);
      expect(together.length).toBeGreaterThan(1);
    }
    expect(one.told.length).toBeGreaterThan(0);
  });

  it('sends more than one call takes', async () => {
    await using one = await lab();

    expect(await echoed(texts(150), one.port)).toEqual(texts(150));
    expect(one.errors).toEqual([]);
  });

  it('names a sender alike, however its datagram came in', async () => {
    await using one = await lab();

    await echoed(texts(100), one.port);

    expect(new Set(one.received.map(({ from }) => `${from.address} ${from.port}`)).size).toBe(1);
  });

  it('leaves to node:dgram what the system does not send for it, and sends the rest', async () => {
    let calls = 0;
    await using one = await lab(({ send }) => ({
      send: (fd, headers, count) => {
        calls += 1;
        return calls % 2 === 0 ? -EPERM : send(fd, headers, Math.min(count, 3));
      },
    }));

    expect(await echoed(texts(50), one.port)).toEqual(texts(50));
    expect(one.gaveUp).toEqual([]);
  });

  it('tries again what a signal interrupted', async () => {
    let calls = 0;
    await using one = await lab(({ send }) => ({
      send: (fd, headers, count) => {
        calls += 1;
        return calls % 3 === 0 ? send(fd, headers, count) : -EINTR;
      },
    }));

    expect(await echoed(texts(30), one.port)).toEqual(texts(30));
  });

  it('waits for room with node:dgram when there is none', async () => {
    await using one = await lab(() => ({ send: () => -EAGAIN }));

    expect(await echoed(texts(30), one.port)).toEqual(texts(30));
    expect(one.gaveUp).toEqual([]);
  });

  it.each([
    ['reading', 'ENOSYS', { receive: () => -ENOSYS }],
    ['sending', 'ENOSYS', { send: () => -ENOSYS }],
    ['reading', 'EBADF', { receive: () => -EBADF }],
  ])('goes on one by one, and says so once, when %s turns out not to work: %s', async (_what, code, broken) => {
    await using one = await lab(() => broken);

    expect(await echoed(texts(30), one.port)).toEqual(texts(30));
    expect(await echoed(texts(30), one.port)).toEqual(texts(30));
    expect(one.gaveUp).toEqual([code]);
  });

  it('makes no call with a descriptor that may be another socket by now', async () => {
    const used: number[] = [];
    const one = await lab(({ send }) => ({
      send: (fd, headers, count) => {
        used.push(count);
        return send(fd, headers, count);
      },
    }));
    const other = await bindUdp(loopback);
    one.batched.send(Buffer.from('waits'), other.address(), () => undefined);

    await one[Symbol.asyncDispose]();

    expect(() => one.batched.send(Buffer.from('late'), other.address(), () => undefined)).toThrow(/not running/i);
    expect(used).toEqual([]);
    await closeUdp(other);
  });

  it('tells whoever sent what cannot be sent', async () => {
    await using one = await lab();
    const peer = { address: '127.0.0.1', port: 0 };

    const told = new Promise((resolve) => {
      try {
        one.batched.send(Buffer.from('nowhere'), peer, resolve);
      } catch (error) {
        resolve(error);
      }
    });

    expect(await told).toBeInstanceOf(Error);
  });
});

describe('the calls for many datagrams', () => {
  it('are not used where the package that makes them is not installed', async () => {
    const log = testLog();
    const missing = Object.assign(new Error('no koffi'), { code: 'ERR_MODULE_NOT_FOUND' });

    expect(await openDatagramCalls(log, () => Promise.reject(missing))).toBeUndefined();
    expect(log.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it.runIf(datagramCalls !== undefined).each([
    ['the kernel refuses them', { send: () => -EPERM }],
    ['nothing comes back', { receive: () => -EAGAIN }],
    ['what comes back is not what was sent', { receive: (_fd: number, _headers: number, count: number) => count }],
  ])('are not used where %s', async (_what, broken) => {
    const log = testLog();
    const calls = { ...(datagramCalls as DatagramCalls), ...broken };

    expect(await openDatagramCalls(log, () => Promise.resolve(calls))).toBeUndefined();
    expect(log.lines.map(({ level }) => level)).toEqual(['warn']);
  });
});

describe.runIf(process.platform === 'linux')('the descriptor of a socket', () => {
  it('is told of each of several at one port', async () => {
    const first = await bindUdp(loopback);
    const { port } = first.address();
    const sockets: Socket[] = [first, await bindUdp({ host: '127.0.0.2', port }), await bindUdp({ host: '::1', port })];

    const found = sockets.map(descriptorOf);

    expect(found).not.toContain(undefined);
    expect(new Set(found).size).toBe(3);
    await Promise.all(sockets.map(closeUdp));
  });

  it('is not told where two could be meant', async () => {
    const options = { type: 'udp4', reuseAddr: true } as const;
    const first = createSocket(options).bind(0, '127.0.0.1');
    await once(first, 'listening');
    const second = createSocket(options).bind(first.address().port, '127.0.0.1');
    await once(second, 'listening');

    expect(descriptorOf(first)).toBeUndefined();
    first.close();
    second.close();
  });
});
