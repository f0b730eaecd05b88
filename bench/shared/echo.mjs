// A bare UDP echo: the least a server in Node can do for a packet. Run as a process, it prints its port.
import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);

export async function startEcho() {
  const child = fork(self);
  const [{ port }] = await once(child, 'message');
  return { child, pid: child.pid, port };
}

if (process.argv[1] === self) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
  socket.on('message', (packet, from) => socket.send(packet, from.port, from.address));
  socket.bind(0, '127.0.0.1', () => process.send({ port: socket.address().port }));
}
