import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup as lookUp } from 'node:dns';
import { readFileSync, readlinkSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { Endpoint } from '../model/kinds/radius.ts';

export class RadiusListenError extends LastmileError {
  readonly code = 'LM_RADIUS_LISTEN';
  readonly retry = 'never';
}

/** Bursts of a whole network's reconnects must fit; the system may grant less. */
const bufferOctets = 4 << 20;

/**
 * A UDP socket bound to an address, or one that was handed over.
 *
 * @throws RadiusListenError when the address cannot be had, or what was handed over is no such socket
 */
export async function bindUdp(endpoint: Endpoint): Promise<Socket> {
  const { fd } = endpoint;
  const isIpv6 = fd === undefined ? isIPv6(endpoint.host) : isIpv6Socket(fd);
  const socket = createSocket({ type: isIpv6 ? 'udp6' : 'udp4', ipv6Only: false, lookup });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      const place = fd === undefined ? { address: endpoint.host, port: endpoint.port } : { fd };
      socket.bind({ ...place, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    socket.close();
    const place = fd === undefined ? `UDP ${endpoint.host} port ${endpoint.port}` : `descriptor ${fd}`;
    throw new RadiusListenError(`cannot listen on ${place}: ${reason(cause)}`, { cause });
  }
  growBuffers(socket);
  return socket;
}

/** Linux lists its sockets of IPv6 by inode (proc(5), /proc/net/udp6). Elsewhere what is handed over is taken for IPv4. */
function isIpv6Socket(fd: number): boolean {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
    const rows = readFileSync('/proc/self/net/udp6', 'latin1').split('\n').slice(1);
    return rows.some((row) => row.trim().split(/\s+/)[9] === inode);
  } catch {
    return false;
  }
}

function reason(cause: unknown): string {
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return 'it is in use by another process (another lastmile, FreeRADIUS?)';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address';
    case 'EBADF':
    case 'ERR_INVALID_FD_TYPE':
      return 'no UDP socket was handed over as that';
    case 'EACCES':
      return 'ports below 1024 take a privilege';
    default:
      return messageOf(cause);
  }
}

/** An address needs no looking up, and sending need not wait a turn of the loop for it. */
const lookup: NonNullable<SocketOptions['lookup']> = (host, options, done) => {
  const family = isIP(host);
  if (family === 0) lookUp(host, options, done);
  else done(null, host, family);
};

/** Where a socket is bound. */
export function boundTo(socket: Socket): Endpoint {
  const { address, port } = socket.address();
  return { host: address, port };
}

export function closeUdp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}

function growBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(bufferOctets);
    socket.setSendBufferSize(bufferOctets);
  } catch {
    // The system's limit stays.
  }
}
