// Ports that are free now, for servers that do not tell which they were given, or must come back on the same.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** UDP ports on 127.0.0.1 by name, all different. */
export async function freeUdpPorts(names) {
  const sockets = names.map(() => createSocket('udp4').bind(0, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const ports = Object.fromEntries(names.map((name, at) => [name, sockets[at].address().port]));
  for (const socket of sockets) socket.close();
  return ports;
}

/** A TCP port on 127.0.0.1. */
export async function freeTcpPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
