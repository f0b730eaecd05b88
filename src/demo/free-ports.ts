import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { codeOf } from '../base/errors.ts';
import { DemoError } from './demo-error.ts';

/**
 * One UDP port per address, free a moment ago and different from one another.
 *
 * @throws DemoError with the mend when this machine lacks the address (macOS has only 127.0.0.1)
 */
export async function freeUdpPorts(addresses: readonly string[]): Promise<readonly number[]> {
  const sockets: Socket[] = [];
  try {
    // All are held until the last is found: two could be the same port otherwise.
    for (const address of addresses) sockets.push(await bound(address));
    return sockets.map((socket) => socket.address().port);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4').bind(0, address);
  try {
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    if (codeOf(error) !== 'EADDRNOTAVAIL') throw error;
    const mend = `sudo ifconfig lo0 alias ${address}`;
    const words = `each simulated router has an address of its own, and this machine lacks ${address}. On macOS: ${mend}`;
    throw new DemoError(words, { cause: error });
  }
}
