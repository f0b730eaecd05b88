import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/system-clock.ts';
import { finishReply, replyWriter, startReply } from '../../src/radius/packet/reply.ts';
import { randomPool } from '../../src/radius/random-pool.ts';
import { UdpRequester } from '../../src/radius/udp-requester.ts';
import { loopback, statusServer, testKey } from './support.ts';

async function socketAt(address: string, port = 0): Promise<Socket> {
  const socket = createSocket('udp4').bind(port, address);
  await once(socket, 'listening');
  return socket;
}

/** An answer that proves itself. */
function answerTo(request: Buffer, code: number): Buffer {
  const writer = replyWriter();
  startReply(writer, code, request);
  return Buffer.from(finishReply(writer, testKey) as Buffer);
}

describe('an answer with a right signature', () => {
  it.each([
    ['port', '127.0.0.1'],
    ['address', '127.0.0.2'],
  ])('is not believed from another %s', async (_what, elsewhere) => {
    const asked = await socketAt('127.0.0.1');
    // Only one of the two differs.
    const other = await socketAt(elsewhere, elsewhere === '127.0.0.1' ? 0 : asked.address().port);
    const tools = { clock: systemClock, random: randomPool((octets) => void octets.fill(7)) };
    const requester = await UdpRequester.open({ ...loopback, host: '0.0.0.0' }, tools);
    asked.once('message', (packet, { port }) => {
      const late = () => asked.send(answerTo(packet, 2), port, '127.0.0.1');
      other.send(answerTo(packet, 3), port, '127.0.0.1', late);
    });
    const to = { host: '127.0.0.1', port: asked.address().port };
    const question = { request: statusServer(), to, key: testKey, codes: [2, 3] };

    const answer = await requester.ask(question, { initialMs: 5_000, mostMs: 5_000, sends: 1 });

    expect(answer?.packet[0]).toBe(2);
    await requester[Symbol.asyncDispose]();
    asked.close();
    other.close();
  });
});
