import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { codeOf } from '../../src/base/errors.ts';

/*
 * Ports for those who must know theirs before they open it. One that was handed out for port 0 and closed again can be
 * handed to somebody else before it is opened anew: these are below what Linux and macOS hand out (32768 and 49152 on),
 * and each worker of a run goes round in a stretch of its own.
 */
const stretch = 400;
const first = 12_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 50) * stretch;
let given = process.pid;

type Opens = (port: number) => Promise<void>;

/** A UDP port of `address` that nobody has, and nobody else is given. */
export function freeUdpPort(address = '127.0.0.1'): Promise<number> {
  return free((port) => openUdp(port, address));
}

/** A TCP port of 127.0.0.1 that nobody has, and nobody else is given. */
export function freeTcpPort(): Promise<number> {
  return free((port) => openTcp(port, '127.0.0.1'));
}

/** A port that is free for TCP and UDP on every address of IPv4. */
export function freePort(): Promise<number> {
  return free(async (port) => {
    await openTcp(port, '0.0.0.0');
    await openUdp(port, '0.0.0.0');
  });
}

async function free(opens: Opens): Promise<number> {
  for (let tries = 0; tries < stretch; tries += 1) {
    given += 1;
    const port = first + (given % stretch);
    if (await isFree(port, opens)) return port;
  }
  throw new Error(`no port is free from ${first} to ${first + stretch - 1}`);
}

async function isFree(port: number, opens: Opens): Promise<boolean> {
  try {
    await opens(port);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return false;
    throw error;
  }
}

async function openUdp(port: number, address: string): Promise<void> {
  const socket = createSocket('udp4').bind(port, address);
  try {
    await once(socket, 'listening');
  } finally {
    socket.close();
  }
  await once(socket, 'close');
}

async function openTcp(port: number, address: string): Promise<void> {
  const server = createServer().listen(port, address);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
