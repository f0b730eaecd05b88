import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSentence } from '../../src/routeros/wire/sentence.ts';
import { freeUdpPort } from '../support/free-ports.ts';
import { offerPppoe, RawClient, Responder, request, startRouter, useRadius } from './support.ts';

/** Sends octets on a connection of their own and waits until the router has read them all. */
async function throwAt(port: number, octets: Uint8Array): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  socket.resume();
  const closed = once(socket, 'close');
  socket.end(octets);
  await closed;
}

describe('octets that are no API', () => {
  it('hurt nobody but the connection they came on', async () => {
    await using lab = await startRouter();
    using witness = await RawClient.login(lab.router.apiPort);
    const login = encodeSentence(['/login', '=name=admin', '=password=']);

    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (octets, loggedIn) => {
        await throwAt(lab.router.apiPort, loggedIn ? Buffer.concat([login, octets]) : octets);
      }),
      { numRuns: 60 },
    );

    expect(await witness.rows('/system/identity/print')).toHaveLength(1);
  });

  it('nor do commands made of any words', async () => {
    await using lab = await startRouter();
    using client = await RawClient.login(lab.router.apiPort);
    const part = fc.constantFrom('ppp', 'secret', 'profile', 'add', 'set', 'print', 'remove', 'move', '__proto__', '');
    const path = fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    const name = fc.constantFrom('.id', 'name', 'numbers', 'constructor', '__proto__', 'ranges', '!name', 'from', '');
    const word = fc.oneof(
      fc.tuple(name, fc.string()).map(([key, value]) => `=${key}=${value}`),
      fc.string().map((text) => `?${text}`),
    );

    await fc.assert(
      fc.asyncProperty(path, fc.array(word, { maxLength: 6 }), async (command, words) => {
        const replies = await client.talk(command, ...words);
        expect(replies.at(-1)?.word).toBe('!done');
      }),
      { numRuns: 300 },
    );
  });
});

describe('datagrams that are no RADIUS', () => {
  it('change nothing and are not answered', async () => {
    await using lab = await startRouter({ radiusSourceAddress: '127.0.0.1' });
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    const port = await freeUdpPort();
    lab.router.set('/radius/incoming', undefined, { accept: 'yes', port: String(port) });
    await lab.router.settled();
    await lab.router.dial({ username: 'anna', password: 'x', method: 'pap' });
    await server.next();
    await server.next();

    for (const octets of fc.sample(fc.uint8Array({ maxLength: 120 }), 100)) {
      const packet = Buffer.from(octets);
      if (packet.length >= 4) packet.writeUInt16BE(packet.length, 2);
      if (packet.length > 0) packet[0] = 40;
      server.send(packet, port);
    }

    server.send(request(40, [[1, 'nobody']]), port);

    expect((await server.next()).octets[0]).toBe(42);
    expect(server.waiting).toBe(0);
    expect(lab.router.sessions()).toHaveLength(1);
  });

  it('as replies leave the caller waiting for a real one', async () => {
    await using lab = await startRouter({ radiusTransmissions: 1 });
    await using server = await Responder.start();
    offerPppoe(lab.router);
    useRadius(lab.router, [server.port]);
    server.answer = () => undefined;
    const dialling = lab.router.dial({ username: 'anna', password: 'x', method: 'pap' });
    const { octets, from } = await server.next();

    const forged = Buffer.from(octets);
    forged[0] = 2;
    for (const reply of [forged, forged.subarray(0, 10), Buffer.alloc(20), Buffer.concat([forged, Buffer.alloc(9)])]) {
      server.send(reply, from.port);
    }
    await lab.clock.advance(300);

    expect(await dialling).toEqual({ ok: false, reason: 'radius timeout' });
  });
});
