import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup as lookUp } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import { codeOf, LastmileError, messageOf } from '../base/errors.ts';
import type { Endpoint } from '../model/model.ts';

export class RadiusListenError extends LastmileError {
  readonly code = 'LM_RADIUS_LISTEN';
  readonly retry = 'never';
}

/** Bursts of a whole network's reconnects must fit; the system may grant less. */
const bufferOctets = 4 << 20;

/**
 * A UDP socket bound to an address.
 *
 * @throws RadiusListenError when the address cannot be had
 */
export async function bindUdp(endpoint: Endpoint): Promise<Socket> {
  const socket = createSocket({ type: isIPv6(endpoint.host) ? 'udp6' : 'udp4', ipv6Only: false, lookup });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: endpoint.host, port: endpoint.port, exclusive: true }, () => {
        socket.off('error', reject);
        resolve();
      });
    });
  } catch (cause) {
    socket.close();
    throw new RadiusListenError(`cannot listen on UDP ${endpoint.host} port ${endpoint.port}: ${reason(cause)}`, {
      cause,
    });
  }
  growBuffers(socket);
  return socket;
}

function reason(cause: unknown): string {
  switch (codeOf(cause)) {
    case 'EADDRINUSE':
      return 'it is in use by another process (another lastmile, FreeRADIUS?)';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address';
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
