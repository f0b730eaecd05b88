// Runs in a network namespace of its own, and makes UDP sockets there for the process that started it.
import { createSocket } from 'node:dgram';

process.on('message', () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
    // Kept open here, it would take half of what comes.
    process.send(socket.address().port, socket, () => socket.close());
  });
});
process.on('disconnect', () => process.exit());
process.send('ready');
