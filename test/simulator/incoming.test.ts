import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SimulatedRouterOs } from '../../src/simulator/simulated-routeros.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { offerPppoe, type Pair, RawClient, Responder, request, startRouter, turn, useRadius } from './support.ts';

const rateLimit = (text: string): Pair => [
  26,
  Buffer.concat([Buffer.of(0, 0, 0x3a, 0x8c, 8, text.length + 2), Buffer.from(text)]),
];

/** A router with Anna online by RADIUS, and the server that let her in. */
async function online() {
  const lab = await startRouter({ identity: 'core-1', radiusSourceAddress: '127.0.0.1' });
  const server = await Responder.start();
  const { router } = lab;
  const port = await freeUdpPort();
  offerPppoe(router);
  useRadius(router, [server.port]);
  router.set('/radius/incoming', undefined, { accept: 'yes', port: String(port) });
  await router.settled();
  await router.dial({ username: 'anna', password: 'x', callerId: '02:00:00:00:00:01', method: 'pap' });
  await server.next();
  await server.next();
  await router.accountingIdle();
  const ask = async (octets: Buffer) => {
    server.send(octets, port);
    return server.next();
  };
  return {
    ...lab,
    server,
    port,
    ask,
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const queueOf = (router: SimulatedRouterOs) => router.row('/queue/simple', '<pppoe-anna>')?.['max-limit'];

describe('a Disconnect-Request', () => {
  it('IW-04: ends the session it names, and is acknowledged with the name of the router alone', async () => {
    await using lab = await online();

    const reply = await lab.ask(
      request(40, [
        [1, 'anna'],
        [44, '81100000'],
        [8, Buffer.of(10, 0, 0, 10)],
        [31, '02:00:00:00:00:01'],
      ]),
    );
    const stop = await lab.server.next();

    expect(reply.octets[0]).toBe(41);
    expect(reply.octets.subarray(20)).toEqual(Buffer.concat([Buffer.of(32, 8), Buffer.from('core-1')]));
    expect(stop.packet.attributes).toMatchObject({ 'Acct-Status-Type': 'Stop', 'Acct-Terminate-Cause': 'Admin-Reset' });
    expect(lab.router.sessions()).toEqual([]);
  });

  it('is answered with the same octets when it comes again, and with 503 when the session is gone', async () => {
    await using lab = await online();
    const octets = request(40, [[1, 'anna']]);
    const first = await lab.ask(octets);
    await lab.server.next();

    const second = await lab.ask(octets);
    const third = await lab.ask(request(40, [[1, 'anna']], { identifier: 8 }));

    expect(second.octets).toEqual(first.octets);
    expect(third.octets[0]).toBe(42);
    expect(third.packet.attributes).toMatchObject({
      'Error-Cause': 'Session-Context-Not-Found',
      'NAS-Identifier': 'core-1',
    });
  });

  it.each([
    [
      'another session id',
      [
        [1, 'anna'],
        [44, '81100009'],
      ],
      503,
    ],
    [
      'another address',
      [
        [1, 'anna'],
        [8, Buffer.of(10, 0, 0, 11)],
      ],
      503,
    ],
    [
      'another router',
      [
        [1, 'anna'],
        [32, 'core-2'],
      ],
      403,
    ],
    [
      'another NAS address',
      [
        [1, 'anna'],
        [4, Buffer.of(10, 0, 0, 1)],
      ],
      403,
    ],
    ['no session at all', [[32, 'core-1']], 402],
    [
      'an attribute that is no identification',
      [
        [1, 'anna'],
        [27, Buffer.of(0, 0, 0, 9)],
      ],
      401,
    ],
  ] as const)('that names %s is refused', async (_what, attributes, cause) => {
    await using lab = await online();

    const reply = await lab.ask(request(40, attributes));

    expect(reply.octets[0]).toBe(42);
    expect(reply.packet.raw_attributes.find(([type]) => type === 101)?.[1].readUInt32BE(0)).toBe(cause);
    expect(lab.router.sessions()).toHaveLength(1);
  });
});

describe('a CoA-Request', () => {
  it('changes the speed of a running session in place', async () => {
    await using lab = await online();
    expect(queueOf(lab.router)).toBeUndefined();

    const first = await lab.ask(request(43, [[1, 'anna'], [44, '81100000'], rateLimit('5M/20M')]));
    const id = lab.router.row('/queue/simple', '<pppoe-anna>')?.['.id'];
    lab.router.traffic('anna', { up: 5n, down: 6n });
    await lab.ask(request(43, [[1, 'anna'], rateLimit('10M/40M')], { identifier: 8 }));

    expect(first.octets[0]).toBe(44);
    expect(lab.router.row('/queue/simple', '<pppoe-anna>')).toMatchObject({
      '.id': id,
      'max-limit': '10000000/40000000',
      bytes: '5/6',
    });
    expect(lab.router.sessions()).toMatchObject([{ sessionId: '81100000', rateLimit: '10M/40M' }]);
  });

  it('changes Session-Timeout and Idle-Timeout from now on', async () => {
    await using lab = await online();

    await lab.ask(
      request(43, [
        [1, 'anna'],
        [27, Buffer.of(0, 0, 0, 100)],
      ]),
    );
    await lab.ask(
      request(
        43,
        [
          [1, 'anna'],
          [28, Buffer.of(0, 0, 0, 50)],
        ],
        { identifier: 8 },
      ),
    );
    await lab.clock.advance(49_000);
    expect(lab.router.sessions()).toHaveLength(1);
    await lab.clock.advance(1000);

    expect((await lab.server.next()).packet.attributes).toMatchObject({ 'Acct-Terminate-Cause': 'Idle-Timeout' });
  });

  it.each([
    [
      'an address',
      [
        [1, 'anna'],
        [9, Buffer.of(255, 255, 255, 0)],
      ],
      401,
    ],
    [
      'an address list',
      [
        [1, 'anna'],
        [26, Buffer.from('00003a8c1306676f6c64', 'hex')],
      ],
      401,
    ],
    ['a speed that is none', [[1, 'anna'], rateLimit('fast')], 407],
    ['somebody else', [[1, 'ben'], rateLimit('1M')], 503],
  ] as const)('for %s is refused', async (_what, attributes, cause) => {
    await using lab = await online();

    const reply = await lab.ask(request(43, attributes));

    expect(reply.octets[0]).toBe(45);
    expect(reply.packet.raw_attributes.find(([type]) => type === 101)?.[1].readUInt32BE(0)).toBe(cause);
  });
});

describe('what comes to /radius/incoming', () => {
  it('is met with silence when secret or source are not those of /radius', async () => {
    await using lab = await online();
    const stranger = createSocket('udp4');
    stranger.bind(0, '127.0.0.77');
    await once(stranger, 'listening');

    lab.server.send(request(40, [[1, 'anna']], { secret: 'another' }), lab.port);
    stranger.send(request(40, [[1, 'anna']]), lab.port, '127.0.0.1');
    lab.server.send(Buffer.from('not RADIUS'), lab.port);
    const reply = await lab.ask(request(43, [[1, 'anna'], rateLimit('1M')], { identifier: 9 }));
    stranger.close();

    expect(reply.octets[1]).toBe(9);
    expect(lab.server.waiting).toBe(0);
    using client = await RawClient.login(lab.router.apiPort);
    expect(await client.rows('/radius/incoming/monitor', '=once=')).toEqual([
      { requests: '4', 'bad-requests': '3', acks: '1', naks: '0' },
    ]);
  });

  it('IS-37: is taken only when accept=yes, at the port that is set, at once', async () => {
    await using lab = await online();
    using client = await RawClient.login(lab.router.apiPort);
    const other = await freeUdpPort();

    await client.talk('/radius/incoming/set', '=accept=no');
    expect(lab.router.incomingPort).toBeUndefined();
    lab.server.send(request(40, [[1, 'anna']]), lab.port);
    await turn();

    await client.talk('/radius/incoming/set', '=accept=yes', `=port=${other}`);
    expect(lab.router.incomingPort).toBe(other);
    lab.server.send(request(43, [[1, 'anna'], rateLimit('1M')]), other);
    expect((await lab.server.next()).octets[0]).toBe(44);
    expect(lab.router.sessions()).toHaveLength(1);
  });

  it('is not taken at a port somebody else has, which the log tells', async () => {
    await using lab = await online();
    const taken = createSocket('udp4');
    taken.bind(0, '127.0.0.1');
    await once(taken, 'listening');

    lab.router.set('/radius/incoming', undefined, { port: String((taken.address() as AddressInfo).port) });
    await lab.router.settled();
    taken.close();

    expect(lab.router.incomingPort).toBeUndefined();
    expect(lab.router.log().at(-1)?.['message']).toMatch(/^can not listen for incoming requests/);
  });
});

describe('the address CoA is taken at', () => {
  it('follows src-address of /radius, from which answers are expected', async () => {
    await using lab = await startRouter();
    const { router } = lab;
    const port = await freeUdpPort();
    router.set('/radius/incoming', undefined, { accept: 'yes', port: String(port) });
    router.add('/radius', { address: '127.0.0.1', service: 'ppp', secret: 'x', 'src-address': '127.0.0.9' });
    await router.settled();
    const socket = createSocket('udp4');
    socket.bind(port, '127.0.0.1');

    // Nobody is at 127.0.0.1 any more: the port can be had there.
    await once(socket, 'listening');

    expect(router.incomingPort).toBe(port);
    socket.close();
  });
});
